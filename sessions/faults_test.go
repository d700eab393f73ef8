package sessions_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"fenfu/bot"
	"fenfu/sessions"
	"fenfu/sessions/redistest"
)

// faultyClient is a client whose connections break as told.
func faultyClient(t *testing.T, s *redistest.Server, faults *redistest.Faults, retries int) *redis.Client {
	t.Helper()
	c := redis.NewClient(&redis.Options{
		Addr: s.Addr, Dialer: faults.Dial, MaxRetries: retries, DialerRetries: 1,
		DialTimeout: patience, ReadTimeout: patience, DisableIdentity: true, ContextTimeoutEnabled: true,
	})
	t.Cleanup(func() { c.Close() })
	return c
}

// TestOneRoundTrip: a turn in steady state costs one script call, so does
// opening a feed; many turns at once share pipelines.
func TestOneRoundTrip(t *testing.T) {
	t.Parallel()
	c := redistest.Redis(t).Client(t)
	s := openStore(t, c)
	var count trips
	c.AddHook(&count)
	id := newID()
	say(t, s, id, "first", "text", "reply") // loads
	count.reset()
	const turns = 25
	for n := range turns {
		say(t, s, id, fmt.Sprint(n), "text", "reply")
	}
	if got := count.list(); len(got) != turns || got[0] != "evalsha" {
		t.Errorf("%d turns took %d round trips: %v", turns, len(got), got)
	}
	count.reset()
	f := follow(t, s, id, 30)
	f.upTo(t, 2*turns+2)
	if got := count.list(); len(got) != 1 {
		t.Errorf("a feed and its replay took %v", got)
	}
	count.reset()
	say(t, s, id, "live", "text", "reply")
	f.upTo(t, 2*turns+4)
	if got := count.list(); len(got) != 1 {
		t.Errorf("a turn and its delivery took %v", got)
	}

	ids := make([]string, 200)
	for i := range ids {
		ids[i] = newID()
		load(t, s, ids[i])
	}
	count.reset()
	var group sync.WaitGroup
	for _, id := range ids {
		group.Go(func() { say(t, s, id, "m", "text") })
	}
	group.Wait()
	if got := count.list(); len(got) > len(ids)/2 {
		t.Errorf("%d turns at once took %d round trips, want them gathered", len(ids), len(got))
	}
}

// TestLostReply: the commit was applied, its answer never came. It is stored
// once, and followers everywhere hear of it.
func TestLostReply(t *testing.T) {
	t.Parallel()
	for name, retries := range map[string]int{"sent again by the client": 3, "sent again by the visitor": -1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Redis(t)
			var faults redistest.Faults
			s := openStore(t, faultyClient(t, server, &faults, retries))
			other := openStore(t, server.Client(t))
			id := newID()
			say(t, s, id, "m1", "one", "reply")
			here, there := follow(t, s, id, 0), follow(t, other, id, 0)

			tr := turn(load(t, s, id), "message-whose-answer-is-lost", "two", "reply")
			lost := faults.LoseReply([]byte(s.MessageField(id, tr.MessageID)))
			_, err := s.Commit(t.Context(), tr)
			receive(t, lost, "the answer is lost")
			if retries < 0 {
				if bot.ErrorCode(err) != bot.Unavailable {
					t.Fatalf("no answer: %v", err)
				}
				_, err = s.Commit(t.Context(), tr)
			}
			var dup *bot.DuplicateError
			if !errors.As(err, &dup) || dup.Seq != 3 {
				t.Fatalf("sent again: %v, want a duplicate of 3", err)
			}
			here.upTo(t, 4)
			there.upTo(t, 4)
			say(t, s, id, "m3", "three")
			here.upTo(t, 5)
			there.upTo(t, 5)
			if got := load(t, other, id); got.Seq != 5 || got.Version != 3 {
				t.Errorf("seq %d, version %d, want 5 and 3", got.Seq, got.Version)
			}
		})
	}
}

// TestLostSubscription: what is committed while a node hears nothing reaches
// its followers when it hears again, without another commit.
func TestLostSubscription(t *testing.T) {
	t.Parallel()
	server := redistest.Redis(t)
	var faults redistest.Faults
	deaf := openStore(t, faultyClient(t, server, &faults, 1))
	other := openStore(t, server.Client(t))
	ids := []string{newID(), newID(), newID()}
	var followers []*follower
	for _, id := range ids {
		say(t, other, id, "m1", "one")
		followers = append(followers, follow(t, deaf, id, 0))
	}
	for _, f := range followers {
		f.upTo(t, 1)
	}
	faults.Refuse(true)
	faults.Cut()
	eventually(t, "deaf", func() error {
		if deaf.Ready(t.Context()) == nil {
			return errors.New("still ready")
		}
		return nil
	})
	for _, id := range ids {
		say(t, other, id, "m2", "two")
	}
	faults.Refuse(false)
	for _, f := range followers {
		f.upTo(t, 2)
	}
	eventually(t, "ready again", func() error { return deaf.Ready(t.Context()) })
}

