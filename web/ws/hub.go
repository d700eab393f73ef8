package ws

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"fenfu/bot"
)

// Bot handles what visitors say.
type Bot interface {
	// Handle returns the sequence number of the event that the message became.
	Handle(ctx context.Context, m bot.Message) (int64, error)
}

// Log is where what was said can be followed.
type Log interface {
	// Follow opens a feed of what comes after an event. wake is called,
	// possibly for nothing, when there may be more to read.
	Follow(ctx context.Context, id string, after int64, wake func()) (bot.Feed, error)
	// MarkRead notes that the visitor has seen the events up to seq.
	MarkRead(ctx context.Context, id string, seq int64) error
}

// Limits bound what one connection and all together may take. A zero field
// means the default.
type Limits struct {
	Connections int           // in all; 20,000
	PerSession  int           // of one session; 10
	Rate        rate.Limit    // frames a second of one connection; 10
	Burst       int           // frames at once; 30
	HelloWait   time.Duration // until a new connection has said hello; 10 s
	PingEvery   time.Duration // how often a client is asked for a sign of life; 25 s
	PongWait    time.Duration // how long it may give none; 60 s
	WriteWait   time.Duration // how long it may take nothing; 10 s
	TurnWait    time.Duration // how long a message may take to be handled; 10 s
}

// withDefaults fills what was left zero.
func (l Limits) withDefaults() Limits {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	if l.Connections == 0 {
		l.Connections = 20_000
	}
	if l.PerSession == 0 {
		l.PerSession = 10
	}
	if l.Rate == 0 {
		l.Rate = 10
	}
	if l.Burst == 0 {
		l.Burst = 30
	}
	def(&l.HelloWait, 10*time.Second)
	def(&l.PingEvery, 25*time.Second)
	def(&l.PongWait, 60*time.Second)
	def(&l.WriteWait, 10*time.Second)
	def(&l.TurnWait, 10*time.Second)
	return l
}

// Config is what a Hub needs. All fields but Limits must be set.
type Config struct {
	Bot         Bot
	Log         Log
	Verify      func(token string) (session string, expires time.Time, err error)
	CheckOrigin func(*http.Request) bool
	CloseCode   func(bot.Code) CloseCode // for an error that ends a connection
	Refuse      func(w http.ResponseWriter, r *http.Request, status int, e *bot.Error)
	Typing      func(session string, on bool) // a visitor has begun or stopped to type; returns at once; nil: nobody wants to know
	RequestID   func(context.Context) string  // the id of a handshake, which its connection is known by in the log
	Limits      Limits
	Logger      *slog.Logger
	Metrics     *Metrics
}

// Hub serves connections.
type Hub struct {
	cfg      Config
	crew     crew
	upgrader websocket.Upgrader

	bounds bounds             // of turns
	cancel context.CancelFunc // ends all turns: a drain has run out of time

	mu       sync.Mutex
	conns    map[*conn]struct{}
	sessions map[string]*conn // connections by session, the first of a list
	queue    map[string]Waiting
	draining bool
	empty    chan struct{} // closed when draining and no connection is left
}

// NewHub returns a hub without connections.
func NewHub(cfg Config) *Hub {
	cfg.Limits = cfg.Limits.withDefaults()
	h := &Hub{
		cfg:      cfg,
		conns:    make(map[*conn]struct{}),
		sessions: make(map[string]*conn),
		empty:    make(chan struct{}),
	}
	h.bounds.wait = cfg.Limits.TurnWait
	h.bounds.all, h.cancel = context.WithCancel(context.Background())
	context.AfterFunc(h.bounds.all, h.crew.end)
	h.upgrader = websocket.Upgrader{
		HandshakeTimeout: cfg.Limits.WriteWait,
		ReadBufferSize:   1 << 10, // most frames fit; an idle connection keeps it
		WriteBufferSize:  1 << 10,
		WriteBufferPool:  &sync.Pool{},
		Subprotocols:     []string{Subprotocol},
		CheckOrigin:      cfg.CheckOrigin,
		Error:            h.refuseHandshake,
	}
	return h
}

