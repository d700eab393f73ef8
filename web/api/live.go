package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"fenfu/bot"
	"fenfu/bot/staff"
)

// Subprotocol is that of the live socket.
const Subprotocol = "fenfu.desk.v1"

// Times and bounds of a live socket.
const (
	livePing    = 5 * time.Second // also how often an agent shows that it is there
	liveSilence = 30 * time.Second
	liveWrite   = 10 * time.Second
	maxWatched  = 60 // conversations that one console looks at
	maxFrame    = 1 << 10
	eventsBatch = 100
)

// Close codes, as on the visitors' socket.
const (
	closeDrain    = 4000
	closeBadFrame = 4501
	closeBadLogin = 4503
)

// AskTypes and TellTypes are the types of frames from and to a console; see
// asyncapi.yaml.
var (
	AskTypes  = []string{"watch", "unwatch", "ping"}
	TellTypes = []string{"hello", "row", "gone", "event", "queue", "typing", "presence", "pong", "bye"}
)

// asks is a frame from a console.
type asks struct {
	Type    string `json:"type"` // watch, unwatch, ping
	Session string `json:"session"`
	After   int64  `json:"after"`
}

// tells is a frame to a console.
type tells struct {
	Type    string     `json:"type"` // hello, row, gone, queue, typing, presence, pong, bye
	Me      *me        `json:"me,omitempty"`
	Session string     `json:"session,omitempty"`
	Row     *Row       `json:"row,omitempty"`
	Waiting *int       `json:"waiting,omitempty"`
	Offline *int       `json:"messages,omitempty"`
	From    bot.Author `json:"from,omitempty"`
	On      bool       `json:"on,omitempty"`
	Agent   *agent     `json:"agent,omitempty"`
	AfterMs int64      `json:"reconnect_after_ms,omitempty"`
}

// tellsEvent is the frame of an event.
type tellsEvent struct {
	Type    string `json:"type"` // event
	Session string `json:"session"`
	Event
}

// console is one live socket.
type console struct {
	api   *API
	conn  *websocket.Conn
	r     *request
	token string // of the login, "" for a key

	mu      sync.Mutex
	wake    chan struct{}
	changed map[string]bool // sessions that moved
	typing  map[string]Change
	asked   []asks
	agents  bool
	all     bool
	leaving bool

	follows map[string]*follow // by session; changed by the writer only
	known   map[string]string  // agents as they were told of
}

// Live serves the live socket of a person.
func (a *API) Live(w http.ResponseWriter, r *http.Request) {
	if !ownOrigin(r) {
		a.Foreign(w, r)
		return
	}
	who, err := a.authenticate(r)
	if err != nil {
		a.Fail(w, r, err)
		return
	}
	if !who.who.May(staff.Read) {
		a.Fail(w, r, errForbidden)
		return
	}
	up := websocket.Upgrader{
		HandshakeTimeout: liveWrite, Subprotocols: []string{Subprotocol}, CheckOrigin: ownOrigin,
		Error: func(w http.ResponseWriter, r *http.Request, _ int, reason error) {
			a.Fail(w, r, &bot.Error{Code: bot.Invalid, Message: "需要 WebSocket 连接。", Err: reason})
		},
	}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	smallBuffer(conn.NetConn())
	c := &console{
		api: a, conn: conn, r: who, wake: make(chan struct{}, 1), changed: make(map[string]bool),
		typing: make(map[string]Change), follows: make(map[string]*follow), known: make(map[string]string), agents: true, all: true,
	}
	if cookie, err := r.Cookie(Cookie); err == nil && who.who.Role != staff.Key {
		c.token = cookie.Value
	}
	if !a.watched.add(c) {
		c.end(closeDrain)
		return
	}
	defer a.watched.remove(c)
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	var reading sync.WaitGroup
	reading.Go(func() {
		defer cancel()
		c.read()
	})
	if err := c.write(ctx); err != nil && ctx.Err() == nil {
		a.Logger.Warn("a live socket of the desk ended", "request", a.RequestID(r.Context()), "err", err)
	}
	cancel()
	conn.Close()
	reading.Wait()
	for _, f := range c.follows {
		f.feed.Close()
	}
}

// ownOrigin reports whether a page of the server's own asks, or a program that
// is no page.
func ownOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// kernelBuffer is how much the kernel may hold for a console that does not read.
const kernelBuffer = 64 << 10

func smallBuffer(conn net.Conn) {
	if over, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS
		conn = over.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(kernelBuffer) // without, it is noticed later
	}
}

func (c *console) end(code int) {
	message := websocket.FormatCloseMessage(code, "")
	_ = c.conn.WriteControl(websocket.CloseMessage, message, time.Now().Add(time.Second)) // ended either way
	c.conn.Close()
}

// read takes what the console asks for, until the connection ends.
func (c *console) read() {
	c.conn.SetReadLimit(maxFrame)
	alive := func(string) error { return c.conn.SetReadDeadline(time.Now().Add(liveSilence)) }
	c.conn.SetPongHandler(alive)
	_ = alive("")
	for {
		kind, raw, err := c.conn.ReadMessage()
		if err != nil {
			return
		}
		_ = alive("")
		var f asks
		if kind != websocket.TextMessage || json.Unmarshal(raw, &f) != nil {
			c.end(closeBadFrame)
			return
		}
		c.note(func() {
			if len(c.asked) < 2*maxWatched {
				c.asked = append(c.asked, f)
			}
		})
	}
}

