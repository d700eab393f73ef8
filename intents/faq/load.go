package faq

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"fenfu/intents"
)

// FactsFile is the file in a folder of entries that holds no entries, but what
// they may rest on. Only package audit reads it.
const FactsFile = "facts.yaml"

// Date is a day in China. The zero value is no day.
type Date struct{ time.Time }

var china = time.FixedZone("CST", 8*60*60)

// UnmarshalYAML reads a day like 2026-01-31.
func (d *Date) UnmarshalYAML(raw []byte) error {
	s := strings.Trim(strings.TrimSpace(string(raw)), `"'`)
	t, err := time.ParseInLocation(time.DateOnly, s, china)
	if err != nil {
		return fmt.Errorf("%q is no day like 2026-01-31", s)
	}
	d.Time = t
	return nil
}

// topics are those that an entry may name.
var topics = [...]intents.Intent{
	intents.HowToOpen, intents.WhyNot, intents.Limit, intents.Repay, intents.Close,
	intents.Human, intents.Status, intents.Greeting, intents.Other,
}

// Load reads the entries of all *.yaml files in fsys but [FactsFile]. Entries
// outside their dates by the clock now do not answer. Unknown keys, missing
// texts, ids or defaults given twice and topics that do not exist are errors
// that name the line.
func Load(fsys fs.FS, now func() time.Time) (*Book, error) {
	files, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("knowledge: %w", err)
	}
	var entries []Entry
	for _, file := range files {
		if file == FactsFile {
			continue
		}
		more, err := read(fsys, file)
		if err != nil {
			return nil, err
		}
		entries = append(entries, more...)
	}
	words, err := newFolder()
	if err != nil {
		return nil, fmt.Errorf("knowledge: %w", err)
	}
	if err := check(entries, words); err != nil {
		return nil, err
	}
	return index(entries, others(), words, now), nil
}

func read(fsys fs.FS, file string) ([]Entry, error) {
	raw, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, fmt.Errorf("knowledge: %w", err)
	}
	tree, err := parser.ParseBytes(raw, 0) // once: it takes longer than all else
	if err != nil {
		return nil, fmt.Errorf("knowledge: %s: %w", file, err)
	}
	var entries []Entry
	for _, doc := range tree.Docs {
		if doc.Body == nil {
			continue
		}
		if err := yaml.NodeToValue(doc.Body, &entries, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("knowledge: %s: %w", file, err)
		}
	}
	for i := range entries {
		entries[i].At = position(file, tree, i)
	}
	return entries, nil
}

// check returns everything that is wrong with entries at once.
func check(entries []Entry, words *folder) error {
	if len(entries) == 0 {
		return errors.New("knowledge: no entries")
	}
	var errs []error
	ids, defaults := map[string]bool{}, map[intents.Intent]string{}
	for _, e := range entries {
		bad := func(format string, a ...any) {
			errs = append(errs, fmt.Errorf("knowledge: %s: entry %q: %s", e.At, e.ID, fmt.Sprintf(format, a...)))
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
		for _, w := range strings.Fields(strings.Join(e.Keywords, " ")) {
			if words.fold(w) == "" {
				bad("%q has no word in it", w)
			}
		}
		for _, q := range e.Questions {
			if !strings.ContainsFunc(q, unicode.IsLetter) {
				bad("%q has no word in it", q)
			}
		}
		if !e.ValidFrom.IsZero() && !e.ValidTo.IsZero() && e.ValidTo.Before(e.ValidFrom.Time) {
			bad("is valid to a day before it is valid from")
		}
		if e.Next != "" && e.Next != ToApply && e.Next != ToHuman {
			bad("unknown next %q", e.Next)
		}
	}
	return errors.Join(errs...)
}

// position names the line where the i-th entry of a file begins.
func position(file string, tree *ast.File, i int) string {
	path, err := yaml.PathString(fmt.Sprintf("$[%d].id", i))
	if err != nil {
		return file
	}
	node, err := path.FilterFile(tree)
	if err != nil || node.GetToken() == nil {
		return fmt.Sprintf("%s: entry number %d", file, i+1)
	}
	p := node.GetToken().Position
	return fmt.Sprintf("%s:%d:%d", file, p.Line, p.Column)
}
