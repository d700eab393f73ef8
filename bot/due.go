package bot

import (
	"context"
	"fmt"
	"time"
)

// The parts of a session that want to be woken each say when: an open
// application its next try, a claim its removal, notes their deletion, a
// notification its next delivery, a form its reminder, and the deletion of what
// it holds. A session is due at the earliest of these instants, and every turn
// works it out anew, so no part can forget another's.

// Wake does the first thing that a session is due for, if there is one: at most
// one call to the outside, whose outcome goes through Handle like any message.
// What is due then makes the session due again. Wake may be called at any time,
// by several nodes at once: every call to the outside carries an id that makes
// two of them one, and an outcome that came before changes nothing.
func (b *Bot) Wake(ctx context.Context, session string) error {
	s, err := b.Memory.Load(ctx, session)
	if err != nil {
		return fmt.Errorf("load session: %w", err)
	}
	now := b.Now()
	if s.Question != nil { // somebody waits for it
		return b.consult(ctx, s)
	}
	for _, c := range s.Claims { // first, for a new application may be of the same person
		if c.leaves(now) {
			return b.release(ctx, s, c)
		}
	}
	if !s.Scrub.IsZero() {
		return b.scrub(ctx, s)
	}
	if h := s.Handoff; h != nil && !h.Next.IsZero() && !h.Next.After(now) {
		return b.tend(ctx, s) // before what calls somebody who may be slow: an agent may be free
	}
	if at, ok := s.Application.wants(); ok && !at.After(now) {
		return b.try(ctx, s)
	}
	for _, n := range s.Notifications {
		if !n.Next.After(now) {
			return b.deliver(ctx, s, n)
		}
	}
	kind := Remind
	if at := s.Silence.Next; at.IsZero() || at.After(now) {
		kind = Purge
		if at := s.Keeping.Next; at.IsZero() || at.After(now) {
			return nil
		}
	}
	_, err = b.Handle(ctx, Message{Session: s.ID, ID: fmt.Sprintf("%s:%d", kind, s.Version), From: System, Kind: kind})
	return err
}

// wants returns when the application is to be tried or polled next, false if
// never. One that was stored before it knew is tried at once.
func (a *Application) wants() (time.Time, bool) {
	if !a.open() || a.Status == Held {
		return time.Time{}, false
	}
	if a.Next.IsZero() {
		return a.SubmittedAt, true
	}
	return a.Next, true
}

// due returns the earliest instant that a part of the session wants, zero if
// none does.
func (s *Session) due() time.Time {
	if s.Question != nil {
		return s.Question.At // before all else, and always a new instant: no lease holds it up
	}
	var first time.Time
	for w := range s.Wants {
		if first.IsZero() || w.At.Before(first) {
			first = w.At
		}
	}
	return first
}

// due returns when the session is due after a message made it what it is.
//
// The store takes an instant that did not change for work that a node still has
// its lease on. So when work was done and the next part wants the same
// millisecond, the session is due a millisecond later. And when it moves at the
// desk twice in one, it is due a millisecond earlier, which is at once.
func due(was, is *Session, m Message) time.Time {
	at := is.due()
	same := !at.IsZero() && at.Sub(was.Due).Abs() < time.Millisecond
	switch {
	case same && is.Handoff.moves(was.Handoff):
		at = was.Due.Add(-time.Millisecond)
	case same && m.From == System:
		at = was.Due.Add(time.Millisecond)
	}
	return at
}

// moves reports whether the desk's books have to follow a turn that made was
// into h.
func (h *Handoff) moves(was *Handoff) bool {
	return h != nil && h.Moved != 0 && (was == nil || was.Moved != h.Moved)
}

// system takes in what has come of the system's own work.
func (t *turn) system() error {
	switch t.m.Kind {
	case Answered:
		t.answered()
	case Outcome:
		t.outcome()
	case Delivered:
		t.delivered()
	case Released:
		t.released()
	case Remind:
		t.remind()
	case Purge:
		t.purge()
	case Requeued:
		return t.requeue()
	case Attend:
		t.look()
	case Entered:
		t.entered()
	case Scrubbed:
		t.scrubbed()
	case Gone:
		if t.s.Owner != OwnerAgent || t.s.Handoff.Agent.ID != t.m.By.ID {
			t.nothing = true
			return nil
		}
		t.takeBack()
	}
	return nil
}
