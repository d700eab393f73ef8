package main

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"fenfu/bot"
	"fenfu/bot/pii"
	"fenfu/bot/staff"
	"fenfu/web/api"
)

// live is a console's socket, and every frame it was sent.
type live struct {
	t    testing.TB
	conn *websocket.Conn

	mu     sync.Mutex
	frames []map[string]any
	err    error
	ended  chan struct{}
}

func (p *person) dial(origin string, buffer int) (*websocket.Conn, *http.Response, error) {
	h := http.Header{}
	if origin != "" {
		h.Set("Origin", origin)
	}
	if c := p.cookie(); c != nil {
		h.Set("Cookie", c.Name+"="+c.Value)
	}
	if p.bearer != "" {
		h.Set("Authorization", "Bearer "+p.bearer)
	}
	d := websocket.Dialer{
		Subprotocols: []string{api.Subprotocol}, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // the test's own server
		NetDial: func(network, addr string) (net.Conn, error) {
			c, err := net.Dial(network, addr)
			if tcp, ok := c.(*net.TCPConn); ok && buffer > 0 {
				err = tcp.SetReadBuffer(buffer)
			}
			return c, err
		},
	}
	return d.DialContext(p.o.t.Context(), "wss"+strings.TrimPrefix(p.o.url, "https")+"/ws/desk", h)
}

func (p *person) live() *live {
	p.o.t.Helper()
	conn, _, err := p.dial(p.o.url, 0)
	if err != nil {
		p.o.t.Fatal(err)
	}
	l := &live{t: p.o.t, conn: conn, ended: make(chan struct{})}
	go l.read()
	p.o.t.Cleanup(func() {
		conn.Close()
		<-l.ended
		checkFrames(p.o.t, l.all())
	})
	l.await("hello", func(f map[string]any) bool { return f["type"] == "hello" })
	return l
}

func (l *live) read() {
	defer close(l.ended)
	for {
		_, raw, err := l.conn.ReadMessage()
		var f map[string]any
		if err == nil {
			err = json.Unmarshal(raw, &f)
		}
		l.mu.Lock()
		if err != nil {
			l.err = err
			l.mu.Unlock()
			return
		}
		l.frames = append(l.frames, f)
		l.mu.Unlock()
	}
}

func (l *live) all() []map[string]any {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]map[string]any{}, l.frames...)
}

// await returns once such a frame has come.
func (l *live) await(what string, is func(map[string]any) bool) {
	l.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		for _, f := range l.all() {
			if is(f) {
				return
			}
		}
	}
	l.t.Fatalf("no %s in %v (%v)", what, l.all(), l.err)
}

func frame(kind, session string) func(map[string]any) bool {
	return func(f map[string]any) bool {
		of, _ := f["session"].(string)
		if row, ok := f["row"].(map[string]any); ok {
			of, _ = row["session"].(string)
		}
		return f["type"] == kind && of == session
	}
}

func said(session, text string) func(map[string]any) bool {
	return func(f map[string]any) bool { return frame("event", session)(f) && f["text"] == text }
}

func (l *live) send(frame string) {
	l.t.Helper()
	if err := l.conn.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		l.t.Fatal(err)
	}
}

func (l *live) closed(code int) {
	l.t.Helper()
	select {
	case <-l.ended:
	case <-time.After(time.Minute):
		l.t.Fatal("the socket did not end")
	}
	if !websocket.IsCloseError(l.err, code) {
		l.t.Errorf("ended with %v, want %d", l.err, code)
	}
}

func TestDeskLive(t *testing.T) {
	t.Parallel()
	onOffices(t, func(t *testing.T, o *office) {
		o.staffed()
		li := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent, Desks: []string{"service"}})
		wang := o.signIn(staff.Account{ID: "wang", Name: "王强", Role: staff.Agent, Desks: []string{"review"}})
		lis, wangs := li.live(), wang.live()
		session := o.waiting()
		lis.await("row of who waits", frame("row", session))
		wangs.send(`{"type":"watch","session":"` + session + `","after":0}`)
		wangs.await("refusal to watch another desk's", frame("gone", session))

		li.must(conversation(session, "/take"), command())
		lis.send(`{"type":"watch","session":"` + session + `","after":0}`)
		lis.await("events from the beginning", said(session, "转人工"))
		o.says(session, "在吗")
		lis.await("what the visitor says", said(session, "在吗"))
		if err := o.books.Typing(t.Context(), session, bot.Visitor, true); err != nil {
			t.Fatal(err)
		}
		lis.await("typing", frame("typing", session))
		li.must(conversation(session, "/tags"), map[string][]string{"tags": {"急"}})
		lis.await("row with the tag", func(f map[string]any) bool {
			row, _ := f["row"].(map[string]any)
			tags, _ := row["tags"].([]any)
			return len(tags) == 1
		})
		li.must("presence", map[string]string{"state": "busy"})
		lis.await("presence", func(f map[string]any) bool {
			a, _ := f["agent"].(map[string]any)
			return f["type"] == "presence" && a["id"] == "li" && a["presence"] == "busy"
		})
		li.must(conversation(session, "/transfer"), command("desk", "review"))
		o.says(session, "只给下一位看的话")
		lis.await("that it is gone", frame("gone", session))
		wangs.await("row at the next desk", frame("row", session))
		wang.must(conversation(session, "/take"), command())
		wangs.send(`{"type":"watch","session":"` + session + `","after":0}`)
		wangs.await("the words", said(session, "只给下一位看的话"))
		o.says(session, "还有这些")
		wangs.await("the words", said(session, "还有这些"))
		for _, f := range lis.all() {
			if text, _ := f["text"].(string); strings.Contains(text, "只给") || strings.Contains(text, "还有") {
				t.Errorf("who passed it on hears %v", f)
			}
		}
		wangs.send("{")
		wangs.closed(4501)
		if err := o.store.staff.Revoke(t.Context(), "li"); err != nil {
			t.Fatal(err)
		}
		lis.closed(4503)
	})
}

