package main

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/redis/go-redis/v9"

	"fenfu/bot/eligibility"
	"fenfu/bot/webhook"
	"fenfu/intents/llm"
)

// counters are the metrics that are about no socket. Their labels come from fixed sets
// and hold nothing of a visitor or a session; what is counted for every turn is
// looked up once.
type counters struct {
	registry *prometheus.Registry
	commits  tries
	checks   tries
	polls    tries
	webhooks tries
	models   tries
	wakes    tries
	lag      prometheus.Histogram
	redis    redisHook
}

// The outcomes that are not words of the packages that they come from.
const (
	outcomeStored    = "stored"
	outcomeDuplicate = "duplicate"
	outcomeConflict  = "conflict"
	outcomeDone      = "done"
	outcomeFailed    = "failed"
	outcomeDecided   = "decided"
	outcomePending   = "pending"
	outcomeRefused   = "refused"
	outcomeDelivered = "delivered"
	outcomeUnknown   = "unknown" // the language model does not know
)

func newCounters() *counters {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	quick := []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}
	slow := []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 15, 30}
	checks := []string{
		outcomeDecided, outcomePending, outcomeRefused, eligibility.ReasonLimited, eligibility.ReasonRunning, eligibility.ReasonUnavailable,
		eligibility.ReasonTimeout, eligibility.ReasonUnreachable, eligibility.ReasonBadAnswer, eligibility.ReasonBreakerOpen, eligibility.ReasonCanceled,
	}
	lag := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "fenfu_due_lag_seconds", Help: "Time from when a session was due to when it was seen to.",
		Buckets: []float64{.01, .05, .1, .5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200},
	})
	r.MustRegister(lag)
	return &counters{
		registry: r,
		commits:  newTries(r, "fenfu_commit", "commits of turns", quick, outcomeStored, outcomeDuplicate, outcomeConflict),
		checks:   newTries(r, "fenfu_check", "tries of eligibility checks", slow, checks...),
		polls:    newTries(r, "fenfu_check_poll", "looks at pending eligibility checks", slow, checks...),
		webhooks: newTries(r, "fenfu_webhook", "tries of webhooks to the operator", slow, outcomeDelivered,
			webhook.ReasonRefused, webhook.ReasonRedirect, webhook.ReasonLimited, webhook.ReasonUnavailable, webhook.ReasonGone,
			webhook.ReasonTimeout, webhook.ReasonUnreachable, webhook.ReasonPrivate, webhook.ReasonBreakerOpen, webhook.ReasonCanceled),
		models: newTries(r, "fenfu_model", "calls to the language model", slow, outcomeDone, outcomeUnknown,
			string(llm.Resting), string(llm.Busy), string(llm.Spent), string(llm.Timeout), string(llm.Stopped),
			string(llm.Cut), string(llm.Empty), string(llm.Format), string(llm.Refused)),
		wakes: newTries(r, "fenfu_due_wake", "sessions seen to when they were due", slow, outcomeDone),
		lag:   lag,
		redis: newRedisHook(r, quick),
	}
}

// breaker shows a breaker's state, which it has in words.
func (m *counters) breaker(before string, state func() string) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "fenfu_breaker_state", Help: "Circuit breaker: 0 closed, 1 half-open, 2 open.",
		ConstLabels: prometheus.Labels{"before": before},
	}, func() float64 {
		switch state() {
		case "closed":
			return 0
		case "half-open":
			return 1
		}
		return 2
	}))
}

// tries counts what becomes of something, and how long it takes.
type tries struct {
	count map[string]prometheus.Counter // by outcome
	took  prometheus.Histogram
}

// newTries has a counter for each outcome, and one for all that was not
// foreseen.
func newTries(r prometheus.Registerer, name, what string, buckets []float64, outcomes ...string) tries {
	vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name + "_total", Help: "Number of " + what + ", by outcome."}, []string{"outcome"})
	t := tries{
		count: make(map[string]prometheus.Counter),
		took:  prometheus.NewHistogram(prometheus.HistogramOpts{Name: name + "_seconds", Help: "Duration of " + what + ".", Buckets: buckets}),
	}
	for _, o := range append(outcomes, outcomeFailed) {
		t.count[o] = vec.WithLabelValues(o)
	}
	r.MustRegister(vec, t.took)
	return t
}

func (t tries) done(outcome string, since time.Time) {
	c, ok := t.count[outcome]
	if !ok {
		c = t.count[outcomeFailed]
	}
	c.Inc()
	t.took.Observe(time.Since(since).Seconds())
}

// redisHook counts round trips to Redis, and what fails of them.
type redisHook struct {
	took   prometheus.Histogram
	errors map[string]prometheus.Counter
}

// The sorts of errors of Redis.
const (
	redisTimeout     = "timeout"
	redisUnreachable = "unreachable"
	redisReply       = "reply" // Redis answered with an error
)

func newRedisHook(r prometheus.Registerer, buckets []float64) redisHook {
	vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fenfu_redis_errors_total", Help: "Commands to Redis that failed, after all tries."}, []string{"kind"})
	h := redisHook{
		took:   prometheus.NewHistogram(prometheus.HistogramOpts{Name: "fenfu_redis_seconds", Help: "Duration of round trips to Redis.", Buckets: buckets}),
		errors: make(map[string]prometheus.Counter),
	}
	for _, kind := range []string{redisTimeout, redisUnreachable, redisReply} {
		h.errors[kind] = vec.WithLabelValues(kind)
	}
	r.MustRegister(vec, h.took)
	return h
}

// DialHook implements redis.Hook. Failed dials show in the commands.
func (h redisHook) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook implements redis.Hook.
func (h redisHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		start := time.Now()
		err := next(ctx, cmd)
		h.took.Observe(time.Since(start).Seconds())
		h.failed(err)
		return err
	}
}

// ProcessPipelineHook implements redis.Hook.
func (h redisHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		start := time.Now()
		err := next(ctx, cmds)
		h.took.Observe(time.Since(start).Seconds())
		if err != nil { // the first of the commands'
			for _, cmd := range cmds {
				h.failed(cmd.Err())
			}
		}
		return err
	}
}

func (h redisHook) failed(err error) {
	var timed net.Error
	var reply redis.Error
	switch {
	case err == nil, errors.Is(err, redis.Nil), errors.Is(err, context.Canceled), redis.HasErrorPrefix(err, "NOSCRIPT"):
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timed) && timed.Timeout():
		h.errors[redisTimeout].Inc()
	case errors.As(err, &reply):
		h.errors[redisReply].Inc()
	default:
		h.errors[redisUnreachable].Inc()
	}
}
