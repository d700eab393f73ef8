package main

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// Dialogue is how the server carries visitors through the whole dialogue. A
// turn is one message of a visitor, with acknowledgement, echo and answer
// received; by then it is stored.
type Dialogue struct {
	Visitors   int     `json:"visitors"`
	Rounds     int     `json:"dialogues_per_session"`
	Rate       float64 `json:"rate_per_s,omitempty"` // 0: closed loop
	TurnsPerS  float64 `json:"turns_per_s"`
	Dialogues  int64   `json:"dialogues"` // finished, warm-up included
	Sessions   int64   `json:"sessions"`
	Ack        Latency `json:"ack"`
	Reply      Latency `json:"reply"`
	Decision   Latency `json:"decision"` // from the confirmation to the decision
	Replayed   int     `json:"replayed"` // sessions whose whole log was read again and compared
	CPU        CPU     `json:"cpu"`
	MissedRate bool    `json:"missed_rate,omitempty"` // the server could not keep up
}

// dialogueRun is one measurement under way.
type dialogueRun struct {
	*meter
	target    *target
	win       window
	rate      float64
	visitors  int
	ack       *latencies
	reply     *latencies
	decision  *latencies
	dialogues atomic.Int64
	sessions  atomic.Int64
	replayed  atomic.Int64
}

// replaySample is how many visitors have their log read again at the end.
const replaySample = 20

func (m *meter) measureDialogue(ctx context.Context, t *target, visitors int, rate float64) (*Dialogue, error) {
	sessions, err := m.newSessions(ctx, t, visitors)
	if err != nil {
		return nil, err
	}
	lines, err := m.openAll(ctx, visitors, func(ctx context.Context, i int) (*line, error) {
		l, _, err := m.dial.visit(ctx, t, sessions[i], 0)
		return l, err
	})
	if err != nil {
		return nil, err
	}
	r := &dialogueRun{
		meter: m, target: t, win: m.window(), rate: rate, visitors: visitors,
		ack: newLatencies(), reply: newLatencies(), decision: newLatencies(),
	}
	usage := m.watch(r.win, t)
	start := time.Now()
	_ = each(visitors, visitors, func(i int) error { // what goes wrong is counted in m.bad
		p := newPace(start, rate, i, visitors)
		if err := r.live(ctx, i, p, sessions[i], lines[i]); err != nil {
			m.bad.add(err)
		}
		return nil
	})
	d := &Dialogue{
		Visitors: visitors, Rounds: m.opt.Rounds, Rate: rate,
		Ack: r.ack.sum(), Reply: r.reply.sum(), Decision: r.decision.sum(),
		Dialogues: r.dialogues.Load(), Sessions: r.sessions.Load(), Replayed: int(r.replayed.Load()), CPU: <-usage,
	}
	d.TurnsPerS = float64(d.Reply.Count) / r.win.seconds()
	d.MissedRate = rate > 0 && d.TurnsPerS < 0.98*rate
	return d, ctx.Err()
}

// live is one visitor's life: dialogue after dialogue, in session after session.
func (r *dialogueRun) live(ctx context.Context, i int, p *pace, s session, l *line) error {
	for first := true; ; first = false {
		if !first {
			var err error
			if s, err = r.target.newSession(ctx); err != nil {
				return err
			}
			if l, _, err = r.dial.visit(ctx, r.target, s, 0); err != nil {
				return err
			}
		}
		r.sessions.Add(1)
		v := &visitor{number: i, line: l, books: newLedger(), pace: p}
		over, err := r.converse(ctx, v)
		l.close()
		if err != nil {
			return err
		}
		if over {
			if i < replaySample {
				return r.replay(ctx, s, v.books)
			}
			return nil
		}
	}
}

// converse goes through the dialogues of one session. It is over when the time
// is up: a dialogue that has begun is brought to its end first.
func (r *dialogueRun) converse(ctx context.Context, v *visitor) (over bool, err error) {
	for range r.opt.Rounds {
		v.who = r.cast[(v.number+int(r.dialogues.Load()))%len(r.cast)]
		var confirmed time.Time
		decided, err := v.walk(ctx, func(t timing) {
			confirmed = t.due
			if r.win.counts(t.reply) {
				r.ack.add(t.acked.Sub(t.due))
				r.reply.add(t.reply.Sub(t.due))
			}
		})
		if err != nil {
			if ctx.Err() != nil {
				return true, nil
			}
			return true, err
		}
		if r.win.counts(decided) {
			r.decision.add(decided.Sub(confirmed))
		}
		r.dialogues.Add(1)
		if err := v.books.settled(); err != nil {
			return true, err
		}
		if time.Now().After(r.win.end) {
			return true, nil
		}
	}
	return false, nil
}

// replay reads a session's whole log again, from another connection: it must
// be what the visitor was told, all of it.
func (r *dialogueRun) replay(ctx context.Context, s session, told *ledger) error {
	l, welcome, err := r.dial.visit(ctx, r.target, s, 0)
	if err != nil {
		return err
	}
	defer l.close()
	if welcome.seq != told.last {
		return deviates("loss", "the log stands at %d, the visitor was told %d", welcome.seq, told.last)
	}
	again := &ledgerReplay{}
	if err := again.readTo(l, told.last); err != nil {
		return errors.Join(deviates("loss", "replay ended at event %d of %d", again.last, told.last), err)
	}
	if again.decided != len(told.decided) {
		return deviates("loss", "%d decisions in the log, the visitor was told %d", again.decided, len(told.decided))
	}
	r.replayed.Add(1)
	return nil
}
