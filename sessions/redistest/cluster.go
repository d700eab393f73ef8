package redistest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

const (
	masters = 3
	slots   = 16384
)

// Ring is a cluster.
type Ring struct {
	URL     string // redis+cluster://…
	Servers []*Server
}

// Cluster starts a cluster of three masters, and returns when they agree.
func Cluster(tb testing.TB) *Ring {
	tb.Helper()
	r := &Ring{}
	var addrs []string
	for range masters {
		s := start(tb, func(int) []string {
			return []string{
				"cluster-enabled yes", "cluster-config-file nodes.conf", "cluster-node-timeout 2000",
				fmt.Sprintf("cluster-port %d", freePort(tb)),
			}
		})
		r.Servers = append(r.Servers, s)
		addrs = append(addrs, s.Addr)
	}
	r.URL = "redis+cluster://" + strings.Join(addrs, ",")
	ctx := context.Background()
	clients := make([]*redis.Client, masters)
	for i, s := range r.Servers {
		clients[i] = s.Client(tb)
		must(tb, clients[i].Do(ctx, "cluster", "set-config-epoch", i+1))
		must(tb, clients[i].ClusterAddSlotsRange(ctx, i*slots/masters, (i+1)*slots/masters-1))
	}
	for i, s := range r.Servers[1:] {
		port, bus := ports(tb, clients[i+1], s)
		must(tb, clients[0].Do(ctx, "cluster", "meet", "127.0.0.1", port, bus))
	}
	for _, c := range clients {
		eventually(tb, "the cluster agrees", func(ctx context.Context) error {
			info, err := c.ClusterInfo(ctx).Result()
			if err != nil {
				return err
			}
			if !strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d", masters)) {
				return fmt.Errorf("%s", info)
			}
			return nil
		})
	}
	return r
}

// ports returns a server's own port and that of its bus.
func ports(tb testing.TB, c *redis.Client, s *Server) (port, bus string) {
	tb.Helper()
	_, port, _ = strings.Cut(s.Addr, ":")
	got, err := c.ConfigGet(context.Background(), "cluster-port").Result()
	if err != nil {
		tb.Fatal(err)
	}
	return port, got["cluster-port"]
}

func must(tb testing.TB, cmd redis.Cmder) {
	tb.Helper()
	if err := cmd.Err(); err != nil {
		tb.Fatalf("%s: %v", cmd.Name(), err)
	}
}
