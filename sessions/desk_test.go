package sessions_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/handoff"
	"fenfu/sessions"
)

func deskOf(tb testing.TB, w *world, change ...func(*sessions.DeskOptions)) *sessions.Desk {
	tb.Helper()
	o := sessions.DeskOptions{Prefer: time.Minute, Sync: w.sync}
	for _, c := range change {
		c(&o)
	}
	return sessions.NewDesk(w.client(tb), o)
}

func move(tb testing.TB, d *sessions.Desk, session string, version int64, state handoff.State, agent string, since time.Time) {
	tb.Helper()
	err := d.Move(tb.Context(), handoff.Place{Session: session, Version: version, State: state, Desk: "service", Agent: agent, Since: since})
	if err != nil {
		tb.Fatal(err)
	}
}

func loads(tb testing.TB, d *sessions.Desk) map[string]int {
	tb.Helper()
	agents, err := d.Agents(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	all := make(map[string]int)
	for _, a := range agents {
		all[a.ID] = a.Load
	}
	return all
}

func online(tb testing.TB, d *sessions.Desk, id string, capacity int) {
	tb.Helper()
	if err := d.SetPresence(tb.Context(), handoff.Agent{ID: id, Name: "坐席" + id, Capacity: capacity, Presence: handoff.Online}); err != nil {
		tb.Fatal(err)
	}
}

func queued(tb testing.TB, d *sessions.Desk) []string {
	tb.Helper()
	q, err := d.Queue(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	var ids []string
	for _, w := range q.Waiting {
		ids = append(ids, w.Session)
	}
	return ids
}

func TestDeskBooks(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		c := &clock{at: time.Now()}
		d := deskOf(t, w, func(o *sessions.DeskOptions) { o.Now = c.now })
		since := c.now().Truncate(time.Millisecond)
		online(t, d, "a", 2)
		move(t, d, "s2", 3, handoff.InQueue, "", since.Add(time.Second))
		move(t, d, "s1", 3, handoff.InQueue, "", since)
		move(t, d, "s1", 2, handoff.Over, "", since) // late
		if got := queued(t, d); !slices.Equal(got, []string{"s1", "s2"}) {
			t.Fatalf("queue %v", got)
		}
		move(t, d, "s1", 4, handoff.Taken, "a", since)
		move(t, d, "s1", 4, handoff.Taken, "a", since) // again
		move(t, d, "s1", 3, handoff.InQueue, "", since)
		if got := loads(t, d); got["a"] != 1 {
			t.Errorf("load %v, want 1", got)
		}
		active, err := d.Active(ctx, "a")
		if err != nil || len(active) != 1 || active[0].Session != "s1" || !active[0].Since.Equal(since) {
			t.Errorf("active %v, %v", active, err)
		}
		c.move(10 * time.Second)
		move(t, d, "s2", 4, handoff.Taken, "a", since)
		for i := range 3 {
			move(t, d, fmt.Sprint("t", i), 1, handoff.InQueue, "", since.Add(time.Duration(i)*time.Second))
		}
		q, err := d.Queue(ctx)
		if err != nil {
			t.Fatal(err)
		}
		// One was taken ten seconds after the other, so the third's turn may come in thirty.
		turns := q.Turns()
		if got := turns["t2"]; got.Position != 3 || got.Wait < 29*time.Second || got.Wait > 40*time.Second {
			t.Errorf("the third: %+v", got)
		}
		if got, ok := turns["s1"]; ok {
			t.Errorf("one that does not wait: %+v", got)
		}
		move(t, d, "s1", 5, handoff.Over, "a", since)
		c.move(time.Second)
		move(t, d, "s2", 5, handoff.Over, "a", since)
		if got := loads(t, d); got["a"] != 0 {
			t.Errorf("load after all ended %v", got)
		}
		for _, agent := range []string{"", "a"} {
			page, total, err := d.Ended(ctx, agent, nil, sessions.Ended{At: c.now().Add(time.Second)}, 1)
			if err != nil || total != 2 || len(page) != 1 || page[0].Session != "s2" {
				t.Fatalf("ended of %q: %v of %d, %v", agent, page, total, err)
			}
			if page, _, _ := d.Ended(ctx, agent, nil, page[0], 10); len(page) != 1 || page[0].Session != "s1" {
				t.Errorf("the next page of %q: %v", agent, page)
			}
		}
		// Back again: it is no longer over.
		move(t, d, "s1", 6, handoff.InQueue, "", c.now())
		if _, total, _ := d.Ended(ctx, "", nil, sessions.Ended{At: c.now().Add(time.Second)}, 1); total != 1 {
			t.Errorf("%d over, want 1", total)
		}
	})
}

