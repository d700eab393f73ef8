package sessions

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	listenIdle  = 5 * time.Second // silence after which the connection is tried
	listenRetry = 250 * time.Millisecond
	renewEvery  = 5 * time.Second
	registered  = time.Minute // how long a registration holds, so by how much the nodes' clocks may differ
)

// A commit is published to the nodes that are registered with its partition,
// each on a channel of its own, but not to the node that made it: a node alone
// publishes nothing. A node that is not registered, because it has only begun
// or was out of reach for long, misses what is committed; so whenever it is
// registered anew its followers read the log.

// listen hears what other nodes commit, and gets itself a new connection when
// that one fails, until ctx ends.
func (s *Store) listen(ctx context.Context) {
	for ctx.Err() == nil {
		err := s.subscribe(ctx)
		s.listening.Store(false)
		if ctx.Err() != nil {
			return
		}
		s.o.Logger.Warn("lost the subscription to other nodes' commits, subscribing again", "error", err)
		select {
		case <-time.After(listenRetry):
		case <-ctx.Done():
		}
	}
}

// subscribe hears until the connection fails.
func (s *Store) subscribe(ctx context.Context) error {
	var renewing sync.WaitGroup
	defer renewing.Wait()
	return hearChannel(ctx, s.rdb, channelName(s.self), func(ctx context.Context) error {
		if err := s.register(ctx, true); err != nil {
			if !s.several() || ctx.Err() != nil {
				return err
			}
			s.o.Logger.Warn("could not register for all of the other nodes' commits", "error", err)
		}
		renewing.Go(func() { s.renew(ctx) })
		return nil
	}, s.hear)
}

// hearChannel hears what is published on a channel, until the connection fails
// or ctx ends. begun is called when it is subscribed to, with a context that
// ends with the subscription.
func hearChannel(ctx context.Context, rdb redis.UniversalClient, channel string, begun func(context.Context) error, hear func(payload string)) error {
	ctx, cancel := context.WithCancel(ctx)
	sub := rdb.Subscribe(ctx)
	// A read that waits does not see ctx end, but does see this.
	stop := context.AfterFunc(ctx, func() { sub.Close() })
	defer func() {
		cancel()
		if stop() {
			sub.Close()
		}
	}()
	if err := sub.Subscribe(ctx, channel); err != nil {
		return err
	}
	if _, err := sub.ReceiveTimeout(ctx, listenIdle); err != nil {
		return err
	}
	if err := begun(ctx); err != nil {
		return err
	}
	for silent := false; ; {
		msg, err := sub.ReceiveTimeout(ctx, listenIdle)
		switch {
		case err == nil:
			silent = false
			if m, ok := msg.(*redis.Message); ok {
				hear(m.Payload)
			}
		case !isTimeout(err) || silent:
			return err
		default:
			silent = true
			if err := sub.Ping(ctx); err != nil {
				return err
			}
		}
	}
}

// renew keeps the node registered until ctx ends.
func (s *Store) renew(ctx context.Context) {
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	masters := s.masters(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		// The subscription is to one server of a cluster, and does not break
		// when another's last commits are published no more.
		now := s.masters(ctx)
		changed := now != "" && now != masters
		if changed {
			masters = now
		}
		if err := s.register(ctx, changed); err != nil && ctx.Err() == nil {
			s.o.Logger.Warn("could not renew the registration for other nodes' commits", "error", err)
		}
	}
}

// masters names the masters of a cluster: a restart or a failover makes another
// name of it. It is "" if one does not answer, and where there is one server.
func (s *Store) masters(ctx context.Context) string {
	cluster, ok := s.rdb.(*redis.ClusterClient)
	if !ok {
		return ""
	}
	var mu sync.Mutex
	var names []string
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		info, err := c.Info(ctx, "server").Result()
		_, id, _ := strings.Cut(info, "run_id:")
		mu.Lock()
		defer mu.Unlock()
		names = append(names, strings.SplitN(id, "\r\n", 2)[0])
		return err
	})
	if err != nil {
		return ""
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// register registers the node with every partition, for which its channel must
// be subscribed to. Where it was not registered before, and everywhere if all
// is set, followers may have missed something and read the log. A master that
// fails holds up no other's partitions.
func (s *Store) register(ctx context.Context, all bool) error {
	if all {
		s.cache.clear() // what is known here may have been taken back, and its version be another's now
	}
	var errs []error
	for _, p := range s.partitions {
		now := time.Now() // not Options.Now: this is about nodes, not about sessions
		cmd := redis.NewIntCmd(context.Background(), "evalsha", s.scripts.register.sha, 2, p.nodes, p.names,
			s.self, now.UnixMilli(), now.Add(registered).UnixMilli(), (2 * registered).Milliseconds())
		if err := s.batch.do(ctx, p.number, s.scripts.register, cmd); err != nil {
			p.unsure = true
			if errs = append(errs, err); !s.several() {
				break
			}
			continue
		}
		if all || cmd.Val() == 1 || p.unsure {
			p.unsure = false
			p.catchUpAll()
		}
	}
	s.unheard.Store(int32(len(errs)))
	s.listening.Store(len(errs) == 0 || s.several() && len(errs) < len(s.partitions))
	return errors.Join(errs...)
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// hear passes on what another node has committed.
func (s *Store) hear(payload string) {
	id, sealed, err := parsePublished(payload)
	if err != nil {
		s.o.Logger.Warn("heard a commit that cannot be read", "error", err)
		return
	}
	s.cache.remove(id)
	p := s.partition(id)
	if !p.followed(id) {
		return
	}
	if s.o.Replicas > 0 { // published at once: no replica may have it yet
		p.catchUp(id)
		return
	}
	box, err := s.o.Keys.Box(id)
	if err == nil {
		var e entry
		if e, err = openEntry(box, sealed); err == nil {
			p.deliver(id, e.events)
			return
		}
	}
	s.o.Logger.Warn("heard a commit that cannot be opened", "session", id, "error", err)
	p.catchUp(id)
}

// unregister makes the other nodes stop publishing to this one. If it fails,
// the registrations run out by themselves.
func (s *Store) unregister() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	pipe := s.rdb.Pipeline()
	for _, p := range s.partitions {
		pipe.Eval(ctx, s.scripts.register.source, []string{p.nodes, p.names}, s.self, time.Now().UnixMilli(), "", (2 * registered).Milliseconds())
	}
	if _, err := pipe.Exec(ctx); err != nil {
		s.o.Logger.Debug("could not unregister from other nodes' commits", "error", err)
	}
}
