package guard

import "testing"

// BenchmarkFind is what every start of a program costs.
func BenchmarkFind(b *testing.B) {
	all := everything()
	for b.Loop() {
		for _, p := range all {
			find(p.source)
		}
	}
}
