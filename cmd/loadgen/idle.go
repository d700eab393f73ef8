package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Idle is what the server holds for connections on which nothing happens.
type Idle struct {
	Connections  int     `json:"connections"`
	KiBEach      float64 `json:"kib_each"`
	BeforeKiB    int     `json:"rss_before_kib"`
	AfterKiB     int     `json:"rss_after_kib"`
	SettledAfter float64 `json:"settled_after_s"`
}

// memoryPer opens n lines and measures what the target's memory grows by. It
// waits until the memory has stopped to shrink: what the handshakes left behind
// is not an idle connection's.
func (m *meter) memoryPer(ctx context.Context, t *target, n int, open opener) (*Idle, error) {
	if err := m.warm(ctx, open); err != nil {
		return nil, err
	}
	before, err := m.settle(ctx, t.pid)
	if err != nil {
		return nil, err
	}
	lines, err := m.openAll(ctx, n, open)
	if err != nil {
		return nil, err
	}
	var ended atomic.Int64
	var readers sync.WaitGroup
	for _, l := range lines {
		readers.Go(func() { // answers pings
			drain(l)
			ended.Add(1)
		})
	}
	start := time.Now()
	after, err := m.settle(ctx, t.pid)
	if n := ended.Load(); n > 0 {
		m.bad.add(deviates("dropped", "%d idle connections ended by themselves", n))
	}
	closeAll(lines)
	readers.Wait()
	if err != nil {
		return nil, err
	}
	return &Idle{
		Connections: n, BeforeKiB: before, AfterKiB: after, KiBEach: float64(after-before) / float64(n),
		SettledAfter: time.Since(start).Seconds(),
	}, nil
}

// warm opens and closes a few lines, so that what a server sets up once is not
// put down to the connections.
func (m *meter) warm(ctx context.Context, open opener) error {
	lines, err := m.openAll(ctx, min(100, m.opt.Connections), open)
	closeAll(lines)
	return err
}

// settle returns a process's memory when it has not changed by more than 1 %
// for a third of the time given, or when the time is up.
func (m *meter) settle(ctx context.Context, pid int) (int, error) {
	end := time.Now().Add(m.opt.Settle)
	quiet, since := 0, time.Now()
	for {
		now, err := residentKiB(pid)
		if err != nil {
			return 0, err
		}
		if d := now - quiet; max(d, -d) > quiet/100 {
			quiet, since = now, time.Now()
		}
		if time.Since(since) > m.opt.Settle/3 || time.Now().After(end) {
			return now, nil
		}
		if !wait(ctx, time.Now().Add(200*time.Millisecond)) {
			return 0, ctx.Err()
		}
	}
}

func (m *meter) measureIdle(ctx context.Context, t *target, n int) (*Idle, error) {
	// A visitor's session is asked for on the way, so that what that leaves
	// behind in memory counts.
	return m.memoryPer(ctx, t, n, func(ctx context.Context, _ int) (*line, error) {
		s, err := t.newSession(ctx)
		if err != nil {
			return nil, err
		}
		l, _, err := m.dial.visit(ctx, t, s, 0)
		return l, err
	})
}

func (m *meter) measureEchoIdle(ctx context.Context, t *target, n int) (*Idle, error) {
	return m.memoryPer(ctx, t, n, func(ctx context.Context, _ int) (*line, error) {
		l, err := m.dial.plain(ctx, t)
		if err != nil {
			return nil, err
		}
		return l, l.exchange(&helloFrame, time.Now())
	})
}
