package ws

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"fenfu/bot"
	"fenfu/bot/pii"
)

// reconnectAfter spreads the return of those who were sent away.
func reconnectAfter() time.Duration {
	return 500*time.Millisecond + rand.N(2500*time.Millisecond)
}

// item deals with one thing that was read.
func (w *writer) item(it item) {
	if it.raw == nil {
		w.close(it.end)
		return
	}
	var f ClientFrame
	err := Decode(*it.raw, &f)
	putBuffer(it.raw)
	w.hub.cfg.Metrics.received(f.Type)
	switch {
	case errors.Is(err, errBadFrame), w.session == "" && f.Type != Hello:
		w.close(CloseBadFrame)
	case !w.limit.Allow():
		w.tooFast(f.ID)
	case err != nil:
		w.fail(f.ID, err, 0)
	default:
		w.obey(&f)
	}
}

// tooFast answers a frame over the limit.
func (w *writer) tooFast(id string) {
	if !w.abuse.Allow() {
		w.close(CloseTooFast)
		return
	}
	wait := time.Duration(float64(time.Second) / float64(w.limit.Limit()))
	w.fail(id, &bot.Error{Code: bot.Limited, Message: "发送得太快了，请稍等一下再发。"}, max(wait, time.Second))
}

// obey does what a sound frame asks for.
func (w *writer) obey(f *ClientFrame) {
	switch f.Type {
	case Hello:
		w.hello(f)
	case Send:
		w.turn(f.ID, bot.Text, f.Text)
	case Choose:
		w.turn(f.ID, bot.Choose, pii.Text(f.Value))
	case Read:
		w.markRead(f.Seq)
	case Ping:
		w.send(Pong, appendPong(w.frame()))
	case Typing:
		if w.hub.cfg.Typing != nil && w.session != "" {
			w.hub.cfg.Typing(w.session, f.On)
		}
	}
}

// hello opens the conversation, once.
func (w *writer) hello(f *ClientFrame) {
	if w.session != "" {
		w.fail("", invalid("已经打过招呼了，不需要再次发送 hello。"), 0)
		return
	}
	session, expires, err := w.hub.cfg.Verify(f.Token)
	if err != nil {
		w.fail("", err, 0)
		w.close(CloseBadToken)
		return
	}
	if !w.hub.enter(w.conn, session) {
		w.fail("", &bot.Error{Code: bot.Limited, Message: "打开的窗口太多了，请关闭一些后再试。"}, 0)
		w.close(CloseTooFast)
		return
	}
	w.begun(session, expires)
	w.note("socket opened", "after", f.After)
	if err := w.follow(f.After); err != nil {
		w.fail("", err, 0)
		w.close(w.hub.cfg.CloseCode(bot.ErrorCode(err)))
		return
	}
	at := w.feed.Position()
	w.read = at.Read
	w.send(Welcome, appendWelcome(w.frame(), session, at))
	w.replay = true
	if place := w.hub.place(session); place != nil {
		w.sign(func(s *signs) { s.waiting = place })
	}
	w.pump()
	if at.Owner == bot.OwnerClosed {
		w.close(CloseSessionEnded)
	}
}

// begun notes whose connection this is, and lets it be silent for longer.
func (w *writer) begun(session string, expires time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.session, w.expires = session, expires
	w.ws.SetReadDeadline(time.Now().Add(w.hub.cfg.Limits.PongWait))
}

// follow opens the feed. A client that knows of more events than there are has
// seen a log that was since erased: it gets the new one from its beginning.
func (w *writer) follow(after int64) error {
	ctx := w.hub.bounds.context()
	feed, err := w.hub.cfg.Log.Follow(ctx, w.session, after, w.wake)
	if err != nil {
		return err
	}
	if feed.Position().Seq < after {
		feed.Close()
		if feed, err = w.hub.cfg.Log.Follow(ctx, w.session, 0, w.wake); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.feed = feed
	return nil
}

// turn has one message handled. The acknowledgement goes first, then what it
// led to, if it is there already; a peer that leaves does not undo it.
func (w *writer) turn(id string, kind bot.Kind, text pii.Text) {
	start := time.Now()
	ctx := w.hub.bounds.context()
	seq, err := w.hub.cfg.Bot.Handle(ctx, bot.Message{
		Session: w.session, ID: id, From: bot.Visitor, Kind: kind, Text: text,
	})
	w.hub.cfg.Metrics.turn(start)
	if err != nil {
		w.fail(id, err, 0)
		return
	}
	w.send(Ack, appendAck(w.frame(), id, seq))
	w.pumpWith(ctx)
}

// pump sends what the feed has.
func (w *writer) pump() {
	ctx := w.hub.bounds.context()
	w.pumpWith(ctx)
}

func (w *writer) pumpWith(ctx context.Context) {
	for !w.closed {
		w.mu.Lock()
		w.more = false // whatever woke us before, Next will tell
		w.mu.Unlock()
		events, err := w.feed.Next(ctx, pageSize)
		if errors.Is(err, bot.ErrRewound) {
			w.close(CloseRewound)
			return
		}
		if err != nil {
			w.fail("", err, 0)
			w.close(w.hub.cfg.CloseCode(bot.ErrorCode(err)))
			return
		}
		// An answer's last part was shown before the answer became an event,
		// so it is here if the event is.
		w.deltas()
		w.showSigns()
		if len(events) == 0 {
			return
		}
		if w.since.IsZero() && !w.replay {
			w.since = events[0].At
		}
		for i := range events {
			w.send(Event, AppendEvent(w.frame(), &events[i]))
			w.told = events[i].Seq
		}
	}
}

// deltas sends what is being written.
func (w *writer) deltas() {
	w.mu.Lock()
	deltas := w.conn.deltas
	w.conn.deltas = nil
	w.mu.Unlock()
	for i := range deltas {
		w.send(Delta, appendDelta(w.frame(), &deltas[i]))
	}
}

// markRead notes that the visitor has seen the events up to seq.
func (w *writer) markRead(seq int64) {
	if seq > w.told && seq > w.read {
		w.fail("", invalid("消息格式不正确：seq 超出了已收到的消息。"), 0)
		return
	}
	if seq <= w.read {
		return
	}
	ctx := w.hub.bounds.context()
	if err := w.hub.cfg.Log.MarkRead(ctx, w.session, seq); err != nil {
		w.fail("", err, 0)
		return
	}
	w.read = seq
}
