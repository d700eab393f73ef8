package staff

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
)

// Entry is one line of the audit log: who did what, to which conversation, and
// why. It holds no detail of a visitor.
type Entry struct {
	N       int64     `json:"n"` // contiguous from 1
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Role    Role      `json:"role"`
	Action  string    `json:"action"` // such as "reveal", "login", "take"
	Session string    `json:"session,omitempty"`
	Field   string    `json:"field,omitempty"`  // which detail, with "reveal"; "code" with a "login" that lacks it so far
	Reason  string    `json:"reason,omitempty"` // in the actor's words, masked; with "login" how, and why not
	Request string    `json:"request,omitempty"`
	OK      bool      `json:"ok"` // false: it was refused
}

// Link is an entry in the chain: each one's mark covers the one before, so none
// can be changed, moved or taken out without every later mark being wrong. What
// the chain alone cannot show is that its end was cut off; for that the newest
// mark is also written to the server's log.
type Link struct {
	Entry  Entry  `json:"entry"`
	Before []byte `json:"before,omitempty"` // mark of the entry before, which may have been kept long enough and be gone
	Mark   []byte `json:"mark"`
}

// Chain appends an entry after a link (nil: the first one).
func Chain(key []byte, after *Link, e Entry) (Link, error) {
	var before []byte
	e.N = 1
	if after != nil {
		before, e.N = after.Mark, after.Entry.N+1
	}
	mark, err := mark(key, before, e)
	return Link{Entry: e, Before: before, Mark: mark}, err
}

func mark(key, before []byte, e Entry) ([]byte, error) {
	e.At = e.At.UTC().Round(0)
	text, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("audit entry: %w", err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(before)
	mac.Write(text)
	return mac.Sum(nil), nil
}

// BrokenError says where the chain does not hold.
type BrokenError struct {
	N   int64 // of the first entry that does not fit
	Why string
}

func (e *BrokenError) Error() string {
	return fmt.Sprintf("audit log broken at entry %d: %s", e.N, e.Why)
}

// Verify reports whether links continues the chain after a link (nil: begins
// it, or goes on after entries that are no longer kept, as its first one says).
// The error is a *BrokenError.
func Verify(key []byte, after *Link, links []Link) error {
	if after == nil && len(links) > 0 && links[0].Entry.N > 1 {
		after = &Link{Entry: Entry{N: links[0].Entry.N - 1}, Mark: links[0].Before}
	}
	for i := range links {
		want, err := Chain(key, after, links[i].Entry)
		if err != nil {
			return err
		}
		if links[i].Entry.N != want.Entry.N {
			return &BrokenError{N: want.Entry.N, Why: fmt.Sprintf("entry %d stands in its place", links[i].Entry.N)}
		}
		if !hmac.Equal(links[i].Mark, want.Mark) {
			return &BrokenError{N: want.Entry.N, Why: "it or one before it was changed"}
		}
		after = &links[i]
	}
	return nil
}
