package main

import (
	"context"
	"errors"
	"fmt"
)

type (
	allCmd      struct{}
	dialogueCmd struct{}
	idleCmd     struct{}
	stormCmd    struct{}
	slowCmd     struct{}
	keptCmd     struct{}
	queueCmd    struct{}
)

func (dialogueCmd) Run(e *environment) error {
	r := &Report{}
	return e.finish(r, e.m.dialogue(e.ctx, r, e.m.opt.Rate))
}

func (idleCmd) Run(e *environment) error {
	r := &Report{}
	return e.finish(r, e.m.idle(e.ctx, r))
}

func (stormCmd) Run(e *environment) error {
	r := &Report{}
	return e.finish(r, e.m.storms(e.ctx, r))
}

func (slowCmd) Run(e *environment) error {
	r := &Report{}
	return e.finish(r, e.m.slow(e.ctx, r))
}

func (keptCmd) Run(e *environment) error {
	r := &Report{}
	return e.finish(r, e.m.kept(e.ctx, r))
}

func (queueCmd) Run(e *environment) error {
	r := &Report{}
	return e.finish(r, e.m.queue(e.ctx, r))
}

// Run measures in closed loop, then at half of what that reached (or at --rate).
func (allCmd) Run(e *environment) error {
	r := &Report{}
	return e.finish(r, e.m.all(e.ctx, r))
}

func (m *meter) all(ctx context.Context, r *Report) error {
	if err := m.dialogue(ctx, r, 0); err != nil {
		return err
	}
	rate := m.opt.Rate
	if rate == 0 {
		rate = float64(int(r.Dialogue.TurnsPerS / 2))
	}
	if rate > 0 {
		if err := m.dialogue(ctx, r, rate); err != nil {
			return err
		}
	}
	measures := []func(context.Context, *Report) error{m.idle, m.storms, m.slow}
	if m.opt.redis != nil { // these look at what a real Redis holds
		measures = append(measures, m.kept, m.queue)
	}
	for _, measure := range measures {
		if err := measure(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// with runs f against a server that is stopped afterwards.
func with(ctx context.Context, open func(context.Context) (*target, error), f func(*target) error) error {
	t, err := open(ctx)
	if err != nil {
		return err
	}
	defer t.stop()
	return f(t)
}

func (m *meter) dialogue(ctx context.Context, r *Report, rate float64) error {
	err := with(ctx, m.server, func(t *target) (err error) {
		d, err := m.measureDialogue(ctx, t, m.opt.Visitors, rate)
		if rate == 0 {
			r.Dialogue = d
		} else {
			r.FixedRate = d
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("dialogue: %w", err)
	}
	if m.opt.NoEcho || rate > 0 {
		return nil
	}
	return with(ctx, m.yardstick, func(t *target) (err error) {
		r.Echo, err = m.measureEcho(ctx, t, m.opt.Visitors)
		return err
	})
}

func (m *meter) idle(ctx context.Context, r *Report) error {
	err := with(ctx, m.server, func(t *target) (err error) {
		if t.pid == 0 {
			return errors.New("to read the memory of a server that runs already takes --pid")
		}
		r.Idle, err = m.measureIdle(ctx, t, m.opt.Connections)
		return err
	})
	if err != nil {
		return fmt.Errorf("idle: %w", err)
	}
	if m.opt.NoEcho {
		return nil
	}
	return with(ctx, m.yardstick, func(t *target) (err error) {
		r.EchoIdle, err = m.measureEchoIdle(ctx, t, m.opt.Connections)
		return err
	})
}

func (m *meter) storms(ctx context.Context, r *Report) error {
	err := with(ctx, m.server, func(t *target) (err error) {
		r.Storm, err = m.measureStorm(ctx, t, m.opt.Handshakes)
		return err
	})
	if err != nil {
		return fmt.Errorf("storm: %w", err)
	}
	if m.opt.NoEcho {
		return nil
	}
	return with(ctx, m.yardstick, func(t *target) (err error) {
		r.EchoStorm, err = m.measureEchoStorm(ctx, t, m.opt.Handshakes)
		return err
	})
}

func (m *meter) slow(ctx context.Context, r *Report) error {
	err := with(ctx, m.server, func(t *target) (err error) {
		if t.pid == 0 {
			return errors.New("to read the memory of a server that runs already takes --pid")
		}
		r.Slow, err = m.measureSlow(ctx, t, m.opt.Stalled)
		return err
	})
	if err != nil {
		return fmt.Errorf("slow: %w", err)
	}
	return nil
}

var errNoRedis = errors.New("this looks into a real Redis that stands alone: name it with --redis-url")

func (m *meter) kept(ctx context.Context, r *Report) error {
	if m.opt.redis == nil {
		return errNoRedis
	}
	err := with(ctx, m.server, func(t *target) (err error) {
		r.Kept, err = m.measureKept(ctx, t, m.opt.Kept)
		return err
	})
	if err != nil {
		return fmt.Errorf("kept: %w", err)
	}
	return nil
}

func (m *meter) queue(ctx context.Context, r *Report) (err error) {
	if m.opt.redis == nil {
		return errNoRedis
	}
	if r.Queue, err = m.measureQueue(ctx); err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	return nil
}
