package ws

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"fenfu/bot"
)

// Bounds of a connection's inbox. When it is full the connection is not read,
// and TCP makes the peer wait.
const (
	inboxFrames = 16
	inboxBytes  = 64 << 10
)

// closeWait is how long a peer is listened to after it was told of the close,
// so that what it still sends does not make TCP drop what it has not read yet.
const closeWait = time.Second

// kernelBuffer bounds what the kernel keeps for a peer that does not read.
const kernelBuffer = 64 << 10

// conn is one connection: what its reader, its worker and the rest of the
// program share is under mu, the rest is the worker's.
type conn struct {
	hub *Hub
	id  string // in the log
	ws  *websocket.Conn
	net corked

	mu      sync.Mutex
	space   sync.Cond // the inbox has room again, or nobody will read it
	inbox   []item
	bytes   int         // in the inbox
	running bool        // a worker is under way
	more    bool        // the feed may have more
	deltas  []bot.Delta // of answers that are being written, one each
	signs   *signs      // to be shown, nil if none
	ping    bool        // a ping is due
	leaving bool        // the hub drains
	closing bool        // a close frame was sent, or could not be: only the end is left
	gone    bool        // the reader has ended
	timer   *time.Timer // of the next ping

	session string // "" before hello
	other   *conn  // the next connection of the same session, under hub.mu
	expires time.Time
	feed    bot.Feed
	told    int64 // the last event sent
	read    int64 // the last event marked as read
	limit   rate.Limiter
	abuse   rate.Limiter // of frames over the limit
}

// item is one thing that was read.
type item struct {
	raw *[]byte
	end CloseCode // instead of a frame: why reading is over
}

func newConn(h *Hub, id string) *conn {
	c := &conn{
		hub:     h,
		id:      id,
		running: true, // until started
		limit:   *rate.NewLimiter(h.cfg.Limits.Rate, h.cfg.Limits.Burst),
		abuse:   *rate.NewLimiter(abuseRate, abuseBurst),
	}
	c.space.L = &c.mu
	return c
}

// start begins to serve an upgraded connection.
func (c *conn) start(ws *websocket.Conn) {
	limits := &c.hub.cfg.Limits
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ws = ws
	ws.SetPongHandler(func(string) error { c.alive(); return nil })
	ws.SetReadDeadline(time.Now().Add(limits.HelloWait)) // fails only if the connection has: the reader will see
	// A storm of connections must not become a storm of pings.
	c.timer = time.AfterFunc(jitter(limits.PingEvery), c.pingDue)
	go c.receive()
	c.running = false
	if c.leaving {
		c.kick()
	}
}

// hijacker hands gorilla the connection through the cork.
type hijacker struct {
	http.ResponseWriter
	conn *corked
}

func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	raw, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		// It only saves memory. The buffer for reading is left to the kernel: one
		// of a fixed size that is full, while the peer's is full too, makes recent
		// kernels drop what says that the peer has room again.
		_ = tcp.SetWriteBuffer(kernelBuffer)
	}
	h.conn.Conn = raw
	return h.conn, rw, nil
}

// receive reads frames into the inbox until the connection ends.
func (c *conn) receive() {
	for {
		kind, r, err := c.ws.NextReader()
		if err != nil {
			c.put(item{end: reasonOf(err)})
			break
		}
		raw := getBuffer()
		err = readAll(r, raw)
		switch {
		case err == nil && kind == websocket.TextMessage:
			c.put(item{raw: raw})
			continue
		case err == nil, errors.Is(err, errBadFrame):
			c.put(item{end: CloseBadFrame})
		default:
			// NextReader will return the same error.
		}
		putBuffer(raw)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone = true
	c.kick()
}

// reasonOf tells why reading ended.
func reasonOf(err error) CloseCode {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return CloseSilent
	}
	if websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		return CloseNormal
	}
	var closed *websocket.CloseError
	var network *net.OpError
	if errors.As(err, &closed) || errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		return CloseGoingAway
	}
	return CloseProtocol // gorilla has said so to the peer
}

// readAll reads one message, of at most MaxFrame bytes.
func readAll(r io.Reader, buf *[]byte) error {
	b := (*buf)[:0]
	defer func() { *buf = b }()
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case len(b) > MaxFrame:
			return errBadFrame
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// put adds to the inbox, waiting for room; while the connection is closing
// nothing is kept.
func (c *conn) put(it item) {
	size := 0
	if it.raw != nil {
		size = len(*it.raw)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	waited := false
	for !c.closing && it.raw != nil && len(c.inbox) > 0 && (len(c.inbox) >= inboxFrames || c.bytes+size > inboxBytes) {
		c.space.Wait()
		waited = true
	}
	if c.closing {
		if it.raw != nil {
			putBuffer(it.raw)
		}
		return
	}
	if waited { // pongs could not be read meanwhile
		c.ws.SetReadDeadline(time.Now().Add(c.hub.cfg.Limits.PongWait))
	}
	c.inbox = append(c.inbox, it)
	c.bytes += size
	c.kick()
}

// kick starts a worker if none is under way. mu is held.
func (c *conn) kick() {
	if !c.running {
		c.running = true
		c.hub.crew.do(c)
	}
}

// wake is what the feed calls.
func (c *conn) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.more = true
	c.kick()
}

// maxDeltas is how many answers a connection can be shown in the making before
// it has taken what it was shown of them.
const maxDeltas = 4

// show has the peer see what comes next of an answer that is being written.
func (c *conn) show(d bot.Delta) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.deltas)
	switch {
	case n > 0 && c.deltas[n-1].ReplyTo == d.ReplyTo:
		c.deltas[n-1].Text += d.Text
	case n < maxDeltas:
		c.deltas = append(c.deltas, d)
	}
	c.kick()
}

func (c *conn) pingDue() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ping = true
	c.kick()
}

// drain asks the worker to say bye, after what it is doing.
func (c *conn) drain() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leaving = true
	c.kick()
}

// cut ends the connection under the worker's hands.
func (c *conn) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ws != nil {
		c.ws.Close()
	}
}

// alive notes a pong.
func (c *conn) alive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closing && c.session != "" {
		c.ws.SetReadDeadline(time.Now().Add(c.hub.cfg.Limits.PongWait))
	}
}
