package sessions_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fenfu/bot/handoff"
	"fenfu/sessions"
)

// Where five thousand stand is told for all of them at once: it is looked up
// several times a second while the queue moves.
func BenchmarkTurns(b *testing.B) {
	d := deskOf(b, embeddedWorld(b))
	since := time.Now()
	for i := range 5000 {
		move(b, d, fmt.Sprintf("wait%022d", i), 1, handoff.InQueue, "", since.Add(time.Duration(i)*time.Millisecond))
	}
	q, err := d.Queue(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if turns := q.Turns(); len(turns) != 5000 {
			b.Fatalf("%d turns", len(turns))
		}
	}
}

// A server that was down for half a minute finds everybody there whom it left,
// and gives them time to come back.
func TestPresenceOutlivesRestart(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		c := &clock{}
		started := func() *sessions.Desk {
			return deskOf(t, w, func(o *sessions.DeskOptions) { o.Now = c.now })
		}
		d := started()
		online(t, d, "a", 1)
		gone := func() bool {
			t.Helper()
			agents, err := d.Agents(t.Context())
			if err != nil || len(agents) != 1 {
				t.Fatalf("agents %v, %v", agents, err)
			}
			return agents[0].Gone
		}
		c.move(34 * time.Second) // of them four before the end, and thirty down
		d = started()
		c.move(10 * time.Second)
		if gone() {
			t.Error("gone ten seconds after the start")
		}
		c.move(26 * time.Second)
		if !gone() {
			t.Error("there, though not seen since the start")
		}
		d = started()
		if !gone() {
			t.Error("back by another start")
		}
	})
}

// The expected wait is made of waits: not of the time in which nobody waited, and
// not of those who came when somebody was free.
func TestExpectedWait(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		c := &clock{}
		d := deskOf(t, w, func(o *sessions.DeskOptions) { o.Now = c.now })
		n := 0
		taken := func(wait time.Duration) {
			t.Helper()
			n++
			p := handoff.Place{Session: fmt.Sprint("s", n), Version: 1, State: handoff.InQueue, Desk: "service", Since: c.now(), Queued: c.now()}
			if err := d.Move(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			c.move(wait)
			p.Version, p.State, p.Agent = 2, handoff.Taken, "a"
			if err := d.Move(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}
		taken(30 * time.Second)
		c.move(50 * time.Minute)
		taken(30 * time.Second)
		for range 10 {
			c.move(time.Minute)
			taken(100 * time.Millisecond)
		}
		move(t, d, "next", 1, handoff.InQueue, "", c.now())
		q, err := d.Queue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := q.Turns()["next"]; got.Wait < 29*time.Second || got.Wait > 32*time.Second {
			t.Errorf("the next may wait %v, want half a minute", got.Wait)
		}
	})
}

// nothing is a dispatcher of a desk with nobody to give away.
type nothing struct{}

func (nothing) Assign(context.Context, string, string, string) error { return nil }
func (nothing) TakeBack(context.Context, string, string) error       { return nil }
func (nothing) Resync(context.Context, string) error                 { return nil }

// That somebody is gone is told, though nothing was written.
func TestGoneIsTold(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		c := &clock{}
		d := deskOf(t, w, func(o *sessions.DeskOptions) { o.Now = c.now })
		online(t, d, "a", 1)
		var told atomic.Int64
		stop := d.Watch(func(change sessions.DeskChange) {
			if change.Agents {
				told.Add(1)
			}
		})
		defer stop()
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		defer group.Wait()
		defer cancel()
		group.Go(func() { d.Work(ctx, nothing{}) })
		eventually(t, "the desk works", func() error {
			if !d.Staffed("service") {
				return errors.New("nobody is there")
			}
			return nil
		})
		before := told.Load()
		c.move(36 * time.Second)
		eventually(t, "it is told", func() error {
			if told.Load() == before {
				return errors.New("nothing")
			}
			return nil
		})
	})
}
