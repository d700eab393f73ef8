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
	Servers   []*Server // the master as it began, then its replicas
	Relays    []*Relay  // before the servers, if wanted

	known map[string]*Server // by the address that others know
}

// Sentinel starts a master with two replicas and three Sentinels, and returns
// when they know each other.
func Sentinel(tb testing.TB, opts ...Option) *Group {
	tb.Helper()
	o := collect(opts)
	g := &Group{known: make(map[string]*Server)}
	var port string // of the master, as others know it
	for i := range 1 + replicas {
		s, addr := g.start(tb, o, port)
		if i == 0 {
			_, port, _ = strings.Cut(addr, ":")
		}
		g.Servers = append(g.Servers, s)
		g.known[addr] = s
	}
	master := g.Servers[0]
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

// start starts a server of the group, a replica if there is a master already.
func (g *Group) start(tb testing.TB, o options, masterPort string) (s *Server, addr string) {
	tb.Helper()
	var relay *Relay
	if o.relays {
		relay = NewRelay(tb)
		g.Relays = append(g.Relays, relay)
	}
	s = start(tb, func(int) []string {
		var lines []string
		if relay != nil {
			_, port, _ := strings.Cut(relay.Addr, ":")
			lines = append(lines, "replica-announce-ip 127.0.0.1", "replica-announce-port "+port)
		}
		if masterPort != "" {
			lines = append(lines, "replicaof 127.0.0.1 "+masterPort)
		}
		return lines
	})
	if relay == nil {
		return s, s.Addr
	}
	relay.Aim(s.Addr)
	return s, relay.Addr
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
			"sentinel down-after-milliseconds " + masterName + " 1000",
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
	g.known[old].Kill()
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
