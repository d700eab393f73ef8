package faq

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"fenfu/intents"
)

// maxRunes is how much of a question is looked at.
const maxRunes = 160

//go:embed words.yaml
var words []byte

// wordsFile is words.yaml.
type wordsFile struct {
	Same      map[string][]string `yaml:"same"`
	Keep      []string            `yaml:"keep"`
	Drop      []string            `yaml:"drop"`
	Elsewhere []string            `yaml:"elsewhere"`
}

// folder makes questions comparable: as intents.Fold, with words that mean the
// same in one form, and without politeness and persons.
type folder struct {
	plain     *strings.Replacer
	elsewhere []string
}

func newFolder() (*folder, error) {
	var f wordsFile
	if err := yaml.UnmarshalWithOptions(words, &f, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("words.yaml: %w", err)
	}
	var rules [][2]string
	for to, all := range f.Same {
		for _, from := range all {
			rules = append(rules, [2]string{from, to})
		}
		rules = append(rules, [2]string{to, to})
	}
	for _, w := range f.Keep {
		rules = append(rules, [2]string{w, w})
	}
	for _, w := range f.Drop {
		rules = append(rules, [2]string{w, ""})
	}
	// The longest word wins; a Replacer takes the first that fits.
	slices.SortFunc(rules, func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(len(b[0]), len(a[0])), cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	var pairs []string
	for _, r := range rules {
		pairs = append(pairs, r[0], r[1])
	}
	out := &folder{plain: strings.NewReplacer(pairs...)}
	for _, w := range f.Elsewhere {
		out.elsewhere = append(out.elsewhere, intents.Fold(w))
	}
	return out, nil
}

// fold folds a text.
func (f *folder) fold(s string) string { return f.plain.Replace(intents.Fold(s)) }

// strange reports whether the text is about something that is not ours.
func (f *folder) strange(text string) bool {
	t := intents.Fold(text)
	if strings.Contains(t, "分付") {
		return false
	}
	return slices.ContainsFunc(f.elsewhere, func(w string) bool { return strings.Contains(t, w) })
}

// pair is two characters that follow each other, or one alone and 0.
type pair [2]rune

// pairs returns the pairs of characters in t and its characters, each once.
func pairs(t string) []pair {
	r := []rune(t)
	r = r[:min(len(r), maxRunes)]
	ps := make([]pair, 0, 2*len(r))
	for i := range r {
		if p := (pair{r[i]}); !slices.Contains(ps, p) {
			ps = append(ps, p)
		}
		if i+1 == len(r) {
			break
		}
		if p := (pair{r[i], r[i+1]}); !slices.Contains(ps, p) {
			ps = append(ps, p)
		}
	}
	return ps
}