// ServeHTTP upgrades a request to a connection. It returns at once: what
// net/http keeps for a request is not kept for the connection's life.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !slices.Contains(websocket.Subprotocols(r), Subprotocol) {
		h.cfg.Refuse(w, r, http.StatusBadRequest, invalid("需要使用 WebSocket 子协议 "+Subprotocol+"。"))
		return
	}
	c := newConn(h, h.cfg.RequestID(r.Context()))
	if !h.add(c) {
		w.Header().Set("Retry-After", "5")
		h.cfg.Refuse(w, r, http.StatusServiceUnavailable,
			&bot.Error{Code: bot.Unavailable, Message: "当前咨询的人较多，请稍后再试。"})
		return
	}
	ws, err := h.upgrader.Upgrade(&hijacker{ResponseWriter: w, conn: &c.net}, r, nil)
	if err != nil { // answered already
		h.remove(c)
		return
	}
	c.start(ws)
}

// refuseHandshake answers for gorilla.
func (h *Hub) refuseHandshake(w http.ResponseWriter, r *http.Request, status int, reason error) {
	e := &bot.Error{Code: bot.Invalid, Message: "这个地址只接受 WebSocket 连接。", Err: reason}
	switch {
	case status == http.StatusForbidden:
		e = &bot.Error{Code: bot.Unauthorized, Message: "不允许从这个网站连接。", Err: reason}
	case status >= http.StatusInternalServerError:
		e = &bot.Error{Code: bot.Internal, Message: bot.ErrorMessage(nil), Err: reason}
	}
	w.Header().Set("Sec-Websocket-Version", "13")
	h.cfg.Refuse(w, r, status, e)
}

// add admits a connection, unless there are too many or the hub drains.
func (h *Hub) add(c *conn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.draining || len(h.conns) >= h.cfg.Limits.Connections {
		return false
	}
	h.conns[c] = struct{}{}
	h.cfg.Metrics.connections.Inc()
	return true
}

// enter adds a connection to those of its session, unless there are too many.
func (h *Hub) enter(c *conn, session string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for other := h.sessions[session]; other != nil; other = other.other {
		n++
	}
	if n >= h.cfg.Limits.PerSession {
		return false
	}
	c.other, h.sessions[session] = h.sessions[session], c
	return true
}

// Show has a session's visitor see a part of an answer, on the connections that
// this node has. It waits for nobody.
func (h *Hub) Show(d bot.Delta) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := h.sessions[d.Session]; c != nil; c = c.other {
		c.show(d)
	}
}

// leave takes a connection from those of its session. mu is held.
func (h *Hub) leave(c *conn) {
	if c.session == "" {
		return
	}
	at := h.sessions[c.session]
	if at == c {
		if h.sessions[c.session] = c.other; c.other == nil {
			delete(h.sessions, c.session)
		}
		return
	}
	for ; at != nil; at = at.other {
		if at.other == c {
			at.other = c.other
			return
		}
	}
}

// remove forgets a connection that is over.
func (h *Hub) remove(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.conns, c)
	h.cfg.Metrics.connections.Dec()
	h.leave(c)
	if h.draining && len(h.conns) == 0 {
		close(h.empty)
	}
}

// Drain refuses new connections, lets turns that are under way finish, says bye
// to all, closes them and waits until they are gone. When ctx ends first, what
// is left is cut off. It is called once.
func (h *Hub) Drain(ctx context.Context) error {
	defer h.cancel()
	h.mu.Lock()
	if h.draining {
		h.mu.Unlock()
		return errors.New("drained before")
	}
	h.draining = true
	conns := make([]*conn, 0, len(h.conns))
	for c := range h.conns {
		conns = append(conns, c)
	}
	if len(conns) == 0 {
		close(h.empty)
	}
	h.mu.Unlock()

	for _, c := range conns {
		c.drain()
	}
	select {
	case <-h.empty:
		return nil
	case <-ctx.Done():
	}
	for _, c := range conns {
		c.cut()
	}
	return ctx.Err()
}
