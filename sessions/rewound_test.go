package sessions_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"fenfu/bot"
	"fenfu/sessions"
	"fenfu/sessions/redistest"
)

// snapshot returns what takes a session back to how it is now.
func snapshot(t *testing.T, c *redis.Client, id string) (restore func()) {
	t.Helper()
	keys, err := c.Keys(t.Context(), "*:"+id).Result()
	if err != nil || len(keys) != 2 {
		t.Fatalf("keys %v of the session's log and state, %v", keys, err)
	}
	then := make(map[string]map[string]string)
	for _, key := range keys {
		then[key] = c.HGetAll(t.Context(), key).Val()
	}
	return func() {
		for key, fields := range then {
			c.Del(t.Context(), key)
			c.HSet(t.Context(), key, fields)
		}
	}
}

// sayNow is say with events of this moment.
func sayNow(t *testing.T, s *sessions.Store, id, message string) {
	t.Helper()
	for {
		tr := turn(load(t, s, id), message, "text", "reply")
		for i := range tr.Events {
			tr.Events[i].At = time.Now()
		}
		_, err := s.Commit(t.Context(), tr)
		if err == nil {
			return
		}
		if !errors.Is(err, bot.ErrConflict) {
			t.Fatal(err)
		}
	}
}

// TestRewound: a failover has taken the end of a log back. A follower that has
// seen it is told so, whether the log is shorter now, or was written on and is
// as long as before or longer, here or on another node; one that has not seen
// it goes on.
func TestRewound(t *testing.T) {
	t.Parallel()
	for name, turns := range map[string]int{"shorter": 0, "as long": 1, "longer": 2} {
		for _, where := range []string{"here", "on another node"} {
			t.Run(name+", "+where, func(t *testing.T) {
				t.Parallel()
				server := redistest.Redis(t)
				c := server.Client(t)
				s := openStore(t, server.Client(t))
				writer := s
				if where != "here" {
					writer = openStore(t, server.Client(t))
				}
				id := newID()
				sayNow(t, s, id, "m1")
				restore := snapshot(t, c, id)
				early := follow(t, s, id, 0)
				early.upTo(t, 2)
				sayNow(t, s, id, "m2")
				late, back := follow(t, s, id, 0), follow(t, s, id, 4)
				late.upTo(t, 4)

				restore()
				for n := range turns {
					sayNow(t, writer, id, fmt.Sprint("anew", n))
				}
				if turns == 0 { // the failover has broken this, too
					c.ClientKillByFilter(t.Context(), "TYPE", "pubsub")
				}
				for who, f := range map[string]*follower{"who has seen it": late, "who came back": back} {
					if err := f.rewound(t); !errors.Is(err, bot.ErrRewound) {
						t.Errorf("%s: %v, %d events", who, err, len(f.got))
					}
				}
				sayNow(t, writer, id, "last")
				early.upTo(t, int64(4+2*turns))
			})
		}
	}
}

// rewound reads until there is an error.
func (f *follower) rewound(t *testing.T) error {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		events, err := f.Next(ctx, 16)
		if err != nil {
			return err
		}
		f.got = append(f.got, events...)
		if len(events) > 0 {
			continue
		}
		select {
		case <-f.woken:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
