package bot

import (
	"regexp"
	"strings"
	"time"

	"fenfu/bot/slot"
)

// placeholder stands for a detail in what the model is shown.
const placeholder = "〔已隐去〕"

var (
	// figures are numbers of four digits and more: whatever they are, no
	// entry has them. Stars are what masking left.
	figures = regexp.MustCompile(`[0-9*][0-9xX* -]{2,}[0-9xX*]`)
	// handles are words in Latin letters with digits or marks in them:
	// accounts, passwords, addresses.
	handles = regexp.MustCompile(`[A-Za-z0-9._%+-]*(?:@|[A-Za-z][0-9_.-]|[0-9_.-][A-Za-z])[A-Za-z0-9._%+@-]*`)
)

// withoutDetails is a text as the model may see it: the session's details, and
// whatever looks like anybody's, replaced whole. Masks would still tell a
// surname and the last digits.
func (t *turn) withoutDetails(text string) string {
	var b strings.Builder
	at := 0
	for _, f := range slot.Scan(text, t.m.At) {
		if f.Start < at {
			continue
		}
		b.WriteString(text[at:f.Start] + placeholder)
		at = f.End
	}
	b.WriteString(text[at:])
	out := b.String()
	for _, d := range t.s.Flow.Details {
		out = strings.ReplaceAll(out, d.Value.Reveal(), placeholder)
	}
	if a := t.s.Application; a != nil {
		s := a.Request.Subject
		for _, v := range []string{s.Name.Reveal(), s.IDNumber.Reveal(), s.Phone.Reveal(), s.Email.Reveal(), s.WeChat.Reveal()} {
			if v != "" {
				out = strings.ReplaceAll(out, v, placeholder)
			}
		}
	}
	out = slot.Redact(out)
	out = handles.ReplaceAllString(out, placeholder)
	return figures.ReplaceAllString(out, placeholder)
}

// looksLikeDetail reports whether a text that is no question might be a detail
// that nobody has asked for yet: a bare name is told from other words by nothing
// but its shape.
func looksLikeDetail(text string, now time.Time) bool {
	for _, k := range []slot.Kind{slot.Name, slot.ID, slot.Contact} {
		if _, err := k.Find(text, now); err == nil {
			return true
		}
	}
	return slot.NearMiss(text, now) != nil
}
