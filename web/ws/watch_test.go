package ws_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"fenfu/bot"
	"fenfu/web/webtest"
	"fenfu/web/ws"
)

// TestDeliveriesAreMeasured wants what is new counted, and what was missed not:
// how long a visitor was away says nothing of the server.
func TestDeliveriesAreMeasured(t *testing.T) {
	b := setup(t)
	b.log.append(sessionA, bot.Event{Kind: bot.Text, From: bot.FromBot, Text: "等您回来"})
	v := b.dial(sessionA, 0)
	v.expect(ws.Event)
	if err := v.Write(&ws.ClientFrame{Type: ws.Ping}); err != nil {
		t.Fatal(err)
	}
	v.expect(ws.Pong) // so the hello is done with
	if got := b.deliveries(); got != 0 {
		t.Errorf("%d deliveries after a replay", got)
	}
	b.log.append(sessionA, bot.Event{Kind: bot.Text, From: bot.FromBot, Text: "新消息"})
	v.expect(ws.Event)
	eventually(t, "the delivery is counted", func() bool { return b.deliveries() == 1 })
}

func (b *testBundle) deliveries() uint64 {
	b.t.Helper()
	families, err := b.metrics.Gather()
	if err != nil {
		b.t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "fenfu_ws_delivery_seconds" {
			return f.GetMetric()[0].GetHistogram().GetSampleCount()
		}
	}
	b.t.Fatal("there is no such metric")
	return 0
}

// TestSocketsInTheLog wants each line to say which connection and session it is
// about, and nothing of what was said.
func TestSocketsInTheLog(t *testing.T) {
	logged := &webtest.Log{}
	b := setup(t, func(c *ws.Config) {
		c.RequestID = func(context.Context) string { return "handshake7" }
		c.Logger = slog.New(slog.NewTextHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	b.bot.before = func(context.Context, bot.Message) error { return errors.New("no store") }
	v := b.dial(sessionA, 0)
	if err := v.Send("c1", "机密内容"); err != nil {
		t.Fatal(err)
	}
	v.expect(ws.Error)
	v.Client.Close()
	eventually(t, "the connection is forgotten", func() bool { return b.gauge("fenfu_ws_connections") == 0 })
	lines := strings.Split(strings.TrimSpace(logged.String()), "\n")
	want := []string{"socket opened", "message failed", "socket closed"}
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), len(want), logged)
	}
	for i, line := range lines {
		if !strings.Contains(line, want[i]) || !strings.Contains(line, "connection=handshake7 session="+sessionA) || strings.Contains(line, "机密") {
			t.Errorf("line %s, want %s", line, want[i])
		}
	}
}
