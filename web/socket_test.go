package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"fenfu/bot"
	"fenfu/web/ws"
)

func newRecorder(b *testBundle, host string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodGet, "/", nil)
	req.Host = host
	rec := httptest.NewRecorder()
	b.server.Handler().ServeHTTP(rec, req)
	return rec
}

// listen serves the bundle's server on a port of its own, with the time-outs it
// has in earnest.
func (b *testBundle) listen() (url string) {
	b.t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.Config = b.server.HTTPServer()
	server.Start()
	b.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := b.server.Drain(ctx); err != nil {
			b.t.Error(err)
		}
		server.Close()
	})
	return "ws" + server.URL[len("http"):] + "/ws"
}

// A token from the API opens the socket, through all of the middleware.
func TestSocket(t *testing.T) {
	b := setup(t)
	url := b.listen()
	mine := b.ticket(request{method: "POST", path: "/v1/sessions"})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := ws.Dial(ctx, url, ws.Options{Token: mine.Token, Origin: allowed})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.Welcome.Session != mine.Session {
		t.Errorf("welcome %+v", c.Welcome)
	}
	if err := c.Send("c1", "开通分付"); err != nil {
		t.Fatal(err)
	}
	f, err := c.Receive(ctx)
	if err != nil || f.Type != ws.Ack || f.Seq != 1 {
		t.Errorf("%+v, %v", f, err)
	}
	if m := b.bot.seen[0]; m.Session != mine.Session || m.From != bot.Visitor {
		t.Errorf("the bot got %+v", m)
	}
	_, err = ws.Dial(ctx, url, ws.Options{Token: mine.Token + "x"})
	var closed *websocket.CloseError
	if !errors.As(err, &closed) || closed.Code != int(ws.CloseBadToken) {
		t.Errorf("wrong token: %v", err)
	}
}

func TestSocketOrigins(t *testing.T) {
	b := setup(t)
	url := b.listen()
	own := "http" + url[len("ws"):len(url)-len("/ws")]
	for origin, want := range map[string]int{
		"": 101, allowed: 101, own: 101,
		"https://evil.example": 403, "null": 403, "http://shop.example.com": 403, allowed + ".evil.example": 403,
		allowed + ":444": 403, "https://SHOP.example.com": 403,
	} {
		header := http.Header{"Sec-Websocket-Protocol": {ws.Subprotocol}}
		if origin != "" {
			header.Set("Origin", origin)
		}
		conn, resp, err := websocket.DefaultDialer.Dial(url, header)
		if resp == nil || resp.StatusCode != want {
			t.Errorf("origin %q: %v, want %d", origin, err, want)
		}
		if err == nil {
			conn.Close()
		} else if got := resp.Header.Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("origin %q: answer %s", origin, got)
		}
	}
}
