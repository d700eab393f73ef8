package bot_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"

	"fenfu/bot"
	"fenfu/bot/eligibility"
)

// TestRequeue checks a given-up application anew, once, whoever asks how often.
func TestRequeue(t *testing.T) {
	w, c := submitted(t, refused(http.StatusBadGateway), eligible)
	if err := w.node().Requeue(ctx, w.session); !errors.Is(err, bot.ErrNotGivenUp) {
		t.Fatalf("of an open application: %v", err)
	}
	w.wake()
	first := w.load().Application
	if !first.GivenUp() {
		t.Fatalf("application %s, %+v", first.Status, first.Result)
	}
	var wg sync.WaitGroup
	for range 4 {
		b := w.node()
		wg.Go(func() {
			if err := b.Requeue(ctx, w.session); err != nil && !errors.Is(err, bot.ErrNotGivenUp) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	a := w.load().Application
	if a.Status != bot.Queued || a.ID != first.ID || a.Version != 2 || a.Request.Subject.IDNumber != "110199199005219903" {
		t.Fatalf("application %+v", a)
	}
	if _, err := w.node().Handle(ctx, bot.Message{Session: w.session, ID: "late", From: bot.System, Kind: bot.Outcome,
		Outcome: &bot.Try{CheckID: first.Request.CheckID, Result: &eligibility.Result{Decision: eligibility.NotEligible}}}); err != nil {
		t.Fatal(err)
	}
	w.wake() // the desk's books come first
	w.wake()
	w.wake() // nobody at the desk needs to see it any more
	s := w.load()
	if s.Application.Result.Decision != eligibility.Eligible || !s.Due.IsZero() {
		t.Errorf("decision %q, due %v", s.Application.Result.Decision, s.Due)
	}
	if len(c.checks) != 2 || c.checks[0] == c.checks[1] {
		t.Errorf("checks %v, want two different ones", c.checks)
	}
	if n := w.count(bot.CodeResumed); n != 1 {
		t.Errorf("the visitor was told %d times", n)
	}
}

func TestRequeueNeedsTheDetails(t *testing.T) {
	for _, said := range []string{"删除我的信息", "开通分付"} {
		w, _ := submitted(t, refused(http.StatusBadGateway))
		w.wake()
		w.say(w.node(), said)
		before := w.load()
		if err := w.node().Requeue(ctx, w.session); !errors.Is(err, bot.ErrNotGivenUp) {
			t.Errorf("after %s: %v", said, err)
		}
		if w.load().Version != before.Version {
			t.Errorf("after %s the session moved", said)
		}
	}
}
