package intents

import (
	"embed"
	"fmt"
	"io/fs"

	"github.com/goccy/go-yaml"
)

//go:embed lexicon.yaml topics.yaml acts.yaml homophones.txt
var data embed.FS

// lexiconFile is the shape of lexicon.yaml.
type lexiconFile struct {
	Parts     map[string]string   `yaml:"parts"`
	Spellings yaml.MapSlice       `yaml:"spellings"`
	Sounds    []string            `yaml:"sounds"`
	NotSounds []string            `yaml:"not_sounds"`
	Opaque    map[string][]string `yaml:"opaque"`
	Concepts  map[string][]string `yaml:"concepts"`
}

// ruleFile is the shape of topics.yaml and acts.yaml.
type ruleFile struct {
	Rules []ruleSpec `yaml:"rules"`
}

// ruleSpec is one rule as written. Its conditions must all hold.
type ruleSpec struct {
	Rule     string     `yaml:"rule"`
	Intent   Intent     `yaml:"intent"`
	Decision Decision   `yaml:"decision"`
	Weak     bool       `yaml:"weak"`    // a clause that asks to start overrules it
	Against  bool       `yaml:"against"` // in a clause, it speaks against starting
	Act      Act        `yaml:"act"`
	Right    Right      `yaml:"right"`
	Slot     string     `yaml:"slot"` // the detail meant when the text names none
	All      []string   `yaml:"all"`  // each of these concepts occurs
	Any      []string   `yaml:"any"`  // one of these does
	And      []string   `yaml:"and"`  // and one of these
	None     []string   `yaml:"none"` // none of these does
	Near     []nearSpec `yaml:"near"` // one of these does
	Only     []string   `yaml:"only"` // the text consists of words of these
	Max      int        `yaml:"max"`  // the text is no longer, in runes
}

// nearSpec asks for a word of one concept before a word of another, at most
// gap runes between them.
type nearSpec struct {
	First string `yaml:"first"`
	Then  string `yaml:"then"`
	Gap   int    `yaml:"gap"`
}

type near struct {
	first, then concept
	gap         int
}

// rule is a ruleSpec made ready.
type rule struct {
	result              Match
	all, any, and, none bits
	near                []near
	only                bits
	max                 int
	weak, against       bool
}

func (r *rule) matches(t *text) bool {
	if r.max > 0 && len(t.runes) > r.max || !t.set.holds(r.all) || t.set.meets(r.none) ||
		!r.any.empty() && !t.set.meets(r.any) || !r.and.empty() && !t.set.meets(r.and) {
		return false
	}
	if len(r.near) > 0 && !t.anyNear(r.near) {
		return false
	}
	return r.only.empty() || t.consistsOf(r.only)
}

func decode(fsys fs.FS, name string, to any) error {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalWithOptions(raw, to, yaml.Strict()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// load fills the lexicon with its words.
func (l *lexicon) load(f lexiconFile) error {
	for opaque, group := range map[bool]map[string][]string{true: f.Opaque, false: f.Concepts} {
		for name, patterns := range group {
			c, err := l.concept(name)
			if err != nil {
				return err
			}
			for _, p := range patterns {
				words, err := parse(p, f.Parts)
				if err == nil {
					err = l.words.add(words, c, opaque)
				}
				if err != nil {
					return fmt.Errorf("concept %s: %w", name, err)
				}
			}
		}
	}
	l.words.freeze()
	return nil
}

// rules makes the rules of a file ready.
func (l *lexicon) rules(fsys fs.FS, name string) (ruleBook, error) {
	var f ruleFile
	if err := decode(fsys, name, &f); err != nil {
		return ruleBook{}, err
	}
	rules := make([]rule, 0, len(f.Rules))
	for _, s := range f.Rules {
		r, err := l.rule(s)
		if err != nil {
			return ruleBook{}, fmt.Errorf("%s: rule %s: %w", name, s.Rule, err)
		}
		rules = append(rules, r)
	}
	book, err := newRuleBook(rules)
	if err != nil {
		return book, fmt.Errorf("%s: %w", name, err)
	}
	return book, nil
}

func (l *lexicon) rule(s ruleSpec) (rule, error) {
	r := rule{max: s.Max, weak: s.Weak, against: s.Against, result: Match{Intent: s.Intent, Act: s.Act, Right: s.Right, Slot: s.Slot, Decision: s.Decision, Rule: s.Rule}}
	if s.Decision == "" {
		r.result.Decision = Nothing
	}
	for _, f := range []struct {
		to    *bits
		names []string
	}{{&r.all, s.All}, {&r.any, s.Any}, {&r.and, s.And}, {&r.none, s.None}, {&r.only, s.Only}} {
		set, err := l.set(f.names)
		if err != nil {
			return r, err
		}
		*f.to = set
	}
	for _, n := range s.Near {
		pair, err := l.pair(n)
		if err != nil {
			return r, err
		}
		r.near = append(r.near, pair)
	}
	return r, nil
}

func (l *lexicon) pair(n nearSpec) (near, error) {
	if _, err := l.set([]string{n.First, n.Then}); err != nil {
		return near{}, fmt.Errorf("near: %w", err)
	}
	return near{l.names[n.First], l.names[n.Then], n.Gap}, nil
}
