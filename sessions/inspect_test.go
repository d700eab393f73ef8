package sessions_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"fenfu/sessions"
)

// TestInspect is what an operator sees of every database, and may do there.
func TestInspect(t *testing.T) {
	for name, start := range backends() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			t.Run("Queue", func(t *testing.T) { testInspectQueue(t, w) })
			t.Run("Fresh", func(t *testing.T) { testInspectFresh(t, w) })
			t.Run("Unreadable", func(t *testing.T) { testInspectUnreadable(t, w) })
			t.Run("Requeue", func(t *testing.T) { testRequeue(t, w) })
		})
	}
}

// queue returns what is in all partitions' queues up to an instant.
func queue(t *testing.T, s *sessions.Store, until time.Time) map[string]sessions.Entry {
	t.Helper()
	found := make(map[string]sessions.Entry)
	for p := range s.Partitions() {
		var last time.Time
		err := s.Queue(t.Context(), p, until, func(e sessions.Entry) error {
			if _, again := found[e.ID]; again || e.At.Before(last) || e.Partition != p {
				t.Errorf("%s at %s after %s, seen before: %v", e.ID, e.At, last, again)
			}
			found[e.ID], last = e, e.At
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// testInspectQueue has more sessions due at the same instant than a page
// holds, some later, and some that want nothing.
func testInspectQueue(t *testing.T, w *world) {
	clk := &clock{}
	s := w.node(t, func(o *sessions.Options) { o.Now = clk.now })
	now := clk.now().Truncate(time.Millisecond) // as the queue has it
	want := make(map[string]string)
	for i := range 40 {
		for state, at := range map[string]time.Time{"now": now, "later": now.Add(time.Duration(i+1) * time.Hour), "never": {}} {
			id := newID()
			want[id] = state
			due(t, s, id, "m1", at)
		}
	}
	crowd := crowded(t, s, now, 600) // of one partition
	found := queue(t, s, now)
	for id, e := range found {
		if want[id] != "now" && !crowd[id] || e.Claimed() || e.Err != nil || e.Session.Version != 1 {
			t.Errorf("%s (%s): %+v", id, want[id], e)
		}
	}
	if len(found) != 40+len(crowd) {
		t.Errorf("%d are due now, want %d", len(found), 40+len(crowd))
	}
	if n := len(queue(t, s, now.Add(1000*time.Hour))); n != 80+len(crowd) {
		t.Errorf("%d are in the queue, want %d", n, 80+len(crowd))
	}
	var length int64
	for p := range s.Partitions() {
		n, err := s.QueueLength(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		length += n
	}
	if length != int64(80+len(crowd)) {
		t.Errorf("the queues are %d long, want %d", length, 80+len(crowd))
	}
	all := everything(t, s)
	for id, state := range want {
		if e, ok := all[id]; !ok || e.At.IsZero() != (state == "never") || e.Session.Due.IsZero() != (state == "never") {
			t.Errorf("%s (%s): %+v", id, state, e)
		}
	}
	if len(all) != len(want)+len(crowd) {
		t.Errorf("%d sessions, want %d", len(all), len(want)+len(crowd))
	}
}

// crowded makes n sessions of one partition due at the same instant.
func crowded(t *testing.T, s *sessions.Store, at time.Time, n int) map[string]bool {
	t.Helper()
	crowd := make(map[string]bool)
	for len(crowd) < n {
		id := newID()
		e, err := s.Inspect(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if e.Partition == 3 {
			crowd[id] = true
			due(t, s, id, "m1", at)
		}
	}
	return crowd
}

func everything(t *testing.T, s *sessions.Store) map[string]sessions.Entry {
	t.Helper()
	all := make(map[string]sessions.Entry)
	if err := s.All(t.Context(), func(e sessions.Entry) error {
		all[e.ID] = e
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// testInspectFresh: what another node has stored since is seen, whatever copy
// this node has.
func testInspectFresh(t *testing.T, w *world) {
	a, b := w.node(t), w.node(t)
	id := newID()
	for version := range int64(3) {
		e, err := a.Inspect(t.Context(), id)
		if err != nil || e.Session.Version != version {
			t.Errorf("version %d, want %d: %v", e.Session.Version, version, err)
		}
		say(t, b, id, fmt.Sprint("m", version), "x")
	}
}

// testInspectUnreadable: a state that does not open is shown as such, and keeps
// nobody from the others.
func testInspectUnreadable(t *testing.T, w *world) {
	s := w.node(t)
	bad, good := newID(), newID()
	at := time.Now()
	due(t, s, bad, "m1", at)
	due(t, s, good, "m1", at)
	spoil(t, w, bad)
	for _, found := range []map[string]sessions.Entry{queue(t, s, at.Add(time.Second)), everything(t, s)} {
		if e := found[bad]; e.Err == nil || e.At.IsZero() {
			t.Errorf("the spoilt one: %+v", e)
		}
		if e := found[good]; e.Err != nil || e.Session.Version != 1 {
			t.Errorf("the other one: %+v", e)
		}
	}
}

func spoil(t *testing.T, w *world, id string) {
	t.Helper()
	for key := range dump(t, w) {
		if strings.Contains(key, ":s:"+id) {
			if err := w.client(t).HSet(t.Context(), key, "s", "no sealed state").Err(); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatal("no state to spoil")
}

// testRequeue: a session whose lease is on is woken at once when it is given
// up; one that is not due yet is not, and one that wants nothing is let go.
func testRequeue(t *testing.T, w *world) {
	clk := &clock{}
	set := func(o *sessions.Options) { o.Now, o.Lease = clk.now, time.Hour }
	a, b := w.node(t, set), w.node(t, set)
	id, later, done := newID(), newID(), newID()
	woken, others := make(chan string, 100), make(chan string, 2000)
	wake := func(node string, fails error) func(context.Context, string) error {
		return func(_ context.Context, who string) error {
			if who == id || who == later || who == done {
				woken <- node + " " + who
			} else {
				others <- who
			}
			return fails
		}
	}
	stop := startWork(t, a, 2, wake("a", errors.New("no answer")))
	at := clk.now()
	due(t, a, id, "m1", at)
	due(t, a, later, "m1", at.Add(time.Hour))
	due(t, a, done, "m1", at.Add(time.Hour))
	receive(t, woken, "the wake that fails")
	stop()
	if e, err := b.Inspect(t.Context(), id); err != nil || !e.Claimed() || e.At.Before(at.Add(59*time.Minute)) {
		t.Errorf("under its lease: %+v, %v", e, err)
	}
	deleteState(t, w, done)
	for who, want := range map[string]time.Time{id: at, later: at.Add(time.Hour), done: {}} {
		got, err := b.Requeue(t.Context(), who)
		if err != nil || got.Sub(want).Abs() > time.Millisecond {
			t.Errorf("due at %s, want %s: %v", got, want, err)
		}
	}
	if e, err := b.Inspect(t.Context(), id); err != nil || e.Claimed() {
		t.Errorf("requeued: %+v, %v", e, err)
	}
	if n := dueCount(t, w, done); n != 0 {
		t.Error("a session that wants nothing is still among what is due")
	}
	startWork(t, b, 2, wake("b", nil))
	if got := receive(t, woken, "the wake"); got != "b "+id {
		t.Errorf("woken: %s", got)
	}
	goRound(t, b, clk, others)
	if len(woken) != 0 {
		t.Errorf("woken: %s", <-woken)
	}
}
