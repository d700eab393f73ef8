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
	// introduced is a name with words before it that introduce one.
	introduced = regexp.MustCompile(`(?:我的名字|我的姓名|名字|姓名|我|本人|客户|申请人|他|她|老公|老婆|朋友)?(?:叫做|叫|是|姓|为|:|：)\s*([\p{Han}·]{2,})`)
	// clauses are what stands between marks and spaces.
	clauses = regexp.MustCompile(`[\p{Han}·]{2,}`)
	// handles are words in Latin letters with digits or marks in them:
	// accounts, passwords, addresses.
	handles = regexp.MustCompile(`[A-Za-z0-9._%+-]*(?:@|[A-Za-z][0-9_.-]|[0-9_.-][A-Za-z])[A-Za-z0-9._%+@-]*`)
)

// withoutDetails is a text as the model may see it: the session's details, and
// whatever looks like anybody's, replaced whole. Masks would still tell a
// surname and the last digits.
func withoutDetails(session *Session, text string, now time.Time) string {
	out := withoutNames(slot.Redact(withoutKnown(session, text, now)), now)
	out = handles.ReplaceAllString(out, placeholder)
	return figures.ReplaceAllString(out, placeholder)
}

// withoutKnown takes out the session's details, and what is in shape nothing
// but a detail.
func withoutKnown(session *Session, text string, now time.Time) string {
	var b strings.Builder
	at := 0
	for _, f := range slot.Scan(text, now) {
		if f.Start < at {
			continue
		}
		b.WriteString(text[at:f.Start] + placeholder)
		at = f.End
	}
	b.WriteString(text[at:])
	out := b.String()
	for _, d := range session.Flow.Details {
		out = strings.ReplaceAll(out, d.Value.Reveal(), placeholder)
	}
	if a := session.Application; a != nil {
		s := a.Request.Subject
		for _, v := range []string{s.Name.Reveal(), s.IDNumber.Reveal(), s.Phone.Reveal(), s.Email.Reveal(), s.WeChat.Reveal()} {
			if v != "" {
				out = strings.ReplaceAll(out, v, placeholder)
			}
		}
	}
	return out
}

// withoutNames takes out what may be a name: a clause that would do as one by
// itself, and the same after words that introduce a name. That is more than are
// names, and what a model loses by it is little.
func withoutNames(text string, now time.Time) string {
	return clauses.ReplaceAllStringFunc(text, func(clause string) string {
		name := clause
		if m := introduced.FindStringSubmatch(clause); m != nil {
			name = m[1]
		}
		if f, err := slot.Name.Find(name, now); err == nil {
			return strings.ReplaceAll(clause, f.Value.Reveal(), placeholder)
		}
		return clause
	})
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
