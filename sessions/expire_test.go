package sessions_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"fenfu/bot"
	"fenfu/sessions"
	"fenfu/sessions/redistest"
)

// TestNothingOutlivesASession: what is kept of a visitor who does not come
// back ends with the retention: state, log, the claim of the ID
// number, and the place among what is due, which has no TTL of its own.
func TestNothingOutlivesASession(t *testing.T) {
	t.Parallel()
	const retention = time.Minute
	server := redistest.Redis(t)
	rdb := server.Client(t)
	clk := &clock{}
	s := openStore(t, rdb, func(o *sessions.Options) {
		o.Now, o.Lease, o.TTL = clk.now, time.Second, sessions.TTLs{Session: retention, Log: retention}
	})
	id := newID()
	x := index(t, s)
	f := x.Fingerprint(newPerson())
	if ok, err := x.Claim(t.Context(), f, "app", retention); !ok || err != nil {
		t.Fatal(ok, err)
	}
	tr := turn(filledSession(t, id), "m1", planted)
	tr.Session.Due = clk.now().Add(time.Hour)
	if _, err := s.Commit(t.Context(), tr); err != nil {
		t.Fatal(err)
	}
	var mine []string
	for _, key := range rdb.Keys(t.Context(), "*").Val() {
		if strings.Contains(key, id) || strings.HasPrefix(key, "fenfu:id:") {
			mine = append(mine, key)
			if ttl := rdb.PTTL(t.Context(), key).Val(); ttl <= 0 || ttl > retention {
				t.Errorf("%s is kept for %v", key, ttl)
			}
		}
	}
	if len(mine) != 3 {
		t.Fatalf("keys %v, want state, log and claim", mine)
	}
	for _, key := range mine { // the retention passes, for Redis
		if err := rdb.PExpire(t.Context(), key, time.Millisecond).Err(); err != nil {
			t.Fatal(err)
		}
	}
	clk.move(2 * time.Hour)
	fresh := openStore(t, rdb, func(o *sessions.Options) { o.Now, o.Lease = clk.now, time.Second })
	var woken atomic.Int32
	startWork(t, fresh, 1, func(ctx context.Context, who string) error {
		got, err := fresh.Load(ctx, who)
		if got.Version != 0 || got.Application != nil {
			t.Errorf("woken with %+v", got)
		}
		woken.Add(1)
		return err
	})
	eventually(t, "out of what is due", func() error {
		for n := range 16 {
			for _, key := range rdb.Keys(t.Context(), "*").Val() {
				if strings.Contains(key, id) || strings.HasPrefix(key, "fenfu:id:") {
					return errors.New(key + " is still there")
				}
			}
			if _, err := rdb.ZScore(t.Context(), tagged(n)+":due", id).Result(); !errors.Is(err, redis.Nil) {
				return errors.Join(err, errors.New("it still has a place among what is due"))
			}
		}
		return nil
	})
	if woken.Load() == 0 {
		t.Error("it was never woken")
	}
	if got := load(t, fresh, id); got.Seq != 0 || got.Owner != bot.OwnerBot {
		t.Errorf("left: %+v", got)
	}
	if ok, err := index(t, fresh).Claim(t.Context(), f, "another", retention); !ok || err != nil {
		t.Errorf("the index still knows the visitor: %v, %v", ok, err)
	}
}

// TestAsideKeepsNoLonger: a turn in which nothing was said, as when details are
// deleted, leaves state and log the time that they had left; the next word
// gives them all of it again.
func TestAsideKeepsNoLonger(t *testing.T) {
	t.Parallel()
	server := redistest.Redis(t)
	rdb := server.Client(t)
	id := newID()
	say(t, openStore(t, rdb), id, "m1", "你好")
	var mine []string
	for _, key := range rdb.Keys(t.Context(), "*").Val() {
		if strings.Contains(key, id) {
			mine = append(mine, key)
			rdb.PExpire(t.Context(), key, time.Hour)
		}
	}
	left := func(want func(time.Duration) bool, when string) {
		t.Helper()
		for _, key := range mine {
			if ttl := rdb.PTTL(t.Context(), key).Val(); !want(ttl) {
				t.Errorf("%s: %s is kept for %v", when, key, ttl)
			}
		}
	}
	if len(mine) != 2 {
		t.Fatalf("keys %v", mine)
	}
	s := openStore(t, rdb) // knows nothing of when they were last set
	aside := turn(load(t, s, id), "purge", "已自动删除")
	aside.Aside = true
	if _, err := s.Commit(t.Context(), aside); err != nil {
		t.Fatal(err)
	}
	left(func(d time.Duration) bool { return d > 0 && d <= time.Hour }, "aside")
	say(t, s, id, "m2", "你好")
	left(func(d time.Duration) bool { return d > 24*time.Hour }, "said")
}

func tagged(n int) string { return fmt.Sprintf("{p%02d}", n) }