// note changes what the writer has to see to, and wakes it.
func (c *console) note(change func()) {
	c.mu.Lock()
	change()
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

var errLeft = errors.New("login ended")

// write tells the console what it is to know, until ctx ends.
func (c *console) write(ctx context.Context) error {
	tick := time.NewTicker(livePing)
	defer tick.Stop()
	if err := c.hello(ctx); err != nil {
		return err
	}
	for {
		if err := c.work(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.wake:
		case <-tick.C:
			if err := c.beat(ctx); err != nil {
				return err
			}
		}
	}
}

func (c *console) hello(ctx context.Context) error {
	agents, err := c.api.Desk.Agents(ctx)
	if err != nil {
		return err
	}
	self := c.api.whoIs(c.r, "away")
	for _, other := range agents {
		if other.ID == self.ID {
			self.Presence = other.Presence
		}
	}
	if err := c.api.Desk.Seen(ctx, c.r.who.ID); err != nil {
		return err
	}
	return c.send(tells{Type: "hello", Me: self})
}

// beat shows that the agent is there, ends the connection of a login that has
// ended, and takes note of what else the agent may do by now.
func (c *console) beat(ctx context.Context) error {
	if c.token != "" {
		account, err := c.api.Staff.Peek(ctx, c.token)
		if err == nil && !may(account, staff.Read) {
			err = errNoLogin
		}
		if bot.ErrorCode(err) == bot.Unauthorized {
			c.end(closeBadLogin)
			return errLeft
		}
		if err != nil {
			return err
		}
		was := c.r.who
		c.r.who, c.r.capacity = account.Principal(), account.Capacity
		if was.Role != c.r.who.Role || !slices.Equal(was.Desks, c.r.who.Desks) {
			c.review()
		}
	}
	if err := c.api.Desk.Seen(ctx, c.r.who.ID); err != nil {
		return err
	}
	return c.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(liveWrite))
}

// review looks at all that the console follows anew: nothing needs to happen in
// a conversation for it to be none of theirs any more.
func (c *console) review() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for session := range c.follows {
		c.changed[session] = true
	}
}

func may(account staff.Account, a staff.Action) bool { return account.Principal().May(a) }

// work does all that was noted.
func (c *console) work(ctx context.Context) error {
	c.mu.Lock()
	changed, typing, asked, agents, all, leaving := c.changed, c.typing, c.asked, c.agents, c.all, c.leaving
	c.changed, c.typing, c.asked, c.agents, c.all = make(map[string]bool), make(map[string]Change), nil, false, false
	var fresh []string
	for session, f := range c.follows {
		if f.fresh {
			f.fresh = false
			fresh = append(fresh, session)
		}
	}
	c.mu.Unlock()
	if leaving {
		err := c.send(tells{Type: "bye", AfterMs: 1000})
		c.end(closeDrain)
		return errors.Join(err, errLeft)
	}
	for _, f := range asked {
		if err := c.ask(ctx, f); err != nil {
			return err
		}
	}
	if all {
		if err := c.followOwn(ctx); err != nil {
			return err
		}
	}
	for _, session := range fresh {
		news, err := c.pull(ctx, session)
		if err != nil {
			return err
		}
		if news {
			changed[session] = true
		}
	}
	for session := range changed {
		if err := c.row(ctx, session); err != nil {
			return err
		}
	}
	for session, t := range typing {
		if f := c.follows[session]; f != nil && f.watched && !f.left {
			if err := c.send(tells{Type: "typing", Session: session, From: t.Typing, On: t.On}); err != nil {
				return err
			}
		}
	}
	if agents || all {
		if err := c.colleagues(); err != nil {
			return err
		}
	}
	if all || len(changed) > 0 {
		return c.queue(ctx)
	}
	return nil
}

// colleagues tells of those who are otherwise than they were.
func (c *console) colleagues() error {
	list, err := c.api.agentList(c.r)
	if err != nil {
		return err
	}
	for _, one := range list {
		is := fmt.Sprint(one)
		if c.known[one.ID] == is {
			continue
		}
		c.known[one.ID] = is
		if err := c.send(tells{Type: "presence", Agent: &one}); err != nil {
			return err
		}
	}
	return nil
}

func (c *console) ask(ctx context.Context, f asks) error {
	switch f.Type {
	case "ping":
		return c.send(tells{Type: "pong"})
	case "watch":
		return c.watch(ctx, f.Session, f.After)
	case "unwatch":
		if at := c.follows[f.Session]; at != nil {
			at.watched = false
		}
	}
	return nil
}

// queue tells how many wait.
func (c *console) queue(ctx context.Context) error {
	by, err := c.api.lineups(ctx)
	if err != nil {
		return err
	}
	n, offline := 0, 0
	for desk, at := range by {
		if c.r.who.Serves(desk) {
			n, offline = n+at.waiting, offline+at.messages
		}
	}
	return c.send(tells{Type: "queue", Waiting: &n, Offline: &offline})
}

func (c *console) send(t any) error {
	if err := c.conn.SetWriteDeadline(time.Now().Add(liveWrite)); err != nil {
		return err
	}
	return c.conn.WriteJSON(t)
}
