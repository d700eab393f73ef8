package sessions

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	listenIdle  = 5 * time.Second // silence after which the connection is tried
	listenRetry = 250 * time.Millisecond
)

// listen hears what other nodes commit, on one connection for all partitions,
// and gets itself a new connection when that one fails, until ctx ends.
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

// subscribe hears until the connection fails. When a channel's subscription is
// confirmed, whatever was published there before may have been missed: its
// followers read the log.
func (s *Store) subscribe(ctx context.Context) error {
	byChannel := make(map[string]*partition, len(s.partitions))
	channels := make([]string, 0, len(s.partitions))
	for _, p := range s.partitions {
		byChannel[p.channel] = p
		channels = append(channels, p.channel)
	}
	sub := s.rdb.Subscribe(ctx)
	defer sub.Close()
	// What waits in the connection's buffers is read before this is noticed.
	stop := context.AfterFunc(ctx, func() { sub.Close() })
	defer stop()
	if err := sub.Subscribe(ctx, channels...); err != nil {
		return err
	}
	confirmed, silent := 0, false
	for {
		msg, err := sub.ReceiveTimeout(ctx, listenIdle)
		if err != nil {
			if !isTimeout(err) || silent || confirmed < len(channels) {
				return err
			}
			silent = true
			if err := sub.Ping(ctx); err != nil {
				return err
			}
			continue
		}
		silent = false
		switch m := msg.(type) {
		case *redis.Message:
			if p := byChannel[m.Channel]; p != nil {
				s.hear(p, m.Payload)
			}
		case *redis.Subscription:
			if p := byChannel[m.Channel]; p != nil && m.Kind == "subscribe" {
				confirmed++
				p.catchUpAll()
				s.listening.Store(confirmed >= len(channels))
			}
		}
	}
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// hear passes on what was published in a partition. What this store published
// itself, its followers have been told.
func (s *Store) hear(p *partition, payload string) {
	m, err := parsePublished(payload, s.self)
	if err != nil {
		s.o.Logger.Warn("heard a commit that cannot be read", "error", err)
		return
	}
	if m.self == s.self {
		return
	}
	s.cache.Remove(m.id)
	if len(m.events) == 0 || !p.followed(m.id) {
		return
	}
	box, err := s.o.Keys.Box(m.id)
	if err == nil {
		events, err := openEvents(box, m.first, m.events)
		if err == nil {
			p.deliver(m.id, events)
			return
		}
	}
	s.o.Logger.Warn("heard a commit that cannot be opened", "session", m.id, "error", err)
	p.catchUp(m.id)
}
