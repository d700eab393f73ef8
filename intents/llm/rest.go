package llm

import (
	"sync"
	"time"
)

// How long a service is left alone.
const (
	minRest     = 2 * time.Second  // after it has refused and not said for how long
	failureRest = 20 * time.Second // after it has failed maxFailures times in a row
	maxRest     = 5 * time.Minute
	maxFailures = 3
)

// rest keeps calls away from a service that cannot answer.
type rest struct {
	now func() time.Time

	mu       sync.Mutex
	until    time.Time
	failures int // in a row
}

func (r *rest) resting() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now().Before(r.until)
}

// refused notes that the service wants to be left alone for so long.
func (r *rest) refused(wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.set(min(max(wait, minRest), maxRest))
}

// failed notes a call without an answer. After the rest one more failure is
// enough for the next.
func (r *rest) failed() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failures++; r.failures >= maxFailures {
		r.set(failureRest)
	}
}

func (r *rest) well() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = 0
}

// set lengthens the rest, never shortens it. mu is held.
func (r *rest) set(wait time.Duration) {
	if until := r.now().Add(wait); until.After(r.until) {
		r.until = until
	}
}
