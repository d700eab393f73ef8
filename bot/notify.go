package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fenfu/bot/eligibility"
	"fenfu/bot/handoff"
)

// Notification is word of a decision, or of a handoff, that is still to reach
// the operator's own system. It is thin: it holds nothing of the visitor.
type Notification struct {
	ID    string // the same for every try, so that the receiver can tell a repetition
	Event string // one of NotifyEvents; "", as older versions stored it: a decision

	Application string // with a decision
	Decision    eligibility.Decision

	Handoff int // with a handoff: its number
	Desk    string
	Reason  handoff.Reason

	At       time.Time // of the event
	Attempts int       // tries so far
	Unsent   int       // of them, those in which nothing was sent: they take no step of the schedule
	Next     time.Time // when to try next
}

// Notifier delivers notifications. It is called outside of any turn, at least
// once for each notification, one try a call.
type Notifier interface {
	Notify(ctx context.Context, session string, n Notification) Receipt
}

// Receipt says what a try to deliver a notification came to.
type Receipt struct {
	Notification string        // its id
	Attempt      int           // which try, from 0: an outcome that came before changes nothing
	Again        time.Duration // until the next try; 0: there will be none
	Unsent       bool          // nothing was sent
}

// announce makes the notification of a decision, due at once, if there is
// anybody to be told.
func (t *turn) announce(a *Application) {
	if !t.bot.notifies(CodeDecided) {
		return
	}
	t.s.Notifications = append(slices.Clip(t.s.Notifications), Notification{
		ID: t.bot.NewID(), Event: CodeDecided, Application: a.ID, Decision: a.Result.Decision, At: a.DecidedAt, Next: t.m.At,
	})
}

// deliver tries a notification once.
func (b *Bot) deliver(ctx context.Context, s Session, n Notification) error {
	r := Receipt{Notification: n.ID, Attempt: n.Attempts}
	if b.Notifier != nil { // nil: the operator takes no notifications any more
		r = b.Notifier.Notify(ctx, s.ID, n)
		r.Notification, r.Attempt = n.ID, n.Attempts
	}
	if ctx.Err() != nil {
		return ctx.Err() // this node stops; the lease runs out and another one tries
	}
	_, err := b.Handle(ctx, Message{
		Session: s.ID, ID: fmt.Sprintf("notify:%s:%d", n.ID, n.Attempts), From: System, Kind: Delivered, Receipt: &r,
	})
	return err
}

// delivered takes in what a try to deliver a notification came to.
func (t *turn) delivered() {
	r := t.m.Receipt
	i := slices.IndexFunc(t.s.Notifications, func(n Notification) bool {
		return n.ID == r.Notification && n.Attempts == r.Attempt
	})
	if i < 0 {
		t.nothing = true
		return
	}
	t.s.Notifications = slices.Clone(t.s.Notifications)
	if r.Again <= 0 {
		t.s.Notifications = slices.Delete(t.s.Notifications, i, i+1)
		return
	}
	n := &t.s.Notifications[i]
	n.Attempts, n.Next = n.Attempts+1, t.m.At.Add(r.Again)
	if r.Unsent {
		n.Unsent++
	}
}
