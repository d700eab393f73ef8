package redistest

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

const (
	masterName = "fenfu"
	sentinels  = 3
	replicas   = 2
)

// Group is a master with replicas, watched by Sentinels.
type Group struct {
	URL       string // redis+sentinel://…
	Sentinels []string

	servers []*Server
}

// Sentinel starts a master with two replicas and three Sentinels, and returns
// when they know each other.
func Sentinel(tb testing.TB) *Group {
	tb.Helper()
	master := Redis(tb)
	g := &Group{servers: []*Server{master}}
	_, port, _ := strings.Cut(master.Addr, ":")
	for range replicas {
		g.servers = append(g.servers, start(tb, func(int) []string { return []string{"replicaof 127.0.0.1 " + port} }))
	}
	for range sentinels {
		g.Sentinels = append(g.Sentinels, startSentinel(tb, port).Addr)
	}
	g.URL = "redis+sentinel://" + strings.Join(g.Sentinels, ",") + "/" + masterName
	for _, addr := range g.Sentinels {
		eventually(tb, "sentinels know each other", func(ctx context.Context) error { return knowsAll(ctx, addr) })
	}
	c := master.Client(tb)
	eventually(tb, "replicas are in step", func(ctx context.Context) error {
		n, err := c.Do(ctx, "wait", replicas, 100).Int()
		if err == nil && n < replicas {
			err = fmt.Errorf("%d of %d", n, replicas)
		}
		return err
	})
	return g
}

func startSentinel(tb testing.TB, masterPort string) *Server {
	tb.Helper()
	path := binary(tb)
	var last error
	for range 5 {
		port := freePort(tb)
		config := writeConfig(tb, []string{
			fmt.Sprintf("port %d", port), "bind 127.0.0.1", "dir " + tb.TempDir(),
			fmt.Sprintf("sentinel monitor %s 127.0.0.1 %s 2", masterName, masterPort),
			"sentinel down-after-milliseconds " + masterName + " 500",
			"sentinel failover-timeout " + masterName + " 3000",
		})
		s, err := launch(exec.Command(path, config, "--sentinel"), port)
		if err == nil {
			tb.Cleanup(s.Kill)
			return s
		}
		last = err
	}
	tb.Fatalf("start a sentinel: %v", last)
	return nil
}

func knowsAll(ctx context.Context, addr string) error {
	c := redis.NewSentinelClient(&redis.Options{Addr: addr, DisableIdentity: true})
	defer c.Close()
	known, err := c.Master(ctx, masterName).Result()
	if err != nil {
		return err
	}
	if known["num-slaves"] != fmt.Sprint(replicas) || known["num-other-sentinels"] != fmt.Sprint(sentinels-1) {
		return fmt.Errorf("%s replicas, %s other sentinels", known["num-slaves"], known["num-other-sentinels"])
	}
	return nil
}

// Failover kills the master, and returns when the Sentinels have made a
// replica the new one.
func (g *Group) Failover(tb testing.TB) {
	tb.Helper()
	ctx := context.Background()
	c := redis.NewSentinelClient(&redis.Options{Addr: g.Sentinels[0], DisableIdentity: true})
	defer c.Close()
	was, err := c.GetMasterAddrByName(ctx, masterName).Result()
	if err != nil {
		tb.Fatal(err)
	}
	old := strings.Join(was, ":")
	for _, s := range g.servers {
		if s.Addr == old {
			s.Kill()
		}
	}
	eventually(tb, "a replica becomes the master", func(ctx context.Context) error {
		is, err := c.GetMasterAddrByName(ctx, masterName).Result()
		if err != nil {
			return err
		}
		if strings.Join(is, ":") == old {
			return fmt.Errorf("it is still %s", old)
		}
		m := redis.NewClient(&redis.Options{Addr: strings.Join(is, ":"), DisableIdentity: true})
		defer m.Close()
		return m.Set(ctx, "redistest:failover", 1, patience).Err()
	})
}
