// Package audit holds a knowledge base against itself, its facts and what may
// be said ([Check]), and against questions that people ask ([Measure]).
package audit

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"fenfu/intents"
	"fenfu/intents/faq"
)

// Question is one row of a measuring set.
type Question struct {
	Text    string
	Entries []string // ids of the entries that answer it; none if no entry does
}

// None stands for "no entry" in a measuring set.
const None = "-"

// ReadQuestions reads a measuring set: text, tab, entry ids with | between or
// "-". A first line that begins with "text" is a heading.
func ReadQuestions(r io.Reader) ([]Question, error) {
	var out []Question
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text, ids, ok := strings.Cut(lines.Text(), "\t")
		if text == "" || n == 1 && text == "text" {
			continue
		}
		if !ok || ids == "" {
			return nil, fmt.Errorf("line %d: no entry; write %s for none", n, None)
		}
		q := Question{Text: text}
		if ids != None {
			q.Entries = strings.Split(ids, "|")
		}
		out = append(out, q)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no questions")
	}
	return out, nil
}

// Figures are what came of a measuring set.
type Figures struct {
	All, Known int // questions; of those, with an entry
	First      int // of the known: the right entry is the answer or the first one asked back
	Answered   int // of the known: answered, rightly
	Near       int // of the known: asked back with the right entry among others
	Unknown    int // of the others: not answered with confidence
	Wrong      int // of all: answered with confidence, wrongly
	Errors     []Error
}

// Error is a question that was not answered as the set wants it.
type Error struct {
	Question
	Got   []string // the answer, or what was asked back
	Sure  bool     // it was given as the answer
	Score float64
}

// Measure asks the book every question, as the bot does.
func Measure(book *faq.Book, m *intents.Matcher, questions []Question) Figures {
	var f Figures
	for _, q := range questions {
		found := book.Find(q.Text, m.Match(q.Text))
		hits := found.Near
		if found.Answer != nil {
			hits = []faq.Hit{*found.Answer}
		}
		f.add(q, hits, found.Answer != nil)
	}
	return f
}

func (f *Figures) add(q Question, hits []faq.Hit, sure bool) {
	f.All++
	e := Error{Question: q, Sure: sure}
	for _, h := range hits {
		e.Got = append(e.Got, h.Entry.ID)
	}
	if len(hits) > 0 {
		e.Score = hits[0].Score
	}
	right := slices.IndexFunc(e.Got, func(id string) bool { return slices.Contains(q.Entries, id) })
	if len(q.Entries) == 0 {
		if sure {
			f.Wrong++
			f.Errors = append(f.Errors, e)
		} else {
			f.Unknown++
		}
		return
	}
	f.Known++
	switch {
	case sure && right == 0:
		f.First++
		f.Answered++
		return
	case sure:
		f.Wrong++
	case right >= 0:
		f.Near++
		if right == 0 {
			f.First++
		}
	}
	f.Errors = append(f.Errors, e)
}

// Print writes the figures, and the errors if asked for.
func (f Figures) Print(w io.Writer, errors bool) {
	share := func(n, of int) string {
		return fmt.Sprintf("%d of %d (%.1f %%)", n, of, 100*float64(n)/float64(max(of, 1)))
	}
	fmt.Fprintf(w, "questions with an entry: right one first %s, answered with it %s, asked back with it %s\n",
		share(f.First, f.Known), share(f.Answered, f.Known), share(f.Near, f.Known))
	fmt.Fprintf(w, "questions without one:   not answered %s\n", share(f.Unknown, f.All-f.Known))
	fmt.Fprintf(w, "wrong answers given with confidence: %s\n", share(f.Wrong, f.All))
	if !errors {
		return
	}
	fmt.Fprintln(w, "\nwanted\tgot\tscore\ttext")
	for _, e := range f.Errors {
		got := "asked back: " + strings.Join(e.Got, " ")
		switch {
		case e.Sure:
			got = "ANSWERED: " + e.Got[0]
		case len(e.Got) == 0:
			got = "nothing"
		}
		want := strings.Join(e.Entries, "|")
		if want == "" {
			want = None
		}
		fmt.Fprintf(w, "%s\t%s\t%.2f\t%s\n", want, got, e.Score, e.Text)
	}
}
