package bot_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/handoff"
)

// scripted is a fake check that answers what the test lays out, in order; the
// real ones, over HTTP, are tried in cmd/fenfu.
type scripted struct {
	mu      sync.Mutex
	answers []func() (eligibility.Answer, error)
	checks  []string // ids asked for by Check
	polls   []string
}

func (c *scripted) next() (eligibility.Answer, error) {
	if len(c.answers) == 0 {
		return eligibility.Answer{}, errors.New("asked once more than the test expects")
	}
	answer := c.answers[0]
	c.answers = c.answers[1:]
	return answer()
}

func (c *scripted) Check(_ context.Context, r eligibility.Request) (eligibility.Answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.checks = append(c.checks, r.CheckID)
	return c.next()
}

func (c *scripted) Poll(_ context.Context, id string) (eligibility.Answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.polls = append(c.polls, id)
	return c.next()
}

func pending() (eligibility.Answer, error) {
	return eligibility.Answer{Pending: true, After: 10 * time.Second}, nil
}

func trouble(reason string, after time.Duration) func() (eligibility.Answer, error) {
	return func() (eligibility.Answer, error) {
		return eligibility.Answer{}, &eligibility.TryAgainError{After: after, Reason: reason, Err: errors.New("x")}
	}
}

func refused(status int) func() (eligibility.Answer, error) {
	return func() (eligibility.Answer, error) {
		return eligibility.Answer{}, &eligibility.RefusedError{Status: status, Problem: "no"}
	}
}

func eligible() (eligibility.Answer, error) {
	return eligibility.Answer{Result: eligibility.Result{Decision: eligibility.Eligible}}, nil
}

// submitted returns a world whose application waits for the scripted check.
func submitted(t *testing.T, answers ...func() (eligibility.Answer, error)) (*world, *scripted) {
	w := newWorld(t)
	c := &scripted{answers: answers}
	w.parts.Checker = c
	w.confirmed(w.node())
	return w, c
}

