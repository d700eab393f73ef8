package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"fenfu/bot/eligibility"
	"fenfu/bot/handoff"
)

// How long an application is tried before a person has to look.
const (
	maxFailures = 8              // tries in a row without an answer
	maxWait     = 24 * time.Hour // from submission to decision
	firstRetry  = 2 * time.Second
	lastRetry   = 5 * time.Minute
)

// Called takes in that the check has decided, as a callback says. It believes
// nothing but that, and asks the check itself; so a callback may come late,
// twice or in any order.
func (b *Bot) Called(ctx context.Context, checkID string) error {
	session, _, _ := strings.Cut(checkID, ".")
	load := b.Memory.Fresh // a copy from before the application would have the callback answered, and nothing done
	for range 2 {          // a try that another node made at the same time counts in place of this one
		s, err := load(ctx, session)
		if err != nil {
			return fmt.Errorf("load session: %w", err)
		}
		if !s.Application.open() || s.Application.held() || s.Application.Request.CheckID != checkID {
			return nil
		}
		if err := b.try(ctx, s); err != nil {
			return err
		}
		load = b.Memory.Load // that one's commit, or what has become of another's
	}
	return nil
}

func (b *Bot) try(ctx context.Context, s Session) error {
	a := s.Application
	first, err := b.first(ctx, s)
	if err != nil {
		return err
	}
	var answer eligibility.Answer
	if !first {
		return b.tried(ctx, s, Try{CheckID: a.Request.CheckID, Repeat: true})
	}
	if a.Status == Pending {
		if answer, err = b.Checker.Poll(ctx, a.Request.CheckID); refusedAs(err, (*eligibility.RefusedError).NotFound) {
			answer, err = b.Checker.Check(ctx, a.Request)
		}
	} else {
		// The service has it under another payload if an earlier try named
		// another callback address, or was of another version of this server.
		if answer, err = b.Checker.Check(ctx, a.Request); refusedAs(err, (*eligibility.RefusedError).OtherPayload) {
			answer, err = b.Checker.Poll(ctx, a.Request.CheckID)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err() // this node stops; the lease runs out and another one tries
	}
	try := Try{CheckID: a.Request.CheckID, Pending: answer.Pending, After: answer.After}
	var again *eligibility.TryAgainError
	switch {
	case errors.As(err, &again):
		try.Trouble, try.After = again.Reason, again.After
		level := slog.LevelWarn
		if again.Reason == eligibility.ReasonBreakerOpen {
			level = slog.LevelDebug // one line for each application would say nothing new
		}
		b.Logger.Log(ctx, level, "no answer from the check", "session", s.ID, "application", a.ID, "reason", again.Reason, "error", again.Err, "failures", a.Failures+1)
	case err != nil: // refused, or something that no try can mend
		try.Final, try.Trouble = true, eligibility.ReasonRefused
		b.Logger.ErrorContext(ctx, "the check refuses an application", "session", s.ID, "application", a.ID, "error", err)
	case !answer.Pending:
		try.Result = &answer.Result
	}
	return b.tried(ctx, s, try)
}

func refusedAs(err error, what func(*eligibility.RefusedError) bool) bool {
	var refused *eligibility.RefusedError
	return errors.As(err, &refused) && what(refused)
}

// tried takes in what a try came to.
func (b *Bot) tried(ctx context.Context, s Session, try Try) error {
	a := s.Application
	_, err := b.Handle(ctx, Message{
		Session: s.ID, ID: fmt.Sprintf("check:%s.%d:%d", a.ID, a.Version, a.Attempts), From: System, Kind: Outcome, Outcome: &try,
	})
	return errors.Join(err, b.unclaim(ctx, s))
}

// outcome takes in what a try came to. An answer to anything but the check
// that the session waits for changes nothing.
func (t *turn) outcome() {
	try := t.m.Outcome
	if !t.s.Application.open() || t.s.Application.Request.CheckID != try.CheckID {
		t.nothing = true
		return
	}
	a := *t.s.Application
	t.s.Application = &a
	a.Attempts, a.Trouble = a.Attempts+1, try.Trouble
	switch {
	case try.Repeat:
		t.disclaim(a.ID)
		t.decided(&a, repeated(try.CheckID))
	case try.Result != nil:
		t.decided(&a, eligibility.Sanitize(*try.Result).On(t.m.At))
	case try.Final || t.m.At.Sub(a.SubmittedAt) > maxWait:
		t.decided(&a, eligibility.Unavailable(try.CheckID))
	case try.Pending:
		first := a.Status != Pending
		a.Status, a.Failures = Pending, 0
		a.Next = t.m.At.Add(max(try.After, time.Second))
		if first {
			t.notice(CodePending, "申请已送达审核方，正在核对，可能需要一些时间。结果会在这里通知您，关闭页面也没关系。", &Data{Application: a.ID})
		}
	default:
		t.failed(&a, try)
	}
}

// failed waits longer after each failure, and gives the application to a person
// after the last. A try that was not even sent does not count.
func (t *turn) failed(a *Application, try *Try) {
	if try.Trouble != eligibility.ReasonBreakerOpen {
		a.Failures++
	}
	if a.Failures >= maxFailures {
		t.decided(a, eligibility.Unavailable(try.CheckID))
		return
	}
	wait := min(firstRetry<<max(a.Failures-1, 0), lastRetry)
	wait += rand.N(wait/2 + 1) // many applications that failed together do not come back together
	a.Next = t.m.At.Add(max(try.After, wait))
	if a.Status == Queued && a.Attempts == 1 { // an open breaker is no answer, either
		t.notice(CodeDelayed, "审核方暂时没有回应，我们会自动重试，不需要重新提交。结果会在这里通知您。", &Data{Application: a.ID})
	}
}

// decided ends the application with a result.
func (t *turn) decided(a *Application, result eligibility.Result) {
	a.Status, a.Result, a.DecidedAt, a.Failures = Decided, result, t.m.At, 0
	a.Request.Subject = eligibility.Subject{} // the check has it; the flow keeps what the visitor gave
	a.Next = time.Time{}
	title, text := t.bot.decisionText(result)
	data := &Data{Application: a.ID, Decision: result.Decision, Reasons: result.Reasons}
	t.notice(CodeDecided, title+"\n"+text, data, reviewOrHuman(result.Decision))
	t.announce(a)
	t.needsPerson(result)
}

// needsPerson puts what only a person can decide into their queue, and takes it
// out again when a later check has decided.
func (t *turn) needsPerson(r eligibility.Result) {
	h := t.s.Handoff
	switch {
	case r.Decision != eligibility.ManualReview:
		if t.s.Owner == OwnerWaiting && (h.Reason == handoff.Review || h.Reason == handoff.Failed) {
			t.change(OwnerBot).EndedAt = t.m.At
		}
	case slices.ContainsFunc(r.Reasons, func(r eligibility.Reason) bool { return r.Code == eligibility.SystemUnavailable }):
		t.handoff(handoff.Failed)
	default:
		t.handoff(handoff.Review)
	}
}
