package flow

import (
	"regexp"
	"strings"

	"fenfu/bot/slot"
	"fenfu/intents"
)

// back stands before a name that a visitor goes back to.
var back = [...]string{"还是叫", "还是用", "还是", "改回", "换回"}

// beginnings is how people say that a number begins otherwise: the wrong
// beginning, then the right one.
var beginnings = regexp.MustCompile(`不是\s*(1\d{2,9})[\s,，]*而?是\s*(1\d{2,9})(?:\D|$)`)

// instead finds a detail that takes the place of one that was given, and that
// only makes sense because that one was: a name that the visitor goes back to,
// or the beginning of a number.
func (r *reader) instead(p Part) (slot.Found, bool) {
	if phone, ok := r.s.Details[slot.Phone]; ok && r.f.stepFor(slot.Phone) != nil {
		if at := beginnings.FindStringSubmatchIndex(p.Text); at != nil {
			was, is := p.Text[at[2]:at[3]], p.Text[at[4]:at[5]]
			end, begins := strings.CutPrefix(strings.TrimPrefix(phone.Value.Reveal(), "+86"), was)
			if f, err := slot.Phone.Find(is+end, r.in.Now); begins && len(was) == len(is) && err == nil {
				f.Start, f.End = at[4], at[5]
				return f, true
			}
		}
	}
	m := p.Match
	if _, ok := r.s.Details[slot.Name]; !ok || m.Question || m.Intent != intents.None && m.Intent != intents.Other ||
		m.Act != intents.NoAct && m.Act != intents.Correct && m.Act != intents.Deny {
		return slot.Found{}, false
	}
	for _, word := range back {
		at := strings.Index(p.Text, word)
		if at < 0 {
			continue
		}
		at += len(word)
		if f, err := slot.Name.Find(p.Text[at:], r.in.Now); err == nil {
			f.Start, f.End = f.Start+at, f.End+at
			return f, true
		}
	}
	return slot.Found{}, false
}