// Who does not serve a desk any more hears nothing of what they look at there,
// though nothing moves in it.
func TestDeskLiveFewerDesks(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	o.staffed()
	chief := o.signIn(staff.Account{ID: "chief", Role: staff.Supervisor, Desks: []string{"service"}})
	li := o.signIn(staff.Account{ID: "li", Role: staff.Agent})
	session := o.waiting()
	li.must(conversation(session, "/take"), command())
	o.settled(session)
	socket := chief.live()
	socket.send(`{"type":"watch","session":"` + session + `","after":0}`)
	socket.await("what was said", said(session, "转人工"))
	o.account(staff.Account{ID: "chief", Role: staff.Supervisor, Desks: []string{"review"}})
	socket.await("that it is gone", frame("gone", session))
	if err := o.books.Typing(t.Context(), session, bot.Visitor, true); err != nil {
		t.Fatal(err)
	}
	socket.send(`{"type":"ping"}`)
	socket.await("an answer", func(f map[string]any) bool { return f["type"] == "pong" })
	if slices.ContainsFunc(socket.all(), frame("typing", session)) {
		t.Error("somebody hears that a visitor of another desk types")
	}
}

func TestDeskLiveDrain(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	l := o.signIn(staff.Account{ID: "li", Role: staff.Agent}).live()
	o.drain()
	l.await("bye", func(f map[string]any) bool { return f["type"] == "bye" && f["reconnect_after_ms"] == float64(1000) })
	l.closed(4000)
}

func TestDeskLiveRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "", func(c *config) { c.AllowedOrigins = []string{"https://shop.example.com"} })
	li := o.signIn(staff.Account{ID: "li", Role: staff.Agent})
	audrey := o.signIn(staff.Account{ID: "audrey", Role: staff.Auditor})
	for _, tt := range []struct {
		p      *person
		origin string
		want   int
	}{
		{li, "https://evil.example", 403}, {li, "https://shop.example.com", 403}, {li, "null", 403}, {li, o.url + ".evil.example", 403},
		{o.browser(), o.url, 401}, {audrey, o.url, 404},
	} {
		conn, res, err := tt.p.dial(tt.origin, 0)
		if err == nil {
			conn.Close()
			t.Errorf("%s from %s got in", tt.p.id, tt.origin)
			continue
		}
		if res == nil || res.StatusCode != tt.want {
			t.Errorf("%s from %s: %v %v, want %d", tt.p.id, tt.origin, res, err, tt.want)
		}
	}
}

// A console that does not read is closed, and holds nobody up.
func TestDeskLiveSlow(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	o.staffed()
	session := o.place(own)
	li := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent})
	conn, _, err := li.dial(o.url, 4<<10) // so that it is soon noticed
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"watch","session":"`+session+`","after":0}`)); err != nil {
		t.Fatal(err)
	}
	quick := li.live()
	quick.send(`{"type":"watch","session":"` + session + `","after":0}`)
	text := strings.Repeat("很长的话。", 300)
	for range 100 { // far more than the kernel takes
		_, err := o.brain.Handle(t.Context(), bot.Message{Session: session, ID: rand.Text(), From: bot.Visitor, Kind: bot.Text, Text: pii.Text(text)})
		if err != nil {
			t.Fatal(err)
		}
	}
	o.says(session, "最后一句")
	quick.await("the last words", said(session, "最后一句"))
	o.eventually("the slow one is closed", func() error {
		if !strings.Contains(o.logged.String(), "a live socket of the desk ended") {
			return errors.New("not yet")
		}
		return nil
	})
}
