package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"fenfu/bot/pii"

	"github.com/gorilla/websocket"

	"fenfu/web/ws"
)

// Slow is what becomes of visitors who stop reading while events pour in. Each
// has a second window open on the same session, which keeps talking.
type Slow struct {
	Visitors   int `json:"visitors"`
	Events     int `json:"events"`               // to all of them
	PouredKiB  int `json:"poured_kib"`           // what the server would hold if it kept it for them
	GrowthKiB  int `json:"rss_growth_kib"`       // of the server, at its highest
	ControlKiB int `json:"rss_control_kib"`      // the same while everybody reads
	ToldToWait int `json:"closed_slow"`          // closed with 4008
	Reconnects int `json:"reconnects"`           // of those that were closed
	CaughtUp   int `json:"caught_up_in_the_end"` // have every event, once and in order
}

// slowPair is one visitor with two windows.
type slowPair struct {
	session session
	stalled *line
	talker  *visitor
	bytes   int
}

func (m *meter) measureSlow(ctx context.Context, t *target, n int) (*Slow, error) {
	out := &Slow{Visitors: n}
	control, _, err := m.pour(ctx, t, n, true)
	if err != nil {
		return nil, err
	}
	growth, pairs, err := m.pour(ctx, t, n, false)
	if err != nil {
		return nil, err
	}
	out.ControlKiB, out.GrowthKiB = control, growth
	for _, p := range pairs {
		out.Events += int(p.talker.books.last)
		out.PouredKiB += p.bytes >> 10
	}
	// What the kernel holds for them is not in the server's memory, and some
	// growth is the collector's.
	if bound := max(out.PouredKiB/2, control) + 8<<10; growth > bound {
		m.bad.add(deviates("memory", "grew by %d KiB while %d KiB were poured at visitors who do not read", growth, out.PouredKiB))
	}
	wait(ctx, time.Now().Add(m.opt.Stall))
	for _, p := range pairs {
		if err := m.catchUp(ctx, t, p, out); err != nil {
			m.bad.add(err)
		}
	}
	return out, ctx.Err()
}

// pour lets n pairs talk and returns how far the server's memory rose above
// where it was.
func (m *meter) pour(ctx context.Context, t *target, n int, reading bool) (int, []*slowPair, error) {
	pairs, err := m.pairs(ctx, t, n)
	if err != nil {
		return 0, nil, err
	}
	before, err := residentKiB(t.pid)
	if err != nil {
		return 0, nil, err
	}
	top := m.peak(ctx, t.pid)
	err = each(n, n, func(i int) error {
		p := pairs[i]
		if reading {
			go drain(p.stalled)
		}
		for n := range m.opt.Pour {
			greeting := []pii.Text{"你好", "您好"}[n%2] // see openings
			if err := p.talker.say(ctx, greeting); err != nil {
				return err
			}
		}
		p.talker.line.close()
		return nil
	})
	peak := top()
	if reading {
		for _, p := range pairs {
			p.stalled.close()
		}
	}
	return peak - before, pairs, err
}

func drain(l *line) {
	for {
		if _, err := l.receive(); err != nil {
			return
		}
	}
}

func (m *meter) pairs(ctx context.Context, t *target, n int) ([]*slowPair, error) {
	pairs := make([]*slowPair, n)
	for i := range pairs {
		s, err := t.newSession(ctx)
		if err != nil {
			return nil, err
		}
		stalled, _, err := m.dial.visit(ctx, t, s, 0)
		if err != nil {
			return nil, err
		}
		talking, _, err := m.dial.visit(ctx, t, s, 0)
		if err != nil {
			return nil, err
		}
		p := &slowPair{session: s, stalled: stalled}
		p.talker = &visitor{number: i, line: talking, books: newLedger(), pace: newPace(time.Now(), 0, 0, 1), heard: &p.bytes}
		pairs[i] = p
	}
	return pairs, nil
}

// peak watches a process's memory until the function it returns is called,
// which says how high it was.
func (m *meter) peak(ctx context.Context, pid int) func() int {
	ctx, cancel := context.WithCancel(ctx)
	out := make(chan int)
	go func() {
		top := 0
		for {
			now, err := residentKiB(pid)
			if err == nil {
				top = max(top, now)
			}
			if !wait(ctx, time.Now().Add(50*time.Millisecond)) {
				out <- top
				return
			}
		}
	}()
	return func() int {
		cancel()
		return <-out
	}
}

// catchUp has the visitor read again: what is on the way, then, if the server
// has closed the connection, the rest on a new one.
func (m *meter) catchUp(ctx context.Context, t *target, p *slowPair, out *Slow) error {
	seen := &ledgerReplay{}
	l := p.stalled
	for tries := 0; ; tries++ {
		err := seen.readTo(l, p.talker.books.last)
		l.close()
		if err == nil {
			out.CaughtUp++
			return nil
		}
		var closed *websocket.CloseError
		switch {
		case errors.As(err, &closed) && !ws.CloseCode(closed.Code).Reconnect() && closed.Code != websocket.CloseAbnormalClosure:
			return deviates("slow_close", "closed for good: %v", closed)
		case errors.As(err, new(*deviation)) || tries == 5:
			return err
		case closed != nil && closed.Code == int(ws.CloseSlow):
			out.ToldToWait++
		}
		out.Reconnects++
		if l, _, err = m.dial.visit(ctx, t, p.session, seen.last); err != nil {
			return fmt.Errorf("reconnect after a stall: %w", err)
		}
	}
}
