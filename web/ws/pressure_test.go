package ws_test

import (
	"context"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"fenfu/bot"
	"fenfu/bot/pii"
	"fenfu/web/ws"
)

// gauge returns the sum of a metric's values.
func (b *testBundle) gauge(name string, labels ...string) float64 {
	b.t.Helper()
	families, err := b.metrics.Gather()
	if err != nil {
		b.t.Fatal(err)
	}
	sum := 0.0
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			if hasLabel(m, labels) {
				sum += m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
	}
	return sum
}

func hasLabel(m *dto.Metric, values []string) bool {
	for _, want := range values {
		found := false
		for _, l := range m.GetLabel() {
			found = found || l.GetValue() == want
		}
		if !found {
			return false
		}
	}
	return true
}

// A visitor who stops reading stops being served: no more is taken from the log
// than fits into the write under way, and the connection ends.
func TestSlowConsumer(t *testing.T) {
	b := setup(t, limits(func(l *ws.Limits) { l.WriteWait = 100 * time.Millisecond }))
	v := b.dial(sessionA, 0)
	text := pii.Text(strings.Repeat("x", 1000))
	events := make([]bot.Event, 40_000)
	for i := range events {
		events[i] = bot.Event{Kind: bot.Text, From: bot.FromBot, Text: text}
	}
	b.log.append(sessionA, events...)
	eventually(t, "the slow one is closed", func() bool { return b.gauge("fenfu_ws_closes_total", "slow_consumer") == 1 })
	eventually(t, "its feed is closed", func() (ok bool) {
		b.log.with(sessionA, func(s *fakeSession) { ok = len(s.feeds) == 0 })
		return ok
	})
	sent := b.gauge("fenfu_ws_frames_out_total", "event")
	if sent > 10_000 {
		t.Errorf("%v events of 1 KB were written for somebody who does not read", sent)
	}
	// What it reads in the end is whole, and tells what to do if the kernel had room for it.
	got := int64(0)
	for {
		f, err := v.receive()
		if err != nil {
			break
		}
		if got++; f.Seq != got {
			t.Fatalf("event %d, want %d", f.Seq, got)
		}
	}
	again := b.dial(sessionA, got)
	if f := again.expect(ws.Event); f.Seq != got+1 {
		t.Errorf("resumed with event %d, want %d", f.Seq, got+1)
	}
}

// A peer that was only slow gets everything up to the close, and its code.
func TestSlowConsumerIsTold(t *testing.T) {
	b := setup(t, limits(func(l *ws.Limits) { l.WriteWait = 100 * time.Millisecond }))
	v := b.dial(sessionA, 0)
	text := pii.Text(strings.Repeat("x", 1000))
	events := make([]bot.Event, 40_000)
	for i := range events {
		events[i] = bot.Event{Kind: bot.Text, From: bot.FromBot, Text: text}
	}
	b.log.append(sessionA, events...)
	eventually(t, "the server has given up", func() bool { return b.gauge("fenfu_ws_closes_total", "slow_consumer") == 1 })
	v.expectClose(ws.CloseSlow)
}

// While the bot is slow, a few frames are kept and the rest waits in the peer.
func TestFullInbox(t *testing.T) {
	release := make(chan struct{})
	b := setup(t)
	b.bot.before = waitFor(release)
	v := b.dial(sessionA, 0)
	if err := v.Conn().NetConn().(*net.TCPConn).SetWriteBuffer(64 << 10); err != nil {
		t.Fatal(err)
	}
	const frames = 2000
	text := pii.Text(strings.Repeat("长", ws.MaxTextLen))
	var written atomic.Int64
	wrote := make(chan error, 1)
	go func() {
		for i := range frames {
			if err := v.Send("c"+strconv.Itoa(i), text); err != nil {
				wrote <- err
				return
			}
			written.Add(1)
		}
		wrote <- nil
	}()
	eventually(t, "the first is being handled", func() bool { return len(b.bot.handled()) == 1 })
	for before := int64(-1); written.Load() != before; {
		before = written.Load()
		select {
		case err := <-wrote:
			t.Fatalf("12 MB went into a connection that is not read: %v", err)
		case <-time.After(250 * time.Millisecond):
		}
	}
	if n := written.Load(); n > 250 { // 6 KB each: what inbox and kernel hold
		t.Errorf("%d frames went into a connection that is not read", n)
	}
	close(release)
	for i := range frames {
		if f := v.expect(ws.Ack); f.ID != "c"+strconv.Itoa(i) {
			t.Fatalf("ack of %s, want c%d", f.ID, i)
		}
		v.expect(ws.Event)
		v.expect(ws.Event)
	}
	if err := <-wrote; err != nil {
		t.Fatal(err)
	}
}

