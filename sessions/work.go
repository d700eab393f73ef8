package sessions

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// pollEvery is how often a node looks for sessions that are due. Those that
// fall due by one of its own commits it sees at once.
const pollEvery = time.Second

// turnTime is how long one partition's work may hold up the others'.
const turnTime = 100 * time.Millisecond

// Work wakes the sessions that are due, at most n at once, until ctx ends, and
// returns when the last wake has returned. No two nodes wake a session at the
// same time, as long as a wake takes less than the lease. What is due next is
// for wake to commit; a session whose wake fails, or whose node dies, is woken
// again when the lease has run out.
func (s *Store) Work(ctx context.Context, n int, wake func(ctx context.Context, id string) error) error {
	if n < 1 {
		return fmt.Errorf("work on %d sessions at once: want 1 or more", n)
	}
	w := &worker{store: s, wake: wake, slots: make(chan struct{}, n)}
	defer w.group.Wait()
	s.working.Add(1)
	defer s.working.Add(-1)
	w.group.Go(func() { w.own(ctx) })
	tick := time.NewTimer(0)
	defer tick.Stop()
	atOnce := make(chan struct{})
	close(atOnce)
	var todo []*partition // those that may have more due
	for {
		var more chan struct{} // blocks
		if len(todo) > 0 {
			more = atOnce
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			tick.Reset(pollEvery*3/4 + rand.N(pollEvery/2)) // nodes do not poll in step
			first := rand.IntN(len(s.partitions))
			todo = slices.Concat(s.partitions[first:], s.partitions[:first])
		case <-more:
		}
		todo = w.round(ctx, todo)
	}
}

// round gives each of some partitions a turn, and returns those that have more
// due. None waits until another has nothing left, which may be never.
func (w *worker) round(ctx context.Context, partitions []*partition) (again []*partition) {
	for _, p := range partitions {
		more, err := w.claimSome(ctx, p)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			w.store.o.Logger.Warn("could not look for sessions that are due", "partition", p.number, "error", err)
			if !w.store.several() {
				return nil // the other partitions would fail too; the next tick tries again
			}
		case more:
			again = append(again, p)
		}
	}
	return again
}

// claimed is a session that this node has a lease on.
type claimed struct {
	p     *partition
	id    string
	lease int64 // its end, ms
}

// reserve says whether a session that a commit leaves due at once is taken on
// by this node in the same commit, and until when its lease is. It saves the
// round trips of finding, claiming and loading what is known here already.
func (s *Store) reserve(changed bool, due, now time.Time) (lease int64, mine bool) {
	if !changed || due.IsZero() || due.After(now) || s.working.Load() == 0 {
		return 0, false
	}
	if s.reserved.Add(1) > int64(cap(s.mine)) {
		s.reserved.Add(-1) // enough on hand: any node may claim it
		return 0, false
	}
	return now.Add(s.o.Lease).UnixMilli(), true
}

// release gives a reservation back that came to nothing.
func (s *Store) release(mine bool) {
	if mine {
		s.reserved.Add(-1)
	}
}

// own wakes the sessions that commits of this node have left due.
func (w *worker) own(ctx context.Context) {
	for {
		select {
		case c := <-w.store.mine:
			w.store.reserved.Add(-1)
			select {
			case w.slots <- struct{}{}:
			case <-ctx.Done():
				return // its lease runs out, and another node claims it
			}
			w.group.Go(func() {
				defer func() { <-w.slots }()
				for more := true; more && ctx.Err() == nil; { // in a goroutine whose stack has grown already
					w.run(ctx, c)
					select {
					case c = <-w.store.mine:
						w.store.reserved.Add(-1)
					default:
						more = false
					}
				}
			})
		case <-ctx.Done():
			return
		}
	}
}

type worker struct {
	store *Store
	wake  func(context.Context, string) error
	slots chan struct{} // one is held for each wake that runs or is claimed
	group sync.WaitGroup
}

// claimSome wakes what is due in a partition, for as long as its turn is, and
// reports whether there may be more. To stay with one for a while makes for
// larger batches. It claims no more than can run.
func (w *worker) claimSome(ctx context.Context, p *partition) (more bool, err error) {
	for end := time.Now().Add(turnTime); time.Now().Before(end); {
		select {
		case w.slots <- struct{}{}:
		case <-ctx.Done():
			return false, ctx.Err()
		}
		want := 1
		for free := true; free && want < 64; {
			select {
			case w.slots <- struct{}{}:
				want++
			default:
				free = false
			}
		}
		ids, lease, err := w.store.claim(ctx, p, want)
		for range want - len(ids) {
			<-w.slots
		}
		if err != nil {
			return false, err
		}
		for _, id := range ids {
			w.group.Go(func() {
				defer func() { <-w.slots }()
				// Another node may have committed what is due now.
				w.store.cache.remove(id)
				w.run(ctx, claimed{p, id, lease})
			})
		}
		if len(ids) < want {
			return false, nil
		}
	}
	return true, nil
}

func (w *worker) run(ctx context.Context, c claimed) {
	err := w.wake(ctx, c.id)
	if err == nil && !w.store.settled(c.id) {
		err = w.store.settle(ctx, c.p, c.id, c.lease)
	}
	if err != nil && ctx.Err() == nil {
		w.store.o.Logger.Warn("session was not woken, trying again when its lease has run out", "session", c.id, "error", err)
	}
}

// settled reports whether the session's last commit here left nothing due, and
// so took it out of what is due. A state that is no longer kept was not: it has
// left its place there behind.
func (s *Store) settled(id string) bool {
	is, ok := s.cache.get(id)
	return ok && !is.stateless && is.session.Version > 0 && is.session.Due.IsZero()
}

// claim takes up to max sessions of a partition that are due, and returns the
// end of their lease.
func (s *Store) claim(ctx context.Context, p *partition, max int) ([]string, int64, error) {
	now := s.o.Now()
	lease := now.Add(s.o.Lease).UnixMilli()
	cmd := redis.NewStringSliceCmd(context.Background(), "evalsha", s.scripts.claim.sha, 1, p.due,
		now.UnixMilli(), lease, max, s.o.TTL.Session.Milliseconds())
	if err := s.batch.do(ctx, p.number, s.scripts.claim, cmd); err != nil {
		return nil, 0, unavailable("claim sessions that are due", err)
	}
	return cmd.Val(), lease, nil
}

// settle takes a session out of what is due, if it wants no more.
func (s *Store) settle(ctx context.Context, p *partition, id string, lease int64) error {
	cmd := redis.NewIntCmd(context.Background(), "evalsha", s.scripts.settle.sha, 2, p.due, sessionKey(p.tag, id), id, lease)
	if err := s.batch.do(ctx, p.number, s.scripts.settle, cmd); err != nil {
		return unavailable("settle session "+id, err)
	}
	return nil
}
