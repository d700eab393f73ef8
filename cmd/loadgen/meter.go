package main

import (
	"context"
	"errors"
	"sync"
	"time"
)

// meter is what the measurements have in common.
type meter struct {
	opt  *options
	dial *dialer
	cast []applicant
	bad  *deviations
}

// window is the time that counts: after the warm-up, for the duration.
type window struct{ begin, end time.Time }

func (m *meter) window() window {
	begin := time.Now().Add(m.opt.Warmup)
	return window{begin: begin, end: begin.Add(m.opt.Duration)}
}

func (w window) counts(t time.Time) bool { return !t.Before(w.begin) && !t.After(w.end) }
func (w window) seconds() float64        { return w.end.Sub(w.begin).Seconds() }

// each calls f for 0…n-1 on limit goroutines and returns the errors.
func each(n, limit int, f func(i int) error) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	next := make(chan int)
	for range min(limit, n) {
		wg.Go(func() {
			for i := range next {
				if err := f(i); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
	if len(errs) > 3 {
		errs = errs[:3] // they are all alike
	}
	return errors.Join(errs...)
}

// opener opens the i-th line.
type opener func(ctx context.Context, i int) (*line, error)

// openAll opens n lines, a bounded number at a time, and none if one fails.
func (m *meter) openAll(ctx context.Context, n int, open opener) ([]*line, error) {
	lines := make([]*line, n)
	err := each(n, m.opt.Dials, func(i int) error {
		l, err := open(ctx, i)
		lines[i] = l
		return err
	})
	if err != nil {
		closeAll(lines)
		return nil, err
	}
	return lines, nil
}

func closeAll(lines []*line) {
	for _, l := range lines {
		if l != nil {
			l.close()
		}
	}
}

// watch measures the CPU time that this process and the target use in w.
func (m *meter) watch(w window, t *target) <-chan CPU {
	out := make(chan CPU, 1)
	go func() {
		time.Sleep(time.Until(w.begin))
		before := m.usage(t)
		time.Sleep(time.Until(w.end))
		out <- m.usage(t).since(before, w.seconds())
	}()
	return out
}
