package sessions_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fenfu/bot"
	"fenfu/sessions"
)

// TestStore is what every database must do.
func TestStore(t *testing.T) {
	cases := []struct {
		name string
		run  func(*testing.T, *world)
	}{
		{"Fresh", testFresh},
		{"RoundTrip", testRoundTrip},
		{"Conflict", testConflict},
		{"Duplicate", testDuplicate},
		{"MessageIDs", testMessageIDs},
		{"StateExpired", testStateExpired},
		{"BadTurns", testBadTurns},
		{"TurnWithoutEvents", testTurnWithoutEvents},
		{"Erase", testErase},
		{"Racing", testRacing},
		{"ManySessions", testManySessions},
		{"Events", testEvents},
		{"Follow", testFollow},
		{"FollowLate", testFollowLate},
		{"FollowLagging", testFollowLagging},
		{"FollowWhileCommitting", testFollowWhileCommitting},
		{"FollowClosed", testFollowClosed},
		{"MarkRead", testMarkRead},
		{"Marks", testMarks},
		{"Index", testIndex},
		{"IndexRacing", testIndexRacing},
		{"IndexRotation", testIndexRotation},
		{"IndexRunsOut", testIndexRunsOut},
		{"WorkNudged", testWorkNudged},
		{"WorkLease", testWorkLease},
		{"WorkOrphan", testWorkOrphan},
		{"WorkLimit", testWorkLimit},
		{"ScriptFlush", testScriptFlush},
		{"OtherPartitions", testOtherPartitions},
		{"Closed", testClosed},
		{"KeysExpire", testKeysExpire}, // the last ones look at what the others left
		{"Sealed", testSealed},
	}
	for name, start := range backends() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			for _, c := range cases {
				t.Run(c.name, func(t *testing.T) { c.run(t, w) })
			}
		})
	}
}

func testFresh(t *testing.T, w *world) {
	id := newID()
	want := bot.Session{ID: id, Owner: bot.OwnerBot}
	if diff := cmp.Diff(want, load(t, w.node(t), id)); diff != "" {
		t.Error(diff)
	}
}

func testRoundTrip(t *testing.T, w *world) {
	a, b := w.node(t), w.node(t)
	id := newID()
	tr := turn(filledSession(t, id), "m1", planted, "好的")
	tr.Events[1] = filledEvent(t, 2)
	seq, err := a.Commit(t.Context(), tr)
	if err != nil || seq != 1 {
		t.Fatalf("commit: %d, %v", seq, err)
	}
	want := tr.Session
	want.Version, want.Seq = 1, 2
	for name, s := range map[string]*sessions.Store{"same node": a, "other node": b} {
		if diff := cmp.Diff(want, load(t, s, id), revealed); diff != "" {
			t.Errorf("%s: session: %s", name, diff)
		}
		events, err := s.Events(t.Context(), id, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tr.Events, events, revealed); diff != "" {
			t.Errorf("%s: events: %s", name, diff)
		}
	}
}

func testConflict(t *testing.T, w *world) {
	a, b := w.node(t), w.node(t)
	id := newID()
	old := load(t, a, id)
	say(t, b, id, "m1", "one")
	if _, err := a.Commit(t.Context(), turn(old, "m2", "two")); !errors.Is(err, bot.ErrConflict) {
		t.Fatalf("commit on an old version: %v", err)
	}
	if got := load(t, a, id); got.Version != 1 || got.Seq != 1 {
		t.Errorf("after a conflict: version %d, seq %d, want a session read anew", got.Version, got.Seq)
	}
	if events, _ := a.Events(t.Context(), id, 0, 10); len(events) != 1 {
		t.Errorf("%d events, want 1: a refused turn left something", len(events))
	}
}

