package sessions

import (
	"encoding/json"
	"strings"
	"testing"
)

func FuzzQuoted(f *testing.F) {
	for _, s := range []string{"", "张三丰", `"\/`, "\x00\x1f\x7f", "\xff\xfe", "\u2028<&>", strings.Repeat("x\n", 99), "\xed\xa0\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var a, b string
		got := appendQuoted(nil, s)
		if err := json.Unmarshal(got, &a); err != nil {
			t.Fatalf("%q: %v", got, err)
		}
		if err := json.Unmarshal(want, &b); err != nil {
			t.Fatal(err)
		}
		if a != b {
			t.Errorf("%q reads %q, want %q", s, a, b)
		}
	})
}
