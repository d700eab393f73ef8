package sessions

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"fenfu/bot"
)

// This file is for an operator who looks at a database that nodes may be
// working on. What it returns is a picture of things that move: a session may
// be taken on, or settled, between two of the reads that make up an entry.

// inspectPage is how many sessions are held in memory at once, inspectLoads how
// many are read at the same time (they travel in the same pipelines).
const (
	inspectPage  = 256
	inspectLoads = 64
)

// Entry is one session as the due queue and its own state have it.
type Entry struct {
	ID        string
	Partition int
	At        time.Time   // its place in the due queue, zero: it is not in it
	Session   bot.Session // UpdatedAt zero: no state is kept any more
	Err       error       // why the state could not be read
}

// Claimed reports whether the session's place in the queue is the end of a
// lease, not the instant that the session itself wants to be woken at.
func (e Entry) Claimed() bool {
	return !e.At.IsZero() && e.Err == nil && !e.Session.Due.IsZero() && e.At.UnixMilli() != dueMillis(e.Session.Due)
}

// dueMillis is a due instant as the queue has it, rounded up: nothing is woken
// before it is due.
func dueMillis(due time.Time) int64 { return due.Add(time.Millisecond - 1).UnixMilli() }

// Partitions is the number of partitions that sessions are spread over.
func (s *Store) Partitions() int { return len(s.partitions) }

// Lease is how long a woken session is left alone.
func (s *Store) Lease() time.Duration { return s.o.Lease }

// QueueLength returns how many sessions are in a partition's due queue.
func (s *Store) QueueLength(ctx context.Context, partition int) (int64, error) {
	p := s.partitions[partition]
	cmd := redis.NewIntCmd(context.Background(), "zcard", p.due)
	if err := s.batch.do(ctx, p.number, nil, cmd); err != nil {
		return 0, unavailable("count what is due", err)
	}
	return cmd.Val(), nil
}

// Queue calls each for the sessions whose place in a partition's due queue is
// no later than until, the earliest first. While others are taken on one may come
// twice, or not at all.
func (s *Store) Queue(ctx context.Context, partition int, until time.Time, each func(Entry) error) error {
	p := s.partitions[partition]
	from, skip := int64(0), 0 // sessions at the very instant from that have been seen
	for {
		cmd := redis.NewZSliceCmd(context.Background(), "zrangebyscore", p.due, from, until.UnixMilli(),
			"withscores", "limit", skip, inspectPage)
		if err := s.batch.do(ctx, p.number, nil, cmd); err != nil {
			return unavailable("read what is due", err)
		}
		entries := make([]Entry, len(cmd.Val()))
		for i, z := range cmd.Val() {
			at := int64(z.Score)
			if at != from {
				from, skip = at, 0
			}
			skip++
			id, _ := z.Member.(string)
			entries[i] = Entry{ID: id, Partition: partition, At: time.UnixMilli(at)}
		}
		if err := s.show(ctx, entries, each); err != nil {
			return err
		}
		if len(entries) < inspectPage {
			return nil
		}
	}
}

// All calls each for every session that is kept, in no order, by going through
// all the keys of the database a page at a time. A session may come twice. No
// two calls are at the same time.
func (s *Store) All(ctx context.Context, each func(Entry) error) error {
	var one sync.Mutex
	return eachMaster(ctx, s.rdb, func(ctx context.Context, c redis.Cmdable) error {
		for cursor := uint64(0); ; {
			keys, next, err := c.Scan(ctx, cursor, sessionKey("{p??}", "*"), inspectPage).Result()
			if err != nil {
				return unavailable("go through the sessions", err)
			}
			entries, err := s.entries(ctx, keys)
			if err == nil {
				one.Lock()
				err = s.show(ctx, entries, each)
				one.Unlock()
			}
			if err != nil || next == 0 {
				return err
			}
			cursor = next
		}
	})
}

// entries makes entries of sessions' keys, with their places in the queue.
func (s *Store) entries(ctx context.Context, keys []string) ([]Entry, error) {
	var entries []Entry
	for _, key := range keys {
		end := strings.IndexByte(key, '}') + 1
		id, ok := strings.CutPrefix(key, sessionKey(key[:end], ""))
		if ok && key[:end] == s.partition(id).tag {
			entries = append(entries, Entry{ID: id, Partition: s.partition(id).number})
		}
	}
	return entries, s.places(ctx, entries)
}

// places looks up where in the queue the sessions are.
func (s *Store) places(ctx context.Context, entries []Entry) error {
	return atOnce(ctx, entries, func(ctx context.Context, e *Entry) error {
		p := s.partitions[e.Partition]
		cmd := redis.NewFloatCmd(context.Background(), "zscore", p.due, e.ID)
		err := s.batch.do(ctx, p.number, nil, cmd)
		switch {
		case errors.Is(err, redis.Nil):
			e.At = time.Time{}
		case err != nil:
			return unavailable("read what is due", err)
		default:
			e.At = time.UnixMilli(int64(cmd.Val()))
		}
		return nil
	})
}

// show reads the states of the entries and hands them on.
func (s *Store) show(ctx context.Context, entries []Entry, each func(Entry) error) error {
	err := atOnce(ctx, entries, func(ctx context.Context, e *Entry) error {
		s.cache.remove(e.ID) // an operator looks at what is stored
		e.Session, e.Err = s.Load(ctx, e.ID)
		if bot.ErrorCode(e.Err) == bot.Unavailable || ctx.Err() != nil {
			return e.Err
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := each(e); err != nil {
			return err
		}
	}
	return nil
}

// atOnce calls f for every entry, a bounded number at the same time.
func atOnce(ctx context.Context, entries []Entry, f func(context.Context, *Entry) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(inspectLoads)
	for i := range entries {
		group.Go(func() error { return f(ctx, &entries[i]) })
	}
	return group.Wait()
}

// Inspect returns one session as an operator looks at it.
func (s *Store) Inspect(ctx context.Context, id string) (Entry, error) {
	entries := []Entry{{ID: id, Partition: s.partition(id).number}}
	if err := s.places(ctx, entries); err != nil {
		return Entry{}, err
	}
	err := s.show(ctx, entries, func(Entry) error { return nil })
	return entries[0], err
}

// Requeue takes a session's lease away, if one is on it, and puts it back where
// its state wants it, so that any node may wake it as soon as it is due. It
// returns the instant, or zero if the session wants nothing. The state does not
// change: work that is under way goes on, and doing it again is harmless as it
// is after a crash.
func (s *Store) Requeue(ctx context.Context, id string) (time.Time, error) {
	p := s.partition(id)
	cmd := redis.NewStringCmd(context.Background(), "evalsha", s.scripts.requeue.sha, 2, p.due, sessionKey(p.tag, id),
		id, s.o.TTL.Session.Milliseconds())
	if err := s.batch.do(ctx, p.number, s.scripts.requeue, cmd); err != nil {
		return time.Time{}, unavailable("requeue session "+id, err)
	}
	if err := s.sync(ctx); err != nil || cmd.Val() == "" {
		return time.Time{}, err
	}
	at, err := strconv.ParseInt(cmd.Val(), 10, 64)
	if err != nil {
		return time.Time{}, damaged("due instant", fmt.Errorf("of session %s: no number", id))
	}
	return time.UnixMilli(at), nil
}
