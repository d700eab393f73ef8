package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"fenfu/bot"
	"fenfu/sessions"
	"fenfu/sessions/seal"
)

// Queue is how sessions that are all due at the same time are worked off: a
// wake is claimed by lease, loaded, and settled by a commit. The nodes are
// stores of their own, with connections of their own, in this process.
type Queue struct {
	Sessions int        `json:"sessions"`
	Runs     []QueueRun `json:"runs"`
	PopsPerS float64    `json:"zpopmin_per_s"` // the yardstick: ids popped one by one, no lease, no state
	PopCPU   float64    `json:"redis_us_per_zpopmin"`
}

// QueueRun is the same with so many nodes.
type QueueRun struct {
	Nodes   int     `json:"nodes"`
	WakesPS float64 `json:"wakes_per_s"`
	CPU     float64 `json:"redis_us_per_wake"`
	Lag     Latency `json:"lag"` // from the start of the work, when all were due, to the commit
	Lost    int     `json:"lost"`
	Twice   int     `json:"woken_twice"`
}

// wakesAtOnce is how many sessions a server wakes at the same time.
const wakesAtOnce = 128

// backlog is sessions that are due, and what became of each.
type backlog struct {
	number  map[string]int
	wakes   []atomic.Int32
	settled atomic.Int64
	lag     *latencies
	end     atomic.Int64 // when the last one was settled, ns after the start
	done    chan struct{}
}

