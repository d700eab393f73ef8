package sessions_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"
)

// eachServer calls fn for every server that holds keys.
func eachServer(t *testing.T, w *world, fn func(context.Context, redis.Cmdable) error) {
	t.Helper()
	rdb := w.client(t)
	var err error
	if cluster, ok := rdb.(*redis.ClusterClient); ok {
		err = cluster.ForEachMaster(t.Context(), func(ctx context.Context, c *redis.Client) error { return fn(ctx, c) })
	} else {
		err = fn(t.Context(), rdb)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// dump returns every key of the database with all that is in it.
func dump(t *testing.T, w *world) map[string]string {
	t.Helper()
	all := make(map[string]string)
	var mu sync.Mutex
	eachServer(t, w, func(ctx context.Context, c redis.Cmdable) error {
		keys := c.Scan(ctx, 0, "*", 1000).Iterator()
		for keys.Next(ctx) {
			text, err := content(ctx, c, keys.Val())
			if errors.Is(err, redis.Nil) {
				continue // it has expired since the scan saw it
			}
			if err != nil {
				return err
			}
			mu.Lock()
			all[keys.Val()] = text
			mu.Unlock()
		}
		return keys.Err()
	})
	return all
}

func content(ctx context.Context, c redis.Cmdable, key string) (string, error) {
	kind, err := c.Type(ctx, key).Result()
	if err != nil {
		return "", err
	}
	switch kind {
	case "none":
		return "", redis.Nil
	case "string":
		return c.Get(ctx, key).Result()
	case "hash":
		m, err := c.HGetAll(ctx, key).Result()
		return fmt.Sprint(m), err
	case "list":
		l, err := c.LRange(ctx, key, 0, -1).Result()
		return strings.Join(l, "\n"), err
	case "zset":
		z, err := c.ZRangeWithScores(ctx, key, 0, -1).Result()
		return fmt.Sprint(z), err
	}
	return "", fmt.Errorf("key %s is a %s", key, kind)
}

func testKeysExpire(t *testing.T, w *world) {
	id := newID()
	say(t, w.node(t), id, "m1", "one")
	due(t, w.node(t), id, "m2", (&clock{}).now())
	var n atomic.Int32
	eachServer(t, w, func(ctx context.Context, c redis.Cmdable) error {
		keys := c.Scan(ctx, 0, "*", 1000).Iterator()
		for keys.Next(ctx) {
			n.Add(1)
			if ttl := c.PTTL(ctx, keys.Val()).Val(); ttl <= 0 && c.Exists(ctx, keys.Val()).Val() == 1 {
				t.Errorf("%s does not expire", keys.Val())
			}
		}
		return keys.Err()
	})
	if n.Load() < 5 {
		t.Errorf("only %d keys looked at", n.Load())
	}
}

// testSealed looks for what a visitor said, in the clear, in all that the tests
// before it have left, and in what is published.
func testSealed(t *testing.T, w *world) {
	a := w.node(t)
	id := newID()
	w.node(t) // to have someone to publish to
	sub := w.client(t).PSubscribe(t.Context(), "*")
	defer sub.Close()
	if _, err := sub.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	tr := turn(filledSession(t, id), "m1", planted)
	if _, err := a.Commit(t.Context(), tr); err != nil {
		t.Fatal(err)
	}
	msg, err := sub.ReceiveMessage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := dump(t, w)
	all["published"] = msg.Payload
	found := false
	for key, text := range all {
		found = found || strings.Contains(key, id)
		for _, secret := range []string{planted, planted[:9], "11010519491231002X", "filled"} {
			if strings.Contains(key, secret) || strings.Contains(text, secret) {
				t.Errorf("%s holds %q in the clear", key, secret)
			}
		}
	}
	if !found || !strings.Contains(msg.Payload, id) {
		t.Error("the dump does not hold the session: nothing was tested")
	}
}

func flushScripts(t *testing.T, w *world) {
	t.Helper()
	eachServer(t, w, func(ctx context.Context, c redis.Cmdable) error { return c.ScriptFlush(ctx).Err() })
}

// deleteState makes a session's state go, as its TTL would.
func deleteState(t *testing.T, w *world, id string) {
	t.Helper()
	for key := range dump(t, w) {
		if strings.Contains(key, ":s:"+id) {
			if err := w.client(t).Del(t.Context(), key).Err(); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatal("no state to delete")
}

// dueCount returns how often the session is among what is due.
func dueCount(t *testing.T, w *world, id string) int {
	t.Helper()
	n := 0
	for key, text := range dump(t, w) {
		if strings.HasSuffix(key, ":due") {
			n += strings.Count(text, id)
		}
	}
	return n
}
