package ws_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/gorilla/websocket"

	"fenfu/web/ws"
)

func TestHandshake(t *testing.T) {
	b := setup(t, limits(func(l *ws.Limits) { l.Connections = 1 }))
	tests := []struct {
		name   string
		header http.Header
		want   int
	}{
		{"no subprotocol", http.Header{}, http.StatusBadRequest},
		{"other subprotocol", http.Header{"Sec-Websocket-Protocol": {"fenfu.v2, chat"}}, http.StatusBadRequest},
		{"origin not allowed", http.Header{"Sec-Websocket-Protocol": {ws.Subprotocol}, "Origin": {"https://evil.example"}}, http.StatusForbidden},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, resp, err := websocket.DefaultDialer.Dial(b.url, tt.header)
			if err == nil || resp.StatusCode != tt.want {
				t.Errorf("%v, %v, want %d", err, resp, tt.want)
			}
		})
	}
	t.Run("no upgrade", func(t *testing.T) {
		req := httptest.NewRequest(http.MethodGet, "/ws", nil)
		req.Header.Set("Sec-Websocket-Protocol", ws.Subprotocol)
		rec := httptest.NewRecorder()
		b.hub.ServeHTTP(rec, req)
		if rec.Code != http.StatusBadRequest {
			t.Errorf("status %d", rec.Code)
		}
	})
	t.Run("those refused are not counted", func(t *testing.T) {
		if got := b.gauge("fenfu_ws_connections"); got != 0 {
			t.Errorf("%v connections", got)
		}
	})
	t.Run("one too many", func(t *testing.T) {
		b.dial(sessionA, 0)
		_, resp, err := websocket.DefaultDialer.Dial(b.url, http.Header{"Sec-Websocket-Protocol": {ws.Subprotocol}})
		if err == nil || resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
			t.Errorf("%v, %v", err, resp)
		}
	})
	t.Run("client asks", func(t *testing.T) {
		_, err := ws.Dial(t.Context(), b.url, ws.Options{Origin: "https://evil.example"})
		if err == nil {
			t.Error("no error")
		}
	})
}

// countingListener counts what the server writes.
type countingListener struct {
	net.Listener
	writes *atomic.Int64
}

type countingConn struct {
	net.Conn
	writes *atomic.Int64
}

func (l countingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return &countingConn{c, l.writes}, err
}

func (c *countingConn) Write(p []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(p)
}

// All frames of a turn leave in one system call.
func TestOneWriteATurn(t *testing.T) {
	b := setup(t)
	writes := new(atomic.Int64)
	server := httptest.NewUnstartedServer(b.hub)
	server.Listener = countingListener{server.Listener, writes}
	server.Start()
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := ws.Dial(ctx, "ws"+server.URL[len("http"):], ws.Options{Token: "token-" + sessionA})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	v := &visitor{Client: c, t: t}
	before := writes.Load()
	const turns = 20
	for range turns {
		if err := v.Send(randomID(), "你好"); err != nil {
			t.Fatal(err)
		}
		v.expect(ws.Ack)
		v.expect(ws.Event)
		v.expect(ws.Event)
	}
	if got := writes.Load() - before; got != turns {
		t.Errorf("%d writes for %d turns", got, turns)
	}
}
