package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

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

// facts is the file of what entries may rest on and refer to.
type facts struct {
	Sources  map[string]string `yaml:"sources"`
	Paths    []string          `yaml:"paths"`
	Labels   []string          `yaml:"labels"`
	Commands []string          `yaml:"commands"`
	Links    []string          `yaml:"links"` // hosts that answers may link to
	Numbers  []number          `yaml:"numbers"`
}

// number is a figure that must be the same wherever it is named.
type number struct {
	Name    string `yaml:"name"`
	Pattern string `yaml:"pattern"` // its first group is the figure
	Value   string `yaml:"value"`
	re      *regexp.Regexp
}

func readFacts(fsys fs.FS) (facts, error) {
	var f facts
	raw, err := fs.ReadFile(fsys, faq.FactsFile)
	if err != nil {
		return f, fmt.Errorf("facts: %w", err)
	}
	if err := yaml.UnmarshalWithOptions(raw, &f, yaml.Strict()); err != nil {
		return f, fmt.Errorf("facts: %s: %w", faq.FactsFile, err)
	}
	for i, n := range f.Numbers {
		if f.Numbers[i].re, err = regexp.Compile(n.Pattern); err == nil && f.Numbers[i].re.NumSubexp() != 1 {
			err = errors.New("the pattern needs one group, the figure")
		}
		if err != nil {
			return f, fmt.Errorf("facts: %s: number %q: %w", faq.FactsFile, n.Name, err)
		}
	}
	return f, nil
}

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
		c.numbers(e)
		c.places(e)
		if e.Valid(now) {
			c.forms(e, m)
		}
	}
	c.twice()
	return c.found, nil
}

// numbers holds the figures of an answer against the facts.
func (c *checker) numbers(e faq.Entry) {
	for _, n := range c.facts.Numbers {
		for _, m := range n.re.FindAllStringSubmatch(e.Answer, -1) {
			if m[1] != n.Value {
				c.bad(e, "says %s for %s, elsewhere it is %s", m[1], n.Name, n.Value)
			}
		}
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
