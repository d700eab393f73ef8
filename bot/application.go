package bot

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fenfu/bot/eligibility"
	"fenfu/bot/slot"
)

// submit turns what was confirmed into an application that is due at once.
func (t *turn) submit() {
	details := t.s.Flow.Details
	id := details[slot.ID].Value
	subject := eligibility.Subject{
		Name: details[slot.Name].Value, IDType: slot.IDType(id), IDNumber: id,
		Phone: details[slot.Phone].Value, Email: details[slot.Email].Value, WeChat: details[slot.WeChat].Value,
	}
	app := &Application{ID: t.bot.NewID(), Version: 1, Status: Queued, SubmittedAt: t.m.At}
	app.Request = eligibility.Request{CheckID: app.ID, Product: t.bot.Book.Flow(t.s.Flow.Flow).Product, Subject: subject}
	for _, c := range t.s.Flow.Consents {
		if c.ID == discloseConsent {
			app.Request.Consent = eligibility.Consent{ID: c.ID, Version: c.Version, At: c.At, TextSHA256: c.TextSHA256}
		}
	}
	t.s.Application = app
	t.s.Due = t.m.At
}

// discloseConsent is the consent under which a request goes to the checker.
const discloseConsent = "disclose"

// erase forgets every detail, in the flow and in the application. A check
// still to be made is not made.
func (t *turn) erase() {
	if a := t.s.Application; a != nil {
		if a.Status == Queued {
			t.s.Application, t.s.Due = nil, time.Time{}
		} else {
			erased := *a
			erased.Request.Subject = eligibility.Subject{}
			t.s.Application = &erased
		}
	}
	if t.s.Flow.Flow == "" { // asked for by the visitor, not by the flow
		t.notice(CodeErased, "您在本次会话中填写的个人信息已全部删除，对信息使用的同意也已撤回。", nil)
	}
}

// outcome takes in what the check answered. An answer to anything but the
// application that waits for it changes nothing.
func (t *turn) outcome() error {
	a := t.s.Application
	if a == nil || a.Status != Queued || a.ID != t.m.Outcome.CheckID {
		return nil
	}
	result := eligibility.Sanitize(*t.m.Outcome)
	decided := *a
	decided.Status, decided.Result, decided.DecidedAt = Decided, result, t.m.At
	decided.Request.Subject = eligibility.Subject{} // the check has it; the flow keeps what the visitor gave
	t.s.Application = &decided
	t.s.Due = time.Time{}
	title, text := t.bot.decisionText(result)
	data := &Data{Application: a.ID, Decision: result.Decision, Reasons: result.Reasons}
	t.notice(CodeDecided, title+"\n"+text, data, reviewOrHuman(result.Decision))
	t.events[0].ID = t.m.ID
	return nil
}

// decisionText puts a decision into words: a headline, then the reasons and
// what can be done.
func (b *Bot) decisionText(r eligibility.Result) (title, text string) {
	w := b.Rules.Words(r.Decision)
	var lines []string
	if w.Text != "" {
		lines = append(lines, w.Text)
	}
	for _, reason := range r.Reasons {
		lines = append(lines, "・"+reason.TextZH)
	}
	return w.Title, strings.Join(append(lines, w.Next), "\n")
}

// Wake does what a session is due for: it sends a queued application to the
// check and takes in the answer. It may be called at any time, by several
// nodes at once: the check's id makes two checks one, and the answer's message
// id makes two answers one.
func (b *Bot) Wake(ctx context.Context, session string) error {
	s, err := b.Memory.Load(ctx, session)
	if err != nil {
		return fmt.Errorf("load session: %w", err)
	}
	a := s.Application
	if a == nil || a.Status != Queued {
		return nil
	}
	result, err := b.Checker.Check(ctx, a.Request)
	if err != nil {
		return fmt.Errorf("check application: %w", err)
	}
	result.CheckID = a.ID
	_, err = b.Handle(ctx, Message{
		Session: session, ID: "check:" + a.ID, From: System, Kind: Outcome, Outcome: &result,
	})
	return err
}
