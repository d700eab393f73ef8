package main

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"time"

	"fenfu/sessions"
)

type dueCmd struct {
	List    dueListCmd    `cmd:"" default:"withargs" help:"List what is due, leased, stuck and given up (the default)."`
	Requeue dueRequeueCmd `cmd:"" help:"Make sessions due again."`
}

type dueListCmd struct {
	storeFlags
	Late      time.Duration `help:"Only what is late by as much as that. Given-up checks are left out." placeholder:"5m"`
	All       bool          `help:"What is not due yet, too." xor:"which"`
	QueueOnly bool          `help:"Leave out given-up checks, which are found by reading every session." xor:"which"`
	Limit     int           `help:"List no more than so many, those that have waited longest. All are counted." default:"1000"`
	JSON      bool          `help:"Print JSON." name:"json"`
}

// Help explains the command beyond its flags.
func (c *dueListCmd) Help() string {
	return `States:
  due       waits for a worker
  leased    a worker has it; when the lease runs out another one takes it
  stuck     was taken on more than two leases ago and is still not done, or its
            state cannot be read, or it wants to be woken and is in no queue
  given-up  the check gave no answer in all its tries, or refused: the applicant
            has been told that a person decides
  later     not due yet (--all)

Given-up checks, and sessions in no queue, are found by going through the whole
database, a page at a time: memory stays bounded, the time grows with the number
of sessions. --late and --queue-only do without.

The store must be in Redis, or the server stopped: an embedded store belongs to
one process. Nothing of a visitor is printed.`
}

// Run lists what is due.
func (c *dueListCmd) Run(s streams) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	store, closeStore, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if e := closeStore(); err == nil {
			err = e
		}
	}()
	found := newListing(store, time.Now(), c.Limit)
	keep := func(r row) bool { return r.State != stateLater || c.All }
	if c.Late > 0 {
		keep = func(r row) bool { return r.LateS >= c.Late.Seconds() && r.State != stateGivenUp }
	}
	if err := found.gather(ctx, keep, c.All, c.Late == 0 && !c.QueueOnly); err != nil {
		return err
	}
	if c.JSON {
		return found.json(s.out)
	}
	return found.table(s.out)
}

// listing is what was found. It holds no more rows than limit.
type listing struct {
	store *sessions.Store
	lister
	limit int

	At         time.Time       `json:"at"`
	Kinds      map[string]*sum `json:"kinds"`
	Partitions []*sum          `json:"partitions"`
	Rows       []row           `json:"sessions"`
	NotListed  int             `json:"not_listed"`

	told map[string]bool // sessions that going through the database has brought up
}

// sum counts the sessions of one kind or partition.
type sum struct {
	Partition  *int    `json:"partition,omitempty"`
	Due        int     `json:"due"`
	Leased     int     `json:"leased"`
	Stuck      int     `json:"stuck"`
	GivenUp    int     `json:"given_up"`
	Later      int     `json:"later"`
	OldestLagS float64 `json:"oldest_lag_s"`
}

func newListing(store *sessions.Store, now time.Time, limit int) *listing {
	return &listing{
		store: store, lister: lister{now: now, lease: store.Lease()}, limit: limit,
		At: now.UTC(), Kinds: map[string]*sum{}, Rows: []row{}, told: map[string]bool{},
	}
}

// gather reads the queue up to what may be leased, or all of it, and if asked
// to all sessions.
func (l *listing) gather(ctx context.Context, keep func(row) bool, whole, everything bool) error {
	until := l.now.Add(l.lease + time.Second) // clocks agree to a second
	if whole {
		until = time.UnixMilli(1 << 52)
	}
	for p := range l.store.Partitions() {
		of := &sum{Partition: &p}
		l.Partitions = append(l.Partitions, of)
		length, err := l.store.QueueLength(ctx, p)
		if err != nil {
			return err
		}
		seen := 0
		err = l.store.Queue(ctx, p, until, func(e sessions.Entry) error {
			seen++
			if r, ok := l.queued(e); ok {
				l.add(r, of, keep(r))
			}
			return nil
		})
		if err != nil {
			return err
		}
		of.Later += max(int(length)-seen, 0)
	}
	if !everything {
		return nil
	}
	return l.store.All(ctx, func(e sessions.Entry) error {
		if l.told[e.ID] {
			return nil
		}
		for _, look := range []func(context.Context, sessions.Entry) (row, bool){l.lost, l.givenUp} {
			if r, ok := look(ctx, e); ok {
				l.told[e.ID] = true
				l.add(r, l.Partitions[e.Partition], keep(r))
			}
		}
		return nil
	})
}

// lost is the row of a session that wants to be woken and is in no queue. It
// looks twice: the session may have been settled between the reads.
func (l *listing) lost(ctx context.Context, e sessions.Entry) (row, bool) {
	if !e.At.IsZero() || e.Err != nil || e.Session.Due.IsZero() {
		return row{}, false
	}
	again, err := l.store.Inspect(ctx, e.ID)
	if err != nil || !again.At.IsZero() {
		return row{}, false
	}
	return l.queued(again)
}

// add counts a row, and keeps it if it is one of those that wait longest.
func (l *listing) add(r row, partition *sum, keep bool) {
	kind := l.Kinds[r.For]
	if kind == nil {
		kind = &sum{}
		l.Kinds[r.For] = kind
	}
	for _, s := range []*sum{kind, partition} {
		s.count(r)
	}
	if !keep {
		return
	}
	at, _ := slices.BinarySearchFunc(l.Rows, r, func(a, b row) int { return a.Due.Compare(*b.Due) })
	if l.Rows = slices.Insert(l.Rows, at, r); len(l.Rows) > l.limit {
		l.Rows = l.Rows[:l.limit]
		l.NotListed++
	}
}

func (s *sum) count(r row) {
	switch r.State {
	case stateDue:
		s.Due++
	case stateLeased:
		s.Leased++
	case stateStuck:
		s.Stuck++
	case stateGivenUp:
		s.GivenUp++
		return // nothing is late: it waits for a person
	case stateLater:
		s.Later++
	}
	s.OldestLagS = max(s.OldestLagS, r.LateS)
}
