package bot_test

import (
	"sync"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/flow"
)

// wakeAll does what is due on several nodes at once, and once more on a node
// whose copy of the session is old.
func (w *world) wakeAll(old *bot.Bot) {
	w.t.Helper()
	s := w.load()
	if s.Due.IsZero() {
		w.t.Fatal("nothing is due")
	}
	w.now = later(w.now, s.Due)
	var wg sync.WaitGroup
	for _, b := range []*bot.Bot{w.node(), w.node(), w.node(), old} {
		wg.Go(func() {
			if err := b.Wake(ctx, w.session); err != nil {
				w.t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestRemindedOnceEach lets several nodes find each reminder due.
func TestRemindedOnceEach(t *testing.T) {
	w := newWorld(t)
	old := w.node()
	w.say(old, "开通分付", "同意", "同意")
	for i, want := range []struct{ reminders, parked int }{{1, 0}, {2, 0}, {2, 1}} {
		w.wakeAll(old)
		if r, p := w.count(bot.CodeReminder), w.count(bot.CodeParked); r != want.reminders || p != want.parked {
			t.Errorf("wake %d: %d reminders, parked %d times", i+1, r, p)
		}
	}
	if s := w.load(); s.Flow.Status != flow.Parked || !s.Due.IsZero() || s.Silence != (bot.Silence{}) {
		t.Errorf("in the end: %s, due %v, %+v", s.Flow.Status, s.Due, s.Silence)
	}
}

// TestBackBeforeTheReminder: a visitor who comes back while the reminder is on
// its way is not reminded.
func TestBackBeforeTheReminder(t *testing.T) {
	w := newWorld(t)
	b := w.node()
	w.say(b, "开通分付", "同意", "同意")
	w.now = later(w.now, w.load().Due)
	w.say(w.node(), "林小满")
	if err := b.Wake(ctx, w.session); err != nil { // its copy says it is due
		t.Fatal(err)
	}
	s := w.load()
	if n := w.count(bot.CodeReminder); n != 0 {
		t.Errorf("%d reminders of a visitor who is here", n)
	}
	if got := s.Due.Sub(w.now); got != 5*time.Minute {
		t.Errorf("the next one is due in %v", got)
	}
}

// TestNoReminder: of a closed session, of one that a person has taken over, and
// when they are switched off. The session is due no more.
func TestNoReminder(t *testing.T) {
	for _, owner := range []bot.Owner{bot.OwnerAgent, bot.OwnerClosed, bot.OwnerWaiting} {
		t.Run(string(owner), func(t *testing.T) {
			w := newWorld(t)
			w.say(w.node(), "开通分付", "同意", "同意")
			s := w.load()
			s.Owner = owner
			if _, err := w.store().Commit(ctx, bot.Turn{Session: s, MessageID: "owner"}); err != nil {
				t.Fatal(err)
			}
			w.wake()
			if n := w.count(bot.CodeReminder); n != 0 {
				t.Errorf("%d reminders", n)
			}
			if s := w.load(); !s.Due.IsZero() || s.Flow.Status != flow.Running {
				t.Errorf("due %v, %s", s.Due, s.Flow.Status)
			}
		})
	}
	w := newWorld(t)
	w.parts.RemindAfter = nil
	w.say(w.node(), "开通分付", "同意", "同意")
	if s := w.load(); !s.Due.IsZero() {
		t.Errorf("due %v without reminders", s.Due)
	}
}

// TestTalkCostsNoDue: while the visitor talks on, the due instant stays as it
// is, for each new one is a write in the store.
func TestTalkCostsNoDue(t *testing.T) {
	w := newWorld(t)
	w.say(w.node(), "开通分付")
	due := w.load().Due
	for _, text := range []string{"同意", "同意", "林小满", "110199199005219903"} {
		w.now = w.now.Add(10 * time.Second)
		w.say(w.node(), text)
		if got := w.load().Due; !got.Equal(due) {
			t.Fatalf("%s moved the due instant from %v to %v", text, due, got)
		}
	}
}
