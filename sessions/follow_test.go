package sessions_test

import (
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fenfu/bot"
	"fenfu/sessions"
)

// testFollow: each event once and in order, what was there and what comes, from
// this node and from another.
func testFollow(t *testing.T, w *world) {
	a, b := w.node(t), w.node(t)
	id := newID()
	say(t, a, id, "m1", "one", "two")
	say(t, b, id, "m2", planted)

	fa, fb := follow(t, a, id, 0), follow(t, b, id, 1)
	if got, want := fb.Position(), (bot.Position{Seq: 3, Owner: bot.OwnerBot}); got != want {
		t.Errorf("position %+v, want %+v", got, want)
	}
	for n := range 20 {
		node := []*sessions.Store{a, b}[n%2]
		say(t, node, id, "n"+strconv.Itoa(n), "text", "reply")
	}
	fa.upTo(t, 43)
	fb.upTo(t, 43)
	want, err := a.Events(t.Context(), id, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, fa.got, revealed); diff != "" {
		t.Errorf("from 0: %s", diff)
	}
	if diff := cmp.Diff(want[1:], fb.got, revealed); diff != "" {
		t.Errorf("from 1: %s", diff)
	}
}

// testFollowLate: a replay longer than what a feed holds, and one from beyond
// the end.
func testFollowLate(t *testing.T, w *world) {
	s := w.node(t)
	id := newID()
	for n := range 50 {
		say(t, s, id, strconv.Itoa(n), "text", "reply")
	}
	f := follow(t, s, id, 0)
	f.upTo(t, 100)
	if len(f.got) != 100 {
		t.Errorf("%d events, want 100", len(f.got))
	}
	beyond := follow(t, s, id, 5000)
	say(t, s, id, "m", "new")
	beyond.upTo(t, 101)
	if len(beyond.got) != 1 {
		t.Errorf("%d events, want only the new one", len(beyond.got))
	}
}

// testFollowLagging: a follower that does not read loses nothing, and does not
// hold up those that do.
func testFollowLagging(t *testing.T, w *world) {
	a, b := w.node(t), w.node(t)
	id := newID()
	slow, far, quick := follow(t, a, id, 0), follow(t, b, id, 0), follow(t, b, id, 0)
	for n := range 100 {
		say(t, a, id, strconv.Itoa(n), "text", "reply")
		if n%10 == 0 {
			quick.upTo(t, int64(2*n))
		}
	}
	for _, f := range []*follower{quick, slow, far} {
		f.upTo(t, 200)
		if len(f.got) != 200 {
			t.Errorf("%d events, want 200", len(f.got))
		}
	}
	// Level again, it follows live.
	say(t, b, id, "last", "x")
	slow.upTo(t, 201)
	far.upTo(t, 201)
}

// testFollowWhileCommitting opens feeds in the middle of a stream of commits.
func testFollowWhileCommitting(t *testing.T, w *world) {
	a, b := w.node(t), w.node(t)
	id := newID()
	const turns = 60
	var group sync.WaitGroup
	group.Go(func() {
		for n := range turns {
			say(t, a, id, strconv.Itoa(n), "text", "reply")
		}
	})
	for n := range 10 {
		group.Go(func() {
			f := follow(t, []*sessions.Store{a, b}[n%2], id, 0)
			f.upTo(t, 2*turns)
			if len(f.got) != 2*turns {
				t.Errorf("%d events, want %d", len(f.got), 2*turns)
			}
		})
	}
	group.Wait()
}

func testFollowClosed(t *testing.T, w *world) {
	s := w.node(t)
	id := newID()
	feeds := []*follower{follow(t, s, id, 0), follow(t, s, id, 0), follow(t, s, id, 0), follow(t, s, id, 0)}
	for _, n := range []int{1, 3, 0} { // in the middle, the newest, the oldest
		feeds[n].Close()
		feeds[n].Close()
		say(t, s, id, strconv.Itoa(n), "text")
		if events, err := feeds[n].Next(t.Context(), 10); err != nil || len(events) != 0 {
			t.Errorf("a closed feed returned %d events, %v", len(events), err)
		}
	}
	feeds[2].upTo(t, 3)
}
