package sessions

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

const (
	batchSize = 128
	queueSize = 1024 // calls waiting in a lane; the next ones wait for room
)

// The states of a call.
const (
	queued    int32 = iota
	sent            // its lane has taken it: the outcome must be waited for
	abandoned       // its caller has gone before it was sent: it never is
)

// call is one command on its way to Redis.
type call struct {
	cmd    redis.Cmder
	script *script // nil for a command that is no script
	state  atomic.Int32
	done   chan struct{} // of one: answered, or failed
}

// calls lends calls to those who wait for their answer.
type calls struct{ pool sync.Pool }

func (p *calls) get(s *script, cmd redis.Cmder) *call {
	c, ok := p.pool.Get().(*call)
	if !ok {
		c = &call{done: make(chan struct{}, 1)}
	}
	c.cmd, c.script = cmd, s
	return c
}

// put takes back a call that was answered, and no other: a lane may hold it.
func (p *calls) put(c *call) {
	c.cmd, c.script = nil, nil
	c.state.Store(queued)
	p.pool.Put(c)
}

// batcher gathers calls of many goroutines into pipelines, which halves the
// work on both sides. Each lane has at most one pipeline on its way.
type batcher struct {
	rdb      redis.UniversalClient
	replicas replicas
	calls    calls
	lanes    []chan *call
	stop     chan struct{} // closed to end the lanes
	stopped  chan struct{} // closed when they have ended
	once     sync.Once
}

// newBatcher starts the lanes; close ends them.
func newBatcher(rdb redis.UniversalClient, lanes int, r replicas) *batcher {
	b := &batcher{rdb: rdb, replicas: r, stop: make(chan struct{}), stopped: make(chan struct{})}
	var group sync.WaitGroup
	for n := range lanes {
		lane := make(chan *call, queueSize)
		b.lanes = append(b.lanes, lane)
		group.Go(func() { b.run(n, lane) })
	}
	go func() {
		group.Wait()
		close(b.stopped)
	}()
	return b
}

// close lets what was sent end, and fails what was not.
func (b *batcher) close() {
	b.once.Do(func() { close(b.stop) })
	<-b.stopped
}

// do sends cmd in a lane and waits for its answer, which is in cmd then. It
// gives up when ctx ends before the command was sent; from then on the
// client's time-outs bound the wait, and the outcome is known unless an error
// says otherwise.
func (b *batcher) do(ctx context.Context, lane int, s *script, cmd redis.Cmder) error {
	c := b.calls.get(s, cmd)
	select {
	case b.lanes[lane%len(b.lanes)] <- c:
	case <-ctx.Done():
		return ctx.Err()
	case <-b.stop:
		return errClosed
	}
	select {
	case <-c.done:
		b.calls.put(c)
		return cmd.Err()
	case <-ctx.Done():
		if c.state.CompareAndSwap(queued, abandoned) {
			return ctx.Err()
		}
	case <-b.stopped:
		if c.state.CompareAndSwap(queued, abandoned) {
			return errClosed
		}
	}
	<-c.done
	b.calls.put(c)
	return cmd.Err()
}

func (b *batcher) run(n int, lane chan *call) {
	batch := make([]*call, 0, batchSize)
	for {
		batch = batch[:0]
		select {
		case c := <-lane:
			batch = appendSent(batch, c)
		case <-b.stop:
			return
		}
		// The answers of the last pipeline have made many callers ready to
		// send again. Let them.
		runtime.Gosched()
		for more := true; more && len(batch) < batchSize; {
			select {
			case c := <-lane:
				batch = appendSent(batch, c)
			default:
				more = false
			}
		}
		b.flush(n, batch)
		clear(batch)
	}
}

func appendSent(batch []*call, c *call) []*call {
	if !c.state.CompareAndSwap(queued, sent) {
		return batch
	}
	return append(batch, c)
}

// flush sends a batch; errors are left in the commands. It is not bound to any
// caller's context: others have calls in it too.
func (b *batcher) flush(lane int, batch []*call) {
	b.send(lane, batch)
	if unknown := forgotten(batch); len(unknown) > 0 {
		b.send(lane, unknown)
	}
	for _, c := range batch {
		c.done <- struct{}{}
	}
}

func (b *batcher) send(lane int, batch []*call) {
	ctx := context.Background()
	switch {
	case len(batch) == 0:
	case b.replicas.n > 0:
		b.sendWaiting(b.replicas.key(lane), batch)
	case len(batch) == 1:
		_ = b.rdb.Process(ctx, batch[0].cmd)
	default:
		pipe := b.rdb.Pipeline()
		for _, c := range batch {
			_ = pipe.Process(ctx, c.cmd)
		}
		_, _ = pipe.Exec(ctx)
	}
}

// alone sends a command whose key is in no partition, and so belongs in no lane:
// a lane's keys have one slot. It waits for replicas as the lanes do.
func (b *batcher) alone(key string, s *script, cmd redis.Cmder) error {
	send := func(batch []*call) {
		switch {
		case len(batch) == 0:
		case b.replicas.n > 0:
			b.sendWaiting(key, batch)
		default:
			_ = b.rdb.Process(context.Background(), cmd)
		}
	}
	batch := []*call{{cmd: cmd, script: s}}
	send(batch)
	send(forgotten(batch))
	return cmd.Err()
}

// forgotten returns the calls whose server did not know the script, changed to
// bring the source along.
func forgotten(batch []*call) []*call {
	var again []*call
	for _, c := range batch {
		if c.script == nil || c.cmd.Err() == nil || !redis.HasErrorPrefix(c.cmd.Err(), "NOSCRIPT") {
			continue
		}
		args := c.cmd.Args()
		args[0], args[1] = "eval", c.script.source
		c.cmd.SetErr(nil)
		again = append(again, c)
	}
	return again
}
