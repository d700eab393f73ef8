package ws_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"fenfu/bot"
	"fenfu/web/ws"
)

func TestDrain(t *testing.T) {
	started, release := make(chan struct{}), make(chan struct{})
	b := setup(t)
	b.bot.before = func(ctx context.Context, _ bot.Message) error {
		close(started)
		<-release
		return ctx.Err()
	}
	idle, busy, silent := b.dial(sessionB, 0), b.dial(sessionA, 0), b.raw()
	if err := busy.Send("c1", "你好"); err != nil {
		t.Fatal(err)
	}
	<-started
	drained := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		drained <- b.hub.Drain(ctx)
	}()
	bye := idle.expect(ws.Bye)
	if bye.ReconnectAfterMS < 500 || bye.ReconnectAfterMS > 3000 {
		t.Errorf("bye %+v", bye)
	}
	idle.expectClose(ws.CloseDrain)
	_, resp, err := websocket.DefaultDialer.Dial(b.url, map[string][]string{"Sec-Websocket-Protocol": {ws.Subprotocol}})
	if err == nil || resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" {
		t.Errorf("a draining hub took a connection: %v", err)
	}
	select {
	case err := <-drained:
		t.Fatalf("drained with a turn under way: %v", err)
	default:
	}
	close(release)
	busy.expect(ws.Ack)
	busy.expect(ws.Event)
	busy.expect(ws.Event)
	busy.expect(ws.Bye)
	busy.expectClose(ws.CloseDrain)
	if _, _, err := silent.ReadMessage(); err != nil { // bye
		t.Error(err)
	}
	_, _, err = silent.ReadMessage()
	closedWith(t, err, ws.CloseDrain)
	if err := <-drained; err != nil {
		t.Error(err)
	}
}

// A drain that runs out of time cancels the turns under way and cuts the rest.
func TestDrainOutOfTime(t *testing.T) {
	started := make(chan struct{})
	b := setup(t)
	b.bot.before = func(ctx context.Context, _ bot.Message) error {
		close(started)
		<-ctx.Done()
		return ctx.Err()
	}
	v := b.dial(sessionA, 0)
	if err := v.Send("c1", "你好"); err != nil {
		t.Fatal(err)
	}
	<-started
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if err := b.hub.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("drain: %v", err)
	}
	for {
		if _, err := v.receive(); err != nil {
			break
		}
	}
	eventually(t, "nothing is left", func() bool { return b.gauge("fenfu_ws_connections") == 0 })
}

func TestDrainNothing(t *testing.T) {
	b := setup(t)
	if err := b.hub.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	if err := b.hub.Drain(t.Context()); err == nil {
		t.Error("drained twice")
	}
}

// A peer that does not answer the close is gone all the same.
func TestDrainOfTheDeaf(t *testing.T) {
	b := setup(t)
	b.dial(sessionA, 0) // never reads again
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := b.hub.Drain(ctx); err != nil {
		t.Error(err)
	}
}
