package bot_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
)

// told is a fake receiver of notifications that lays out when it wants each
// tried again.
type told struct {
	mu    sync.Mutex
	again []time.Duration
	tries []bot.Notification
}

func (r *told) Notify(_ context.Context, _ string, n bot.Notification) bot.Receipt {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tries = append(r.tries, n)
	if len(r.again) == 0 {
		return bot.Receipt{}
	}
	after := r.again[0]
	r.again = r.again[1:]
	return bot.Receipt{Again: after}
}

// TestDecisionIsNotified tells the operator once the decision stands, again if
// it was not taken, and under one id.
func TestDecisionIsNotified(t *testing.T) {
	w := newWorld(t)
	r := &told{again: []time.Duration{time.Minute}}
	w.parts.Checker, w.parts.Notifier = &scripted{answers: []func() (eligibility.Answer, error){eligible}}, r
	w.confirmed(w.node())
	submitted := w.load().Due
	w.wake()
	s := w.load()
	if len(r.tries) != 0 || len(s.Notifications) != 1 {
		t.Fatalf("%d tries, %d notifications after the decision", len(r.tries), len(s.Notifications))
	}
	if got := s.Due.Sub(submitted); got < time.Millisecond || got > time.Second {
		t.Errorf("due %v after the submission: the store keeps a lease on an instant that did not change", got)
	}
	w.wake()
	if got := w.load().Due; !got.Equal(w.now.Add(time.Minute)) {
		t.Errorf("next try in %v", got.Sub(w.now))
	}
	w.wake()
	if s := w.load(); len(s.Notifications) != 0 || !s.Due.IsZero() {
		t.Errorf("left: %+v, due %v", s.Notifications, s.Due)
	}
	if len(r.tries) != 2 || r.tries[0].ID == "" || r.tries[0].ID != r.tries[1].ID || r.tries[1].Attempts != 1 {
		t.Errorf("tries %+v", r.tries)
	}
	if n := r.tries[0]; n.Application != s.Application.ID || n.Decision != eligibility.Eligible || !n.At.Equal(s.Application.DecidedAt) {
		t.Errorf("notification %+v", n)
	}
}

// TestNotifiedOnce lets several nodes find the same notification due, and a
// second application be decided while the first is still untold.
func TestNotifiedOnce(t *testing.T) {
	w := newWorld(t)
	r := &told{again: []time.Duration{time.Hour, time.Hour}}
	w.parts.Notifier = r
	w.confirmed(w.node())
	w.wake() // decided
	w.wake() // not taken
	w.confirmed(w.node())
	w.wake()
	if n := len(w.load().Notifications); n != 2 {
		t.Fatalf("%d notifications wait, want both", n)
	}
	for range 2 {
		w.now = later(w.now, w.load().Due)
		var wg sync.WaitGroup
		for range 4 {
			b := w.node()
			wg.Go(func() {
				if err := b.Wake(ctx, w.session); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	for !w.load().Due.IsZero() {
		w.wake()
	}
	ids := map[string]bool{}
	for _, n := range r.tries {
		ids[n.ID] = true
	}
	if len(ids) != 2 {
		t.Errorf("tries under %d ids: %+v", len(ids), r.tries)
	}
}

// TestOldStateIsDue: an open application stored before it knew its next try.
func TestOldStateIsDue(t *testing.T) {
	w, c := submitted(t, eligible)
	s := w.load()
	old := *s.Application
	old.Next = time.Time{}
	s.Application = &old
	if _, err := w.store().Commit(ctx, bot.Turn{Session: s, MessageID: "old"}); err != nil {
		t.Fatal(err)
	}
	w.wake()
	if len(c.checks) != 1 || w.count(bot.CodeDecided) != 1 {
		t.Errorf("%d checks, %d decisions", len(c.checks), w.count(bot.CodeDecided))
	}
}

// TestClosedSessionIsDecided: what was under way when a session was closed ends.
func TestClosedSessionIsDecided(t *testing.T) {
	w, _ := submitted(t, eligible)
	s := w.load()
	s.Owner = bot.OwnerClosed
	if _, err := w.store().Commit(ctx, bot.Turn{Session: s, MessageID: "close"}); err != nil {
		t.Fatal(err)
	}
	w.wake()
	if s := w.load(); s.Application.Status != bot.Decided || !s.Due.IsZero() {
		t.Errorf("application %s, due %v", s.Application.Status, s.Due)
	}
}
