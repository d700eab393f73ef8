package main

import (
	"context"
	"time"
)

// pace says when each message of a visitor is to be sent. In a closed loop that
// is as soon as the one before it was answered. At a fixed rate it is a
// timetable that takes no notice of the answers: a message that cannot leave
// because the server is slow is late, and its latency counts from when it was
// due. Otherwise a server that stalls would be asked, and blamed, less
// (coordinated omission).
type pace struct {
	start time.Time
	every time.Duration // 0: closed loop
	n     int
}

// newPace returns the timetable of visitor i of n, who together send rate
// messages a second; rate 0 is a closed loop.
func newPace(start time.Time, rate float64, i, n int) *pace {
	if rate == 0 {
		return &pace{start: start}
	}
	step := time.Duration(float64(time.Second) / rate)
	return &pace{start: start.Add(time.Duration(i) * step), every: time.Duration(n) * step}
}

// next returns when the next message is due, given the time now.
func (p *pace) next(now time.Time) time.Time {
	if p.every == 0 {
		return now
	}
	due := p.start.Add(time.Duration(p.n) * p.every)
	p.n++
	return due
}

// wait sleeps until due, and returns false if ctx ends before.
func wait(ctx context.Context, due time.Time) bool {
	d := time.Until(due)
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
