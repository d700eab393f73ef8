package api

import (
	"context"
	"sync"

	"fenfu/bot"
)

// watched are all live sockets of this node.
type watched struct {
	mu       sync.Mutex
	consoles map[*console]struct{}
	draining bool
	empty    chan struct{}
}

func newWatched() *watched {
	return &watched{consoles: make(map[*console]struct{}), empty: make(chan struct{})}
}

func (w *watched) add(c *console) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.draining {
		return false
	}
	w.consoles[c] = struct{}{}
	return true
}

func (w *watched) remove(c *console) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.consoles, c)
	if w.draining && len(w.consoles) == 0 {
		close(w.empty)
	}
}

// tell notes a change for every console. It waits for nobody.
func (w *watched) tell(change Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.consoles {
		c.note(func() {
			switch {
			case change.Typing == bot.Visitor:
				c.typing[change.Session] = change
			case change.Typing != "":
			case change.Session != "":
				c.changed[change.Session] = true
			case change.Agents:
				c.agents = true
			case change.All:
				c.all = true
			}
		})
	}
}

// Drain says goodbye to every console and waits until they have left, or ctx
// ends.
func (a *API) Drain(ctx context.Context) error {
	w := a.watched
	w.mu.Lock()
	if w.draining {
		w.mu.Unlock()
		return nil
	}
	w.draining = true
	if len(w.consoles) == 0 {
		close(w.empty)
	}
	for c := range w.consoles {
		c.note(func() { c.leaving = true })
	}
	w.mu.Unlock()
	select {
	case <-w.empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
