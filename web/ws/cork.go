package ws

import (
	"encoding/binary"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// corked is a network connection that can hold back what is written to it, so
// that several frames leave in one system call: gorilla writes every message at
// once. Frames may also be written from the reading side (pongs, the answer to
// a close): each Write is one whole piece, in or out of the cork.
type corked struct {
	net.Conn
	mu    sync.Mutex
	held  *[]byte   // nil: not corked
	until time.Time // the write deadline
	ended bool      // a close frame was written: none may follow it
}

// cork starts to hold back, in a buffer lent by the caller.
func (c *corked) cork(buf *[]byte) {
	c.mu.Lock()
	c.held = buf
	c.mu.Unlock()
}

// text holds a text frame back, and returns how many bytes are held back now.
// The frame is whole, and not masked: a server's are not (RFC 6455, 5.2).
func (c *corked) text(payload []byte) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return len(*c.held)
	}
	const finalText = 0x80 | websocket.TextMessage
	b := *c.held
	switch n := len(payload); {
	case n < 126:
		b = append(b, finalText, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, finalText, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, finalText, 127), uint64(n))
	}
	*c.held = append(b, payload...)
	return len(*c.held)
}

// uncork ends holding back; what has not been flushed is lost.
func (c *corked) uncork() {
	c.mu.Lock()
	c.held = nil
	c.mu.Unlock()
}

// flush writes what was held back. What could not be written in time stays, so
// that the stream of frames is whole if it is flushed again. The time is wait, or
// up to a quarter more: to set a deadline for every write takes a fiftieth of a
// turn.
func (c *corked) flush(wait time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(*c.held) == 0 {
		return nil
	}
	now := time.Now()
	if left := c.until.Sub(now); left < wait || left > wait*5/4 {
		c.until = now.Add(wait * 5 / 4)
		if err := c.Conn.SetWriteDeadline(c.until); err != nil {
			return err
		}
	}
	n, err := c.Conn.Write(*c.held)
	*c.held = append((*c.held)[:0], (*c.held)[n:]...)
	return err
}

func (c *corked) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(p) > 0 && p[0] == 0x80|websocket.CloseMessage {
		c.ended = true
	}
	if c.held != nil {
		*c.held = append(*c.held, p...)
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// SetWriteDeadline is called by gorilla before each frame; while corked, flush
// sets its own.
func (c *corked) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held != nil {
		return nil
	}
	c.until = t
	return c.Conn.SetWriteDeadline(t)
}
