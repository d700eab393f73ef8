package ws

import "time"

// idleFor is how long a goroutine that has done its work waits for more.
const idleFor = 100 * time.Millisecond

// crew runs the workers of all connections. A goroutine that is done takes the
// next connection's work: its stack has grown to what a turn needs, and growing
// it anew for each turn takes a tenth of the turn's time.
type crew struct {
	next chan *conn // unbuffered: a send succeeds only if somebody is waiting
}

func newCrew() *crew { return &crew{next: make(chan *conn)} }

// do runs c's worker on a goroutine that waits, or on a new one. It never blocks.
func (w *crew) do(c *conn) {
	select {
	case w.next <- c:
	default:
		go w.run(c)
	}
}

func (w *crew) run(c *conn) {
	wait := time.NewTimer(idleFor)
	defer wait.Stop()
	for {
		c.work()
		c = nil // an idle goroutine keeps no connection alive
		wait.Reset(idleFor)
		select {
		case c = <-w.next:
		case <-wait.C:
			return
		}
	}
}
