package ws_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"fenfu/bot"
	"fenfu/web/webtest"
	"fenfu/web/ws"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sessionA and sessionB are ids; the tests' tokens are "token-" and the id.
const (
	sessionA = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
	sessionB = "bbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// patience bounds what a test waits for. Nothing waits this long that works.
const patience = time.Minute

// testBundle is a hub behind a real HTTP server.
type testBundle struct {
	t       *testing.T
	hub     *ws.Hub
	log     *fakeLog
	bot     *fakeBot
	url     string
	logged  *webtest.Log
	metrics *prometheus.Registry
	server  *httptest.Server
}

type option func(*ws.Config)

func setup(t *testing.T, opts ...option) *testBundle {
	t.Helper()
	b := &testBundle{t: t, log: newFakeLog(), logged: &webtest.Log{}, metrics: prometheus.NewRegistry()}
	b.bot = &fakeBot{log: b.log}
	cfg := ws.Config{
		RequestID: func(context.Context) string { return "connection-of-the-test" },
		Bot:       b.bot, Log: b.log, Verify: verify,
		CheckOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") != "https://evil.example" },
		CloseCode: func(c bot.Code) ws.CloseCode {
			if c == bot.NotFound {
				return ws.CloseSessionEnded
			}
			return ws.CloseUnavailable
		},
		Refuse: func(w http.ResponseWriter, _ *http.Request, status int, e *bot.Error) {
			http.Error(w, string(e.Code)+" "+e.Message, status)
		},
		Logger:  slog.New(slog.NewTextHandler(b.logged, nil)),
		Metrics: ws.NewMetrics(b.metrics),
		Limits:  ws.Limits{Rate: 1e6, Burst: 1e6},
	}
	for _, o := range opts {
		o(&cfg)
	}
	b.hub = ws.NewHub(cfg)
	b.server = httptest.NewServer(b.hub)
	b.url = "ws" + strings.TrimPrefix(b.server.URL, "http")
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_ = b.hub.Drain(ctx) // a test may have drained already
		b.server.Close()
	})
	return b
}

func limits(change func(*ws.Limits)) option { return func(c *ws.Config) { change(&c.Limits) } }

func verify(token string) (string, time.Time, error) {
	id, ok := strings.CutPrefix(token, "token-")
	switch {
	case !ok:
		return "", time.Time{}, &bot.Error{Code: bot.Unauthorized, Message: "会话凭证无效，请刷新页面。"}
	case id == "expiring":
		return sessionA, time.Now().Add(-time.Second), nil
	}
	return id, time.Now().Add(time.Hour), nil
}

// visitor is a client whose every frame is held against the contract.
type visitor struct {
	*ws.Client
	t *testing.T
}

func (b *testBundle) dial(session string, after int64) *visitor {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	c, err := ws.Dial(ctx, b.url, ws.Options{Token: "token-" + session, After: after})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { c.Close() })
	return &visitor{Client: c, t: b.t}
}

// raw dials without a hello.
func (b *testBundle) raw() *websocket.Conn {
	b.t.Helper()
	d := websocket.Dialer{Subprotocols: []string{ws.Subprotocol}}
	conn, _, err := d.DialContext(b.t.Context(), b.url, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { conn.Close() })
	return conn
}

// next receives one frame.
func (v *visitor) next() ws.ServerFrame {
	v.t.Helper()
	f, err := v.receive()
	if err != nil {
		v.t.Fatalf("receive: %v", err)
	}
	return f
}

func (v *visitor) receive() (ws.ServerFrame, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	raw, err := v.ReceiveRaw(ctx)
	if err != nil {
		return ws.ServerFrame{}, err
	}
	checkFrame(v.t, raw)
	var f ws.ServerFrame
	return f, json.Unmarshal(raw, &f)
}

// expect receives a frame, of this type.
func (v *visitor) expect(want ws.Type) ws.ServerFrame {
	v.t.Helper()
	f := v.next()
	if f.Type != want {
		v.t.Fatalf("got a frame %+v, want %s", f, want)
	}
	return f
}

// expectClose receives until the connection is closed, with this code.
func (v *visitor) expectClose(want ws.CloseCode) {
	v.t.Helper()
	for {
		if _, err := v.receive(); err != nil {
			closedWith(v.t, err, want)
			return
		}
	}
}

func closedWith(t *testing.T, err error, want ws.CloseCode) {
	t.Helper()
	var closed *websocket.CloseError
	if !errors.As(err, &closed) || closed.Code != int(want) || closed.Text != want.String() {
		t.Fatalf("connection ended with %v, want close %d %s", err, want, want)
	}
}

// quiet makes sure that nothing else was sent, by asking for a pong.
func (v *visitor) quiet() {
	v.t.Helper()
	if err := v.Write(&ws.ClientFrame{Type: ws.Ping}); err != nil {
		v.t.Fatal(err)
	}
	v.expect(ws.Pong)
}

// eventually waits until cond holds.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
