package bot_test

import (
	"strings"
	"testing"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
)

// answers brings the answer to a check, as a try that was under way does.
func (w *world) answers(id, check string, decision eligibility.Decision) {
	w.t.Helper()
	if _, err := w.node().Handle(ctx, bot.Message{Session: w.session, ID: id, From: bot.System, Kind: bot.Outcome,
		Outcome: &bot.Try{CheckID: check, Result: &eligibility.Result{CheckID: check, Decision: decision}}}); err != nil {
		w.t.Fatal(err)
	}
}

// TestCorrectionMakesTheCheckStale: the answer to the version before, and its
// callback, come during the correction and after it.
func TestCorrectionMakesTheCheckStale(t *testing.T) {
	w, c := submitted(t, pending, pending, eligible)
	w.wake()
	old := w.load().Application
	w.say(w.node(), "手机号填错了，改成13900139000")
	s := w.load()
	if s.Application.Status != bot.Held || s.Application.Version != 2 || s.Flow.Status != flow.Running || s.Due.Equal(old.Next) {
		t.Fatalf("application %s version %d, flow %s, due %v", s.Application.Status, s.Application.Version, s.Flow.Status, s.Due)
	}
	w.answers("during", old.Request.CheckID, eligibility.NotEligible)
	if err := w.node().Called(ctx, old.Request.CheckID); err != nil {
		t.Fatal(err)
	}
	if err := w.node().Called(ctx, s.Application.Request.CheckID); err != nil { // of a check that was never asked for
		t.Fatal(err)
	}
	if w.count(bot.CodeDecided) != 0 || len(c.checks) != 1 || len(c.polls) != 0 {
		t.Fatalf("%d decisions, checks %v, polls %v during the correction", w.count(bot.CodeDecided), c.checks, c.polls)
	}
	w.say(w.node(), "确认")
	is := w.load().Application
	if is.ID != old.ID || is.Status != bot.Queued || is.Request.CheckID == old.Request.CheckID || is.Request.Subject.Phone != "13900139000" && is.Request.Subject.Phone != "+8613900139000" {
		t.Fatalf("application %+v", is)
	}
	w.answers("after", old.Request.CheckID, eligibility.NotEligible)
	w.wake() // pending
	w.answers("late", old.Request.CheckID, eligibility.NotEligible)
	if err := w.node().Called(ctx, old.Request.CheckID); err != nil || len(c.polls) != 0 {
		t.Fatalf("the old version's callback: %v, %d polls", err, len(c.polls))
	}
	w.wake()
	if got := w.load().Application.Result.Decision; got != eligibility.Eligible || w.count(bot.CodeDecided) != 1 {
		t.Errorf("decision %q, %d notices", got, w.count(bot.CodeDecided))
	}
	if len(c.checks) != 2 || c.checks[0] == c.checks[1] || w.count(bot.CodeCorrected) != 1 {
		t.Errorf("checks %v, told %d times", c.checks, w.count(bot.CodeCorrected))
	}
}

// TestCorrectionOvertakesTheCheck: the visitor corrects while the check is
// under way.
func TestCorrectionOvertakesTheCheck(t *testing.T) {
	w := newWorld(t)
	w.window = month
	c := &decided{decision: eligibility.NotEligible}
	w.parts.Checker = c
	w.confirmed(w.node())
	c.during = func() {
		c.during = nil
		w.say(w.node(), "身份证号填错了", "330199197805149941", "确认")
	}
	w.wake()
	if n := w.count(bot.CodeDecided); n != 0 {
		t.Fatal("decided about the ID number before")
	}
	for !w.load().Due.IsZero() {
		w.wake()
	}
	if n := w.count(bot.CodeDecided); n != 1 || len(c.checks) != 2 {
		t.Errorf("%d decisions, checks %v", n, c.checks)
	}
	if s := w.load(); len(s.Claims) != 1 {
		t.Errorf("claims %+v, want that of the second number only", s.Claims)
	}
	// The first number's holder can still apply.
	w.another()
	w.confirmed(w.node())
	w.wake()
	if len(c.checks) != 3 {
		t.Errorf("checks %v: the claim of a number that was wrong is still there", c.checks)
	}
}

// TestCorrectionAfterTheDecision changes nothing.
func TestCorrectionAfterTheDecision(t *testing.T) {
	w, c := submitted(t, eligible)
	w.wake()
	before := w.load().Application
	for _, text := range []string{"手机号填错了，改成13900139000", "更正我的信息", "名字写错了"} {
		seq := w.load().Seq
		w.say(w.node(), text)
		s := w.load()
		if s.Application.Version != before.Version || s.Application.Status != bot.Decided || s.Flow.Status != flow.Done || !s.Due.IsZero() {
			t.Errorf("%s: application %s version %d, flow %s", text, s.Application.Status, s.Application.Version, s.Flow.Status)
		}
		if said := w.events(seq)[1].Text.Reveal(); !strings.Contains(said, "人工复核") {
			t.Errorf("%s: %s", text, said)
		}
	}
	if len(c.checks) != 1 {
		t.Errorf("checks %v", c.checks)
	}
}
