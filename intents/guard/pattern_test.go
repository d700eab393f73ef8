package guard

import (
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestPatternsMissNothing: what is only tried around its marks finds what is
// found when everything is tried everywhere, in texts put together at random.
func TestPatternsMissNothing(t *testing.T) {
	g := New()
	var said []string
	for _, name := range []string{"testdata/forbidden.tsv", "testdata/allowed.txt"} {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(raw)) {
			said = append(said, strings.TrimSpace(line))
		}
	}
	random := rand.New(rand.NewPCG(3, 4))
	plain := map[*pattern]*regexp.Regexp{}
	for _, p := range everything() {
		plain[p] = regexp.MustCompile(p.source)
	}
	deny := regexp.MustCompile(`(?:` + alternatives(denials) + `)(?:` + alternatives(linked) + `)*$`)
	for i := range 300 {
		var b strings.Builder
		for range 1 + random.IntN(4) {
			part := []rune(said[(i+random.IntN(2)*random.IntN(len(said)))%len(said)])
			part = part[random.IntN(len(part)+1)*random.IntN(2):]
			b.WriteString(string(part) + []string{"", "，", "。", "7", "九成"}[random.IntN(5)])
		}
		for _, s := range g.sentences(b.String()) {
			read := watch.read(s)
			for _, p := range everything() {
				got, want := read.all(p), plain[p].FindAllStringSubmatchIndex(s, -1)
				if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
					t.Fatalf("%s\nin %q: got %v, want %v", p.source, s, got, want)
				}
			}
			for at := range s {
				if got, want := denied(s[:at]), deny.MatchString(s[:at]); got != want {
					t.Fatalf("%q denied: %t", s[:at], got)
				}
			}
		}
	}
}

func alternatives(words map[rune][]string) string {
	var all []string
	for _, w := range words {
		all = append(all, w...)
	}
	slices.Sort(all)
	return strings.Join(all, "|")
}
