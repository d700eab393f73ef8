package intents

import (
	"strings"

	"fenfu/intents/learn"
)

// text is a message as the rules see it.
type text struct {
	folded
	hits []hit // in order of their starts
	set  bits  // their concepts

	plain    []rune // its characters, as features are made of them
	features []learn.Feature
	likely   [learn.MaxLabels]float64
}

func newText() any {
	return &text{folded: folded{runes: make([]rune, 0, maxRunes+8)}, hits: make([]hit, 0, maxRunes)}
}

// string returns the runes as a string: s itself if they are the same, as when
// somebody writes a few plain words.
func (t *text) string(s string) string {
	i := 0
	for _, r := range s {
		if i == len(t.runes) || t.runes[i] != r {
			return string(t.runes)
		}
		i++
	}
	if i < len(t.runes) {
		return string(t.runes)
	}
	return s
}

// digits returns how many of its characters are digits.
func (t *text) digits() int {
	n := 0
	for _, r := range t.runes {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}

// anyNear reports whether one of the pairs occurs: a word of the first concept,
// then, not overlapping it and at most gap runes later, one of the other.
func (t *text) anyNear(pairs []near) bool {
	for _, p := range pairs {
		if t.set.has(p.first) && t.set.has(p.then) && t.near(p) {
			return true
		}
	}
	return false
}

func (t *text) near(p near) bool {
	for i, a := range t.hits {
		if a.c != p.first {
			continue
		}
		for _, b := range t.hits[i+1:] {
			if int(b.start) > int(a.end)+p.gap {
				break
			}
			if b.c == p.then && b.start >= a.end {
				return true
			}
		}
	}
	return false
}

// consistsOf reports whether words of these concepts, side by side, make up
// the whole text.
func (t *text) consistsOf(cs bits) bool {
	var reach [maxRunes + 1]bool
	reach[0] = true
	for _, h := range t.hits {
		if reach[h.start] && cs.has(h.c) {
			reach[h.end] = true
		}
	}
	return reach[len(t.runes)]
}

// sign reads a message without a word in it: marks and emoji.
func sign(s string, mark bool) Match {
	out := Match{Decision: Nothing, Question: mark}
	switch {
	case strings.ContainsAny(s, "👌👍🆗✅🙆"):
		out.Act, out.Rule = Affirm, "sign.affirm"
	case strings.ContainsAny(s, "👎❌🙅"):
		out.Act, out.Rule = Deny, "sign.deny"
	case strings.Contains(s, "🙏"):
		out.Act, out.Rule = Thanks, "sign.thanks"
	}
	return out
}
