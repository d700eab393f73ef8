package main

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"

	"fenfu/bot/pii"
	"fenfu/web/ws"
)

// visitor walks the dialogue over one connection.
type visitor struct {
	number int
	line   *line
	books  *ledger
	pace   *pace
	who    applicant

	walks    int    // through the dialogue so far
	messages int    // sent so far; they give the next one its id
	button   []byte // the first one under what was said last
	decision []byte // the last one heard, if it was not waited for yet
	heard    *int   // adds up the bytes read, if wanted
}

// timing is what became of one message.
type timing struct {
	due    time.Time // when it should have left
	acked  time.Time
	echoed bool
	reply  time.Time // the last of ack, echo and answer was there
}

// step sends one message and reads until its acknowledgement, its event and
// its answer have come.
func (v *visitor) step(ctx context.Context, s *step) (timing, error) {
	var t timing
	now := time.Now()
	t.due = v.pace.next(now)
	if ctx.Err() != nil || t.due.After(now) && !wait(ctx, t.due) {
		return t, ctx.Err()
	}
	v.messages++
	f := ws.ClientFrame{ID: "v" + strconv.Itoa(v.number) + "." + strconv.Itoa(v.messages)}
	if s.say != nil {
		f.Type, f.Text = ws.Send, s.say(v)
	} else {
		f.Type, f.Value = ws.Choose, string(v.button)
	}
	v.books.sent(f.ID)
	if s.confirm {
		v.books.confirmed++
	}
	v.button = v.button[:0]
	if err := v.line.expect(t.due); err != nil {
		return t, err
	}
	if err := v.line.send(&f); err != nil {
		return t, err
	}
	for t.reply.IsZero() {
		got, err := v.read()
		if err != nil {
			return t, err
		}
		t.note(got, f.ID, s.buttons)
	}
	return t, nil
}

// note enters a frame into the timing of message id.
func (t *timing) note(f frame, id string, buttons bool) {
	switch string(f.kind) {
	case "ack":
		t.acked = time.Now()
	case "event":
		switch {
		case string(f.id) == id:
			t.echoed = true
		case t.echoed && !t.acked.IsZero() && (!buttons || f.choice != nil):
			t.reply = time.Now()
		}
	}
}

// read takes the next frame and checks it.
func (v *visitor) read() (frame, error) {
	raw, err := v.line.receive()
	if err != nil {
		return frame{}, fmt.Errorf("read: %w", err)
	}
	if v.heard != nil {
		*v.heard += len(raw)
	}
	f, err := parseFrame(raw)
	if err != nil {
		return f, err
	}
	if f.choice != nil {
		v.button = append(v.button[:0], f.choice...)
	}
	if f.decision != nil {
		v.decision = bytes.Clone(f.decision)
	}
	return f, v.books.take(f)
}

// walk goes through the whole dialogue once, up to the decision. Every step
// that was answered is reported to done.
func (v *visitor) walk(ctx context.Context, done func(timing)) (decided time.Time, err error) {
	v.decision = nil
	v.walks++
	for i := range dialogue {
		t, err := v.step(ctx, &dialogue[i])
		if err != nil {
			return time.Time{}, err
		}
		done(t)
	}
	for v.decision == nil {
		if _, err := v.read(); err != nil {
			return time.Time{}, err
		}
	}
	if string(v.decision) != string(v.who.decision) {
		return time.Time{}, deviates("wrong_decision", "got %s, want %s", v.decision, v.who.decision)
	}
	return time.Now(), nil
}

// say sends a text that the dialogue does not expect, and waits for whatever
// is answered.
func (v *visitor) say(ctx context.Context, text pii.Text) error {
	_, err := v.step(ctx, &step{say: literal(text)})
	return err
}
