package intents_test

import (
	"os"
	"strings"
	"testing"

	"fenfu/intents"
)

// rows reads a table of tab-separated columns; lines that begin with # are
// comments.
func rows(t *testing.T, name string) [][]string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimRight(line, "\r\n"); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, strings.Split(line, "\t"))
		}
	}
	return out
}

func TestMatchTopics(t *testing.T) {
	m := intents.New()
	for _, r := range rows(t, "testdata/topics.tsv") {
		got := m.Match(r[0])
		want := intents.Intent(strings.TrimPrefix(r[1], "-"))
		about := got.Intent == want || want == intents.Other && got.Intent == intents.None
		if !about || r[2] != "-" && string(got.Decision) != r[2] {
			t.Errorf("%s: %q/%s by %s, want %s/%s", r[0], got.Intent, got.Decision, got.Rule, r[1], r[2])
		}
		if r[1] == "-" && (got.Act != intents.NoAct || got.Question) {
			t.Errorf("%s: a detail, but act %q, question %v by %s", r[0], got.Act, got.Question, got.Rule)
		}
	}
}

func TestMatchActs(t *testing.T) {
	m := intents.New()
	for _, r := range rows(t, "testdata/acts.tsv") {
		got := m.Match(r[0])
		if string(got.Act) != strings.TrimPrefix(r[1], "-") || got.Slot != r[2] {
			t.Errorf("%s: %q %q by %s, want %s %q", r[0], got.Act, got.Slot, got.Rule, r[1], r[2])
		}
	}
}
