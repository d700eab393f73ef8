package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"fenfu/web/ws"
)

// echoServerCmd is the yardstick: what gorilla's own echo example does, with
// its defaults. It runs in a process of its own, like the server under test.
type echoServerCmd struct{}

func (echoServerCmd) Run(env *environment) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintf(env.out, "listening on http://%s\n", l.Addr())
	srv := &http.Server{Handler: http.HandlerFunc(echo), ReadHeaderTimeout: patience}
	return srv.Serve(l)
}

func echo(w http.ResponseWriter, r *http.Request) {
	var upgrader websocket.Upgrader
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	for {
		kind, message, err := conn.ReadMessage()
		if err != nil {
			return
		}
		if err := conn.WriteMessage(kind, message); err != nil {
			return
		}
	}
}

// Echo is how fast the yardstick answers, in closed loop.
type Echo struct {
	Visitors int     `json:"visitors"`
	PerS     float64 `json:"messages_per_s"`
	Latency  Latency `json:"latency"`
	CPU      CPU     `json:"cpu"`
}

// measureEcho has n clients send a frame as long as a visitor's, wait until it
// is back, and send the next.
func (m *meter) measureEcho(ctx context.Context, t *target, n int) (*Echo, error) {
	lines, err := m.openAll(ctx, n, func(ctx context.Context, _ int) (*line, error) { return m.dial.plain(ctx, t) })
	if err != nil {
		return nil, err
	}
	defer closeAll(lines)
	w := m.window()
	took := newLatencies()
	usage := m.watch(w, t)
	err = each(n, n, func(i int) error {
		l := lines[i]
		f := ws.ClientFrame{Type: ws.Send, ID: fmt.Sprintf("v%d.%d", i, i), Text: "13800138000"}
		for {
			start := time.Now()
			if start.After(w.end) || ctx.Err() != nil {
				return nil
			}
			if err := l.exchange(&f, start); err != nil {
				return err
			}
			if w.counts(start) {
				took.add(time.Since(start))
			}
		}
	})
	if err != nil {
		return nil, err
	}
	sum := took.sum()
	return &Echo{Visitors: n, PerS: float64(sum.Count) / w.seconds(), Latency: sum, CPU: <-usage}, nil
}

// exchange sends a frame and waits for one message.
func (l *line) exchange(f *ws.ClientFrame, now time.Time) error {
	if err := l.expect(now); err != nil {
		return err
	}
	if err := l.send(f); err != nil {
		return err
	}
	_, err := l.receive()
	return err
}
