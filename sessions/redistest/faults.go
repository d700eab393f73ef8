package redistest

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// errFault is what a connection that was broken on purpose returns.
var errFault = errors.New("connection broken by the test")

// Dialer is what a go-redis client dials with.
type Dialer func(ctx context.Context, network, addr string) (net.Conn, error)

// Faults breaks the connections that it dials, when told to.
type Faults struct {
	mu     sync.Mutex
	conns  map[*faulty]struct{}
	refuse bool
	delay  time.Duration
	lose   []byte // the reply to a write that holds this is lost
	lost   chan struct{}
}

// Dial is a Dialer over TCP whose connections break as told.
func (f *Faults) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	return f.Wrap(new(net.Dialer).DialContext)(ctx, network, addr)
}

// Wrap is a Dialer like next whose connections break as told.
func (f *Faults) Wrap(next Dialer) Dialer {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		f.mu.Lock()
		refuse := f.refuse
		f.mu.Unlock()
		if refuse {
			return nil, errFault
		}
		conn, err := next(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		c := &faulty{Conn: conn, faults: f}
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.conns == nil {
			f.conns = make(map[*faulty]struct{})
		}
		f.conns[c] = struct{}{}
		return c, nil
	}
}

// Cut closes every connection there is, and says how many.
func (f *Faults) Cut() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := len(f.conns)
	for c := range f.conns {
		_ = c.Conn.Close()
	}
	f.conns = nil
	return n
}

// Refuse makes new connections fail, or no longer.
func (f *Faults) Refuse(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refuse = on
}

// Delay makes every answer wait.
func (f *Faults) Delay(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.delay = d
}

// LoseReply waits for the answer to the next write that holds the bytes, drops
// it and closes the connection: the command was applied, its sender cannot
// know. The channel is closed when that has happened.
func (f *Faults) LoseReply(to []byte) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lose, f.lost = to, make(chan struct{})
	return f.lost
}

// faulty is one connection.
type faulty struct {
	net.Conn
	faults *Faults

	mu     sync.Mutex
	losing chan struct{} // set: the next answer is lost
}

func (c *faulty) Write(b []byte) (int, error) {
	f := c.faults
	f.mu.Lock()
	if f.lose != nil && bytes.Contains(b, f.lose) {
		c.mu.Lock()
		c.losing, f.lose = f.lost, nil
		c.mu.Unlock()
	}
	f.mu.Unlock()
	return c.Conn.Write(b)
}

func (c *faulty) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.faults.mu.Lock()
	delay := c.faults.delay
	c.faults.mu.Unlock()
	if delay > 0 {
		time.Sleep(delay)
	}
	c.mu.Lock()
	losing := c.losing
	c.losing = nil
	c.mu.Unlock()
	if losing != nil && err == nil {
		_ = c.Conn.Close()
		close(losing)
		return 0, errFault
	}
	return n, err
}

func (c *faulty) Close() error {
	c.faults.mu.Lock()
	delete(c.faults.conns, c)
	c.faults.mu.Unlock()
	return c.Conn.Close()
}