// What is over is listed for each desk, at the desk that was last on it, and by
// when it ended, though it was rated later.
// TestLateMove has entries come after the one that says that a conversation is over.
func TestLateMove(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		c := &clock{at: time.Now()}
		d := deskOf(t, w, func(o *sessions.DeskOptions) { o.Now = c.now })
		since := c.now()
		online(t, d, "a", 2)
		move(t, d, "s", 3, handoff.InQueue, "", since)
		move(t, d, "s", 4, handoff.Taken, "a", since)
		move(t, d, "s", 5, handoff.Over, "a", since)
		c.move(59 * time.Minute)
		move(t, d, "s", 4, handoff.Taken, "a", since)
		move(t, d, "s", 3, handoff.InQueue, "", since)
		if active, err := d.Active(t.Context(), ""); err != nil || len(active) != 0 || loads(t, d)["a"] != 0 || len(queued(t, d)) != 0 {
			t.Errorf("after late entries: active %v, %v, load %v, queue %v", active, err, loads(t, d), queued(t, d))
		}
		move(t, d, "s", 6, handoff.InQueue, "", since) // and again, later
		if got := queued(t, d); !slices.Equal(got, []string{"s"}) {
			t.Errorf("queue %v", got)
		}
		move(t, d, "s", 7, handoff.Over, "", since)

		c.move(2 * time.Hour)
		move(t, d, "other", 1, handoff.Over, "", since)
		rdb := w.client(t)
		if kept, order := rdb.HLen(t.Context(), "{desk}:over").Val(), rdb.ZCard(t.Context(), "{desk}:over-at").Val(); kept != 1 || order != 1 {
			t.Errorf("%d and %d conversations are kept, want the one of the last hour", kept, order)
		}
	})
}

// TestEndedTogether reads conversations that ended in the same millisecond, a
// page at a time.
func TestEndedTogether(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		d := deskOf(t, w)
		at := time.Now().Truncate(time.Millisecond)
		for i := range 7 {
			err := d.Move(t.Context(), handoff.Place{Session: fmt.Sprint("s", i), Version: 1, State: handoff.Over, Desk: []string{"service", "review"}[i%2], Agent: "a", Since: at, Ended: at})
			if err != nil {
				t.Fatal(err)
			}
		}
		for name, read := range map[string]func(sessions.Ended) ([]sessions.Ended, int64, error){
			"of all": func(after sessions.Ended) ([]sessions.Ended, int64, error) {
				return d.Ended(t.Context(), "", nil, after, 3)
			},
			"of an agent": func(after sessions.Ended) ([]sessions.Ended, int64, error) {
				return d.Ended(t.Context(), "a", nil, after, 3)
			},
			"of two desks": func(after sessions.Ended) ([]sessions.Ended, int64, error) {
				return d.Ended(t.Context(), "", []string{"service", "review"}, after, 3)
			},
		} {
			var got []string
			for after := (sessions.Ended{At: at.Add(time.Second)}); ; {
				page, total, err := read(after)
				if err != nil || total != 7 || len(got) > 7 {
					t.Fatalf("%s: %d, %v, after %v", name, total, err, got)
				}
				if len(page) == 0 {
					break
				}
				for _, e := range page {
					got = append(got, e.Session)
				}
				after = page[len(page)-1]
			}
			if want := []string{"s6", "s5", "s4", "s3", "s2", "s1", "s0"}; !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
	})
}

