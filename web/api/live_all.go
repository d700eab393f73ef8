package api

import (
	"context"
	"sync"
	"sync/atomic"

	"fenfu/bot"
)

// watched are all live sockets of this node.
type watched struct {
	mu       sync.Mutex
	consoles map[*console]struct{}
	draining bool
	empty    chan struct{}

	line line
}

// line is how many wait, as the consoles of this node share it: the queue may be
// long, and each change is told to every one of them.
type line struct {
	mu    sync.Mutex
	moved atomic.Int64      // changes at the desk so far
	read  int64             // of them, those before by was read
	by    map[string]lineup // by desk
}

// lineup is who waits at one desk.
type lineup struct{ waiting, messages int }

// lineups counts who waits, by desk, anew after each change.
func (a *API) lineups(ctx context.Context) (map[string]lineup, error) {
	l := &a.watched.line
	l.mu.Lock()
	defer l.mu.Unlock()
	moved := l.moved.Load()
	if l.by != nil && l.read == moved {
		return l.by, nil
	}
	queue, err := a.Desk.Queue(ctx)
	if err != nil {
		return nil, err
	}
	l.read, l.by = moved, make(map[string]lineup)
	for _, w := range queue {
		at := l.by[w.Desk]
		if w.Offline {
			at.messages++
		} else {
			at.waiting++
		}
		l.by[w.Desk] = at
	}
	return l.by, nil
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
	if change.Typing == "" {
		w.line.moved.Add(1)
	}
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