// waitFor makes a bot that waits.
func waitFor(release <-chan struct{}) func(context.Context, bot.Message) error {
	return func(ctx context.Context, _ bot.Message) error {
		select {
		case <-release:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// While the inbox is full pongs cannot be read: that is not the peer's silence.
func TestFullInboxIsNotSilence(t *testing.T) {
	t.Parallel()
	const pongWait = 2 * time.Second
	release := make(chan struct{})
	b := setup(t, limits(func(l *ws.Limits) { l.PingEvery, l.PongWait = 50*time.Millisecond, pongWait }))
	b.bot.before = waitFor(release)
	v := b.dial(sessionA, 0)
	const frames = 40
	for i := range frames {
		if err := v.Send("c"+strconv.Itoa(i), "你好"); err != nil {
			t.Fatal(err)
		}
	}
	time.AfterFunc(pongWait+pongWait/2, func() { close(release) })
	for range frames {
		v.expect(ws.Ack)
		v.expect(ws.Event)
		v.expect(ws.Event)
	}
	v.quiet()
}

// A peer that leaves while the bot is busy does not undo what it said.
func TestLeavingKeepsWhatWasSaid(t *testing.T) {
	release := make(chan struct{})
	b := setup(t)
	b.bot.before = func(ctx context.Context, _ bot.Message) error {
		<-release
		return ctx.Err()
	}
	v := b.dial(sessionA, 0)
	for _, id := range []string{"c1", "c2"} {
		if err := v.Send(id, "你好"); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the first is being handled", func() bool { return len(b.bot.handled()) == 1 })
	v.Close()
	close(release)
	eventually(t, "both are stored", func() (ok bool) {
		b.log.with(sessionA, func(s *fakeSession) { ok = len(s.events) == 4 })
		return ok
	})
	eventually(t, "the connection is forgotten", func() bool { return b.gauge("fenfu_ws_connections") == 0 })
}

func TestTooFast(t *testing.T) {
	b := setup(t, limits(func(l *ws.Limits) { l.Rate, l.Burst = 0.001, 3 }))
	v := b.dial(sessionA, 0) // the hello counts
	for i := range 4 {
		if err := v.Send("c"+strconv.Itoa(i), "你好"); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		v.expect(ws.Ack)
		v.expect(ws.Event)
		v.expect(ws.Event)
	}
	for _, id := range []string{"c2", "c3"} {
		f := v.expect(ws.Error)
		if f.Code != string(bot.Limited) || f.ID != id || f.RetryAfterMS < 1000 {
			t.Errorf("error %+v", f)
		}
	}
	for range 40 {
		if err := v.Send("more", "你好"); err != nil {
			break // closed meanwhile
		}
	}
	v.expectClose(ws.CloseTooFast)
	if got := len(b.bot.handled()); got != 2 {
		t.Errorf("the bot got %d messages, want 2", got)
	}
}

func TestConnectionsPerSession(t *testing.T) {
	b := setup(t, limits(func(l *ws.Limits) { l.PerSession = 2 }))
	first := b.dial(sessionA, 0)
	b.dial(sessionA, 0)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err := ws.Dial(ctx, b.url, ws.Options{Token: "token-" + sessionA})
	closedWith(t, err, ws.CloseTooFast)
	b.dial(sessionB, 0) // another session is not concerned
	first.Close()
	eventually(t, "there is room again", func() bool {
		c, err := ws.Dial(ctx, b.url, ws.Options{Token: "token-" + sessionA})
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

func TestTokenExpiresMeanwhile(t *testing.T) {
	b := setup(t, limits(func(l *ws.Limits) { l.PingEvery = 10 * time.Millisecond }))
	v := b.dial("expiring", 0)
	f := v.expect(ws.Error)
	if f.Code != string(bot.Unauthorized) {
		t.Errorf("error %+v", f)
	}
	v.expectClose(ws.CloseBadToken)
}
