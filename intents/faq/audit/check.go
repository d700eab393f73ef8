package audit

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"fenfu/intents"
	"fenfu/intents/faq"
	"fenfu/intents/guard"
)

// Problem is one thing that is wrong with an entry.
type Problem struct {
	At    string // file:line:column of the entry
	Entry string // its id
	Text  string
}

func (p Problem) String() string { return fmt.Sprintf("%s: %s: %s", p.At, p.Entry, p.Text) }

// checker looks for what is wrong.
type checker struct {
	book  *faq.Book
	facts facts
	found []Problem
}

func (c *checker) bad(e faq.Entry, format string, a ...any) {
	c.found = append(c.found, Problem{e.At, e.ID, fmt.Sprintf(format, a...)})
}

// Check holds the entries of a folder against each other, their facts and what
// may be said, as of now. The error is for a folder that cannot be read at all.
func Check(fsys fs.FS, m *intents.Matcher, now time.Time) ([]Problem, error) {
	book, err := faq.Load(fsys, func() time.Time { return now })
	if err != nil {
		return nil, err
	}
	c := &checker{book: book}
	if c.facts, err = readFacts(fsys); err != nil {
		return nil, err
	}
	g := guard.New(c.facts.Links...)
	for _, e := range book.Entries() {
		for _, s := range e.Sources {
			if c.facts.Sources[s] == "" {
				c.bad(e, "source %q is not in %s", s, faq.FactsFile)
			}
		}
		for _, f := range slices.Concat(g.Check(e.Title()), g.Check(e.Answer)) {
			c.bad(e, "says what may not be said (%s): %s", f.Kind, f.Text)
		}
		if !e.ValidTo.IsZero() && !e.Valid(now) && e.ValidTo.Before(now) {
			c.bad(e, "expired on %s", e.ValidTo.Format(time.DateOnly))
		}
		c.length(e)
		c.numbers(e)
		c.contradicts(e)
		c.places(e)
		if e.Valid(now) {
			c.forms(e, m)
		}
	}
	c.twice()
	return c.found, nil
}

// How many characters can be read at a glance: in a chat on a telephone, and on
// a button.
const (
	maxAnswer = 160
	maxTitle  = 20
)

func (c *checker) length(e faq.Entry) {
	if n := utf8.RuneCountInString(e.Answer); n > maxAnswer {
		c.bad(e, "its answer has %d characters, at most %d can be read in a chat", n, maxAnswer)
	}
	if n := utf8.RuneCountInString(e.Title()); n > maxTitle {
		c.bad(e, "its title %s has %d characters, at most %d fit on a button", e.Title(), n, maxTitle)
	}
}

var (
	aside  = regexp.MustCompile(`（[^）]*）`)
	quoted = regexp.MustCompile(`「([^」]*)」`)
)

// places looks whether the ways through the app, the labels on its screen and
// the commands that an answer names exist.
func (c *checker) places(e faq.Entry) {
	for _, a := range aside.FindAllString(e.Answer, -1) {
		for _, m := range quoted.FindAllStringSubmatch(a, -1) {
			c.word(e, m[1])
		}
	}
	text := aside.ReplaceAllString(e.Answer, "")
	var way []string
	last := 0
	for _, m := range quoted.FindAllStringSubmatchIndex(text, -1) {
		if text[last:m[0]] != "→" {
			c.way(e, way)
			way = nil
		}
		way, last = append(way, text[m[2]:m[3]]), m[1]
	}
	c.way(e, way)
}

func (c *checker) way(e faq.Entry, way []string) {
	switch len(way) {
	case 0:
	case 1:
		c.word(e, way[0])
	default:
		path := strings.Join(way, " → ")
		if !slices.ContainsFunc(c.facts.Paths, func(p string) bool { return p == path || strings.HasPrefix(p, path+" → ") }) {
			c.bad(e, "there is no way %s in %s", path, faq.FactsFile)
		}
	}
}

func (c *checker) word(e faq.Entry, word string) {
	if !slices.Contains(c.facts.Labels, word) && !slices.Contains(c.facts.Commands, word) {
		c.bad(e, "「%s」 is neither a label nor a command in %s", word, faq.FactsFile)
	}
}

// forms looks whether the entry's question forms find it.
func (c *checker) forms(e faq.Entry, m *intents.Matcher) {
	for _, q := range e.Questions {
		match := m.Match(q)
		found := c.book.Find(q, match)
		own := func(h faq.Hit) bool { return h.Entry.ID == e.ID }
		switch {
		case match.Decision == intents.Start:
			c.bad(e, "%s starts an application", q)
		case found.Answer != nil && !own(*found.Answer):
			c.bad(e, "%s finds %s first", q, found.Answer.Entry.ID)
		case found.Answer == nil && !slices.ContainsFunc(found.Near, own):
			c.bad(e, "%s does not find it", q)
		}
	}
}
