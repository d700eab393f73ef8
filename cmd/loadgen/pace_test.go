package main

import (
	"testing"
	"time"
)

func TestAFixedRateIsSpreadOverTheVisitors(t *testing.T) {
	start := time.Unix(1000, 0)
	a, b := newPace(start, 100, 0, 2), newPace(start, 100, 1, 2)
	var got []time.Duration
	for range 3 {
		got = append(got, a.next(start).Sub(start), b.next(start).Sub(start))
	}
	for i, d := range got {
		if want := time.Duration(i) * 10 * time.Millisecond; d != want {
			t.Errorf("message %d is due after %v, want %v", i, d, want)
		}
	}
}

func TestAClosedLoopIsDueAtOnce(t *testing.T) {
	p := newPace(time.Unix(1000, 0), 0, 3, 10)
	now := time.Unix(2000, 0)
	if got := p.next(now); !got.Equal(now) {
		t.Errorf("due at %v", got)
	}
}

// TestAStallIsNotOmitted has a server answer in 1 ms, but for one second in
// which it does not answer at all. At 100/s about a hundred messages fall due
// in it; all must show it.
func TestAStallIsNotOmitted(t *testing.T) {
	start := time.Unix(1000, 0)
	stall := func(at time.Time) time.Time { // when the server answers a message sent at at
		if begin := start.Add(2 * time.Second); !at.Before(begin) && at.Before(begin.Add(time.Second)) {
			return begin.Add(time.Second + time.Millisecond)
		}
		return at.Add(time.Millisecond)
	}
	slow := func(rate float64) (n int) {
		p, now := newPace(start, rate, 0, 1), start
		for now.Before(start.Add(5 * time.Second)) {
			due := p.next(now)
			sent := due
			if now.After(sent) {
				sent = now
			}
			now = stall(sent)
			if now.Sub(due) > 100*time.Millisecond {
				n++
			}
		}
		return n
	}
	if n := slow(100); n < 90 {
		t.Errorf("%d messages saw the stall, want about a hundred", n)
	}
	if n := slow(0); n != 1 {
		t.Errorf("in closed loop %d messages saw the stall, want the one that was under way", n)
	}
}
