package bot

import (
	"fmt"
	"strings"

	"fenfu/bot/eligibility"
	"fenfu/bot/slot"
)

// submit turns what was confirmed into an application that is due at once.
func (t *turn) submit() {
	t.queue(&Application{ID: t.bot.NewID(), Version: 1})
}

// queue makes the application's version one of what the visitor has given, to
// be checked at once.
func (t *turn) queue(app *Application) {
	details := t.s.Flow.Details
	id := details[slot.ID].Value
	subject := eligibility.Subject{
		Name: details[slot.Name].Value, IDType: slot.IDType(id), IDNumber: id,
		Phone: details[slot.Phone].Value, Email: details[slot.Email].Value, WeChat: details[slot.WeChat].Value,
	}
	app.Status, app.Next, app.SubmittedAt = Queued, t.m.At, t.m.At
	app.Request = eligibility.Request{CheckID: checkID(t.s.ID, app), Product: t.bot.Book.Of(t.s.Flow).Product, Subject: subject}
	for _, c := range t.s.Flow.Consents {
		if c.ID == discloseConsent {
			app.Request.Consent = eligibility.Consent{ID: c.ID, Version: c.Version, At: c.At, TextSHA256: c.TextSHA256}
		}
	}
	t.s.Application = app
	t.claim(app.ID, subject.IDNumber)
}

// discloseConsent is the consent under which a request goes to the checker.
const discloseConsent = "disclose"

// checkID names the check of one version of an application. The session stands
// in it so that a callback, which knows nothing else, finds the way back.
func checkID(session string, a *Application) string {
	return fmt.Sprintf("%s.%s.%d", session, a.ID, a.Version)
}

// open reports whether the application still waits for its decision.
func (a *Application) open() bool { return a != nil && a.Status != Decided }

// held reports whether it waits for its corrected details to be confirmed.
func (a *Application) held() bool { return a != nil && a.Status == Held }

// erase forgets every detail, in the flow and in the application. A check
// still to be made is not made.
func (t *turn) erase() {
	t.s.Question = nil
	if a := t.s.Application; a.open() {
		t.drop(a.ID)
		t.s.Application = nil
	} else if a != nil {
		erased := *a
		erased.Request.Subject = eligibility.Subject{}
		t.s.Application = &erased
	}
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
	if r.ModelVersion == repeatModel {
		return repeatedTitle, strings.Join(append(lines[len(lines)-1:], repeatedNext), "\n")
	}
	return w.Title, strings.Join(append(lines, w.Next), "\n")
}
