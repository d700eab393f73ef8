package redistest

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Relay is a TCP proxy without stickiness: each connection goes to the next of
// its targets that accepts it. When told to, it breaks connections, delays what
// they carry and loses replies. It ends with the test.
type Relay struct {
	Addr string

	listener net.Listener
	next     atomic.Uint64
	lost     atomic.Int64
	cut      atomic.Int64

	mu      sync.Mutex
	targets []string
	links   map[*link]struct{}
	marks   [][]byte // only connections whose requests hold one of these are harmed; none: all are
	to      []byte   // replies to requests that hold this are lost
	share   float64  // of them
	starved bool     // replicas get nothing any more
	delay   time.Duration
	group   sync.WaitGroup
}

// link is one connection through the relay.
type link struct {
	near, far *net.TCPConn
	marked    atomic.Bool
	replica   atomic.Bool
	losing    atomic.Bool
}

// NewRelay starts a relay to the targets, host:port each.
func NewRelay(tb testing.TB, targets ...string) *Relay {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	r := &Relay{Addr: l.Addr().String(), listener: l, targets: targets, links: make(map[*link]struct{})}
	r.group.Go(r.accept)
	tb.Cleanup(func() {
		l.Close()
		r.harm(1, true)
		r.group.Wait()
	})
	return r
}

// Aim changes the targets of connections to come.
func (r *Relay) Aim(targets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.targets = targets
}

// Mark makes faults happen only to connections whose requests held one of the
// texts, so that the replication of servers behind the relay is left alone.
func (r *Relay) Mark(texts ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range texts {
		r.marks = append(r.marks, []byte(t))
	}
}

// Cut breaks a share of the connections.
func (r *Relay) Cut(share float64) { r.cut.Add(int64(r.harm(share, false))) }

// Delay makes every answer wait.
func (r *Relay) Delay(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.delay = d
}

// LoseReplies makes a share of the requests that hold the text go without a
// reply: what they ask for is done, then the connection breaks.
func (r *Relay) LoseReplies(to string, share float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.to, r.share = []byte(to), share
}

// Starve makes the replicas of the server behind the relay get nothing of what it
// does from now on: a failover then loses what they have not. What they are sent
// must not go on after a gap, so it ends with the server.
func (r *Relay) Starve() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.starved = true
}

// Harmed returns how many connections were cut and how many replies were lost.
func (r *Relay) Harmed() (cut, lost int64) { return r.cut.Load(), r.lost.Load() }

func (r *Relay) harm(share float64, all bool) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for l := range r.links {
		if (all || len(r.marks) == 0 || l.marked.Load()) && rand.Float64() < share {
			l.close()
			n++
		}
	}
	return n
}

func (r *Relay) accept() {
	for {
		near, err := r.listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			continue
		}
		r.group.Go(func() { r.carry(near.(*net.TCPConn)) })
	}
}

// carry serves one connection until both ends have said all.
func (r *Relay) carry(near *net.TCPConn) {
	defer near.Close()
	far, ok := r.dial()
	if !ok {
		return
	}
	defer far.Close()
	l := &link{near: near, far: far}
	r.mu.Lock()
	r.links[l] = struct{}{}
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.links, l)
	}()
	// An end that has gone may have left something behind for the other: it is
	// carried there before the connection ends.
	var both sync.WaitGroup
	both.Go(func() {
		r.requests(l)
		_ = far.CloseWrite()
	})
	both.Go(func() {
		r.replies(l)
		_ = near.CloseWrite()
		_ = near.CloseRead()
	})
	both.Wait()
}

// dial connects to the next target that accepts.
func (r *Relay) dial() (*net.TCPConn, bool) {
	r.mu.Lock()
	targets := r.targets
	r.mu.Unlock()
	first := r.next.Add(1)
	for i := range targets {
		c, err := net.DialTimeout("tcp", targets[(first+uint64(i))%uint64(len(targets))], time.Second)
		if err == nil {
			return c.(*net.TCPConn), true
		}
	}
	return nil, false
}

func (r *Relay) requests(l *link) {
	buf := make([]byte, 4<<10)
	for {
		n, err := l.near.Read(buf)
		if n > 0 {
			r.look(l, buf[:n])
			if _, err := l.far.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// look notes what a request is about.
func (r *Relay) look(l *link, request []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.marks {
		if !l.marked.Load() && bytes.Contains(request, m) {
			l.marked.Store(true)
		}
	}
	if bytes.Contains(request, []byte("PSYNC")) {
		l.replica.Store(true)
	}
	if r.share > 0 && bytes.Contains(request, r.to) && rand.Float64() < r.share {
		l.losing.Store(true)
	}
}

func (r *Relay) replies(l *link) {
	buf := make([]byte, 4<<10)
	for {
		n, err := l.far.Read(buf)
		if n > 0 && l.losing.Load() {
			r.lost.Add(1)
			l.close()
			return
		}
		if n > 0 {
			r.mu.Lock()
			delay, starved := r.delay, r.starved
			r.mu.Unlock()
			if starved && l.replica.Load() {
				continue
			}
			time.Sleep(delay)
			if _, err := l.near.Write(buf[:n]); err != nil {
				// Nobody listens any more: let the far end know, as TCP would.
				l.close()
				return
			}
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			l.close()
			return
		}
	}
}

// close breaks both halves at once, so that what is on its way is lost.
func (l *link) close() {
	_ = l.near.SetLinger(0)
	_ = l.near.Close()
	_ = l.far.Close()
}
