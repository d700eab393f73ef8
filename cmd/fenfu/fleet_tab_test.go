package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"fenfu/web/ws"
)

// How long a tab waits, as the widget does: for what it has asked for, and for
// anything at all.
const (
	ackWithin  = 8 * time.Second
	newsWithin = time.Minute
)

// heard is an event as a tab was told it.
type heard struct {
	ws.ServerFrame
	raw string // the whole frame
}

// tab is one open window of a visitor, with the habits of the widget: it
// connects again with growing, random pauses and asks for what it has missed.
// It keeps what it was told, and notes whatever the protocol rules out.
type tab struct {
	books *books
	url   string // of the socket
	token string
	acks  time.Duration // how long it waits for what it has asked for
	rng   *rand.Rand

	client  *ws.Client
	session string
	view    []heard // event n at n-1
	fails   int     // in a row, to connect
	hint    time.Duration
}

// last is the number of the last event the tab has.
func (t *tab) last() int64 { return int64(len(t.view)) }

// connect returns with a connection, or when ctx ends.
func (t *tab) connect(ctx context.Context) error {
	for t.client == nil {
		pause := t.hint
		if t.fails > 0 {
			pause += time.Duration(t.rng.Int64N(int64(min(3*time.Second, 50*time.Millisecond<<min(t.fails, 10)))))
		}
		t.hint = 0
		if !sleep(ctx, pause) {
			return ctx.Err()
		}
		trying, cancel := context.WithTimeout(ctx, ackWithin)
		c, err := ws.Dial(trying, t.url, ws.Options{Token: t.token, After: t.last()})
		cancel()
		if err != nil {
			t.fails++
			var away *ws.SentAwayError
			if errors.As(err, &away) {
				t.hint = away.After
				t.books.byes.Add(1)
			}
			t.ended(err)
			continue
		}
		t.books.connected.Add(1)
		t.session = c.Welcome.Session
		if c.Welcome.Seq < t.last() {
			// As the contract says: the log was taken back, so read all of it.
			t.books.rewound.Add(1)
			t.view = nil
			c.Close()
			continue
		}
		t.client, t.fails = c, 0
	}
	return nil
}

// receive takes the next frame. An error ends the connection; ctx's own does
// not come from it.
func (t *tab) receive(ctx context.Context, within time.Duration) (ws.ServerFrame, error) {
	waiting, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	raw, err := t.client.ReceiveRaw(waiting)
	var f ws.ServerFrame
	if err == nil {
		err = json.Unmarshal(raw, &f)
	}
	if err != nil {
		if ctx.Err() == nil {
			t.ended(err)
		}
		t.drop()
		return f, err
	}
	switch f.Type {
	case ws.Event:
		if f.Seq != t.last()+1 {
			t.books.deviates("out of order", "session %s: event %d came after %d", t.session, f.Seq, t.last())
			break
		}
		t.view = append(t.view, heard{f, string(raw)})
		t.books.delivered.Add(1)
	case ws.Bye:
		t.hint = time.Duration(f.ReconnectAfterMS) * time.Millisecond
		t.books.byes.Add(1)
	case ws.Error:
		t.books.refused(f.Code)
	}
	return f, nil
}

// drop gives the connection up.
func (t *tab) drop() {
	if t.client != nil {
		t.client.Close()
		t.client = nil
	}
}

// ended notes how a connection ended.
func (t *tab) ended(err error) {
	var closed *websocket.CloseError
	if !errors.As(err, &closed) || closed.Code < 4000 {
		if t.client != nil {
			t.books.torn.Add(1)
		}
		return
	}
	t.books.closed(closed.Code)
	if closed.Code >= 4500 {
		t.books.deviates("sent away", "session %s: closed with %d %s", t.session, closed.Code, closed.Text)
	}
	if closed.Code == int(ws.CloseRewound) {
		t.books.rewound.Add(1)
		t.view = nil
	}
}

// follow reads until the condition holds, through any number of connections.
func (t *tab) follow(ctx context.Context, until func() bool) error {
	for !until() {
		if err := t.connect(ctx); err != nil {
			return err
		}
		if until() {
			return nil
		}
		if _, err := t.receive(ctx, newsWithin); err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// catchUp connects anew and reads to where the log stood then.
func (t *tab) catchUp(ctx context.Context) error {
	t.drop()
	for {
		if err := t.connect(ctx); err != nil {
			return err
		}
		end := t.client.Welcome.Seq
		err := t.follow(ctx, func() bool { return t.client == nil || t.last() >= end })
		if err != nil || t.client != nil {
			return err
		}
	}
}

// open gets a token, as often as it takes.
func (t *tab) open(ctx context.Context, base string) error {
	for n := 0; ; n++ {
		if !sleep(ctx, time.Duration(n)*time.Duration(t.rng.IntN(200))*time.Millisecond) {
			return ctx.Err()
		}
		token, err := askToken(ctx, base)
		if err == nil {
			t.token = token
			return nil
		}
	}
}

func askToken(ctx context.Context, base string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, newsWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/v1/sessions", nil)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("%s: %w", resp.Status, err)
	}
	var s struct{ Token string }
	err = json.Unmarshal(body, &s)
	return s.Token, err
}

// sleep is a visitor's pause; it reports whether ctx lasted longer.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
