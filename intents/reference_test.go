package intents

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// reference reads texts as the rules are defined, without any of the tables
// that make a Matcher fast.
type reference struct {
	*Matcher
	words  map[string]bits // with the $ of those that end a text
	opaque map[string]bool
	table  []spelling
	max    int // runes of the longest word
}

func newReference(t *testing.T) *reference {
	t.Helper()
	var f lexiconFile
	if err := decode(data, "lexicon.yaml", &f); err != nil {
		t.Fatal(err)
	}
	r := &reference{Matcher: New(), words: map[string]bits{}, opaque: map[string]bool{}}
	for i, group := range []map[string][]string{f.Opaque, f.Concepts} {
		for name, patterns := range group {
			for _, p := range patterns {
				words, err := parse(p, f.Parts)
				if err != nil {
					t.Fatal(err)
				}
				for _, w := range words.expand() {
					set := r.words[w]
					set.add(r.Matcher.words.names[name])
					r.words[w] = set
					r.opaque[w] = r.opaque[w] || i == 0
					r.max = max(r.max, utf8.RuneCountInString(w))
				}
			}
		}
	}
	for _, item := range f.Spellings {
		r.table = append(r.table, spelling{[]rune(item.Key.(string)), []rune(item.Value.(string))})
	}
	return r
}

// expand writes out what a pattern stands for.
func (p pattern) expand() []string {
	if len(p) == 0 {
		return []string{""}
	}
	var all []string
	for _, rest := range p[1:].expand() {
		for _, choice := range p[0] {
			all = append(all, choice+rest)
		}
	}
	return all
}

// read is what Matcher.read is to come to.
func (r *reference) read(s string) *text {
	t := newText().(*text)
	t.fold(s, maxRunes)
	runes := r.speech.bySound(repairProduct(t.runes))
	for i := 0; i < len(runes); i++ {
		for _, p := range r.table {
			if strings.HasPrefix(string(runes[i:]), string(p.typed)) {
				runes = slices.Replace(runes, i, i+len(p.typed), p.meant...)
				break
			}
		}
	}
	t.runes = runes[:min(len(runes), maxRunes)]
	t.mark = t.mark || asksAtEnd(t.runes)
	if t.mark {
		t.set.add(r.mark)
	}
	ended := append(slices.Clone(t.runes), '$')
	shadow := 0
	for i := range t.runes {
		if i < shadow {
			continue
		}
		for end := i + 1; end <= min(i+r.max, len(ended)); end++ {
			if r.opaque[string(ended[i:end])] {
				shadow = end
			}
		}
		for end := max(i+1, shadow); end <= min(i+r.max, len(ended)); end++ {
			set := r.words[string(ended[i:end])]
			t.set.union(&set)
			for c := range set.all() {
				t.hits = append(t.hits, hit{c, uint8(i), uint8(min(end, len(t.runes)))})
			}
		}
	}
	return t
}

func (r *reference) first(rules []rule, t *text) *rule {
	for i := range rules {
		if rules[i].matches(t) {
			return &rules[i]
		}
	}
	return nil
}

// phrases are texts to read: questions, and pieces of the lexicon itself, so
// that every word occurs; glued together, cut and shuffled.
func phrases(t *testing.T, r *reference) []string {
	t.Helper()
	var all []string
	files, err := filepath.Glob("faq/testdata/*.tsv")
	if err != nil || len(files) == 0 {
		t.Fatal("no questions", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(raw)) {
			question, _, _ := strings.Cut(line, "\t")
			all = append(all, question)
		}
	}
	words := make([]string, 0, len(r.words))
	for w := range r.words {
		words = append(words, strings.TrimSuffix(w, "$"))
	}
	slices.Sort(words)
	dice := rand.New(rand.NewPCG(1, 2))
	pick := func(from []string) string { return from[dice.IntN(len(from))] }
	for range 400 {
		all = append(all, pick(words)+pick(words), pick(all)+pick([]string{"，", "？", "", " "})+pick(words))
		typed := []rune(pick(all) + string(r.table[dice.IntN(len(r.table))].typed))
		cut := dice.IntN(len(typed))
		all = append(all, string(typed[cut:])+string(typed[:cut]))
	}
	return all
}

func TestMatcherReadsAsDefined(t *testing.T) {
	r := newReference(t)
	got := newText().(*text)
	for _, s := range phrases(t, r) {
		s = Normalize(s)
		r.Matcher.read(s, got)
		want := r.read(s)
		if string(got.runes) != string(want.runes) || got.mark != want.mark || got.set != want.set || !slices.Equal(got.hits, want.hits) {
			t.Fatalf("%q is read as %q %v, want %q %v", s, string(got.runes), got.hits, string(want.runes), want.hits)
		}
		for name, book := range map[string]*ruleBook{"topics": &r.topics, "acts": &r.acts} {
			if got, want := book.first(got), r.first(book.rules, want); got != want {
				t.Fatalf("%q: the rule of %s is %s, want %s", s, name, show(got), show(want))
			}
		}
		if string(got.runes) != got.string(s) {
			t.Fatalf("%q folds to %q, want %q", s, got.string(s), string(got.runes))
		}
	}
}

func show(r *rule) string {
	if r == nil {
		return "none"
	}
	return fmt.Sprint(r.result.Rule)
}

// What Normalize takes for plain, and the full width that it maps itself, is
// as NFKC has it, whatever stands around it.
func TestPlainIsNormal(t *testing.T) {
	for c := rune(0); c <= unicode.MaxRune; c++ {
		s := string(c)
		if wide := c >= 0xff01 && c <= 0xff5e; wide && lookalike(c) == 0 && string(visible(c)) != norm.NFKC.String(s) {
			t.Errorf("%q becomes %q, want %q", s, visible(c), norm.NFKC.String(s))
		}
		if !isPlain(s) {
			continue
		}
		p := norm.NFKC.PropertiesString(s)
		if visible(c) != c || !norm.NFKC.IsNormalString(s) || !p.BoundaryBefore() {
			t.Errorf("%q is not plain", s)
		}
	}
}
