package ws

import "sync/atomic"

// maxIdle is how many goroutines wait for work at most. Those of a crowd that
// comes and goes end.
const maxIdle = 256

// crew runs the workers of all connections. A goroutine that is done takes the
// next connection's work: its stack has grown to what a turn needs, and growing
// it anew for each turn takes a tenth of the turn's time.
type crew struct {
	next chan *conn // unbuffered: a send succeeds only if somebody is waiting
	idle atomic.Int32
	end  <-chan struct{} // closed when the hub has drained
}

func newCrew(end <-chan struct{}) *crew { return &crew{next: make(chan *conn), end: end} }

// do runs c's worker on a goroutine that waits, or on a new one. It never blocks.
func (w *crew) do(c *conn) {
	select {
	case w.next <- c:
	default:
		go w.run(c)
	}
}

func (w *crew) run(c *conn) {
	for {
		c.work()
		c = nil // an idle goroutine keeps no connection alive
		if w.idle.Add(1) > maxIdle {
			w.idle.Add(-1)
			return
		}
		select {
		case c = <-w.next:
			w.idle.Add(-1)
		case <-w.end:
			w.idle.Add(-1)
			return
		}
	}
}
