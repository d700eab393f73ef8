package intents

import (
	"fmt"
	"iter"
	mathbits "math/bits"
	"slices"
	"strings"
)

// maxConcepts is how many concepts a bit set holds.
const maxConcepts = 256

// maxWords is how many words one pattern may stand for.
const maxWords = 3000

// bits is a set of concepts.
type bits [maxConcepts / 64]uint64

func (b *bits) add(c concept)      { b[c/64] |= 1 << (c % 64) }
func (b *bits) has(c concept) bool { return b[c/64]&(1<<(c%64)) != 0 }
func (b *bits) holds(all bits) bool {
	return b[0]&all[0] == all[0] && b[1]&all[1] == all[1] && b[2]&all[2] == all[2] && b[3]&all[3] == all[3]
}

func (b *bits) meets(any bits) bool {
	return b[0]&any[0]|b[1]&any[1]|b[2]&any[2]|b[3]&any[3] != 0
}

func (b *bits) union(o *bits) {
	b[0] |= o[0]
	b[1] |= o[1]
	b[2] |= o[2]
	b[3] |= o[3]
}

func (b *bits) empty() bool { return b[0]|b[1]|b[2]|b[3] == 0 }

// all yields the concepts of the set.
func (b *bits) all() iter.Seq[concept] {
	return func(yield func(concept) bool) {
		for i, w := range b {
			for ; w != 0; w &= w - 1 {
				if !yield(concept(i*64 + mathbits.TrailingZeros64(w))) {
					return
				}
			}
		}
	}
}

// concept is the number of a concept.
type concept uint8

// hit is a word of a concept found in a text: runes start to end.
type hit struct {
	c          concept
	start, end uint8 // maxRunes fits
}

// lexicon finds the words of all concepts in one pass over a text.
type lexicon struct {
	names map[string]concept
	used  bits // concepts that a rule names, or the code
	words *trie
}

func newLexicon() *lexicon {
	return &lexicon{names: map[string]concept{}, words: newTrie()}
}

// concept returns the number of a concept, giving it one at first sight.
func (l *lexicon) concept(name string) (concept, error) {
	if c, ok := l.names[name]; ok {
		return c, nil
	}
	if len(l.names) == maxConcepts {
		return 0, fmt.Errorf("concept %q: more than %d concepts", name, maxConcepts)
	}
	c := concept(len(l.names))
	l.names[name] = c
	return c, nil
}

// set returns the set of concepts named; each must be known.
func (l *lexicon) set(names []string) (bits, error) {
	var b bits
	for _, n := range names {
		c, ok := l.names[n]
		if !ok {
			return b, fmt.Errorf("unknown concept %q", n)
		}
		b.add(c)
	}
	l.used.union(&b)
	return b, nil
}

// unused returns a concept that is there for nothing, "" if there is none.
func (l *lexicon) unused(opaque map[string][]string) string {
	for name, c := range l.names {
		if _, ok := opaque[name]; !ok && !l.used.has(c) {
			return name
		}
	}
	return ""
}

// scan finds every word in t, by start, shorter ones first. Words that begin
// inside an opaque one, or with it and end before it, are no words.
func (l *lexicon) scan(t *text) {
	var found [16]word
	shadow := 0 // runes before it are inside an opaque word
	for i := range t.runes {
		if i < shadow {
			continue
		}
		words := l.words.from(t.runes, i, found[:0])
		for _, w := range words {
			if w.set.opaque {
				shadow = w.end
			}
		}
		for _, w := range words {
			if w.end < shadow {
				continue
			}
			end := min(w.end, len(t.runes))
			t.set.union(&w.set.bits)
			for _, c := range w.set.list {
				t.hits = append(t.hits, hit{c, uint8(i), uint8(end)})
			}
		}
	}
}

// pattern is what words of a concept are made of: one of the first choices,
// then one of the next, and so on.
type pattern [][]string

// parse reads a pattern: (a|b) stands for either, <part> for a part.
func parse(s string, parts map[string]string) (pattern, error) {
	whole := s
	for range 8 { // parts may name parts, but not themselves
		i := strings.IndexByte(s, '<')
		if i < 0 {
			break
		}
		j := strings.IndexByte(s[i:], '>')
		if j < 0 {
			return nil, fmt.Errorf("pattern %q: < without >", whole)
		}
		part, ok := parts[s[i+1:i+j]]
		if !ok {
			return nil, fmt.Errorf("pattern %q: unknown part %s", whole, s[i:i+j+1])
		}
		s = strings.ReplaceAll(s, s[i:i+j+1], part)
	}
	var p pattern
	words, empty := 1, true
	for s != "" {
		choices := []string{s}
		if i := strings.IndexByte(s, '('); i > 0 {
			choices, s = []string{s[:i]}, s[i:]
		} else if i == 0 {
			j := strings.IndexByte(s, ')')
			if j < 0 {
				return nil, fmt.Errorf("pattern %q: ( without )", whole)
			}
			choices, s = strings.Split(s[1:j], "|"), s[j+1:]
		} else {
			s = ""
		}
		for _, c := range choices {
			if strings.ContainsAny(c, "(){}<>|?") {
				return nil, fmt.Errorf("pattern %q: bad choice %q", whole, c)
			}
		}
		empty = empty && slices.Contains(choices, "")
		if words *= len(choices); words > maxWords {
			return nil, fmt.Errorf("pattern %q: too many words", whole)
		}
		p = append(p, choices)
	}
	if empty {
		return nil, fmt.Errorf("pattern %q: stands for nothing", whole)
	}
	return p, nil
}
