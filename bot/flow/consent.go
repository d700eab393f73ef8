package flow

import (
	"slices"
	"strings"

	"fenfu/bot/slot"
	"fenfu/intents"
)

// consent answers a message while a consent is asked for. Only an explicit yes
// counts: 好的 is polite, 同意 is a consent.
func (r *run) consent(s *Step) {
	if found := slot.Scan(r.in.Text, r.in.Now); len(found) > 0 {
		r.hide(found) // not asked for yet, so neither kept nor shown
		r.ask(r.f.Texts["consent_first"])
		return
	}
	m := r.in.Match
	yes := m.Act == intents.Affirm && !m.Question
	switch {
	case m.Act == intents.Deny || m.Act == intents.Refuse:
		r.decline(s)
	case yes && strings.Contains(m.Folded, "同意"):
		r.agree(s)
	case !yes && (r.command(s) || r.digress()):
	default:
		r.say(Say{Text: s.Explicit, Choices: r.f.choices("agree", "decline")})
	}
}

func (r *run) agree(s *Step) {
	r.s.Consents = slices.DeleteFunc(r.s.Consents, func(c Consent) bool { return c.ID == s.Consent.ID })
	r.s.Consents = append(r.s.Consents, Consent{
		ID: s.Consent.ID, Version: s.Consent.Version, TextSHA256: textHash(s.Ask), At: r.in.Now,
	})
	r.advance()
}

func (r *run) decline(s *Step) {
	r.stop()
	r.say(Say{Text: s.Declined, Choices: r.f.choices("again")})
}
