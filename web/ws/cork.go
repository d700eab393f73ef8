package ws

import (
	"net"
	"sync"
	"time"
)

// corked is a network connection that can hold back what is written to it, so
// that several frames leave in one system call: gorilla writes every message at
// once. Frames may also be written from the reading side (pongs, the answer to
// a close): each Write is one whole piece, in or out of the cork.
type corked struct {
	net.Conn
	mu   sync.Mutex
	held *[]byte // nil: not corked
}

// cork starts to hold back, in a buffer lent by the caller.
func (c *corked) cork(buf *[]byte) {
	c.mu.Lock()
	c.held = buf
	c.mu.Unlock()
}

// size returns how many bytes are held back.
func (c *corked) size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(*c.held)
}

// uncork ends holding back; what has not been flushed is lost.
func (c *corked) uncork() {
	c.mu.Lock()
	c.held = nil
	c.mu.Unlock()
}

// flush writes what was held back. What could not be written in time stays, so
// that the stream of frames is whole if it is flushed again.
func (c *corked) flush(wait time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(*c.held) == 0 {
		return nil
	}
	if err := c.Conn.SetWriteDeadline(time.Now().Add(wait)); err != nil {
		return err
	}
	n, err := c.Conn.Write(*c.held)
	*c.held = append((*c.held)[:0], (*c.held)[n:]...)
	return err
}

func (c *corked) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
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
	return c.Conn.SetWriteDeadline(t)
}
