package ws_test

import (
	"context"
	"sync"
	"time"

	"fenfu/bot"
)

// fakeLog keeps sessions in memory and follows them like the real one.
type fakeLog struct {
	mu       sync.Mutex
	sessions map[string]*fakeSession
	follow   error // what Follow fails with
	next     error // what Next fails with
}

type fakeSession struct {
	events []bot.Event
	owner  bot.Owner
	read   int64
	reads  int // calls of MarkRead
	ids    map[string]int64
	feeds  map[*fakeFeed]struct{}
}

func newFakeLog() *fakeLog { return &fakeLog{sessions: make(map[string]*fakeSession)} }

// of returns a session. mu is held.
func (l *fakeLog) of(id string) *fakeSession {
	s, ok := l.sessions[id]
	if !ok {
		s = &fakeSession{owner: bot.OwnerBot, ids: make(map[string]int64), feeds: make(map[*fakeFeed]struct{})}
		l.sessions[id] = s
	}
	return s
}

// append adds events and wakes the followers; the first one's number is returned.
func (l *fakeLog) append(id string, events ...bot.Event) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.of(id)
	first := int64(len(s.events)) + 1
	for _, e := range events {
		e.Seq = int64(len(s.events)) + 1
		e.At = time.Date(2026, 11, 22, 10, 0, 0, 123456789, time.UTC)
		s.events = append(s.events, e)
		if e.ID != "" {
			s.ids[e.ID] = e.Seq
		}
	}
	for f := range s.feeds {
		f.wake()
	}
	return first
}

func (l *fakeLog) Follow(_ context.Context, id string, after int64, wake func()) (bot.Feed, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.follow != nil {
		return nil, l.follow
	}
	s := l.of(id)
	f := &fakeFeed{
		log: l, session: s, at: after, wake: wake,
		position: bot.Position{Seq: int64(len(s.events)), Owner: s.owner, Read: s.read},
	}
	s.feeds[f] = struct{}{}
	return f, nil
}

func (l *fakeLog) MarkRead(_ context.Context, id string, seq int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.of(id)
	s.read = max(s.read, seq)
	s.reads++
	return nil
}

// with runs do on a session, under the lock.
func (l *fakeLog) with(id string, do func(*fakeSession)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	do(l.of(id))
}

type fakeFeed struct {
	log      *fakeLog
	session  *fakeSession
	at       int64
	wake     func()
	position bot.Position
}

func (f *fakeFeed) Position() bot.Position { return f.position }

func (f *fakeFeed) Next(_ context.Context, limit int) ([]bot.Event, error) {
	f.log.mu.Lock()
	defer f.log.mu.Unlock()
	if f.log.next != nil {
		return nil, f.log.next
	}
	rest := f.session.events[min(int(f.at), len(f.session.events)):]
	if len(rest) > limit {
		rest = rest[:limit]
	}
	f.at += int64(len(rest))
	return rest, nil
}

func (f *fakeFeed) Close() {
	f.log.mu.Lock()
	defer f.log.mu.Unlock()
	delete(f.session.feeds, f)
}

// fakeBot answers every new message with one event of its own.
type fakeBot struct {
	log *fakeLog
	// before is called with every message, and may fail it, block it or panic.
	before func(ctx context.Context, m bot.Message) error

	mu       sync.Mutex
	messages []bot.Message
}

func (b *fakeBot) Handle(ctx context.Context, m bot.Message) (int64, error) {
	b.mu.Lock()
	b.messages = append(b.messages, m)
	b.mu.Unlock()
	if b.before != nil {
		if err := b.before(ctx, m); err != nil {
			return 0, err
		}
	}
	var seq int64
	b.log.with(m.Session, func(s *fakeSession) { seq = s.ids[m.ID] })
	if seq > 0 {
		return seq, nil
	}
	return b.log.append(m.Session,
		bot.Event{Kind: bot.Text, From: bot.Visitor, Text: m.Text, ID: m.ID},
		bot.Event{
			Kind: bot.Choices, From: bot.FromBot, Origin: bot.Script, Text: "好的，请选择：",
			Choices: []bot.Choice{{Value: "yes", Label: "同意"}, {Value: "no", Label: "不同意"}},
		},
	), nil
}

func (b *fakeBot) handled() []bot.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]bot.Message(nil), b.messages...)
}
