package bot

import (
	"fenfu/bot/flow"
	"fenfu/bot/slot"
)

// AsLeftBy returns the session as the agent knew it who had the latest handoff
// that is over, and false if none that is over was theirs last. What was said,
// given or decided after they had left is not in it: that is between the
// visitor and the bot, or a colleague. A rating of theirs is.
func (s *Session) AsLeftBy(agent string) (Session, bool) {
	h := s.Handoff
	if h == nil || agent == "" {
		return Session{}, false
	}
	if h.open() || h.Agent.ID != agent {
		if h = h.before(agent); h == nil {
			return Session{}, false
		}
	}
	is := Session{
		ID: s.ID, Version: s.Version, Seq: min(s.Seq, h.Left.Seq), Owner: OwnerBot, Handoff: h,
		CreatedAt: s.CreatedAt, UpdatedAt: h.Left.At,
		Flow: flow.State{Flow: s.Flow.Flow, Version: s.Flow.Version, Details: make(map[slot.Kind]flow.Detail)},
	}
	for k, d := range s.Flow.Details {
		if !d.At.After(h.Left.At) {
			is.Flow.Details[k] = d
		}
	}
	if a := s.Application; a != nil && !a.SubmittedAt.After(h.Left.At) {
		if a.DecidedAt.After(h.Left.At) {
			a = &Application{ID: a.ID, Version: a.Version, Status: Pending, SubmittedAt: a.SubmittedAt}
		}
		is.Application = a
	}
	return is, true
}

// before returns the latest of the past handoffs that was an agent's last, as a
// handoff of its own; nil if there is none.
func (h *Handoff) before(agent string) *Handoff {
	for i := len(h.Past) - 1; i >= 0; i-- {
		if p := h.Past[i]; p.Agent.ID == agent {
			return &Handoff{
				Reason: p.Reason, Desk: p.Desk, Agent: p.Agent, Since: p.Since, EndedAt: p.EndedAt, Left: p.Left, Rating: p.Rating,
				Past: h.Past[:i],
			}
		}
	}
	return nil
}
