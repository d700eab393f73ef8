package main

import (
	"context"
	"strings"
	"time"

	"fenfu/web/ws"
)

// Storm is how fast connections are taken in, each from TCP to the welcome.
type Storm struct {
	Connections int     `json:"connections"`
	Dials       int     `json:"dials_at_a_time"`
	PerS        float64 `json:"per_s"`
	Latency     Latency `json:"latency"`
	CPU         CPU     `json:"cpu"`
}

// helloFrame is what the yardstick is sent in place of a hello: as long as one.
var helloFrame = ws.ClientFrame{Type: ws.Hello, Token: strings.Repeat("t", 100)}

func (m *meter) storm(ctx context.Context, t *target, n int, open opener) (*Storm, error) {
	took := newLatencies()
	before, start := m.usage(t), time.Now()
	lines, err := m.openAll(ctx, n, func(ctx context.Context, i int) (*line, error) {
		begin := time.Now()
		l, err := open(ctx, i)
		took.add(time.Since(begin))
		return l, err
	})
	seconds := time.Since(start).Seconds()
	if err != nil {
		return nil, err
	}
	cpu := m.usage(t).since(before, seconds)
	closeAll(lines)
	return &Storm{Connections: n, Dials: m.opt.Dials, PerS: float64(n) / seconds, Latency: took.sum(), CPU: cpu}, nil
}

// measureStorm has n visitors come back at once. Their sessions exist: after a
// restart nobody asks for a new one.
func (m *meter) measureStorm(ctx context.Context, t *target, n int) (*Storm, error) {
	sessions, err := m.newSessions(ctx, t, n)
	if err != nil {
		return nil, err
	}
	return m.storm(ctx, t, n, func(ctx context.Context, i int) (*line, error) {
		l, _, err := m.dial.visit(ctx, t, sessions[i], 0)
		return l, err
	})
}

// measureEchoStorm is the same with the yardstick: one message there and back
// stands for hello and welcome.
func (m *meter) measureEchoStorm(ctx context.Context, t *target, n int) (*Storm, error) {
	return m.storm(ctx, t, n, func(ctx context.Context, _ int) (*line, error) {
		l, err := m.dial.plain(ctx, t)
		if err != nil {
			return nil, err
		}
		return l, l.exchange(&helloFrame, time.Now())
	})
}