func (m *meter) measureQueue(ctx context.Context) (*Queue, error) {
	leave, err := m.opt.emptyRedis(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	q := &Queue{Sessions: m.opt.Due}
	if err := m.pops(ctx, q); err != nil {
		return nil, err
	}
	keys, err := freshKeys()
	if err != nil {
		return nil, err
	}
	for _, nodes := range []int{1, 3} {
		run, err := m.workOff(ctx, keys, nodes)
		if err != nil {
			return nil, err
		}
		q.Runs = append(q.Runs, *run)
	}
	return q, nil
}

func freshKeys() (*seal.Keyring, error) {
	key := make([]byte, 32)
	rand.Read(key)
	return seal.Parse("loadgen:" + base64.StdEncoding.EncodeToString(key))
}

// node is one of the nodes that share the work.
func (m *meter) node(ctx context.Context, keys *seal.Keyring) (*sessions.Store, func(), error) {
	client, err := sessions.Dial(m.opt.RedisURL)
	if err != nil {
		return nil, nil, err
	}
	s, err := sessions.Open(ctx, client, sessions.Options{
		Keys: keys, TTL: sessions.TTLs{Session: time.Hour, Log: time.Hour}, Logger: slog.New(slog.NewTextHandler(m.opt.log, nil)),
	})
	if err != nil {
		return nil, nil, errors.Join(err, client.Close())
	}
	return s, func() {
		s.Close()
		client.Close()
	}, nil
}

// workOff makes sessions due and has so many nodes wake them.
func (m *meter) workOff(ctx context.Context, keys *seal.Keyring, nodes int) (*QueueRun, error) {
	var stores []*sessions.Store
	for range nodes {
		s, end, err := m.node(ctx, keys)
		if err != nil {
			return nil, err
		}
		defer end()
		stores = append(stores, s)
	}
	b, err := fill(ctx, stores[0], m.opt.Due)
	if err != nil {
		return nil, err
	}
	work, stop := context.WithCancel(ctx)
	ended := make(chan error, nodes)
	busy := m.opt.redisCPU()
	start := time.Now()
	for _, s := range stores {
		go func() {
			ended <- s.Work(work, wakesAtOnce, func(ctx context.Context, id string) error { return b.wake(ctx, s, id, start) })
		}()
	}
	select {
	case <-b.done:
	case <-time.After(maxLatency): // some were lost, then
	case <-ctx.Done():
	}
	stop()
	b.end.CompareAndSwap(0, int64(time.Since(start)))
	for range stores {
		err = errors.Join(err, <-ended)
	}
	if err = errors.Join(err, ctx.Err()); err != nil {
		return nil, err
	}
	run := &QueueRun{Nodes: nodes, Lag: b.lag.sum(), CPU: (m.opt.redisCPU() - busy) * 1e6 / float64(m.opt.Due)}
	run.WakesPS = float64(b.settled.Load()) / time.Duration(b.end.Load()).Seconds()
	return run, b.count(ctx, m, keys, run)
}

// fill makes n sessions that are due.
func fill(ctx context.Context, s *sessions.Store, n int) (*backlog, error) {
	b := &backlog{number: make(map[string]int, n), wakes: make([]atomic.Int32, n), lag: newLatencies(), done: make(chan struct{})}
	ids := make([]string, n)
	for i := range ids {
		ids[i] = rand.Text()
		b.number[ids[i]] = i
	}
	now := time.Now()
	return b, each(n, 256, func(i int) error {
		fresh, err := s.Load(ctx, ids[i])
		if err != nil {
			return err
		}
		_, err = s.Commit(ctx, due(fresh, "m1", now))
		return err
	})
}

// due is a turn after which the session is due at the instant, or not at all.
func due(s bot.Session, message string, at time.Time) bot.Turn {
	s.Due = at
	e := bot.Event{Seq: s.Seq + 1, Kind: bot.Notice, From: bot.System, Origin: bot.Script, Code: bot.CodePending, Text: "…", At: time.Now()}
	return bot.Turn{Session: s, MessageID: message, Events: []bot.Event{e}}
}

// wake does what a server's wake does but for the call to the outside.
func (b *backlog) wake(ctx context.Context, s *sessions.Store, id string, start time.Time) error {
	i, mine := b.number[id]
	if !mine {
		return nil // left over from something else
	}
	b.wakes[i].Add(1)
	is, err := s.Load(ctx, id)
	if err != nil {
		return err
	}
	if _, err := s.Commit(ctx, due(is, "m2", time.Time{})); err != nil {
		return err
	}
	took := time.Since(start)
	b.lag.add(took)
	if b.settled.Add(1) == int64(len(b.wakes)) {
		b.end.Store(int64(took))
		close(b.done)
	}
	return nil
}

// count looks at what was woken, and at what is stored now, with the eyes of a
// node that took no part.
func (b *backlog) count(ctx context.Context, m *meter, keys *seal.Keyring, run *QueueRun) error {
	s, end, err := m.node(ctx, keys)
	if err != nil {
		return err
	}
	defer end()
	var lost, twice atomic.Int64
	ids := make([]string, 0, len(b.number))
	for id := range b.number {
		ids = append(ids, id)
	}
	err = each(len(ids), 256, func(i int) error {
		is, err := s.Inspect(ctx, ids[i])
		if err != nil {
			return err
		}
		wakes := b.wakes[b.number[ids[i]]].Load()
		switch {
		case wakes > 1 || is.Session.Version > 2:
			twice.Add(1)
		case wakes == 0 || is.Session.Version != 2 || !is.Session.Due.IsZero() || !is.At.IsZero():
			lost.Add(1)
		}
		return nil
	})
	run.Lost, run.Twice = int(lost.Load()), int(twice.Load())
	if run.Lost > 0 {
		m.bad.add(deviates("lost_wake", "%d of %d due sessions with %d nodes", run.Lost, len(ids), run.Nodes))
	}
	if run.Twice > 0 {
		m.bad.add(deviates("woken_twice", "%d of %d due sessions with %d nodes", run.Twice, len(ids), run.Nodes))
	}
	return err
}

// pops has the same number of workers take ids out of one sorted set by
// ZPOPMIN, one at a time. What a worker has taken is lost if it dies.
func (m *meter) pops(ctx context.Context, q *Queue) error {
	client, err := sessions.Dial(m.opt.RedisURL)
	if err != nil {
		return err
	}
	defer client.Close()
	key := "fenfu:loadgen:" + rand.Text()
	defer client.Del(context.WithoutCancel(ctx), key)
	pipe := client.Pipeline()
	for i := range q.Sessions {
		pipe.ZAdd(ctx, key, redis.Z{Score: float64(i), Member: rand.Text()})
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return err
	}
	start, busy := time.Now(), m.opt.redisCPU()
	err = each(q.Sessions, wakesAtOnce, func(int) error {
		got, err := client.ZPopMin(ctx, key).Result()
		if err == nil && len(got) != 1 {
			err = fmt.Errorf("ZPOPMIN gave %d ids", len(got))
		}
		return err
	})
	n := float64(q.Sessions)
	q.PopsPerS, q.PopCPU = n/time.Since(start).Seconds(), (m.opt.redisCPU()-busy)*1e6/n
	return err
}

// table writes the queue's rows.
func (q *Queue) table(out io.Writer) {
	fmt.Fprintf(out, "%d sessions due at once, claimed by lease, loaded, and settled by a commit; plain ZPOPMIN, no lease and no state: %.0f/s, %.0f µs of Redis' time each\n",
		q.Sessions, q.PopsPerS, q.PopCPU)
	for _, r := range q.Runs {
		fmt.Fprintf(out, "  nodes %d: %.0f wakes/s (ratio %.2f), %.0f µs of Redis' time each, lag p50 %.0f ms, p99 %.0f ms; %d lost, %d woken twice\n",
			r.Nodes, r.WakesPS, ratio(r.WakesPS, q.PopsPerS), r.CPU, r.Lag.P50, r.Lag.P99, r.Lost, r.Twice)
	}
}
