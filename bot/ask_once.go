package bot

import (
	"context"
	"sync"
	"time"
)

// asking knows the questions that this node is asking, one a session: a newer
// one ends the older.
type asking struct {
	mu    sync.Mutex
	under map[string]*asked
}

type asked struct{ cancel context.CancelFunc }

// begin begins to ask the session's question. done ends it and reports whether
// a newer one of the session has begun meanwhile.
func (a *asking) begin(ctx context.Context, session string, limit time.Duration) (_ context.Context, done func() (superseded bool)) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	this := &asked{cancel}
	a.mu.Lock()
	defer a.mu.Unlock()
	if older := a.under[session]; older != nil {
		older.cancel()
	}
	if a.under == nil {
		a.under = make(map[string]*asked)
	}
	a.under[session] = this
	return ctx, func() bool {
		cancel()
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.under[session] != this {
			return true
		}
		delete(a.under, session)
		return false
	}
}
