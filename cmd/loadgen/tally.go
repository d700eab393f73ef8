package main

import (
	"errors"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// latencies gathers how long something took.
type latencies struct {
	mu sync.Mutex
	h  *hdrhistogram.Histogram
}

// maxLatency is the longest that can be told from longer ones.
const maxLatency = 2 * time.Minute

func newLatencies() *latencies {
	return &latencies{h: hdrhistogram.New(1, maxLatency.Microseconds(), 3)}
}

func (l *latencies) add(d time.Duration) {
	d = min(max(d, time.Microsecond), maxLatency)
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.h.RecordValue(d.Microseconds()) // within bounds
}

// Latency is a distribution in milliseconds.
type Latency struct {
	Count int64   `json:"count"`
	P50   float64 `json:"p50_ms"`
	P90   float64 `json:"p90_ms"`
	P99   float64 `json:"p99_ms"`
	Max   float64 `json:"max_ms"`
}

func (l *latencies) sum() Latency {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := func(q float64) float64 { return float64(l.h.ValueAtQuantile(q)) / 1000 }
	return Latency{Count: l.h.TotalCount(), P50: at(50), P90: at(90), P99: at(99), Max: float64(l.h.Max()) / 1000}
}

// deviations counts what went wrong, by kind, with an example of each.
type deviations struct {
	mu       sync.Mutex
	counts   map[string]int
	examples map[string]string
}

func newDeviations() *deviations {
	return &deviations{counts: map[string]int{}, examples: map[string]string{}}
}

// add counts err; one that is no deviation of the protocol is a broken connection.
func (d *deviations) add(err error) {
	if err == nil {
		return
	}
	kind := "connection"
	var dev *deviation
	if errors.As(err, &dev) {
		kind = dev.Kind
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.counts[kind]++; d.counts[kind] == 1 {
		d.examples[kind] = err.Error()
	}
}
