package ws

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"fenfu/bot/pii"
)

// Options of a connection to be dialled.
type Options struct {
	Token  string
	After  int64  // replay what came after this event
	Origin string // of the page, for a client that stands in for a browser
	// Buffers is shared between the connections of a process that opens many,
	// so that an idle one keeps no buffer to write with.
	Buffers *sync.Pool
	// NetDial makes the network connection, nil: in the usual way. A load
	// generator needs more than one source address.
	NetDial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Client is one visitor's end of a connection. One goroutine may send while
// another receives.
type Client struct {
	conn *websocket.Conn
	out  []byte
	mu   sync.Mutex // guards out and writing

	// Welcome is the server's answer to the hello.
	Welcome ServerFrame
}

// writeWait bounds one write of a client.
const writeWait = 10 * time.Second

// Dial connects to url (ws:// or wss://), says hello and waits to be welcomed.
// A server that closes instead makes it return a *[websocket.CloseError], in a
// *[SentAwayError] if it said goodbye.
func Dial(ctx context.Context, url string, o Options) (*Client, error) {
	d := websocket.Dialer{
		Proxy:           http.ProxyFromEnvironment,
		Subprotocols:    []string{Subprotocol},
		ReadBufferSize:  4 << 10, // an answer in one read
		WriteBufferSize: 1 << 10,
		NetDialContext:  o.NetDial,
	}
	if o.Buffers != nil {
		d.WriteBufferPool = o.Buffers
	}
	var h http.Header
	if o.Origin != "" {
		h = http.Header{"Origin": {o.Origin}}
	}
	conn, resp, err := d.DialContext(ctx, url, h)
	if err != nil {
		if resp != nil {
			return nil, fmt.Errorf("dial %s: %w (%s)", url, err, resp.Status)
		}
		return nil, fmt.Errorf("dial %s: %w", url, err)
	}
	c := &Client{conn: conn}
	if err := c.hello(ctx, o); err != nil {
		conn.Close()
		return nil, fmt.Errorf("hello to %s: %w", url, err)
	}
	return c, nil
}

func (c *Client) hello(ctx context.Context, o Options) error {
	if err := c.Write(&ClientFrame{Type: Hello, Token: o.Token, After: o.After}); err != nil {
		return err
	}
	var away *SentAwayError
	for {
		f, err := c.Receive(ctx)
		switch {
		case err != nil && away != nil:
			away.Err = err
			return away
		case err != nil:
			return err
		case f.Type == Bye:
			away = &SentAwayError{After: time.Duration(f.ReconnectAfterMS) * time.Millisecond}
		case f.Type == Welcome:
			c.Welcome = f
			return nil
		}
	}
}

// SentAwayError says that the server said goodbye before it had welcomed the
// client: it is going. Err is the close that followed.
type SentAwayError struct {
	After time.Duration // when to come back
	Err   error
}

func (e *SentAwayError) Error() string { return fmt.Sprintf("sent away for %s: %v", e.After, e.Err) }

func (e *SentAwayError) Unwrap() error { return e.Err }

// Send says text, under an id of the caller's.
func (c *Client) Send(id string, text pii.Text) error {
	return c.Write(&ClientFrame{Type: Send, ID: id, Text: text})
}

// Choose presses the button with this value.
func (c *Client) Choose(id, value string) error {
	return c.Write(&ClientFrame{Type: Choose, ID: id, Value: value})
}

// Write sends any frame.
func (c *Client) Write(f *ClientFrame) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = AppendClient(c.out[:0], f)
	if err := c.conn.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
		return err
	}
	return c.conn.WriteMessage(websocket.TextMessage, c.out)
}

// Receive waits for the next frame. When ctx ends, so does the connection's use
// for receiving.
func (c *Client) Receive(ctx context.Context) (ServerFrame, error) {
	var f ServerFrame
	raw, err := c.ReceiveRaw(ctx)
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		return f, fmt.Errorf("frame from the server: %w", err)
	}
	return f, nil
}

// ReceiveRaw is Receive for those who decode for themselves.
func (c *Client) ReceiveRaw(ctx context.Context) ([]byte, error) {
	if ctx.Done() != nil {
		stop := context.AfterFunc(ctx, func() { c.conn.SetReadDeadline(time.Unix(1, 0)) })
		defer stop()
	}
	kind, raw, err := c.conn.ReadMessage()
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
		return nil, err
	}
	if kind != websocket.TextMessage {
		return nil, fmt.Errorf("frame from the server: message type %d", kind)
	}
	return raw, nil
}

// Conn is the connection underneath, for what this type does not do.
func (c *Client) Conn() *websocket.Conn { return c.conn }

// Close says goodbye and closes. A read that is waiting returns.
func (c *Client) Close() error {
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = c.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)) // closing either way
	return c.conn.Close()
}
