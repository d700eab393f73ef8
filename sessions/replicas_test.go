package sessions_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/sessions"
	"fenfu/sessions/redistest"
)

func replicated(o *sessions.Options) { o.Replicas = 1 }

// TestAcknowledgedOnlyIfReplicated: while the replica stands still no turn is
// acknowledged and none is shown, not even on another node, and to send it
// again does not help. When the replica has it, it counts once. All of it takes
// one round trip.
func TestAcknowledgedOnlyIfReplicated(t *testing.T) {
	t.Parallel()
	master := redistest.Redis(t)
	replica := master.Replica(t)
	c := master.Client(t)
	s, other := openStore(t, c, replicated), openStore(t, master.Client(t), replicated)
	id := newID()
	say(t, s, id, "m1", "one", "reply")
	here, there := follow(t, s, id, 0), follow(t, other, id, 0)
	here.upTo(t, 2)
	there.upTo(t, 2)

	var count trips
	c.AddHook(&count)
	say(t, s, id, "m2", "two", "reply")
	if got := count.list(); len(got) != 1 || got[0] != "2 in a pipeline" {
		t.Errorf("a turn took %v, want one pipeline of it and its WAIT", got)
	}
	here.upTo(t, 4)
	there.upTo(t, 4)

	replica.Stop()
	tr := turn(load(t, s, id), "m3", "three", "reply")
	for range 2 {
		if _, err := s.Commit(t.Context(), tr); bot.ErrorCode(err) != bot.Unavailable {
			t.Errorf("only the master has it: %v, want unavailable", err)
		}
	}
	logs, err := c.Keys(t.Context(), "*:e:"+id).Result()
	if err != nil || len(logs) != 1 || c.HGet(t.Context(), logs[0], "v").Val() != "3 6" {
		t.Fatalf("the master does not have 6 events (%v, %v): nothing was tested", logs, err)
	}
	for name, f := range map[string]*follower{"the node of the turn": here, "another node": there} {
		eventually(t, name+" has heard of it", func() error {
			events, err := f.Next(t.Context(), 8)
			if len(events) > 0 {
				t.Fatalf("%s shows %d events that no replica has", name, len(events))
			}
			if bot.ErrorCode(err) != bot.Unavailable {
				return fmt.Errorf("%v, want unavailable", err)
			}
			return nil
		})
	}
	replica.Resume()
	eventually(t, "the replica has it", func() error {
		_, err := s.Commit(t.Context(), tr)
		var dup *bot.DuplicateError
		if errors.As(err, &dup) && dup.Seq == 5 {
			return nil
		}
		return fmt.Errorf("%w, want a duplicate of 5", err)
	})
	here.upTo(t, 6)
	there.upTo(t, 6)
}

// TestReplicatedCluster: each partition waits for the replicas of its own
// master: without them it takes nothing, the others go on; and after a
// failover and a restart all is as it was.
func TestReplicatedCluster(t *testing.T) {
	t.Parallel()
	ring := redistest.Cluster(t, redistest.Replicas(1))
	w := dialWorld("cluster", ring.URL)
	s := w.node(t, replicated)
	var ids []string
	for range 64 {
		ids = append(ids, newID())
	}
	for _, id := range ids {
		say(t, s, id, "m1", "one")
	}
	ring.Servers[3].Stop()
	refused := 0
	for _, id := range ids {
		if _, err := s.Commit(t.Context(), turn(load(t, s, id), "m2", "two")); err != nil {
			refused++
			if bot.ErrorCode(err) != bot.Unavailable {
				t.Error(err)
			}
		}
		if refused > 2 {
			break
		}
	}
	if refused == 0 {
		t.Error("a master without its replica acknowledged")
	}
	ring.Servers[3].Resume()
	for _, id := range ids {
		sayUntil(t, s, id, "m2", "two")
	}
	ring.Failover(t, 0)
	ring.Servers[0].Restart(t)
	for _, id := range ids {
		sayUntil(t, s, id, "m3", "three")
	}
	for _, id := range ids {
		if events, err := s.Events(t.Context(), id, 0, 10); err != nil || len(events) != 3 {
			t.Errorf("%d events, %v, want 3", len(events), err)
		}
	}
}

// TestWorkWhereReplicasAre: while one master of a cluster is without its
// replica, what is due on the others is done.
func TestWorkWhereReplicasAre(t *testing.T) {
	t.Parallel()
	ring := redistest.Cluster(t, redistest.Replicas(1))
	clk := &clock{}
	s := dialWorld("cluster", ring.URL).node(t, replicated, func(o *sessions.Options) { o.Now, o.Lease = clk.now, time.Hour })
	waiting := make(map[string]bool)
	for range 64 {
		id := newID()
		waiting[id] = true
		due(t, s, id, "m1", clk.now().Add(time.Hour))
	}
	ring.Servers[3].Stop()
	all := len(waiting)
	var mu sync.Mutex
	var group sync.WaitGroup
	for id := range maps.Clone(waiting) {
		group.Go(func() {
			if _, err := s.Commit(t.Context(), turn(load(t, s, id), "m2", "x")); err != nil { // it has no replica
				mu.Lock()
				defer mu.Unlock()
				delete(waiting, id)
			}
		})
	}
	group.Wait()
	if len(waiting) == 0 || len(waiting) == all {
		t.Fatalf("%d of %d sessions have a replica: nothing was tested", len(waiting), all)
	}
	woken := make(chan string, 2*all)
	startWork(t, s, 128, func(_ context.Context, id string) error {
		woken <- id
		return nil
	})
	clk.move(2 * time.Hour)
	for len(waiting) > 0 {
		delete(waiting, receive(t, woken, "what is due on the other masters"))
	}
}

