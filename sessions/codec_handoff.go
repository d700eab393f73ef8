package sessions

import (
	"encoding/json"

	"fenfu/bot"
	"fenfu/bot/pii"
)

// handoff writes a handoffRecord.
func (o object) handoff(h *bot.Handoff) object {
	r := handoffRecord{
		Number: h.Number, Reason: h.Reason, Desk: h.Desk, Since: nanos(toNanos(h.Since)), WaitsAt: nanos(toNanos(h.WaitsAt)),
		Prefer: h.Prefer, Offline: h.Offline, Asks: h.Asks, Contact: h.Contact.Reveal(), Agent: h.Agent,
		TakenAt: nanos(toNanos(h.TakenAt)), MetAt: nanos(toNanos(h.MetAt)), Waited: h.Waited, AgentAt: nanos(toNanos(h.AgentAt)), VisitorAt: nanos(toNanos(h.VisitorAt)),
		QuietAt: nanos(toNanos(h.QuietAt)), WarnedAt: nanos(toNanos(h.WarnedAt)), EndedAt: nanos(toNanos(h.EndedAt)), Rating: h.Rating, Comment: h.Comment.Reveal(),
		Left: leftOf(h.Left), Owed: h.Owed, Moved: h.Moved, Next: nanos(toNanos(h.Next)),
	}
	for _, p := range h.Past {
		r.Past = append(r.Past, pastRecord{
			Reason: p.Reason, Desk: p.Desk, Agent: p.Agent, Since: nanos(toNanos(p.Since)), EndedAt: nanos(toNanos(p.EndedAt)), Left: leftOf(p.Left), Rating: p.Rating,
		})
	}
	text, err := json.Marshal(r)
	if err != nil {
		panic("sessions: a handoff is plain values: " + err.Error())
	}
	return append(o.name("h"), text...)
}

func (r *handoffRecord) handoff() *bot.Handoff {
	if r == nil {
		return nil
	}
	h := &bot.Handoff{
		Number: r.Number, Reason: r.Reason, Desk: r.Desk, Since: r.Since.time(), WaitsAt: r.WaitsAt.time(),
		Prefer: r.Prefer, Offline: r.Offline, Asks: r.Asks, Contact: pii.Text(r.Contact), Agent: r.Agent,
		TakenAt: r.TakenAt.time(), MetAt: r.MetAt.time(), Waited: r.Waited, AgentAt: r.AgentAt.time(), VisitorAt: r.VisitorAt.time(),
		QuietAt: r.QuietAt.time(), WarnedAt: r.WarnedAt.time(), EndedAt: r.EndedAt.time(), Rating: r.Rating, Comment: pii.Text(r.Comment),
		Left: r.Left.left(), Owed: r.Owed, Moved: r.Moved, Next: r.Next.time(),
	}
	for _, p := range r.Past {
		h.Past = append(h.Past, bot.PastHandoff{
			Reason: p.Reason, Desk: p.Desk, Agent: p.Agent, Since: p.Since.time(), EndedAt: p.EndedAt.time(), Left: p.Left.left(), Rating: p.Rating,
		})
	}
	return h
}

func leftOf(l bot.Left) leftRecord { return leftRecord{Seq: l.Seq, At: nanos(toNanos(l.At))} }

func (r leftRecord) left() bot.Left { return bot.Left{Seq: r.Seq, At: r.At.time()} }
