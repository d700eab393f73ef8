package ws

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"fenfu/bot"
)

// A client over its limit is told so, and left alone as long as that does not
// happen more often than this.
const (
	abuseRate  rate.Limit = 1
	abuseBurst int        = 20
)

// pageSize is how many events are taken from the feed at a time, and flushAt
// how many bytes are gathered before they are written.
const (
	pageSize = 64
	flushAt  = 16 << 10
)

// byeWait is how long a client that takes nothing is given to take its close
// frame.
const byeWait = 2 * time.Second

// work does what there is to do, one thing at a time, and ends when there is
// nothing left.
func (c *conn) work() {
	for c.step() {
	}
}

// step does one thing. A panic in it costs this connection, and no other.
func (c *conn) step() (again bool) {
	defer func() {
		if p := recover(); p != nil {
			c.panicked(p)
			again = true
		}
	}()
	what, it := c.next()
	switch what {
	case jobNone:
		return false
	case jobOver:
		c.over()
		return false
	}
	w := &writer{conn: c}
	defer w.end()
	switch what {
	case jobItem:
		w.item(it)
	case jobLeave:
		w.bye()
	case jobPing:
		w.ping()
	case jobPump:
		w.pump()
	}
	w.flush()
	return true
}

// job is a sort of thing to do.
type job int

const (
	jobNone  job = iota
	jobOver      // the reader has ended: clean up
	jobLeave     // the hub drains
	jobItem
	jobPing
	jobPump
)

// next takes the next thing to do; with jobNone and jobOver the worker ends.
func (c *conn) next() (job, item) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closing && c.gone:
		return jobOver, item{} // running stays: no worker comes after
	case c.closing:
		c.running = false
		return jobNone, item{}
	case c.leaving:
		return jobLeave, item{}
	case len(c.inbox) > 0:
		return jobItem, c.take()
	case c.ping:
		c.ping = false
		return jobPing, item{}
	case (c.more || len(c.deltas) > 0 || c.signs != nil) && c.feed != nil:
		return jobPump, item{}
	}
	c.running = false
	return jobNone, item{}
}

// take removes the first item of the inbox. mu is held.
func (c *conn) take() item {
	it := c.inbox[0]
	if len(c.inbox) == 1 {
		c.inbox = nil
	} else {
		c.inbox = c.inbox[1:]
	}
	if it.raw != nil {
		c.bytes -= len(*it.raw)
	}
	c.space.Signal()
	return it
}

// over releases what the connection held.
func (c *conn) over() {
	c.timer.Stop()
	c.ws.Close()
	if c.feed != nil {
		c.feed.Close()
	}
	c.hub.remove(c)
}

// ended counts why the connection ends, and notes it at a level that an operator
// asks for to follow one visitor.
func (c *conn) ended(why CloseCode) {
	c.hub.cfg.Metrics.closes[why].Inc()
	c.note("socket closed", "reason", why.String())
}

// note logs what happens to the connection, if anybody wants to know.
func (c *conn) note(what string, more ...any) {
	if log := c.hub.cfg.Logger; log.Enabled(context.Background(), slog.LevelDebug) {
		log.Debug(what, append([]any{"connection", c.id, "session", c.session}, more...)...)
	}
}

// shut makes the connection end: nothing that was received counts any more, and
// the reader has a moment to see the peer's answer.
func (c *conn) shut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closing = true
	for len(c.inbox) > 0 {
		if it := c.take(); it.raw != nil {
			putBuffer(it.raw)
		}
	}
	c.ws.SetReadDeadline(time.Now().Add(closeWait))
	c.space.Signal()
}

