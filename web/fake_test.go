package web_test

import (
	"context"
	"sync"

	"fenfu/bot"
)

// fakeBot numbers what it is told.
type fakeBot struct {
	mu   sync.Mutex
	seen []bot.Message
	err  error

	application func(session, id string) (bot.Standing, error)
}

func (b *fakeBot) Application(_ context.Context, session, id string) (bot.Standing, error) {
	return b.application(session, id)
}

func (b *fakeBot) Handle(_ context.Context, m bot.Message) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen = append(b.seen, m)
	return int64(len(b.seen)), b.err
}

// fakeLog has nothing to tell.
type fakeLog struct{}

func (fakeLog) Events(context.Context, string, int64, int) ([]bot.Event, error) { return nil, nil }

func (fakeLog) Follow(context.Context, string, int64, func()) (bot.Feed, error) {
	return fakeFeed{}, nil
}
func (fakeLog) MarkRead(context.Context, string, int64) error { return nil }

type fakeFeed struct{}

func (fakeFeed) Position() bot.Position                         { return bot.Position{Owner: bot.OwnerBot} }
func (fakeFeed) Next(context.Context, int) ([]bot.Event, error) { return nil, nil }
func (fakeFeed) Close()                                         {}
