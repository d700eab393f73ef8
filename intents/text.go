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

// asksAtEnd reports whether the runes end in the 不 or 没 of a question: 安全不,
// 要刷脸不嘛, 批了没, or in the ma of
// 安全ma. It takes a word before it; 我不 and 还没 are answers.
func asksAtEnd(runes []rune) bool {
	n := len(runes)
	for n > 0 && strings.ContainsRune("啊呀哦啦呢嘛咯哈", runes[n-1]) {
		n--
	}
	if n < 3 {
		return false
	}
	switch before := runes[n-2]; runes[n-1] {
	case 'a': // anquan ma: the word is known in Latin letters, and is written in Chinese by now
		return before == 'm' && runes[n-3] >= 0x4e00
	case '不':
		return !strings.ContainsRune("不就偏才说都也我你他她绝决从还并倒那可要先真很好", before) || before == '要' && runes[n-3] == '需'
	case '没':
		return !strings.ContainsRune("没还我你他她都也并就真从先倒啥么", before)
	case '伐':
		return true
	}
	return false
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
