package guard

import (
	"math/bits"
	"unicode/utf8"
)

// lookout finds the marks of many patterns in one go.
type lookout struct {
	patterns []*pattern
	of       map[rune]*beginnings
}

// beginnings are whose marks begin with a character: bits of patterns.
type beginnings struct {
	alone  uint64
	before map[rune]uint64
}

// watch looks for all that may not be said.
var watch = look(everything()...)

func everything() []*pattern {
	var all []*pattern
	for _, c := range claimed {
		all = append(all, c.re)
	}
	for _, r := range requested {
		all = append(all, r.thing)
	}
	return all
}

// look is for at most 64 patterns.
func look(all ...*pattern) *lookout {
	l := &lookout{patterns: all, of: map[rune]*beginnings{}}
	for i, p := range all {
		p.bit = i
		for _, m := range p.marks {
			r := []rune(m)
			b := l.of[r[0]]
			if b == nil {
				b = &beginnings{before: map[rune]uint64{}}
				l.of[r[0]] = b
			}
			if len(r) == 1 {
				b.alone |= 1 << i
			} else {
				b.before[r[1]] |= 1 << i
			}
		}
	}
	return l
}

// span is a piece of a text between its borders.
type span struct{ start, end int }

// text is a folded sentence in which patterns are looked for.
type text struct {
	s        string
	bordered string
	around   [64][]span // where a match of each pattern may be

	others, warns int // what reporter and warning return, 0 if not looked for
	wallet        *bool
}

// read notes where what may be.
func (l *lookout) read(s string) *text {
	t := &text{s: s, bordered: opening + s + closing}
	for i, r := range t.bordered {
		b := l.of[r]
		if b == nil {
			continue
		}
		next, _ := utf8.DecodeRuneInString(t.bordered[i+utf8.RuneLen(r):])
		for set := b.alone | b.before[next]; set != 0; set &= set - 1 {
			t.note(l.patterns[bits.TrailingZeros64(set)], i)
		}
	}
	return t
}

// note adds what is around a mark to where the pattern is tried.
func (t *text) note(p *pattern, at int) {
	start, end := max(0, at-p.before), min(len(t.bordered), at+p.after)
	for start > 0 && !utf8.RuneStart(t.bordered[start]) {
		start--
	}
	for end < len(t.bordered) && !utf8.RuneStart(t.bordered[end]) {
		end++
	}
	all := t.around[p.bit]
	if n := len(all) - 1; n >= 0 && start <= all[n].end {
		all[n].end = end
		return
	}
	t.around[p.bit] = append(all, span{start, end})
}

// all returns what regexp.FindAllStringSubmatchIndex would.
func (t *text) all(p *pattern) [][]int {
	var out [][]int
	for _, a := range t.around[p.bit] {
		for _, m := range p.re.FindAllStringSubmatchIndex(t.bordered[a.start:a.end], -1) {
			for i := range m {
				if m[i] >= 0 {
					m[i] = min(max(m[i]+a.start-len(opening), 0), len(t.s))
				}
			}
			out = append(out, m)
		}
	}
	return out
}
