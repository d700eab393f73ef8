package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"

	"github.com/goccy/go-yaml"

	"fenfu/intents/faq"
)

// facts is the file of what entries may rest on and refer to.
type facts struct {
	Sources  map[string]string `yaml:"sources"`
	Paths    []string          `yaml:"paths"`
	Labels   []string          `yaml:"labels"`
	Commands []string          `yaml:"commands"`
	Links    []string          `yaml:"links"` // hosts that answers may link to
	Numbers  []number          `yaml:"numbers"`
	Never    []never           `yaml:"never"`
}

// number is a figure that must be the same wherever it is named.
type number struct {
	Name    string `yaml:"name"`
	Pattern string `yaml:"pattern"` // its first group is the figure
	Value   string `yaml:"value"`
	re      *regexp.Regexp
}

// never is what no answer may say, for the facts say otherwise.
type never struct {
	Fact    string `yaml:"fact"` // the source it would contradict
	Pattern string `yaml:"pattern"`
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
	for i, n := range f.Never {
		if f.Never[i].re, err = regexp.Compile(n.Pattern); err == nil && f.Sources[n.Fact] == "" {
			err = fmt.Errorf("%q is no source", n.Fact)
		}
		if err != nil {
			return f, fmt.Errorf("facts: %s: never: %w", faq.FactsFile, err)
		}
	}
	return f, nil
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

// contradicts looks for what the facts say otherwise.
func (c *checker) contradicts(e faq.Entry) {
	for _, n := range c.facts.Never {
		if said := n.re.FindString(e.Answer); said != "" {
			c.bad(e, "says %s, which contradicts the source %q: %s", said, n.Fact, c.facts.Sources[n.Fact])
		}
	}
}
