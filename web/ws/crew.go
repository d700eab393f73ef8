package ws

import "sync"

// maxIdle is how many goroutines wait for work at most. Those of a crowd that
// comes and goes end.
const maxIdle = 512

// crew runs the workers of all connections. A goroutine that is done takes the
// next connection's work: its stack has grown to what a turn needs, and growing
// it anew for each turn takes a tenth of the turn's time. The one that was last
// at work is the first to work again.
type crew struct {
	mu    sync.Mutex
	idle  []chan *conn // of the goroutines that wait; each takes one
	ended bool
}

// do runs c's worker on a goroutine that waits, or on a new one. It never blocks.
func (w *crew) do(c *conn) {
	w.mu.Lock()
	last := len(w.idle) - 1
	if last < 0 {
		w.mu.Unlock()
		go w.run(c)
		return
	}
	next := w.idle[last]
	w.idle = w.idle[:last]
	w.mu.Unlock()
	next <- c
}

func (w *crew) run(c *conn) {
	next := make(chan *conn, 1)
	for c != nil {
		c.work()
		c = nil // an idle goroutine keeps no connection alive
		if w.rest(next) {
			c = <-next
		}
	}
}

// rest makes a goroutine one of those that wait, if it is to be.
func (w *crew) rest(next chan *conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended || len(w.idle) >= maxIdle {
		return false
	}
	w.idle = append(w.idle, next)
	return true
}

// end lets all goroutines go that wait, or have done their work.
func (w *crew) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	for _, next := range w.idle {
		close(next)
	}
	w.idle = nil
}
