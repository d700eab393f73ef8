package audit_test

import (
	"os"
	"strings"
	"testing"

	"fenfu/intents"
	"fenfu/intents/faq"
	"fenfu/intents/faq/audit"
)

func measure(t *testing.T, path string) audit.Figures {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	questions, err := audit.ReadQuestions(f)
	if err != nil {
		t.Fatal(err)
	}
	book, err := faq.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range questions {
		for _, id := range q.Entries {
			if _, ok := book.Entry(id); !ok {
				t.Errorf("%s: no entry %q", q.Text, id)
			}
		}
		for _, e := range book.Entries() {
			for _, form := range e.Questions {
				if intents.Fold(form) == intents.Fold(q.Text) {
					t.Errorf("%s is a question form of %s: it measures nothing", q.Text, e.ID)
				}
			}
		}
	}
	return audit.Measure(book, intents.New(), questions)
}

// The figures that README publishes may not get worse. The set was written
// before anything was measured with it. A set that the book was improved by
// becomes question forms of its entries, and is none any more.
func TestFigures(t *testing.T) {
	for _, c := range []struct {
		file           string
		first, unknown float64 // at least
		wrong          float64 // at most
		all, none      int     // questions, and those without an entry
	}{
		{"../testdata/field6.tsv", 0.94, 0.98, 0.015, 250, 40},
	} {
		f := measure(t, c.file)
		var out strings.Builder
		f.Print(&out, false)
		t.Logf("%s\n%s", c.file, out.String())
		if f.All < c.all || f.All-f.Known < c.none {
			t.Errorf("%s: only %d questions, %d of them without an entry", c.file, f.All, f.All-f.Known)
		}
		if float64(f.First) < c.first*float64(f.Known) || float64(f.Wrong) > c.wrong*float64(f.All) || float64(f.Unknown) < c.unknown*float64(f.All-f.Known) {
			f.Print(&out, true)
			t.Errorf("%s: worse than published:\n%s", c.file, out.String())
		}
	}
}

func TestReadQuestionsRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                   "no questions",
		"text\tentry\n":      "no questions",
		"text\tentry\n怎么还\n": "line 2: no entry",
		"怎么还\t\n":            "line 1: no entry",
	} {
		if _, err := audit.ReadQuestions(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}