// wake does what is due, on a node that has just started, and fails the test
// if nothing is.
func (w *world) wake() {
	w.t.Helper()
	s := w.load()
	if s.Due.IsZero() {
		w.t.Fatal("nothing is due")
	}
	w.now = later(w.now, s.Due)
	if err := w.node().Wake(ctx, w.session); err != nil {
		w.t.Fatal(err)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func TestPendingThenPolled(t *testing.T) {
	w, c := submitted(t, pending, pending, eligible)
	w.wake()
	if s := w.load(); s.Application.Status != bot.Pending || !s.Due.Equal(w.now.Add(10*time.Second)) {
		t.Fatalf("application %s, due in %v", s.Application.Status, s.Due.Sub(w.now))
	}
	if err := w.node().Wake(ctx, w.session); err != nil || len(c.polls) != 0 {
		t.Errorf("woken before its time: %v, %d polls", err, len(c.polls))
	}
	w.wake()
	w.wake()
	if n := w.count(bot.CodePending); n != 1 {
		t.Errorf("the visitor was told %d times that it takes time, want once", n)
	}
	if n := w.count(bot.CodeDecided); n != 1 {
		t.Errorf("%d decisions", n)
	}
	if len(c.checks) != 1 || len(c.polls) != 2 || c.polls[0] != c.checks[0] {
		t.Errorf("checks %v, polls %v", c.checks, c.polls)
	}
}

func TestForgottenCheckIsAskedAgain(t *testing.T) {
	w, c := submitted(t, pending, refused(http.StatusNotFound), eligible)
	w.wake()
	w.wake()
	if len(c.checks) != 2 || c.checks[0] != c.checks[1] {
		t.Errorf("checks %v, want the same one twice", c.checks)
	}
	if n := w.count(bot.CodeDecided); n != 1 {
		t.Errorf("%d decisions", n)
	}
}

// TestCheckIsKnownUnderAnotherPayload: the server was given another callback
// address, or a new version, between two tries. The check is this one all the
// same.
func TestCheckIsKnownUnderAnotherPayload(t *testing.T) {
	cut := trouble(eligibility.ReasonBadAnswer, 0)
	w, c := submitted(t, cut, refused(http.StatusUnprocessableEntity), eligible)
	w.wake()
	w.wake()
	if got := w.load().Application.Result.Decision; got != eligibility.Eligible {
		t.Errorf("decision %q", got)
	}
	if len(c.checks) != 2 || len(c.polls) != 1 || c.polls[0] != c.checks[0] {
		t.Errorf("checks %v, polls %v", c.checks, c.polls)
	}
	w, _ = submitted(t, refused(http.StatusUnprocessableEntity), refused(http.StatusNotFound))
	w.wake()
	if got := w.load().Application.Result.Decision; got != eligibility.ManualReview {
		t.Errorf("refused, and not known either: decision %q", got)
	}
}

func TestRetries(t *testing.T) {
	busy := trouble(eligibility.ReasonLimited, 40*time.Second)
	down := trouble(eligibility.ReasonUnreachable, 0)
	w, c := submitted(t, busy, down, down, eligible)
	w.wake()
	if got := w.load().Due.Sub(w.now); got < 40*time.Second {
		t.Errorf("next try in %v, before the service wants it", got)
	}
	var waits []time.Duration
	for range 2 {
		w.wake()
		waits = append(waits, w.load().Due.Sub(w.now))
	}
	if waits[1] <= waits[0] {
		t.Errorf("waits %v do not grow", waits)
	}
	w.wake()
	if n := w.count(bot.CodeDelayed); n != 1 {
		t.Errorf("the visitor was told %d times that it takes longer, want once", n)
	}
	for _, id := range c.checks {
		if id != c.checks[0] {
			t.Errorf("tries under different ids: %v", c.checks)
		}
	}
	if got := w.load().Application.Result.Decision; got != eligibility.Eligible {
		t.Errorf("decision %s", got)
	}
}

// TestOutOfTries ends with a person, never with a yes.
func TestOutOfTries(t *testing.T) {
	down := trouble(eligibility.ReasonTimeout, 0)
	cases := map[string][]func() (eligibility.Answer, error){
		"eight failures": {down, down, down, down, down, down, down, down},
		"refused":        {refused(http.StatusUnprocessableEntity)},
		"unknown error":  {func() (eligibility.Answer, error) { return eligibility.Answer{}, errors.New("?") }},
	}
	for name, answers := range cases {
		t.Run(name, func(t *testing.T) {
			w, c := submitted(t, answers...)
			for range answers {
				w.wake()
			}
			w.wake() // it is entered into the queue of the desk
			s := w.load()
			r := s.Application.Result
			if s.Application.Status != bot.Decided || r.Decision != eligibility.ManualReview || len(r.Reasons) == 0 || r.Reasons[0].Code != eligibility.SystemUnavailable {
				t.Errorf("application %s, result %+v", s.Application.Status, r)
			}
			if len(c.checks) != len(answers) || !s.Due.IsZero() {
				t.Errorf("%d tries, due %v", len(c.checks), s.Due)
			}
			if n := len(w.desk.moves); n != 1 || w.desk.moves[0].State != handoff.InQueue || w.desk.moves[0].Desk != "review" {
				t.Errorf("nobody at the desk sees it: %v", w.desk.moves)
			}
		})
	}
}

func TestOpenBreakerUsesUpNoTry(t *testing.T) {
	open := trouble(eligibility.ReasonBreakerOpen, time.Second)
	var answers []func() (eligibility.Answer, error)
	for range 12 {
		answers = append(answers, open)
	}
	w, _ := submitted(t, append(answers, eligible)...)
	for range 13 {
		w.wake()
	}
	if got := w.load().Application.Result.Decision; got != eligibility.Eligible {
		t.Errorf("decision %q", got)
	}
	if n := w.count(bot.CodeDelayed); n != 1 {
		t.Errorf("the visitor was told %d times that it takes longer, want once", n)
	}
}

func TestTooLong(t *testing.T) {
	w, _ := submitted(t, pending, pending)
	w.wake()
	w.now = w.now.Add(25 * time.Hour)
	w.wake()
	if got := w.load().Application.Result.Decision; got != eligibility.ManualReview {
		t.Errorf("decision %q after a day", got)
	}
}

// TestCallback comes early, twice, for another check, and on a node whose copy
// of the session is old.
func TestCallback(t *testing.T) {
	w, c := submitted(t, pending, eligible)
	old := w.node()
	if _, err := old.Handle(ctx, w.text("talk", "等一下")); err != nil { // now it holds a copy
		t.Fatal(err)
	}
	w.wake()
	id := c.checks[0]
	if err := w.node().Called(ctx, strings.Replace(id, ".", ".x", 1)); err != nil || len(c.polls) != 0 {
		t.Fatalf("another check's callback: %v, %d polls", err, len(c.polls))
	}
	if err := w.node().Called(ctx, "nothing"); err != nil {
		t.Errorf("a callback for nobody: %v", err)
	}
	for range 3 {
		if err := w.node().Called(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.count(bot.CodeDecided); n != 1 || len(c.polls) != 1 {
		t.Errorf("%d decisions from %d polls", n, len(c.polls))
	}
}

// stale is a memory with a copy of a session that is out of date.
type stale struct {
	bot.Memory
	copy bot.Session
}

func (m *stale) Load(ctx context.Context, id string) (bot.Session, error) {
	if m.copy.ID == id {
		return m.copy, nil
	}
	return m.Memory.Load(ctx, id)
}

func (m *stale) Fresh(ctx context.Context, id string) (bot.Session, error) {
	m.copy = bot.Session{}
	return m.Memory.Fresh(ctx, id)
}

// TestCallbackBeforeTheApplicationIsHeardOf comes to a node whose copy is from
// before the application, as after a gap in its subscription.
func TestCallbackBeforeTheApplicationIsHeardOf(t *testing.T) {
	w := newWorld(t)
	c := &scripted{answers: []func() (eligibility.Answer, error){pending, eligible}}
	w.parts.Checker = c
	w.say(w.node(), "开通分付")
	before := w.load()
	w.say(w.node(), "同意", "同意", "林小满", "110199199005219903", "13800138000", "确认")
	w.wake()
	parts := w.parts
	parts.Memory = &stale{w.store(), before}
	deaf, err := bot.New(parts)
	if err != nil {
		t.Fatal(err)
	}
	if err := deaf.Called(ctx, c.checks[0]); err != nil {
		t.Fatal(err)
	}
	if n := w.count(bot.CodeDecided); n != 1 || len(c.polls) != 1 {
		t.Errorf("%d decisions from %d polls", n, len(c.polls))
	}
}

func TestCallbackOnAnOldCopy(t *testing.T) {
	// The old copy says "not sent yet", so it is sent again, under the same id.
	w, c := submitted(t, pending, pending, eligible)
	old := w.node()
	if _, err := old.Handle(ctx, w.text("talk", "等一下")); err != nil {
		t.Fatal(err)
	}
	w.wake()
	if err := old.Called(ctx, c.checks[0]); err != nil {
		t.Fatal(err)
	}
	if n := w.count(bot.CodeDecided); n != 1 {
		t.Errorf("%d decisions", n)
	}
	for _, id := range append(c.checks, c.polls...) {
		if id != c.checks[0] {
			t.Errorf("checks %v, polls %v: not one check", c.checks, c.polls)
		}
	}
}
