package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"fenfu/bot"
	"fenfu/sessions/redistest"
)

// dialogue is a whole application.
var dialogue = []string{
	"你好", "怎么开通分付", "开通分付", "同意", "[consent.agree]", "林小满", "为什么要身份证号", "110199199005219904", "110199199005219903",
	"13800138000", "手机号填错了", "13900139000", "[confirm.yes]", "谢谢",
}

// stores names the settings for each store that the server can keep sessions
// in and lose its process over.
func stores(t *testing.T) map[string][]string {
	return map[string][]string{
		"embedded": {"--data-dir", t.TempDir()},
		"redis":    {"--data-dir", t.TempDir(), "--redis-url", "redis://" + redistest.Redis(t).Addr},
	}
}

// TestKilledInConversation kills the server with SIGKILL while each message of
// a dialogue is on its way, and once more after each was acknowledged.
func TestKilledInConversation(t *testing.T) {
	t.Parallel()
	for name, args := range stores(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
			defer cancel()
			p := startServer(t, args...)
			v := newVisitor(t, p)
			for i, text := range dialogue {
				v.connect(ctx)
				killed := make(chan struct{})
				go func() {
					// From before the message arrives to after its turn is committed.
					time.Sleep(time.Duration(i) * 300 * time.Microsecond)
					p.kill()
					close(killed)
				}()
				said := make(chan struct{})
				go func() {
					<-killed
					p.start()
					close(said)
				}()
				v.say(ctx, text)
				<-said
			}
			v.waitFor(ctx, bot.CodeDecided)
			v.audit(ctx)
		})
	}
}

// TestKilledInSubmission kills the server at moments around the confirmation,
// many times: whatever was acknowledged is decided, once.
func TestKilledInSubmission(t *testing.T) {
	t.Parallel()
	for name, args := range stores(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
			defer cancel()
			p := startServer(t, args...)
			for round := range 8 {
				v := newVisitor(t, p)
				for _, text := range []string{"开通分付", "同意", "同意", "林小满", "110199199005219903", "13800138000"} {
					v.say(ctx, text)
				}
				restarted := make(chan struct{})
				go func() {
					time.Sleep(time.Duration(round) * 500 * time.Microsecond)
					p.kill()
					p.start()
					close(restarted)
				}()
				v.say(ctx, "[confirm.yes]")
				<-restarted
				v.waitFor(ctx, bot.CodeDecided)
				v.audit(ctx)
				if t.Failed() {
					t.Fatalf("in round %d", round)
				}
			}
		})
	}
}

// TestDrain ends the server with SIGTERM: connected visitors are told when to
// come back, the process ends by itself, and nothing is lost over it.
func TestDrain(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	p := startServer(t, "--data-dir", t.TempDir())
	v := newVisitor(t, p)
	for _, text := range dialogue[:6] {
		v.say(ctx, text)
	}
	ended := make(chan error, 1)
	go func() { ended <- p.stop() }()
	bye := false
	for !bye {
		f, err := v.client.Receive(ctx)
		if err != nil {
			t.Fatalf("closed without a bye: %v", err)
		}
		bye = f.Type == "bye" && f.ReconnectAfterMS > 0
	}
	if _, err := v.client.Receive(ctx); err == nil || !isClose(err, 4000) {
		t.Errorf("after bye: %v, want close code 4000", err)
	}
	if err := <-ended; err != nil {
		t.Errorf("the server ended with %v\n%s", err, p.output())
	}
	v.cut()
	p.start()
	for _, text := range dialogue[6:] {
		v.say(ctx, text)
	}
	v.waitFor(ctx, bot.CodeDecided)
	v.audit(ctx)
}

func isClose(err error, code int) bool {
	var ce *websocket.CloseError
	return errors.As(err, &ce) && ce.Code == code
}
