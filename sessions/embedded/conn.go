package embedded

import (
	"net"
	"sync"
)

// conn is one end of a connection within this process, whose Write never waits.
//
// A net.Pipe has no buffer. A client writes a whole pipeline before it reads
// the first answer, so with a large one client and server would wait for each
// other to read for ever; and the server publishes under its one lock, so a
// subscriber that is not reading at the moment would stop everybody.
type conn struct {
	net.Conn

	mu     sync.Mutex
	unsent []byte
	err    error         // why sending has ended
	more   chan struct{} // something is unsent

	once   sync.Once
	closed chan struct{}
}

func newConn(c net.Conn) *conn {
	q := &conn{Conn: c, more: make(chan struct{}, 1), closed: make(chan struct{})}
	go q.send() // ends with Close
	return q
}

// Write leaves b to be sent.
func (c *conn) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return 0, c.err
	}
	c.unsent = append(c.unsent, b...)
	select {
	case c.more <- struct{}{}:
	default:
	}
	return len(b), nil
}

func (c *conn) send() {
	var sending []byte
	for {
		select {
		case <-c.more:
		case <-c.closed:
			return
		}
		c.mu.Lock()
		sending, c.unsent = c.unsent, sending[:0]
		c.mu.Unlock()
		if _, err := c.Conn.Write(sending); err != nil {
			c.mu.Lock()
			c.err = err
			c.mu.Unlock()
			return
		}
	}
}

// Close ends the connection; what is unsent is dropped.
func (c *conn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}