func TestEndedByDesk(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		c := &clock{}
		d := deskOf(t, w, func(o *sessions.DeskOptions) { o.Now = c.now })
		over := func(session string, version int64, desk, before string, at time.Time) {
			t.Helper()
			p := handoff.Place{Session: session, Version: version, State: handoff.Over, Desk: desk, Before: before, Agent: "a", Since: at, Ended: at}
			if err := d.Move(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}
		want := func(desks []string, ids ...string) {
			t.Helper()
			page, total, err := d.Ended(t.Context(), "", desks, sessions.Ended{At: c.now().Add(time.Second)}, 10)
			var got []string
			for _, e := range page {
				got = append(got, e.Session)
			}
			if err != nil || !slices.Equal(got, ids) || total != int64(len(ids)) {
				t.Errorf("ended at %v: %v of %d, %v; want %v", desks, got, total, err, ids)
			}
		}
		at := func(s int) time.Time { return c.now().Add(time.Duration(s-100) * time.Second) }
		over("s1", 1, "service", "", at(1))
		over("s2", 1, "review", "", at(2))
		over("s3", 1, "service", "", at(3))
		over("s1", 2, "service", "", at(1)) // rated
		want(nil, "s3", "s2", "s1")
		want([]string{"service"}, "s3", "s1")
		want([]string{"review"}, "s2")
		want([]string{"review", "service"}, "s3", "s2", "s1")
		p := handoff.Place{Session: "s3", Version: 4, State: handoff.InQueue, Desk: "review", Before: "service", Since: at(4)}
		if err := d.Move(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		want([]string{"service"}, "s1")
		over("s3", 5, "review", "service", at(5))
		want([]string{"review"}, "s3", "s2")
		over("s1", 6, "review", "service", at(6)) // a whole handoff at another desk, of which the books heard the end only
		want([]string{"service"})
	})
}

func TestPresence(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		c := &clock{at: time.Now()}
		d := deskOf(t, w, func(o *sessions.DeskOptions) { o.Now = c.now })
		presence := func() handoff.Agent {
			t.Helper()
			agents, err := d.Agents(t.Context())
			if err != nil || len(agents) != 1 {
				t.Fatalf("agents %v, %v", agents, err)
			}
			return agents[0]
		}
		if err := d.Seen(t.Context(), "stranger"); err != nil {
			t.Fatal(err)
		}
		online(t, d, "a", 2)
		c.move(34 * time.Second) // a page that is loaded again, or a server, half a minute after the last sign of life but one
		if a := presence(); a.Gone || a.Presence != handoff.Online || a.Name != "坐席a" {
			t.Errorf("after 34 s: %+v", a)
		}
		c.move(2 * time.Second)
		if a := presence(); !a.Gone || a.Presence != handoff.Away {
			t.Errorf("after 36 s: %+v", a)
		}
		if err := d.Arrive(t.Context(), handoff.Agent{ID: "a", Name: "B", Presence: handoff.Away}); err != nil {
			t.Fatal(err)
		}
		if a := presence(); a.Gone || a.Presence != handoff.Online || a.Name != "坐席a" {
			t.Errorf("who is known arrives: %+v", a)
		}
		c.move(36 * time.Second)
		if err := d.Seen(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		if a := presence(); a.Gone || a.Presence != handoff.Online {
			t.Errorf("back again: %+v", a)
		}
		if err := d.Forget(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		if agents, _ := d.Agents(t.Context()); len(agents) != 0 {
			t.Errorf("forgotten, but there: %v", agents)
		}
	})
}

// Who joins a conversation that a colleague has needs room for it, too.
func TestReserveJoin(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		c := &clock{}
		d := deskOf(t, w, func(o *sessions.DeskOptions) { o.Now = c.now })
		online(t, d, "a", 2)
		online(t, d, "b", 1)
		move(t, d, "s", 1, handoff.Taken, "a", c.now())
		move(t, d, "t", 1, handoff.Taken, "a", c.now())
		want := func(a, b int) {
			t.Helper()
			if got := loads(t, d); got["a"] != a || got["b"] != b {
				t.Errorf("loads %v, want %d and %d", got, a, b)
			}
		}
		var group sync.WaitGroup
		var got [2]error
		for i, session := range []string{"s", "t"} {
			group.Go(func() { got[i] = d.ReserveJoin(ctx, session, "b", 1) })
		}
		group.Wait()
		if (got[0] == nil) == (got[1] == nil) {
			t.Fatalf("of two at once: %v", got)
		}
		want(2, 1)
		joined, other := "s", "t"
		if got[0] != nil {
			joined, other = other, joined
		}
		if err := d.ReserveJoin(ctx, "nobody", "b", 9); bot.ErrorCode(err) != bot.Conflict {
			t.Errorf("join of what is not there: %v", err)
		}
		if err := d.ReleaseJoin(ctx, joined, "b"); err != nil {
			t.Fatal(err)
		}
		want(2, 0)
		if err := d.ReserveJoin(ctx, other, "b", 1); err != nil {
			t.Fatal(err)
		}
		move(t, d, other, 2, handoff.Taken, "b", c.now())
		want(1, 1)
		if err := d.ReserveJoin(ctx, joined, "b", 2); err != nil { // and is never heard of again
			t.Fatal(err)
		}
		move(t, d, joined, 2, handoff.Over, "a", c.now())
		want(0, 1)
	})
}

