package flow

import (
	"strings"
	"unicode/utf8"

	"fenfu/bot/pii"
	"fenfu/bot/slot"
	"fenfu/intents"
)

// maxChoosing is the longest text, in runes, that only says which of the
// numbers before it is meant.
const maxChoosing = 10

// ordinals are how people say which of several they mean.
var ordinals = [...]struct {
	word string
	at   int // from the end if below zero
}{
	{"第一", 0}, {"前一个", 0}, {"前面", 0}, {"前者", 0}, {"头一个", 0}, {"上面", 0}, {"都可以", 0}, {"都行", 0}, {"随便", 0}, {"都能", 0},
	{"第二", 1}, {"第三", 2}, {"最后", -1}, {"后一个", -1}, {"后面", -1}, {"后者", -1}, {"下面", -1},
}

// which reads the answer to "which of these numbers?": 第二个, or how the number
// begins or ends.
func (r *reader) which(m intents.Match) (slot.Found, bool) {
	if len(r.s.Between) == 0 || m.Question || utf8.RuneCountInString(m.Folded) > maxChoosing ||
		m.Act != intents.NoAct && m.Act != intents.Affirm {
		return slot.Found{}, false
	}
	value, ok := byPart(m.Folded, r.s.Between)
	for _, o := range ordinals {
		if ok || !strings.Contains(m.Folded, o.word) {
			continue
		}
		at := o.at
		if at < 0 {
			at += len(r.s.Between)
		}
		if at < len(r.s.Between) {
			value, ok = r.s.Between[at], true
		}
	}
	kind := slot.Phone
	if r.step.Detail == slot.ID {
		kind = slot.ID
	}
	return slot.Found{Kind: kind, Value: value}, ok
}

// byPart returns the one number that begins or ends with the digits in a text.
func byPart(folded string, numbers []pii.Text) (value pii.Text, ok bool) {
	digits := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, folded)
	if len(digits) < 2 || !strings.Contains(folded, digits) {
		return "", false
	}
	for _, n := range numbers {
		plain := strings.TrimPrefix(n.Reveal(), "+86")
		if strings.HasPrefix(plain, digits) || strings.HasSuffix(plain, digits) {
			if ok {
				return "", false
			}
			value, ok = n, true
		}
	}
	return value, ok
}
