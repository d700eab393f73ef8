package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"

	"fenfu/sessions"
	"fenfu/sessions/embedded"
	"fenfu/sessions/seal"
	"fenfu/web"
)

// storage is the sessions' store and what it stands on.
type storage struct {
	*sessions.Store
	desk    *sessions.Desk
	staff   *sessions.Staff
	funnel  *sessions.Funnel
	budget  *sessions.Budget // of the language model
	client  func() error     // closes it
	journal func() error     // what has gone wrong with the embedded store's journal
	logger  *slog.Logger
}

// openStorage opens the sessions' store, in Redis or embedded.
func openStorage(ctx context.Context, c config, w *watch, logger *slog.Logger) (*storage, error) {
	keys, err := seal.Parse(c.SealKeys)
	if err != nil {
		return nil, err
	}
	o := sessions.Options{Keys: keys, Logger: logger, TTL: sessions.TTLs{Session: c.Retention, Log: c.LogRetention}, Replicas: c.RedisReplicas}
	s := &storage{journal: func() error { return nil }, logger: logger}
	var client redis.UniversalClient
	if c.RedisURL != "" {
		if client, err = sessions.Dial(c.RedisURL); err != nil {
			return nil, err
		}
		s.client = client.Close
	} else {
		db, err := embedded.Open(c.DataDir)
		if err != nil {
			return nil, err
		}
		client, s.client, o.Sync, s.journal = db.Client(), db.Close, db.Sync, db.Err
	}
	client.AddHook(w.redis)
	start, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if c.RedisURL != "" {
		if err := c.checkRedis(start, client, logger); err != nil {
			return nil, errors.Join(err, s.client())
		}
	}
	if s.Store, err = sessions.Open(start, client, o); err != nil {
		return nil, errors.Join(err, s.client())
	}
	desks, err := c.loadDesks()
	if err == nil {
		s.desk = sessions.NewDesk(client, sessions.DeskOptions{Prefer: desks.Limits.Prefer, Listed: c.Retention, Sync: o.Sync, Logger: logger})
		s.funnel = sessions.NewFunnel(client, sessions.FunnelOptions{Sync: o.Sync, Logger: logger})
		s.budget = sessions.NewBudget(client, c.budget(o.Sync))
		s.staff, err = sessions.NewStaff(client, sessions.StaffOptions{Keys: keys, Sync: o.Sync})
	}
	if err != nil {
		return nil, errors.Join(err, s.Close(), s.client())
	}
	return s, nil
}

// probes look at what no visitor can be served without, and at what only the
// visitors of one master are: one that is short of replicas is so for all nodes.
func (s *storage) probes() []web.Probe {
	return []web.Probe{
		{Name: "redis", Vital: true, Check: s.Answers},
		{Name: "subscription", Vital: true, Check: s.Subscribed},
		{Name: "registration", Check: s.Registered},
		{Name: "keys", Vital: true, Check: s.Seals},
		{Name: "journal", Vital: true, Check: func(context.Context) error { return s.journal() }},
	}
}

func (s *storage) close() {
	if err := errors.Join(s.Close(), s.client()); err != nil {
		s.logger.Error("closing the store", "error", err)
	}
}