func TestReserve(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		c := &clock{}
		d := deskOf(t, w, func(o *sessions.DeskOptions) { o.Now = c.now })
		online(t, d, "a", 1)
		online(t, d, "b", 1)
		move(t, d, "s", 1, handoff.InQueue, "", c.now())
		move(t, d, "t", 1, handoff.InQueue, "", c.now())
		refused := func(session, agent string) {
			t.Helper()
			if err := d.Reserve(ctx, session, agent, 1); bot.ErrorCode(err) != bot.Conflict {
				t.Errorf("reserve %s for %s: %v", session, agent, err)
			}
		}
		reserve := func(session, agent string) {
			t.Helper()
			if err := d.Reserve(ctx, session, agent, 1); err != nil {
				t.Errorf("reserve %s for %s: %v", session, agent, err)
			}
		}
		refused("nobody", "a")
		reserve("s", "a")
		refused("s", "a") // somebody else's reservation, though for the same agent
		refused("s", "b")
		refused("t", "a") // no room
		if err := d.Release(ctx, "s", "b"); err != nil {
			t.Fatal(err)
		}
		refused("s", "b") // not theirs to release
		if err := d.Release(ctx, "s", "a"); err != nil {
			t.Fatal(err)
		}
		if got := loads(t, d); got["a"] != 0 {
			t.Errorf("load after release %v", got)
		}
		reserve("s", "b")
		move(t, d, "s", 2, handoff.Taken, "b", c.now())
		if got := loads(t, d); got["b"] != 1 {
			t.Errorf("load after the takeover %v, want 1: the reservation became it", got)
		}
		reserve("t", "a")
		c.move(16 * time.Second) // whoever reserved it is no more
		move(t, d, "s", 3, handoff.Over, "b", c.now())
		reserve("t", "b")
		if got := loads(t, d); got["a"] != 0 || got["b"] != 1 {
			t.Errorf("loads after a lost reservation %v", got)
		}
		move(t, d, "t", 2, handoff.Over, "", c.now()) // the visitor left the queue
		if got := loads(t, d); got["b"] != 0 {
			t.Errorf("load after the visitor left %v", got)
		}
	})
}