// TestRedisGone: calls fail in bounded time and say that it may pass; a call
// whose caller has gone is not sent.
func TestRedisGone(t *testing.T) {
	t.Parallel()
	server := redistest.Redis(t)
	var faults redistest.Faults
	s := openStore(t, faultyClient(t, server, &faults, 1))
	id := newID()
	fresh := load(t, s, id)

	faults.Delay(100 * time.Millisecond)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Commit(ctx, turn(fresh, "m1", "one")); !errors.Is(err, context.Canceled) && err != nil {
		t.Errorf("a caller who has gone: %v", err)
	}
	faults.Delay(0)
	server.Kill()
	if _, err := s.Commit(t.Context(), turn(fresh, "m2", "two")); bot.ErrorCode(err) != bot.Unavailable {
		t.Errorf("commit: %v", err)
	}
	if s.Ready(t.Context()) == nil {
		t.Error("ready without a Redis")
	}
}

// TestFailover: a visitor who sends again until there is an answer loses
// nothing and says nothing twice, and followers on other nodes hear all of it.
func TestFailover(t *testing.T) {
	t.Parallel()
	group := redistest.Sentinel(t)
	w := dialWorld("sentinel", group.URL)
	a, b := w.node(t), w.node(t)
	id := newID()
	f := follow(t, b, id, 0)
	for n := range 10 {
		say(t, a, id, fmt.Sprint("before", n), "text")
	}
	if err := w.client(t).(*redis.Client).Wait(t.Context(), 2, patience).Err(); err != nil {
		t.Fatal(err)
	}
	group.Failover(t)
	for n := range 10 {
		sayUntil(t, a, id, fmt.Sprint("after", n), "text")
	}
	f.upTo(t, 20)
	events, err := b.Events(t.Context(), id, 0, 100)
	if err != nil || len(events) != 20 {
		t.Errorf("%d events, %v, want 20", len(events), err)
	}
	eventually(t, "ready after the failover", func() error { return a.Ready(t.Context()) })
}

// sayUntil sends a message again until it is acknowledged.
func sayUntil(t *testing.T, s *sessions.Store, id, message, text string) {
	t.Helper()
	eventually(t, message, func() error {
		got, err := s.Load(t.Context(), id)
		if err != nil {
			return err
		}
		_, err = s.Commit(t.Context(), turn(got, message, text))
		var dup *bot.DuplicateError
		if errors.As(err, &dup) {
			return nil
		}
		return err
	})
}

// TestForgottenNode: a node whose registration is gone, with its subscription
// alive, hears of what it missed when it renews.
func TestForgottenNode(t *testing.T) {
	t.Parallel()
	server := redistest.Redis(t)
	c := server.Client(t)
	a, b := openStore(t, c), openStore(t, c)
	id := newID()
	f := follow(t, b, id, 0)
	say(t, a, id, "m1", "one")
	f.upTo(t, 1)
	nodes, err := c.Keys(t.Context(), "*:n[oa]*").Result()
	if err != nil || len(nodes) != 32 {
		t.Fatalf("%d keys of nodes and their names, %v", len(nodes), err)
	}
	if err := c.Del(t.Context(), nodes...).Err(); err != nil {
		t.Fatal(err)
	}
	load(t, b, id) // a copy, which b hears too late to be out of date
	say(t, a, id, "m2", "two")
	if s, err := b.Fresh(t.Context(), id); err != nil || s.Seq != 2 {
		t.Errorf("as it is in the database: %d events, %v, want 2", s.Seq, err)
	}
	f.upTo(t, 2)
	say(t, a, id, "m3", "three")
	f.upTo(t, 3)
}

// TestClosedNodeIsLeft: nobody publishes to a node that has closed.
func TestClosedNodeIsLeft(t *testing.T) {
	t.Parallel()
	server := redistest.Redis(t)
	c := server.Client(t)
	a, b := openStore(t, c), openStore(t, c)
	id := newID()
	f := follow(t, b, id, 0)
	say(t, a, id, "m1", "one")
	f.upTo(t, 1)
	registered := func() int64 {
		t.Helper()
		var n int64
		for p := range 16 {
			k, err := c.ZCard(t.Context(), fmt.Sprintf("{p%02d}:nodes", p)).Result()
			if err != nil {
				t.Fatal(err)
			}
			n += k
		}
		return n
	}
	if n := registered(); n != 32 {
		t.Fatalf("%d registrations of two nodes with 16 partitions", n)
	}
	for range 2 {
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if n := registered(); n != 16 {
		t.Errorf("%d registrations after one node closed", n)
	}
}
