// Package faq answers questions about the product from entries written by
// people: knowledge as data, embedded and replaceable.
//
// [Load] reads and checks the entries, [Book.Answer] finds the one that
// answers a question, or none: a wrong answer is worse than no answer.
package faq

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"fenfu/intents"
)

// Entry is one piece of knowledge.
type Entry struct {
	ID         string           `yaml:"id"`
	Intents    []intents.Intent `yaml:"intents"`     // the topics whose questions it may answer
	DefaultFor []intents.Intent `yaml:"default_for"` // the topics it answers when no entry fits better
	Questions  []string         `yaml:"questions"`   // how visitors ask for it
	Keywords   []string         `yaml:"keywords"`    // words that point to it whatever surrounds them
	Answer     string           `yaml:"answer"`
	Sources    []string         `yaml:"sources"` // the facts it rests on
	Next       Next             `yaml:"next"`
}

// Next is what to offer after an answer.
type Next string

// The offers. The zero value: nothing.
const (
	ToApply Next = "apply"
	ToHuman Next = "human"
)

//go:embed entries.yaml
var embedded embed.FS

// file is the name of the entries in a file system.
const file = "entries.yaml"

// topics are those that an entry may name.
var topics = [...]intents.Intent{
	intents.HowToOpen, intents.WhyNot, intents.Limit, intents.Repay, intents.Close,
	intents.Human, intents.Status, intents.Greeting, intents.Other,
}

// Default returns the embedded knowledge.
func Default() (*Book, error) { return Load(embedded) }

// Load reads entries.yaml of fsys. Unknown keys, missing texts, ids or defaults
// given twice and topics that do not exist are errors that name the line.
func Load(fsys fs.FS) (*Book, error) {
	raw, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, fmt.Errorf("knowledge: %w", err)
	}
	var entries []Entry
	if err := yaml.UnmarshalWithOptions(raw, &entries, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("knowledge: %s: %w", file, err)
	}
	if err := check(entries, func(i int) string { return position(raw, i) }); err != nil {
		return nil, err
	}
	return index(entries), nil
}

// check returns everything that is wrong with entries at once.
func check(entries []Entry, at func(i int) string) error {
	if len(entries) == 0 {
		return fmt.Errorf("knowledge: %s: no entries", file)
	}
	var errs []error
	ids, defaults := map[string]bool{}, map[intents.Intent]string{}
	for i, e := range entries {
		bad := func(format string, a ...any) {
			errs = append(errs, fmt.Errorf("knowledge: %s: entry %q: %s", at(i), e.ID, fmt.Sprintf(format, a...)))
		}
		if e.ID == "" || ids[e.ID] {
			bad("the id is missing or taken")
		}
		ids[e.ID] = true
		if strings.TrimSpace(e.Answer) == "" || len(e.Questions) == 0 || len(e.Sources) == 0 {
			bad("needs an answer, questions and sources")
		}
		for _, t := range slices.Concat(e.Intents, e.DefaultFor) {
			if !slices.Contains(topics[:], t) {
				bad("unknown intent %q", t)
			}
		}
		for _, t := range e.DefaultFor {
			if first, taken := defaults[t]; taken {
				bad("%q is already the default for %s", first, t)
			}
			defaults[t] = e.ID
		}
		for _, w := range slices.Concat(e.Questions, e.Keywords) {
			if utf8.RuneCountInString(fold(w)) == 0 {
				bad("%q has no word in it", w)
			}
		}
		if e.Next != "" && e.Next != ToApply && e.Next != ToHuman {
			bad("unknown next %q", e.Next)
		}
	}
	return errors.Join(errs...)
}

// position names the line where the i-th entry begins.
func position(raw []byte, i int) string {
	path, err := yaml.PathString(fmt.Sprintf("$[%d].id", i))
	if err != nil {
		return file
	}
	node, err := path.ReadNode(strings.NewReader(string(raw)))
	if err != nil || node.GetToken() == nil {
		return fmt.Sprintf("%s: entry number %d", file, i+1)
	}
	p := node.GetToken().Position
	return fmt.Sprintf("%s:%d:%d", file, p.Line, p.Column)
}
