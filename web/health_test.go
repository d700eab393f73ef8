package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"fenfu/web"
)

// ready asks /readyz, and returns status and state.
func (b *testBundle) ready() (int, string) {
	b.t.Helper()
	resp := b.do(request{method: "GET", path: "/readyz"})
	var is struct{ Status string }
	if err := json.Unmarshal([]byte(body(b.t, resp)), &is); err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, is.Status
}

func TestReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var store, check error
		b := setup(t, func(c *web.Config) {
			c.Probes = []web.Probe{
				{Name: "redis", Vital: true, Check: func(context.Context) error { return store }},
				{Name: "check", Check: func(context.Context) error { return check }},
			}
		})
		want := func(status int, state string) {
			t.Helper()
			time.Sleep(time.Second) // of the bubble: past what is remembered
			if gotStatus, got := b.ready(); gotStatus != status || got != state {
				t.Errorf("%d %s, want %d %s", gotStatus, got, status, state)
			}
		}
		want(200, "ok")
		check = errors.New("breaker open at 10.1.2.3")
		want(200, "degraded")
		want(200, "degraded")
		store = errors.New("no store")
		want(503, "unavailable")
		check = nil
		want(503, "unavailable")
		got := body(t, b.do(request{method: "GET", path: "/readyz"}))
		if got != `{"status":"unavailable","parts":{"check":"ok","redis":"failing"}}`+"\n" {
			t.Errorf("answer %s", got)
		}
		store = nil
		want(200, "ok")
		if logged := b.logged.String(); strings.Count(logged, "\n") != 3 || !strings.Contains(logged, "no store") || !strings.Contains(logged, "status=ok") {
			t.Errorf("the log should say each change once:\n%s", logged)
		}
		if err := b.server.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		want(503, "draining")
		if got := b.do(request{method: "GET", path: "/livez"}).StatusCode; got != 200 {
			t.Errorf("live: %d", got)
		}
	})
}

// TestReadyIsBounded lets what stands behind the server hang, deaf to every
// deadline, and panic.
func TestReadyIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		b := setup(t, func(c *web.Config) {
			c.Probes = []web.Probe{
				{Name: "deaf", Vital: true, Check: func(context.Context) error { <-release; return nil }},
				{Name: "mad", Check: func(context.Context) error { panic("机密") }},
			}
		})
		start := time.Now()
		if status, state := b.ready(); status != 503 || state != "unavailable" || time.Since(start) != time.Second {
			t.Errorf("%d %s after %v", status, state, time.Since(start))
		}
		if logged := b.logged.String(); !strings.Contains(logged, "mad: panicked with a string") || strings.Contains(logged, "机密") {
			t.Errorf("log %s", logged)
		}
		close(release)
	})
}

// TestProbesAreNoLoad asks a thousand times at once, and wants it looked once.
func TestProbesAreNoLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var looks atomic.Int64
		b := setup(t, func(c *web.Config) {
			c.Probes = []web.Probe{{Name: "redis", Vital: true, Check: func(context.Context) error { looks.Add(1); return nil }}}
		})
		var group sync.WaitGroup
		for range 1000 {
			group.Go(func() {
				if resp := b.do(request{method: "GET", path: "/readyz"}); resp.StatusCode != http.StatusOK {
					t.Errorf("status %d", resp.StatusCode)
				}
			})
		}
		group.Wait()
		if n := looks.Load(); n != 1 {
			t.Errorf("looked %d times", n)
		}
		time.Sleep(time.Second)
		b.ready()
		if n := looks.Load(); n != 2 {
			t.Errorf("looked %d times, want again after a while", n)
		}
	})
}
