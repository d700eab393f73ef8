package sessions

import (
	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
	"fenfu/bot/pii"
	"fenfu/bot/slot"
)

func (r flowRecord) state() flow.State {
	s := flow.State{
		Flow: r.Flow, Version: r.Version, Status: r.Status, Step: r.Step,
		Asking: r.Asking, Misses: r.Misses, Since: r.Since.time(), Refused: flow.Refusal(r.Refused), Offered: r.Offered, Again: r.Again, Piece: pii.Text(r.Piece),
	}
	if len(r.Details) > 0 {
		s.Details = make(map[slot.Kind]flow.Detail, len(r.Details))
	}
	for _, d := range r.Details {
		s.Details[d.Kind] = flow.Detail{Value: pii.Text(d.Value), At: d.At.time(), Corrected: d.Corrected}
	}
	for _, v := range r.Between {
		s.Between = append(s.Between, pii.Text(v))
	}
	if len(r.Replaced) > 0 {
		s.Replaced = make(map[slot.Kind]pii.Text, len(r.Replaced))
	}
	for _, d := range r.Replaced {
		s.Replaced[d.Kind] = pii.Text(d.Value)
	}
	for _, c := range r.Consents {
		s.Consents = append(s.Consents, flow.Consent{ID: c.ID, Version: c.Version, TextSHA256: c.TextSHA256, At: c.At.time()})
	}
	return s
}

func (r *questionRecord) question() *bot.Question {
	if r == nil {
		return nil
	}
	return &bot.Question{ID: r.ID, Text: pii.Text(r.Text), Guess: r.Guess, At: r.At.time(), N: r.N}
}

func (r *applicationRecord) application() *bot.Application {
	if r == nil {
		return nil
	}
	q := r.Request
	a := &bot.Application{
		ID: r.ID, Version: r.Version, Status: r.Status, Attempts: r.Attempts, Failures: r.Failures, Trouble: r.Trouble,
		Next:        r.Next.time(),
		SubmittedAt: r.SubmittedAt.time(), DecidedAt: r.DecidedAt.time(),
		Request: eligibility.Request{
			CheckID: q.CheckID, Product: q.Product,
			Consent: eligibility.Consent{ID: q.Consent.ID, Version: q.Consent.Version, TextSHA256: q.Consent.TextSHA256, At: q.Consent.At.time()},
			Subject: eligibility.Subject{
				Name: pii.Text(q.Name), IDType: q.IDType, IDNumber: pii.Text(q.IDNumber),
				Phone: pii.Text(q.Phone), Email: pii.Text(q.Email), WeChat: pii.Text(q.WeChat),
			},
		},
	}
	if r.Result != nil {
		a.Result = *r.Result
	}
	return a
}

func notifications(records []notifyRecord) []bot.Notification {
	var out []bot.Notification
	for _, r := range records {
		out = append(out, bot.Notification{
			ID: r.ID, Event: r.Event, Handoff: r.Handoff, Desk: r.Desk, Reason: r.Reason, Application: r.Application, Decision: r.Decision, At: r.At.time(), Attempts: r.Attempts, Unsent: r.Unsent, Next: r.Next.time(),
		})
	}
	return out
}

func claims(records []claimRecord) []bot.Claim {
	var out []bot.Claim
	for _, r := range records {
		out = append(out, bot.Claim{Application: r.Application, Fingerprint: r.Fingerprint, At: r.At.time(), Drop: r.Drop.time()})
	}
	return out
}