func testDuplicate(t *testing.T, w *world) {
	a, b := w.node(t), w.node(t)
	id := newID()
	first := turn(load(t, a, id), "m1", "one", "reply")
	if _, err := a.Commit(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	for n := range 40 {
		say(t, a, id, fmt.Sprintf("n%d", n), "more")
	}
	for name, s := range map[string]*sessions.Store{"same node": a, "other node": b} {
		for what, tr := range map[string]bot.Turn{"as it was": first, "decided anew": turn(load(t, s, id), "m1", "one again")} {
			seq, err := s.Commit(t.Context(), tr)
			var dup *bot.DuplicateError
			if !errors.As(err, &dup) || dup.Seq != 1 || seq != 1 {
				t.Errorf("%s, %s: %d, %v, want a duplicate of 1", name, what, seq, err)
			}
		}
	}
	if got := load(t, b, id); got.Seq != 42 {
		t.Errorf("seq %d, want 42", got.Seq)
	}
}

// testStateExpired: the log outlives the state; the numbering goes on.
func testStateExpired(t *testing.T, w *world) {
	a, b := w.node(t), w.node(t)
	id := newID()
	early := load(t, b, id)
	say(t, a, id, "m1", "one", "two", "three")
	deleteState(t, w, id)
	if _, err := b.Commit(t.Context(), turn(early, "m2", "x")); !errors.Is(err, bot.ErrConflict) {
		t.Fatalf("commit that would number anew from 1: %v", err)
	}
	if _, err := a.Commit(t.Context(), turn(load(t, a, id), "m2", "x")); !errors.Is(err, bot.ErrConflict) {
		t.Fatalf("commit on a copy of the state that has gone: %v", err)
	}
	want := bot.Session{ID: id, Owner: bot.OwnerBot, Version: 1, Seq: 3}
	if diff := cmp.Diff(want, load(t, b, id)); diff != "" {
		t.Error(diff)
	}
	if seq := say(t, b, id, "m2", "four"); seq != 4 {
		t.Errorf("event %d, want 4", seq)
	}
	if seq := say(t, a, id, "m3", "five"); seq != 5 {
		t.Errorf("event %d, want 5: this node has an old version", seq)
	}
	if events, err := a.Events(t.Context(), id, 0, 10); err != nil || len(events) != 5 {
		t.Errorf("%d events, %v, want 5", len(events), err)
	}
}

func testBadTurns(t *testing.T, w *world) {
	s := w.node(t)
	id := newID()
	fresh := load(t, s, id)
	for name, tr := range map[string]bot.Turn{
		"no session":        turn(bot.Session{}, "m1", "x"),
		"no message id":     turn(fresh, "", "x"),
		"numbered from two": {Session: fresh, MessageID: "m1", Events: []bot.Event{{Seq: 2}}},
		"too many events":   turn(fresh, "m1", strings.Fields(strings.Repeat("x ", 33))...),
		"erased, unsaid":    {Session: fresh, MessageID: "m1", Erase: true},
		"a number twice":    {Session: fresh, MessageID: "m1", Events: []bot.Event{{Seq: 1}, {Seq: 1}}},
	} {
		if _, err := s.Commit(t.Context(), tr); err == nil {
			t.Errorf("%s: stored", name)
		}
	}
	if _, err := s.Follow(t.Context(), id, -1, func() {}); err == nil {
		t.Error("followed after event -1")
	}
	if _, err := s.Events(t.Context(), id, 0, 0); err == nil {
		t.Error("read at most no events")
	}
}

func testTurnWithoutEvents(t *testing.T, w *world) {
	s := w.node(t)
	id := newID()
	if seq, err := s.Commit(t.Context(), turn(load(t, s, id), "w1")); err != nil || seq != 0 {
		t.Fatalf("commit: %d, %v", seq, err)
	}
	if got := load(t, w.node(t), id); got.Version != 1 || got.Seq != 0 {
		t.Errorf("version %d, seq %d, want 1 and 0", got.Version, got.Seq)
	}
	if seq := say(t, s, id, "m1", "one"); seq != 1 {
		t.Errorf("first event is %d", seq)
	}
}

// testErase: what was said before is replaced, in the same commit, for whoever
// reads the log from then on; the numbers stay, and what follows is as it is.
func testErase(t *testing.T, w *world) {
	a, b := w.node(t), w.node(t)
	id := newID()
	const turns = 300 // more than is read at a time
	for n := range turns {
		say(t, a, id, strconv.Itoa(n), planted, "reply")
	}
	f := follow(t, b, id, 2*turns)
	tr := turn(load(t, b, id), "erase", "delete it", "done")
	tr.Erase = true
	stale := turn(load(t, a, id), "stale", "x")
	stale.Erase = true
	if seq, err := b.Commit(t.Context(), tr); err != nil || seq != 2*turns+1 {
		t.Fatalf("commit: %d, %v", seq, err)
	}
	if _, err := a.Commit(t.Context(), stale); !errors.Is(err, bot.ErrConflict) {
		t.Errorf("erased on an old version: %v", err)
	}
	f.upTo(t, 2*turns+2)
	for name, s := range map[string]*sessions.Store{"same node": b, "other node": a} {
		events, err := s.Events(t.Context(), id, 0, 1000)
		if err != nil || len(events) != 2*turns+2 {
			t.Fatalf("%s: %d events, %v", name, len(events), err)
		}
		for i, e := range events {
			was := e
			if i < 2*turns {
				was = turn(bot.Session{}, strconv.Itoa(i/2), planted, "reply").Events[i%2]
				was.Seq = int64(i + 1)
				was = was.Erased()
			}
			if diff := cmp.Diff(was, e, revealed); diff != "" || strings.Contains(e.Text.Reveal(), planted) {
				t.Fatalf("%s: event %d: %s", name, i+1, diff)
			}
		}
		if got := events[2*turns].Text.Reveal(); got != "delete it" {
			t.Errorf("%s: the erasing turn itself reads %q", name, got)
		}
	}
}

// testRacing has two nodes and many devices write to one session at once.
func testRacing(t *testing.T, w *world) {
	nodes := []*sessions.Store{w.node(t), w.node(t)}
	id := newID()
	const writers, each = 6, 10
	var group sync.WaitGroup
	for n := range writers {
		group.Go(func() {
			for m := range each {
				say(t, nodes[n%2], id, fmt.Sprintf("%d-%d", n, m), "text", "reply")
			}
		})
	}
	group.Wait()
	events, err := nodes[0].Events(t.Context(), id, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for i, e := range events {
		if e.Seq != int64(i+1) {
			t.Fatalf("event %d at place %d", e.Seq, i+1)
		}
		if e.ID != "" {
			if seen[e.ID] {
				t.Errorf("message %s twice", e.ID)
			}
			seen[e.ID] = true
		}
	}
	if len(seen) != writers*each || len(events) != 2*writers*each {
		t.Errorf("%d messages, %d events, want %d and %d", len(seen), len(events), writers*each, 2*writers*each)
	}
}

func testManySessions(t *testing.T, w *world) {
	s := w.node(t)
	var group sync.WaitGroup
	for range 300 {
		group.Go(func() {
			id := newID()
			for m := range 3 {
				if seq := say(t, s, id, strconv.Itoa(m), id); seq != int64(m+1) {
					t.Errorf("message %d became event %d", m, seq)
				}
			}
			events, err := s.Events(t.Context(), id, 0, 10)
			if err != nil || len(events) != 3 || events[2].Text.Reveal() != id {
				t.Errorf("log of %s: %d events, %v", id, len(events), err)
			}
		})
	}
	group.Wait()
}

func testEvents(t *testing.T, w *world) {
	s := w.node(t)
	id := newID()
	if events, err := s.Events(t.Context(), id, 0, 10); err != nil || len(events) != 0 {
		t.Errorf("of no session: %d events, %v", len(events), err)
	}
	for n := range 5 {
		say(t, s, id, strconv.Itoa(n), "x", "y")
	}
	for _, c := range []struct {
		after int64
		max   int
		want  string
	}{
		{0, 3, "[1 2 3]"}, {3, 3, "[4 5 6]"}, {8, 5, "[9 10]"}, {10, 5, "[]"}, {99, 5, "[]"},
	} {
		events, err := s.Events(t.Context(), id, c.after, c.max)
		if err != nil {
			t.Fatal(err)
		}
		got := []int64{}
		for _, e := range events {
			got = append(got, e.Seq)
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("after %d, at most %d: %v, want %s", c.after, c.max, got, c.want)
		}
	}
}

func testMarkRead(t *testing.T, w *world) {
	a, b := w.node(t), w.node(t)
	id := newID()
	if err := a.MarkRead(t.Context(), id, 3); err != nil {
		t.Fatal(err)
	}
	before := load(t, a, id)
	say(t, a, id, "m1", "one", "two", "three")
	for _, c := range []struct{ mark, want int64 }{{2, 2}, {1, 2}, {3, 3}, {99, 3}, {-1, 3}} {
		if err := a.MarkRead(t.Context(), id, c.mark); err != nil {
			t.Fatal(err)
		}
		f := follow(t, b, id, 0)
		if got := f.Position(); got.Read != c.want || got.Seq != 3 {
			t.Errorf("marked %d: %+v, want %d read", c.mark, got, c.want)
		}
		f.Close()
	}
	if got := load(t, b, id); got.Version != before.Version+1 {
		t.Errorf("version %d: marking moved it", got.Version)
	}
}

func testScriptFlush(t *testing.T, w *world) {
	s := w.node(t)
	id := newID()
	say(t, s, id, "m1", "one")
	flushScripts(t, w)
	if seq := say(t, s, id, "m2", "two"); seq != 2 {
		t.Errorf("event %d, want 2", seq)
	}
	flushScripts(t, w)
	follow(t, s, id, 0).upTo(t, 2)
	// A pipeline in which every call meets a server that forgot.
	flushScripts(t, w)
	testManySessions(t, w)
}

func testOtherPartitions(t *testing.T, w *world) {
	_, err := sessions.Open(t.Context(), w.client(t), sessions.Options{Keys: keyring(t), Partitions: 8})
	if err == nil {
		t.Fatal("opened with another number of partitions")
	}
}

func testClosed(t *testing.T, w *world) {
	s := w.node(t)
	id := newID()
	f := follow(t, s, id, 0)
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(t.Context(), id); err == nil {
		t.Error("loaded from a closed store")
	}
	if _, err := s.Commit(t.Context(), turn(bot.Session{ID: id}, "m1", "x")); bot.ErrorCode(err) != bot.Unavailable {
		t.Errorf("commit to a closed store: %v", err)
	}
	if s.Ready(t.Context()) == nil {
		t.Error("a closed store is ready")
	}
	f.Close()
}