// panicked ends the connection after a panic. The value may quote a visitor, so
// only its type is logged.
func (c *conn) panicked(p any) {
	c.hub.cfg.Metrics.panics.Inc()
	c.ended(CloseUnavailable)
	c.hub.cfg.Logger.Error("connection panicked", "connection", c.id, "session", c.session,
		"panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
	c.shut()
	reason := websocket.FormatCloseMessage(int(CloseUnavailable), CloseUnavailable.String())
	_ = c.ws.WriteControl(websocket.CloseMessage, reason, time.Now().Add(byeWait)) // closing either way
}

// writer gathers the frames of one step and writes them at once.
type writer struct {
	*conn
	held    *[]byte   // frames to be written; nil before the first
	scratch *[]byte   // one frame's content
	closed  bool      // a close frame is among them
	replay  bool      // what is sent was missed, not new
	since   time.Time // when the first of the new events that are held came about
}

// hold corks the connection, with the first frame: what the reader has to
// answer must not wait for the bot.
func (w *writer) hold() {
	if w.held == nil {
		w.held, w.scratch = getBuffer(), getBuffer()
		w.net.cork(w.held)
	}
}

// frame returns where to append a frame's content.
func (w *writer) frame() []byte {
	w.hold()
	return (*w.scratch)[:0]
}

func (w *writer) end() {
	if w.held != nil {
		w.net.uncork()
		putBuffer(w.held)
		putBuffer(w.scratch)
	}
}

// send adds a frame; its content was appended to what frame returned.
func (w *writer) send(t Type, frame []byte) {
	if w.closed {
		return
	}
	w.hub.cfg.Metrics.out[t].Inc()
	*w.scratch = frame
	if w.net.text(frame) >= flushAt {
		w.flush()
	}
}

// flush writes what was gathered. A peer that does not take it in time is told
// to come back when it can, and ends.
func (w *writer) flush() {
	if w.held == nil {
		return
	}
	wait := w.hub.cfg.Limits.WriteWait
	if w.closed {
		wait = byeWait
	}
	err := w.net.flush(wait)
	switch {
	case err == nil && !w.since.IsZero():
		w.hub.cfg.Metrics.delivered(w.since)
		w.since = time.Time{}
	case err == nil || w.closed:
	case errors.Is(err, os.ErrDeadlineExceeded):
		w.close(CloseSlow)
		_ = w.net.flush(byeWait) // closing either way
		w.ws.Close()
	default:
		w.closed = true
		w.ended(CloseGoingAway)
		w.shut()
		w.ws.Close()
	}
}

// fail tells of an error that the conversation survives.
func (w *writer) fail(id string, err error, retryAfter time.Duration) {
	code := bot.ErrorCode(err)
	w.hub.cfg.Metrics.failed(code)
	if code == bot.Internal || code == bot.Unavailable {
		w.hub.cfg.Logger.Error("message failed", "connection", w.id, "session", w.session, "code", code, "error", err)
	}
	e := &bot.Error{Code: code, Message: bot.ErrorMessage(err)}
	w.send(Error, appendError(w.frame(), id, e, retryAfter))
}

// close adds a close frame and ends the connection.
func (w *writer) close(code CloseCode) {
	if w.closed {
		return
	}
	w.closed = true
	w.ended(code)
	if code >= 4000 { // the others are the peer's, or gorilla has answered
		reason := websocket.FormatCloseMessage(int(code), code.String())
		w.hold()
		_ = w.ws.WriteControl(websocket.CloseMessage, reason, time.Now().Add(time.Second)) // into the cork
	}
	w.shut()
}

// bye ends a connection because the hub drains.
func (w *writer) bye() {
	w.send(Bye, appendBye(w.frame(), reconnectAfter()))
	w.close(CloseDrain)
}

// ping asks the peer for a sign of life.
func (w *writer) ping() {
	if !w.expires.IsZero() && time.Now().After(w.expires) {
		w.fail("", &bot.Error{Code: bot.Unauthorized, Message: "会话凭证已过期，请刷新页面。"}, 0)
		w.close(CloseBadToken)
		return
	}
	w.hold()
	_ = w.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)) // into the cork
	w.timer.Reset(jitter(w.hub.cfg.Limits.PingEvery))
}
