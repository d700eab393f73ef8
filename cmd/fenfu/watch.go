package main

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/webhook"
	"fenfu/web"
)

// watch stands around the parts of the server, and counts and traces what they
// do. The parts know nothing of it.
type watch struct {
	*counters
	tracer trace.Tracer // nil: no traces
}

// watchedMemory watches commits, and both as parts of a turn or a wake.
type watchedMemory struct {
	bot.Memory
	w *watch
}

func (m watchedMemory) Load(ctx context.Context, id string) (bot.Session, error) {
	ctx, span := m.w.beginPart(ctx, "load", id)
	s, err := m.Memory.Load(ctx, id)
	span.end(outcomeOf(err), err != nil)
	return s, err
}

func (m watchedMemory) Fresh(ctx context.Context, id string) (bot.Session, error) {
	ctx, span := m.w.beginPart(ctx, "load", id)
	s, err := m.Memory.Fresh(ctx, id)
	span.end(outcomeOf(err), err != nil)
	return s, err
}

func (m watchedMemory) Commit(ctx context.Context, t bot.Turn) (int64, error) {
	start := time.Now()
	ctx, span := m.w.beginPart(ctx, "commit", t.Session.ID)
	seq, err := m.Memory.Commit(ctx, t)
	outcome := outcomeStored
	if err != nil {
		outcome = unstored(err)
	}
	m.w.commits.done(outcome, start)
	span.end(outcome, outcome == outcomeFailed)
	return seq, err
}

// unstored says why a turn was not stored.
func unstored(err error) string {
	var duplicate *bot.DuplicateError
	switch {
	case errors.As(err, &duplicate):
		return outcomeDuplicate
	case errors.Is(err, bot.ErrConflict):
		return outcomeConflict
	}
	return outcomeFailed
}

func outcomeOf(err error) string {
	if err != nil {
		return outcomeFailed
	}
	return outcomeDone
}

// watchedBot watches what visitors say.
type watchedBot struct {
	*bot.Bot
	w *watch
}

func (b watchedBot) Handle(ctx context.Context, m bot.Message) (int64, error) {
	ctx, span := b.w.begin(ctx, "turn", m.Session)
	seq, err := b.Bot.Handle(ctx, m)
	if err != nil {
		span.end(string(bot.ErrorCode(err)), true)
	} else {
		span.end(outcomeDone, false)
	}
	return seq, err
}

// Called is what a callback of the check sets off.
func (b watchedBot) Called(ctx context.Context, checkID string) error {
	session, _, _ := strings.Cut(checkID, ".")
	ctx, span := b.w.begin(ctx, "callback", session)
	err := b.Bot.Called(ctx, checkID)
	span.end(outcomeOf(err), err != nil)
	return err
}

// wake watches what is done when a session is due. Each wake is a request of
// its own, to the log and to whom it calls.
func (w *watch) wake(memory bot.Memory, wake func(context.Context, string) error) func(context.Context, string) error {
	return func(ctx context.Context, session string) error {
		start := time.Now()
		ctx, span := w.begin(web.WithRequestID(ctx, rand.Text()), "wake", session)
		// The wake will find it in memory.
		if s, err := memory.Load(ctx, session); err == nil && !s.Due.IsZero() && !s.Due.After(start) {
			w.lag.Observe(start.Sub(s.Due).Seconds())
		}
		err := wake(ctx, session)
		w.wakes.done(outcomeOf(err), start)
		span.end(outcomeOf(err), err != nil)
		return err
	}
}

// watchedChecker watches tries of the eligibility check.
type watchedChecker struct {
	eligibility.RemoteChecker
	w *watch
}

func (c watchedChecker) Check(ctx context.Context, r eligibility.Request) (eligibility.Answer, error) {
	return c.watched(ctx, c.w.checks, "check", r.CheckID, func(ctx context.Context) (eligibility.Answer, error) { return c.RemoteChecker.Check(ctx, r) })
}

func (c watchedChecker) Poll(ctx context.Context, id string) (eligibility.Answer, error) {
	return c.watched(ctx, c.w.polls, "check poll", id, func(ctx context.Context) (eligibility.Answer, error) { return c.RemoteChecker.Poll(ctx, id) })
}

func (c watchedChecker) watched(ctx context.Context, t tries, name, id string, try func(context.Context) (eligibility.Answer, error)) (eligibility.Answer, error) {
	start := time.Now()
	session, _, _ := strings.Cut(id, ".")
	ctx, span := c.w.begin(ctx, name, session)
	a, err := try(ctx)
	outcome := outcomeDecided
	var again *eligibility.TryAgainError
	switch {
	case errors.As(err, &again):
		outcome = again.Reason
	case err != nil:
		outcome = outcomeRefused
	case a.Pending:
		outcome = outcomePending
	}
	t.done(outcome, start)
	span.end(outcome, err != nil)
	return a, err
}

// watchedSender watches tries of webhooks.
type watchedSender struct {
	bot.Sender
	w *watch
}

func (s watchedSender) Send(ctx context.Context, id string, body []byte) error {
	start := time.Now()
	ctx, span := s.w.begin(ctx, "webhook", "")
	err := s.Sender.Send(ctx, id, body)
	outcome := outcomeDelivered
	if err != nil {
		outcome = webhook.ReasonOf(err)
	}
	s.w.webhooks.done(outcome, start)
	span.end(outcome, err != nil)
	return err
}

// outgoing adds to a request to another service what it and we can tell it by.
func (w *watch) outgoing(r *http.Request) {
	if id := web.RequestID(r.Context()); id != "" {
		r.Header.Set("X-Request-Id", id)
	}
	if w.tracer != nil {
		propagation.TraceContext{}.Inject(r.Context(), propagation.HeaderCarrier(r.Header))
	}
}
