package redistest_test

import (
	"context"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"fenfu/sessions/redistest"
)

func TestRedis(t *testing.T) {
	t.Parallel()
	s := redistest.Redis(t)
	c := s.Client(t)
	ctx := context.Background()
	if err := c.Set(ctx, "k", "v", time.Minute).Err(); err != nil {
		t.Fatal(err)
	}
	if n := c.DBSize(ctx).Val(); n != 1 {
		t.Errorf("%d keys, want 1: the server is not the test's own", n)
	}
	s.Kill()
	if c.Ping(ctx).Err() == nil {
		t.Error("a killed server answers")
	}
}

func TestSentinelFailover(t *testing.T) {
	t.Parallel()
	g := redistest.Sentinel(t)
	c := redis.NewFailoverClient(&redis.FailoverOptions{MasterName: "fenfu", SentinelAddrs: g.Sentinels, DisableIdentity: true})
	defer c.Close()
	ctx := context.Background()
	if err := c.Set(ctx, "k", "v", time.Minute).Err(); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(ctx, 2, time.Minute).Err(); err != nil {
		t.Fatal(err)
	}
	g.Failover(t)
	if got, err := c.Get(ctx, "k").Result(); got != "v" {
		t.Errorf("after the failover: %q, %v", got, err)
	}
}

func TestCluster(t *testing.T) {
	t.Parallel()
	r := redistest.Cluster(t)
	c := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{r.Servers[0].Addr}, DisableIdentity: true})
	defer c.Close()
	ctx := context.Background()
	for _, k := range []string{"{p00}:k", "{p01}:k", "{p02}:k", "{p03}:k"} {
		if err := c.Set(ctx, k, "v", time.Minute).Err(); err != nil {
			t.Fatal(err)
		}
	}
	used := 0
	for _, s := range r.Servers {
		if s.Client(t).DBSize(ctx).Val() > 0 {
			used++
		}
	}
	if used < 2 {
		t.Errorf("keys lie on %d masters, want them spread", used)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	s := redistest.Redis(t)
	var faults redistest.Faults
	c := redis.NewClient(&redis.Options{Addr: s.Addr, Dialer: faults.Dial, MaxRetries: -1, DisableIdentity: true})
	defer c.Close()
	ctx := context.Background()

	lost := faults.LoseReply([]byte("counter"))
	if err := c.Incr(ctx, "counter").Err(); err == nil {
		t.Error("the reply came")
	}
	<-lost
	if got := s.Client(t).Get(ctx, "counter").Val(); got != "1" {
		t.Errorf("counter is %q, want the command applied", got)
	}

	if err := c.Ping(ctx).Err(); err != nil {
		t.Fatal(err)
	}
	if faults.Cut() == 0 {
		t.Error("no connection to cut")
	}
	faults.Refuse(true)
	if c.Ping(ctx).Err() == nil {
		t.Error("answered without a connection")
	}
	faults.Refuse(false)
	faults.Delay(50 * time.Millisecond)
	short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	slow := redis.NewClient(&redis.Options{Addr: s.Addr, Dialer: faults.Dial, MaxRetries: -1, ContextTimeoutEnabled: true, DisableIdentity: true})
	defer slow.Close()
	if slow.Ping(short).Err() == nil {
		t.Error("a delayed answer came in time")
	}
}

// TestRelay: connections go round the targets, past one that is gone; those that
// are marked break when told to, others do not; a lost reply is to something
// that was done.
func TestRelay(t *testing.T) {
	t.Parallel()
	a, b, gone := redistest.Redis(t), redistest.Redis(t), redistest.Redis(t)
	gone.Kill()
	r := redistest.NewRelay(t, a.Addr, gone.Addr, b.Addr)
	ctx := context.Background()
	dial := func() *redis.Client {
		c := redis.NewClient(&redis.Options{Addr: r.Addr, MaxRetries: -1, DisableIdentity: true})
		t.Cleanup(func() { c.Close() })
		return c
	}
	for range 6 {
		if err := dial().Set(ctx, "k", "v", time.Minute).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if a.Client(t).DBSize(ctx).Val() == 0 || b.Client(t).DBSize(ctx).Val() == 0 {
		t.Error("one of two targets has nothing")
	}

	r.Aim(a.Addr)
	r.Mark("counter")
	marked, plain := dial(), dial()
	marked.Incr(ctx, "counter")
	m, p := marked.ClientID(ctx).Val(), plain.ClientID(ctx).Val()
	r.Cut(1)
	if marked.ClientID(ctx).Val() == m || plain.ClientID(ctx).Val() != p {
		t.Error("want another connection where it was marked, and the same where not")
	}
	r.LoseReplies("counter", 1)
	if err := marked.Incr(ctx, "counter").Err(); err == nil {
		t.Error("the reply came")
	}
	if got := a.Client(t).Get(ctx, "counter").Val(); got != "2" {
		t.Errorf("the counter is %s, want the request done", got)
	}
	if cut, lost := r.Harmed(); cut != 1 || lost != 1 {
		t.Errorf("%d cut, %d lost, want 1 and 1", cut, lost)
	}
}
