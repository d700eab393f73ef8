package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"fenfu/sessions/redistest"
)

// seedFromEnv names the seed of the fault suite, to repeat its script. Without
// it there is another one each time, which is printed.
const seedFromEnv = "FENFU_TEST_SEED"

// patience bounds a run. A quiet machine needs a quarter of it: a lease that has
// to run out, behind a circuit breaker that has to close.
const patience = 4 * time.Minute

// fleet is several nodes of the server on one database, behind a proxy without
// stickiness, with an eligibility service that misbehaves.
type fleet struct {
	t       *testing.T
	rng     *rand.Rand
	nodes   []*process
	door    *redistest.Relay
	address string             // of the door, or of what stands before the nodes instead
	relays  []*redistest.Relay // before the servers of Redis
	checker string

	sessions          map[string]bool // of all guests so far
	killed, failovers int
}

func newFleet(t *testing.T, bin string, seed uint64, nodes int, args ...string) *fleet {
	t.Helper()
	f := &fleet{t: t, rng: rand.New(rand.NewPCG(seed, 1)), door: redistest.NewRelay(t), sessions: map[string]bool{}}
	f.address = f.door.Addr
	f.checker = startChecker(t, "--delay", "500ms", "--fail-times", "1", "--callback-delay", "2s", "--mode",
		"decide,decide,decide,decide,decide,decide,pending-callback,pending-poll,slow,fail,cut,malformed,duplicate-callback,late-callback,bad-signature")
	args = append([]string{
		"--seal-keys", "k1:" + key(t), "--token-key", key(t), "--log-level", "warn",
		"--checker-url", f.checker, "--checker-token", checkerToken, "--checker-allow-private",
		"--callback-url", "http://" + f.door.Addr + "/v1/callbacks/checks", "--callback-secrets", callbackSecret,
	}, args...)
	var addrs []string
	for range nodes {
		p := newProcess(t, bin, args...)
		f.nodes = append(f.nodes, p)
		addrs = append(addrs, p.addr)
	}
	f.door.Aim(addrs...)
	for _, p := range f.nodes {
		p.start()
	}
	return f
}

func (f *fleet) base() string { return "http://" + f.address }

// guests are visitors through the fleet's door.
func (f *fleet) guests(n int, b *books) []*guest {
	var all []*guest
	for i := range n {
		rng := rand.New(rand.NewPCG(f.rng.Uint64(), uint64(i)))
		all = append(all, &guest{
			tab:    tab{books: b, url: "ws://" + f.address + "/ws", rng: rng, acks: ackWithin},
			number: i, base: f.base(), sent: map[string]int64{}, ackedAs: map[string]int64{},
		})
	}
	return all
}

// visit lets all guests live, arriving within the time, and reports those that
// did not come to their end.
func visit(ctx context.Context, guests []*guest, within time.Duration) {
	var group sync.WaitGroup
	for _, g := range guests {
		group.Go(func() {
			if !sleep(ctx, time.Duration(g.rng.Int64N(int64(within)))) {
				return
			}
			if err := g.live(ctx); err != nil {
				g.books.deviates("unfinished", "guest %d, session %s: %v", g.number, g.session, err)
			}
		})
	}
	group.Wait()
}

// close has every tab catch up, and closes the books.
func (f *fleet) close(ctx context.Context, b *books, guests []*guest, title string) {
	var group sync.WaitGroup
	slots := make(chan struct{}, 32)
	for _, g := range guests {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			for _, t := range []*tab{&g.tab, g.second} {
				if t == nil || t.token == "" {
					continue
				}
				if err := t.catchUp(ctx); err != nil {
					b.deviates("unfinished", "guest %d: %v", g.number, err)
				}
				t.drop()
			}
		})
	}
	group.Wait()
	a := &audit{books: b, guests: guests, checks: receivedBy(f.t, f.checker), known: f.sessions}
	a.read(ctx)
	a.report(f.t, f, title)
}

// harm breaks connections everywhere, kills nodes one by one, and has a master
// fail over in the middle. It returns when the fleet is whole again.
func (f *fleet) harm(ctx context.Context, failover func()) {
	stop := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				f.door.Delay(0)
				return
			case <-time.After(150 * time.Millisecond):
			}
			f.door.Cut(0.02)
			f.door.Delay(time.Duration(n%4) * 5 * time.Millisecond)
			if n%3 == 0 {
				for _, r := range f.relays {
					r.Cut(0.1)
				}
			}
		}
	})
	for _, r := range f.relays {
		r.Mark("evalsha", "fenfu:")
		r.LoseReplies("evalsha", 0.03)
	}
	for i, n := range f.rng.Perm(len(f.nodes)) {
		if !sleep(ctx, 3*time.Second) {
			break
		}
		f.nodes[n].kill()
		f.killed++
		if i == 1 {
			// The master's last moments reach no replica.
			f.relays[0].Starve()
			sleep(ctx, 400*time.Millisecond)
			failover()
			f.failovers++
		}
		f.revive(ctx, f.nodes[n])
	}
	sleep(ctx, 2*time.Second)
	close(stop)
	group.Wait()
	for _, r := range f.relays {
		r.LoseReplies("evalsha", 0)
	}
}

// revive starts a node, again and again if it finds no Redis to start with.
func (f *fleet) revive(ctx context.Context, p *process) {
	for {
		err := p.tryStart()
		if err == nil {
			return
		}
		p.kill()
		if !sleep(ctx, 100*time.Millisecond) {
			f.t.Errorf("a node does not come back: %v", err)
			return
		}
	}
}

// TestFleet lets a thousand visitors and more go through the whole dialogue
// while everything breaks, and audits the outcome. Every deviation is a bug, in
// the product or in the test.
func TestFleet(t *testing.T) {
	seed, err := strconv.ParseUint(os.Getenv(seedFromEnv), 10, 64)
	if err != nil {
		seed = rand.Uint64()
	}
	t.Logf("%s=%d repeats this run's script", seedFromEnv, seed)
	fmt.Printf("%s=%d\n", seedFromEnv, seed)
	bin := build(t, "fenfu")
	const visitors = 1000
	t.Run("sentinel", func(t *testing.T) {
		t.Parallel()
		group := redistest.Sentinel(t, redistest.Relayed())
		f := newFleet(t, bin, seed, 3, "--redis-url", group.URL, "--redis-replicas", "1")
		f.relays = group.Relays
		f.ordeal(visitors, func() { group.Failover(t) })
	})
	t.Run("cluster", func(t *testing.T) {
		t.Parallel()
		ring := redistest.Cluster(t, redistest.Replicas(1), redistest.Relayed())
		f := newFleet(t, bin, seed+1, 3, "--redis-url", ring.URL, "--redis-replicas", "1")
		f.relays = ring.Relays
		f.ordeal(visitors, func() {
			ring.Failover(t, 0)
			ring.Servers[0].Restart(t)
		})
	})
}

// ordeal is one run of the fault suite.
func (f *fleet) ordeal(visitors int, failover func()) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	b := newBooks()
	guests := f.guests(visitors, b)
	harmed := make(chan struct{})
	go func() {
		defer close(harmed)
		f.harm(ctx, failover)
	}()
	visit(ctx, guests, 8*time.Second)
	<-harmed
	last, end := context.WithTimeout(context.Background(), patience)
	defer end()
	f.close(last, b, guests, "everything breaks")
}
