package redistest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	masters = 3
	slots   = 16384
)

// Ring is a cluster.
type Ring struct {
	URL     string    // redis+cluster://…
	Servers []*Server // the masters as they began, then their replicas, master by master
	Relays  []*Relay  // before the servers, if wanted
}

// Cluster starts a cluster of three masters, and returns when all agree.
func Cluster(tb testing.TB, opts ...Option) *Ring {
	tb.Helper()
	o := collect(opts)
	r := &Ring{}
	var addrs []string
	for range masters * (1 + o.replicas) {
		addrs = append(addrs, r.start(tb, o))
	}
	r.URL = "redis+cluster://" + strings.Join(addrs, ",")
	ctx := context.Background()
	clients := make([]*redis.Client, len(r.Servers))
	for i, s := range r.Servers {
		clients[i] = s.Client(tb)
		must(tb, clients[i].Do(ctx, "cluster", "set-config-epoch", i+1))
		if i < masters {
			must(tb, clients[i].ClusterAddSlotsRange(ctx, i*slots/masters, (i+1)*slots/masters-1))
		}
	}
	for i, s := range r.Servers[1:] {
		port, bus := ports(tb, clients[i+1], s)
		must(tb, clients[0].Do(ctx, "cluster", "meet", "127.0.0.1", port, bus))
	}
	for _, c := range clients {
		eventually(tb, "the cluster agrees", func(ctx context.Context) error { return agrees(ctx, c, len(clients)) })
	}
	for i := masters; i < len(clients); i++ {
		replicate(tb, clients[i], clients[(i-masters)/o.replicas])
	}
	return r
}

// start starts a server that knows of no other yet, and returns the address
// that others know it by.
func (r *Ring) start(tb testing.TB, o options) (addr string) {
	tb.Helper()
	var relay *Relay
	if o.relays {
		relay = NewRelay(tb)
		r.Relays = append(r.Relays, relay)
	}
	s := start(tb, func(int) []string {
		lines := []string{
			"cluster-enabled yes", "cluster-config-file nodes.conf", "cluster-node-timeout 2000",
			"cluster-require-full-coverage no", fmt.Sprintf("cluster-port %d", freePort(tb)),
		}
		if relay != nil {
			_, port, _ := strings.Cut(relay.Addr, ":")
			lines = append(lines, "cluster-announce-ip 127.0.0.1", "cluster-announce-port "+port)
		}
		return lines
	})
	r.Servers = append(r.Servers, s)
	if relay == nil {
		return s.Addr
	}
	relay.Aim(s.Addr)
	return relay.Addr
}

func agrees(ctx context.Context, c *redis.Client, servers int) error {
	info, err := c.ClusterInfo(ctx).Result()
	if err != nil {
		return err
	}
	// The state is ok before a server has heard whose the other slots are.
	for _, want := range []string{"cluster_state:ok", fmt.Sprintf("cluster_slots_assigned:%d", slots), fmt.Sprintf("cluster_known_nodes:%d", servers)} {
		if !strings.Contains(info, want) {
			return fmt.Errorf("%s", info)
		}
	}
	return nil
}

// replicate makes one server the replica of another, and returns when it is in
// step.
func replicate(tb testing.TB, replica, master *redis.Client) {
	tb.Helper()
	ctx := context.Background()
	id, err := master.ClusterMyID(ctx).Result()
	if err != nil {
		tb.Fatal(err)
	}
	must(tb, replica.ClusterReplicate(ctx, id))
	inStep(tb, replica)
}

// Failover kills a master that has one replica, and returns when that has taken
// its place. Started again, it becomes the replica's replica.
func (r *Ring) Failover(tb testing.TB, master int) {
	tb.Helper()
	r.Servers[master].Kill()
	replica := r.Servers[masters+master].Client(tb)
	eventually(tb, "the replica becomes the master", func(ctx context.Context) error {
		info, err := replica.Info(ctx, "replication").Result()
		if err == nil && !strings.Contains(info, "role:master") {
			err = fmt.Errorf("%s", info)
		}
		return err
	})
}

// Switch has a master's one replica take its place while both are well, and
// returns when it has. A replica gives up what it cannot do within five
// seconds, as on a busy machine, and is then asked again.
func (r *Ring) Switch(tb testing.TB, master int) {
	tb.Helper()
	replica := r.Servers[masters+master].Client(tb)
	var asked time.Time
	eventually(tb, "the replica takes the master's place", func(ctx context.Context) error {
		info, err := replica.Info(ctx, "replication").Result()
		if err != nil || strings.Contains(info, "role:master") {
			return err
		}
		if time.Since(asked) > 6*time.Second {
			asked = time.Now()
			if err := replica.ClusterFailover(ctx).Err(); err != nil {
				return err
			}
		}
		return fmt.Errorf("%s", info)
	})
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
