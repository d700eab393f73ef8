package redact_test

import (
	"os"
	"strings"
	"testing"

	"fenfu/bot/redact"
)

// TestGivenNames: names without a surname behind a word for family, and names
// that are words themselves, hardly ever stay; telephones, firms, and an age that
// is nobody's do.
func TestGivenNames(t *testing.T) {
	var shown, hidden []string
	for _, line := range linesOf(t, "testdata/given.tsv") {
		said, name, _ := strings.Cut(line, "\t")
		if got := details(said); strings.Contains(got, name) {
			shown = append(shown, said)
		}
	}
	for _, said := range linesOf(t, "testdata/stay.txt") {
		if got := details(said); strings.Contains(got, redact.Placeholder) {
			hidden = append(hidden, said)
		}
	}
	if len(shown) > 4 || len(hidden) > 1 {
		t.Errorf("shown: %q\nhidden: %q", shown, hidden)
	}
}

// TestDeviceIsNoNumber: what only begins like a telephone's name is hidden.
func TestDeviceIsNoNumber(t *testing.T) {
	for _, said := range []string{"iphone138能开吗", "安卓1380能开吗", "vivo13-8001能开吗", "xiaomi13能开吗", "我18岁能开吗"} {
		if got := details(said); !strings.Contains(got, redact.Placeholder) {
			t.Errorf("%s: %s", said, got)
		}
	}
}

func linesOf(t *testing.T, name string) []string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(raw)), "\n")
}