// TestReserveRace has many agents on several nodes reach for the same visitors
// at once: each visitor is got by one, and nobody gets more than they may have.
func TestReserveRace(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		const visitors, agents, capacity = 40, 10, 3
		nodes := []*sessions.Desk{deskOf(t, w), deskOf(t, w), deskOf(t, w)}
		for v := range visitors {
			move(t, nodes[0], fmt.Sprint("s", v), 1, handoff.InQueue, "", time.Now())
		}
		var got [visitors]atomic.Int32
		var has [agents]atomic.Int32
		var group sync.WaitGroup
		for a := range agents {
			group.Go(func() {
				for v := range visitors {
					err := nodes[a%3].Reserve(t.Context(), fmt.Sprint("s", v), fmt.Sprint("a", a), capacity)
					if err == nil {
						got[v].Add(1)
						has[a].Add(1)
					} else if bot.ErrorCode(err) != bot.Conflict {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		taken := int32(0)
		for v := range got {
			if n := got[v].Load(); n > 1 {
				t.Errorf("visitor %d was got by %d", v, n)
			}
			taken += got[v].Load()
		}
		for a := range has {
			if n := has[a].Load(); n > capacity {
				t.Errorf("agent %d got %d", a, n)
			}
		}
		if taken != agents*capacity {
			t.Errorf("%d visitors were got, want %d", taken, agents*capacity)
		}
	})
}

// fakeSessions stands for the sessions that a dispatcher moves.
type fakeSessions struct {
	desk    *sessions.Desk
	mu      sync.Mutex
	agent   map[string]string // of a session, "" while it waits
	version map[string]int64
	gone    map[string]bool // visitors who left though the books do not know yet
	since   time.Time
}

func (f *fakeSessions) to(ctx context.Context, session, agent string, state handoff.State) error {
	f.mu.Lock()
	f.version[session]++
	f.agent[session] = agent
	p := handoff.Place{Session: session, Version: f.version[session], State: state, Desk: "service", Agent: agent, Since: f.since}
	f.mu.Unlock()
	return f.desk.Move(ctx, p)
}

func (f *fakeSessions) Assign(ctx context.Context, session, agent, name string) error {
	f.mu.Lock()
	gone, has := f.gone[session], f.agent[session]
	f.mu.Unlock()
	if gone || has != "" || name == "" {
		return errors.New("not waiting")
	}
	return f.to(ctx, session, agent, handoff.Taken)
}

func (f *fakeSessions) TakeBack(ctx context.Context, session, agent string) error {
	return f.to(ctx, session, "", handoff.InQueue)
}

func (f *fakeSessions) Resync(ctx context.Context, session string) error {
	f.mu.Lock()
	state := handoff.InQueue
	agent := f.agent[session]
	if agent != "" {
		state = handoff.Taken
	} else if f.gone[session] {
		state = handoff.Over
	}
	f.mu.Unlock()
	return f.to(ctx, session, agent, state)
}

func (f *fakeSessions) agentOf(session string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.agent[session]
}

func TestDispatch(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		c := &clock{}
		nodes := []*sessions.Desk{
			deskOf(t, w, func(o *sessions.DeskOptions) { o.Now = c.now }),
			deskOf(t, w, func(o *sessions.DeskOptions) { o.Now = c.now }),
		}
		f := &fakeSessions{desk: nodes[0], agent: make(map[string]string), version: make(map[string]int64), gone: map[string]bool{"left": true}, since: c.now()}
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		for _, n := range nodes {
			group.Go(func() { n.Work(ctx, f) })
		}
		defer group.Wait()
		defer cancel()
		for _, id := range []string{"left", "s1", "s2", "s3"} {
			f.version[id] = 0
			if err := f.to(ctx, id, "", handoff.InQueue); err != nil {
				t.Fatal(err)
			}
		}
		online(t, nodes[1], "a", 2)
		eventually(t, "two visitors are with the agent, who has room for no more", func() error {
			n := 0
			for _, id := range []string{"s1", "s2", "s3"} {
				if f.agentOf(id) == "a" {
					n++
				}
			}
			if n != 2 || len(queued(t, nodes[0])) != 1 {
				return fmt.Errorf("%d with the agent, queue %v", n, queued(t, nodes[0]))
			}
			return nil
		})
		waiting := queued(t, nodes[0])[0]
		online(t, nodes[0], "c", 0)
		if err := nodes[1].Reserve(t.Context(), waiting, "c", 1); err != nil { // by a node that then dies
			t.Fatal(err)
		}
		c.move(16 * time.Second)
		eventually(t, "the place that nobody took is given back", func() error {
			if got := loads(t, nodes[0]); got["c"] != 0 {
				return fmt.Errorf("loads %v", got)
			}
			return nil
		})
		online(t, nodes[0], "a", 2)
		online(t, nodes[0], "b", 5)
		eventually(t, "the third goes to the one who came", func() error {
			for _, id := range []string{"s1", "s2", "s3"} {
				if f.agentOf(id) == "b" {
					return nil
				}
			}
			return errors.New("not yet")
		})
		if got := loads(t, nodes[0]); got["a"] != 2 || got["b"] != 1 {
			t.Errorf("loads %v", got)
		}
		c.move(31 * time.Second) // a has closed the page for good
		eventually(t, "b, who is there, has them all", func() error {
			if err := nodes[1].Seen(t.Context(), "b"); err != nil {
				return err
			}
			if got := loads(t, nodes[0]); got["a"] != 0 || got["b"] != 3 {
				return fmt.Errorf("loads %v", got)
			}
			return nil
		})
	})
}
