package ws

import (
	"context"
	"sync/atomic"
	"time"
)

// bounds limits how long one use of the bot or the log may take. Those that
// begin at about the same time share a context: one for each, with its timer
// and channel, cost a fortieth of a turn.
type bounds struct {
	wait time.Duration
	all  context.Context // ends all of them
	now  atomic.Pointer[bound]
}

// bound is a context that ends at until+wait, and is given out before until.
type bound struct {
	context.Context
	until time.Time
}

// context returns one that ends in wait, or up to an eighth of that later.
func (b *bounds) context() context.Context {
	now := time.Now()
	if is := b.now.Load(); is != nil && now.Before(is.until) {
		return is.Context
	}
	until := now.Add(b.wait / 8)
	// Whoever loses a race to get here shares with fewer.
	ctx, cancel := context.WithDeadline(b.all, until.Add(b.wait))
	_ = cancel // it ends by itself, or with all
	b.now.Store(&bound{ctx, until})
	return ctx
}
