package sessions

import (
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"fenfu/bot"
	"fenfu/sessions/seal"
)

// cached is what this node knows of a session: its key, and its state as it
// was last committed or loaded here.
type cached struct {
	box       *seal.Box
	session   bot.Session
	stateless bool      // the state is no longer kept, or never was
	mark      string    // version and number of the last event, as the log has them; "" before the first commit here
	applied   int64     // version with which the application was written
	renewed   time.Time // when its TTLs were last set anew, zero: not known here
	keys      *[2]any   // of log and state, as commands take them; nil before the first commit here
}

// copies are the sessions that this node knows, those used last.
type copies struct {
	mu  sync.Mutex
	lru *simplelru.LRU[string, *cached]
}

func newCopies(size int) (*copies, error) {
	lru, err := simplelru.NewLRU[string, *cached](size, nil)
	return &copies{lru: lru}, err
}

func (c *copies) get(id string) (*cached, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lru.Get(id)
}

// add takes a copy in, unless there is a newer one: of two that come at the same
// time, read from the database and just stored, the older may come last. It
// returns the newer one.
func (c *copies) add(id string, is *cached) *cached {
	c.mu.Lock()
	defer c.mu.Unlock()
	if has, ok := c.lru.Peek(id); ok && has.session.Version > is.session.Version {
		return has
	}
	c.lru.Add(id, is)
	return is
}

// refresh replaces an older copy, and returns the newer one.
func (c *copies) refresh(id string, is *cached) *cached {
	c.mu.Lock()
	defer c.mu.Unlock()
	has, ok := c.lru.Peek(id)
	switch {
	case !ok:
		return is
	case has.session.Version > is.session.Version:
		return has
	case has.session.Version < is.session.Version:
		c.lru.Add(id, is)
	}
	return is
}

// remove forgets a session: it may have moved, or never have been stored.
func (c *copies) remove(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lru.Remove(id)
}

// clear forgets all sessions.
func (c *copies) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lru.Purge()
}
