package faq

import (
	"cmp"
	_ "embed"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"fenfu/intents"
)

// maxRunes is how much of a question is looked at.
const maxRunes = 160

//go:embed words.yaml
var words []byte

// elsewhere holds questions about other things, one a line.
//
//go:embed elsewhere.txt
var elsewhere string

// others are the questions that no entry is for.
func others() []string {
	var out []string
	for line := range strings.Lines(elsewhere) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

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

// What stands for a run of letters or digits, from here on: no character does.
const (
	wordToken   = 0x200000
	numberToken = 0x300000
	tokenMask   = 0xfffff
)

// tokens returns the characters of t, with a run of letters as one, and one of
// digits as what matters of it: a small number itself, a larger one its size,
// and nothing of what is as long as a telephone number.
func tokens(t string) []rune {
	out := make([]rune, 0, utf8.RuneCountInString(t))
	for t != "" {
		n, word := run(t)
		switch {
		case n == 0:
			r, size := utf8.DecodeRuneInString(t)
			out, n = append(out, r), size
		case word:
			h := fnv.New32a()
			h.Write([]byte(t[:n]))
			out = append(out, wordToken+rune(h.Sum32()&tokenMask))
		case n <= 2:
			out = append(out, numberToken+rune(t[0])<<8+rune(t[n-1]))
		case n < longNumber:
			out = append(out, numberToken+rune(t[0])+rune(n)<<16)
		}
		t = t[n:]
	}
	return out
}

// longNumber is from how many digits on a number is a detail.
const longNumber = 7

// run measures the run of letters or of digits that t begins with.
func run(t string) (n int, word bool) {
	digit := func(c byte) bool { return c >= '0' && c <= '9' }
	for n < len(t) && (digit(t[n]) || t[n] >= 'a' && t[n] <= 'z') && digit(t[n]) == digit(t[0]) {
		n++
	}
	return n, n > 0 && !digit(t[0])
}

// pair is two tokens that follow each other, or one alone and 0.
type pair [2]rune

// pairs returns the pairs of tokens in t and its tokens, each once.
func pairs(t string) []pair {
	r := tokens(t)
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
