package sessions_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/sessions"
)

// startWork runs a node's worker until the test, or the caller, ends it.
func startWork(t *testing.T, s *sessions.Store, n int, wake func(context.Context, string) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Work(ctx, n, wake) }()
	var ended atomic.Bool
	stop = func() {
		if ended.Swap(true) {
			return
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return stop
}

func receive[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatalf("waited in vain: %s", what)
		panic("unreachable")
	}
}

func due(t *testing.T, s *sessions.Store, id, message string, at time.Time) {
	t.Helper()
	tr := turn(load(t, s, id), message, "x")
	tr.Session.Due = at
	if _, err := s.Commit(t.Context(), tr); err != nil {
		t.Fatal(err)
	}
}

// testWorkNudged: what a commit makes due is done at once, once, and again only
// if the wake's own commit wants so.
func testWorkNudged(t *testing.T, w *world) {
	clk := &clock{}
	s := w.node(t, func(o *sessions.Options) { o.Now = clk.now })
	id := newID()
	woken, others := make(chan bot.Session, 10), make(chan string, 1000)
	startWork(t, s, 4, func(ctx context.Context, who string) error {
		if who != id {
			others <- who
			return nil
		}
		got, err := s.Load(ctx, who)
		if err != nil {
			return err
		}
		next := turn(got, fmt.Sprintf("wake%d", got.Version), "done")
		next.Session.Due = time.Time{}
		if got.Version == 1 {
			next.Session.Due = clk.now().Add(time.Hour)
		}
		_, err = s.Commit(ctx, next)
		woken <- got
		return err
	})
	due(t, s, id, "m1", clk.now())
	if got := receive(t, woken, "the first wake"); got.Version != 1 {
		t.Errorf("woken at version %d", got.Version)
	}
	eventually(t, "committed", func() error { return wantVersion(t, s, id, 2) })
	if len(woken) != 0 {
		t.Error("woken again before it was due")
	}
	clk.move(time.Hour)
	if got := receive(t, woken, "the second wake"); got.Version != 2 {
		t.Errorf("woken at version %d", got.Version)
	}
	eventually(t, "committed", func() error { return wantVersion(t, s, id, 3) })
	clk.move(48 * time.Hour)
	goRound(t, s, clk, others)
	if len(woken) != 0 {
		t.Error("woken with nothing due")
	}
}

func wantVersion(t *testing.T, s *sessions.Store, id string, want int64) error {
	if got := load(t, s, id); got.Version != want {
		return fmt.Errorf("version %d, want %d", got.Version, want)
	}
	return nil
}

// testWorkLease: two nodes never wake a session together, and what one fails
// to do is done when its lease has run out, even if the visitor talks on.
func testWorkLease(t *testing.T, w *world) {
	clk := &clock{}
	set := func(o *sessions.Options) { o.Now, o.Lease = clk.now, time.Hour }
	a, b := w.node(t, set), w.node(t, set)
	id := newID()
	woken, others := make(chan string, 100), make(chan string, 1000)
	wake := func(name string) func(context.Context, string) error {
		return func(_ context.Context, who string) error {
			if who != id {
				others <- who
				return nil
			}
			woken <- name
			return errors.New("no answer")
		}
	}
	stop := startWork(t, a, 2, wake("a"))
	at := clk.now()
	due(t, a, id, "m1", at)
	receive(t, woken, "the wake that fails")
	due(t, a, id, "m2", at) // what is due did not change: the lease stands
	stop()                  // as if the node had died
	startWork(t, b, 2, wake("b"))
	goRound(t, b, clk, others)
	if len(woken) != 0 {
		t.Fatal("woken again within the lease")
	}
	clk.move(time.Hour + time.Second)
	if who := receive(t, woken, "the wake after the lease"); who != "b" {
		t.Errorf("woken by %s", who)
	}
}

// goRound returns when the worker has been through the partitions once more:
// so many new sessions were due that some were in each.
func goRound(t *testing.T, s *sessions.Store, clk *clock, others <-chan string) {
	t.Helper()
	waiting := make(map[string]bool)
	for range 100 {
		id := newID()
		waiting[id] = true
		due(t, s, id, "m", clk.now())
	}
	for len(waiting) > 0 {
		delete(waiting, receive(t, others, "the worker's round"))
	}
}

// TestWorkEndless: a partition in which something is always due does not keep
// the others from their turn.
func TestWorkEndless(t *testing.T) {
	t.Parallel()
	s := embeddedWorld(t).node(t, func(o *sessions.Options) { o.Lease = time.Nanosecond }) // due again as soon as it is claimed
	waiting := make(map[string]bool)
	for range 100 {
		id := newID()
		waiting[id] = true
		due(t, s, id, "m1", time.Now())
	}
	woken := make(chan string)
	ctx, cancel := context.WithCancel(t.Context())
	startWork(t, s, 2, func(_ context.Context, id string) error {
		select {
		case woken <- id:
		case <-ctx.Done():
		}
		return errors.New("never done")
	})
	defer cancel()
	for end := time.Now().Add(patience); len(waiting) > 0; {
		delete(waiting, receive(t, woken, "a wake"))
		if time.Now().After(end) {
			t.Fatalf("%d of 100 sessions are never woken", len(waiting))
		}
	}
}

// testWorkOrphan: a session that is due but wants nothing, for its state is no
// longer kept, is let go. Its log may be kept for much longer.
func testWorkOrphan(t *testing.T, w *world) {
	clk := &clock{}
	s := w.node(t, func(o *sessions.Options) { o.Now, o.Lease = clk.now, time.Hour })
	id := newID()
	due(t, s, id, "m1", clk.now().Add(time.Hour))
	deleteState(t, w, id)
	var wakes atomic.Int32
	first := make(chan struct{}, 100)
	startWork(t, s, 2, func(ctx context.Context, who string) error {
		_, err := s.Load(ctx, who)
		if who == id {
			wakes.Add(1)
			first <- struct{}{}
		}
		return err
	})
	clk.move(2 * time.Hour)
	receive(t, first, "the wake")
	eventually(t, "out of what is due", func() error {
		if n := dueCount(t, w, id); n != 0 {
			return errors.New("it is still there")
		}
		return nil
	})
	if n := wakes.Load(); n != 1 {
		t.Errorf("woken %d times", n)
	}
}

func testWorkLimit(t *testing.T, w *world) {
	s := w.node(t)
	const limit, all = 3, 30
	var running, most atomic.Int32
	mine := make(map[string]bool)
	for range all {
		mine[newID()] = true
	}
	done := make(chan struct{}, all)
	startWork(t, s, limit, func(ctx context.Context, id string) error {
		if !mine[id] {
			return nil
		}
		n := running.Add(1)
		for was := most.Load(); n > was && !most.CompareAndSwap(was, n); was = most.Load() {
		}
		got, err := s.Load(ctx, id)
		if err == nil {
			next := turn(got, "wake", "done")
			next.Session.Due = time.Time{}
			_, err = s.Commit(ctx, next)
		}
		running.Add(-1)
		done <- struct{}{}
		return err
	})
	for id := range mine {
		due(t, s, id, "m1", time.Now())
	}
	for range all {
		receive(t, done, "all wakes")
	}
	if n := most.Load(); n > limit {
		t.Errorf("%d at once, want at most %d", n, limit)
	}
}
