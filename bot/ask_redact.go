package bot

import (
	"time"

	"fenfu/bot/pii"
	"fenfu/bot/slot"
)

// known are the session's details, which are taken out of whatever a model may
// see, in any shape.
func (s *Session) known() []pii.Text {
	var out []pii.Text
	for _, d := range s.Flow.Details {
		out = append(out, d.Value)
	}
	for _, v := range s.Flow.Replaced {
		out = append(out, v)
	}
	if s.Flow.Piece != "" {
		out = append(out, s.Flow.Piece)
	}
	if a := s.Application; a != nil {
		of := a.Request.Subject
		out = append(out, of.Name, of.IDNumber, of.Phone, of.Email, of.WeChat)
	}
	if h := s.Handoff; h != nil {
		out = append(out, h.Contact)
	}
	return out
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
