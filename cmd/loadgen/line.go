package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"fenfu/web/ws"
)

// line is one connection, to the server under test or to the yardstick: what
// the generator itself costs is the same for both.
type line struct {
	conn  *websocket.Conn
	out   []byte
	in    bytes.Buffer
	until time.Time // when reading gives up
}

// send writes a frame.
func (l *line) send(f *ws.ClientFrame) error {
	l.out = ws.AppendClient(l.out[:0], f)
	return l.conn.WriteMessage(websocket.TextMessage, l.out)
}

// receive waits for a message. It is good until the next one.
func (l *line) receive() ([]byte, error) {
	_, r, err := l.conn.NextReader()
	if err != nil {
		return nil, err
	}
	l.in.Reset()
	if _, err := l.in.ReadFrom(r); err != nil {
		return nil, err
	}
	return l.in.Bytes(), nil
}

// patience is how long an answer may take before it counts as lost, or up to a
// second less.
const patience = 30 * time.Second

// expect gives an answer its time, from now on.
func (l *line) expect(now time.Time) error {
	if l.until.Sub(now) > patience-time.Second {
		return nil
	}
	l.until = now.Add(patience)
	return l.conn.SetReadDeadline(l.until)
}

func (l *line) close() { l.conn.Close() }

// dialer opens lines, from several loopback addresses once one has no more
// ports to give.
type dialer struct {
	buffers sync.Pool
	mu      sync.Mutex
	n       int
}

// portsPerAddress is how many connections are made from one source address to
// one server; Linux gives out about 28,000 ports.
const portsPerAddress = 20_000

func (d *dialer) netDial(ctx context.Context, network, addr string) (net.Conn, error) {
	d.mu.Lock()
	source := d.n / portsPerAddress
	d.n++
	d.mu.Unlock()
	nd := net.Dialer{Timeout: patience}
	if host, _, err := net.SplitHostPort(addr); source > 0 && err == nil && net.ParseIP(host).IsLoopback() {
		nd.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(1+source%200))}
		nd.Control = func(_, _ string, c syscall.RawConn) error {
			var failed error
			err := c.Control(func(fd uintptr) {
				failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, ipBindAddressNoPort, 1)
			})
			if err != nil {
				return err
			}
			return failed
		}
	}
	return nd.DialContext(ctx, network, addr)
}

// ipBindAddressNoPort leaves the choice of the port to connect, which may take
// one that is in use towards another server (Linux, see ip(7)).
const ipBindAddressNoPort = 24

// visit opens a session's connection and is welcomed.
func (d *dialer) visit(ctx context.Context, t *target, s session, after int64) (*line, frame, error) {
	c, err := ws.Dial(ctx, t.socket, ws.Options{
		Token: s.Token, After: after, Origin: t.origin, Buffers: &d.buffers, NetDial: d.netDial,
	})
	if err != nil {
		return nil, frame{}, err
	}
	conn := c.Conn()
	if err := conn.SetWriteDeadline(time.Time{}); err != nil { // that of the hello stands
		conn.Close()
		return nil, frame{}, err
	}
	return &line{conn: conn}, frame{kind: []byte(ws.Welcome), seq: c.Welcome.Seq}, nil
}

// plain opens a connection to the yardstick, in the same way.
func (d *dialer) plain(ctx context.Context, t *target) (*line, error) {
	wd := websocket.Dialer{
		ReadBufferSize: 4 << 10, WriteBufferSize: 1 << 10, WriteBufferPool: &d.buffers, NetDialContext: d.netDial,
	}
	conn, _, err := wd.DialContext(ctx, t.socket, nil)
	if err != nil {
		return nil, fmt.Errorf("dial the echo server: %w", err)
	}
	return &line{conn: conn}, nil
}