// TestHeardWhereReplicasAre: while one master of a cluster is without its
// replica, nodes stay registered with the others, and hear of commits there.
func TestHeardWhereReplicasAre(t *testing.T) {
	t.Parallel()
	ring := redistest.Cluster(t, redistest.Replicas(1))
	w := dialWorld("cluster", ring.URL)
	a, b := w.node(t, replicated), w.node(t, replicated)
	c := w.client(t)
	heard := make(map[string]*follower)
	for range 64 {
		id := newID()
		say(t, a, id, "m1", "one")
		heard[id] = follow(t, b, id, 0)
		heard[id].upTo(t, 1)
	}
	ring.Servers[3].Stop()
	for p := range 16 { // the registrations have run out
		for _, key := range []string{"nodes", "names"} {
			if err := c.Del(t.Context(), fmt.Sprintf("{p%02d}:%s", p, key)).Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	all := len(heard)
	var mu sync.Mutex
	var group sync.WaitGroup
	for id := range maps.Clone(heard) {
		group.Go(func() {
			if _, err := a.Commit(t.Context(), turn(load(t, a, id), "m2", "two")); err != nil { // it has no replica
				mu.Lock()
				defer mu.Unlock()
				delete(heard, id)
			}
		})
	}
	group.Wait()
	if len(heard) == 0 || len(heard) == all {
		t.Fatalf("%d of %d sessions have a replica: nothing was tested", len(heard), all)
	}
	for _, f := range heard {
		f.upTo(t, 2)
	}
	eventually(t, "a registration that is not whole", func() error {
		if b.Registered(t.Context()) == nil {
			return errors.New("it is")
		}
		return nil
	})
	if err := b.Subscribed(t.Context()); err != nil {
		t.Errorf("a node that hears of the other masters' commits: %v", err)
	}
	ring.Servers[3].Resume()
	eventually(t, "ready again", func() error { return b.Ready(t.Context()) })
}

// TestIndexReplicated: what stands for a person is made and let go on whichever
// master it lies, and not before a replica has it.
func TestIndexReplicated(t *testing.T) {
	t.Parallel()
	ring := redistest.Cluster(t, redistest.Replicas(1))
	x := index(t, dialWorld("cluster", ring.URL).node(t, replicated))
	for range 12 { // on every master some, most of the time
		f := x.Fingerprint(newPerson())
		claim(t, x, f, "one", true)
		claim(t, x, f, "two", false)
		if err := x.Release(t.Context(), f, "one"); err != nil {
			t.Error(err)
		}
		claim(t, x, f, "two", true)
	}
	master := redistest.Redis(t)
	replica := master.Replica(t)
	x = index(t, openStore(t, master.Client(t), replicated))
	f := x.Fingerprint(newPerson())
	replica.Stop()
	for range 2 {
		if ok, err := x.Claim(t.Context(), f, "one", time.Hour); ok || bot.ErrorCode(err) != bot.Unavailable {
			t.Errorf("only the master has it: %v, %v, want unavailable", ok, err)
		}
	}
	replica.Resume()
	eventually(t, "the replica has it", func() error {
		ok, err := x.Claim(t.Context(), f, "one", time.Hour)
		if err == nil && !ok {
			err = errors.New("it stands for another one")
		}
		return err
	})
}

// TestUnheardOverFailover: a commit is published by a master of a cluster that
// goes down with it, while the subscription to another server lives on. The
// followers on other nodes hear of it.
func TestUnheardOverFailover(t *testing.T) {
	t.Parallel()
	ring := redistest.Cluster(t, redistest.Replicas(1))
	w := dialWorld("cluster", ring.URL)
	a, b := w.node(t), w.node(t)
	c := w.client(t)
	ids := make(map[*follower]string)
	for range 16 {
		id := newID()
		say(t, a, id, "m1", "one")
		f := follow(t, b, id, 0)
		f.upTo(t, 1)
		ids[f] = id
	}
	for p := range 16 { // nobody is told
		if err := c.Del(t.Context(), fmt.Sprintf("{p%02d}:names", p)).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range ids {
		say(t, a, id, "m2", "two")
	}
	for master := range 3 {
		ring.Switch(t, master)
	}
	for f := range ids {
		f.upTo(t, 2)
	}
}
