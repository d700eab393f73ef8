package main

import (
	"sync"
	"time"

	"fenfu/bot/eligibility"
)

// check is what is kept of one check.
type check struct {
	id       string
	key      string   // idempotency key
	payload  [32]byte // fingerprint, of the id too
	mode     string
	result   eligibility.Result
	accepted bool      // false while it fails
	readyAt  time.Time // when the decision may be known
	tries    int
	counts   counts
}

// counts is what an auditor may know of a check.
type counts struct {
	CheckID    string `json:"check_id"`
	Requests   int    `json:"requests"`   // POSTs of this check, whatever came of them
	Accepted   int    `json:"accepted"`   // 1 once the check was taken, never more
	Mismatched int    `json:"mismatched"` // POSTs under its key with another payload
	Polls      int    `json:"polls"`
	Callbacks  int    `json:"callbacks"` // that the receiver took
}

// store keeps the last checks, a bounded number of them.
type store struct {
	mu        sync.Mutex
	max       int
	byKey     map[string]*check
	byID      map[string]*check
	order     []*check // oldest first from head, a ring
	head      int
	forgotten int
}

func newStore(maxChecks int) *store {
	return &store{max: maxChecks, byKey: map[string]*check{}, byID: map[string]*check{}}
}

// found is what put finds.
type found int

const (
	foundNone     found = iota // it is new now
	foundSame                  // asked for before
	foundMismatch              // the key, or the check's id, belongs to another payload
)

// put returns the check kept under c's key, which is c if there was none. Each
// call is a try.
func (s *store) put(c check) (check, found) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, ok := s.byKey[c.key]
	if !ok {
		old, ok = s.byID[c.id]
	}
	switch {
	case ok && (old.key != c.key || old.payload != c.payload):
		old.counts.Mismatched++
		return *old, foundMismatch
	case ok:
		old.tries++
		old.counts.Requests++
		return *old, foundSame
	}
	c.tries, c.counts.CheckID, c.counts.Requests = 1, c.id, 1
	s.add(&c)
	return c, foundNone
}

// add keeps c, and forgets the oldest check if there are too many.
func (s *store) add(c *check) {
	s.byKey[c.key], s.byID[c.id] = c, c
	if len(s.order) < s.max {
		s.order = append(s.order, c)
		return
	}
	old := s.order[s.head]
	delete(s.byKey, old.key)
	delete(s.byID, old.id)
	s.order[s.head] = c
	s.head = (s.head + 1) % s.max
	s.forgotten++
}

// accept takes a check, and reports whether it was not taken before. Its
// decision is known at readyAt.
func (s *store) accept(id string, readyAt time.Time) (check, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.byID[id]
	if !ok { // forgotten in between
		return check{id: id, readyAt: readyAt}, false
	}
	if c.accepted {
		return *c, false
	}
	c.accepted, c.readyAt, c.counts.Accepted = true, readyAt, 1
	return *c, true
}

// poll returns a check that was taken.
func (s *store) poll(id string) (check, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.byID[id]
	if !ok || !c.accepted {
		return check{}, false
	}
	c.counts.Polls++
	return *c, true
}

// called counts a callback that was taken.
func (s *store) called(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.byID[id]; ok {
		c.counts.Callbacks++
	}
}

// received is the auditor's view.
type received struct {
	Forgotten int      `json:"forgotten"` // checks no longer in the list
	Checks    []counts `json:"checks"`    // oldest first
}

func (s *store) received() received {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := received{Forgotten: s.forgotten, Checks: make([]counts, 0, len(s.order))}
	for i := range s.order {
		r.Checks = append(r.Checks, s.order[(s.head+i)%len(s.order)].counts)
	}
	return r
}
