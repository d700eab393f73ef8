package bot_test

import (
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
)

const week = 7 * 24 * time.Hour

// TestPurgedOnce lets several nodes find the details of a form that was left
// due for deletion: they go, once, and the visitor is told. What was asked for
// and agreed to stays.
func TestPurgedOnce(t *testing.T) {
	w := newWorld(t)
	w.parts.KeepUnfinished = week
	old := w.node()
	w.say(old, "开通分付", "同意", "同意", "林小满", "110199199005219903")
	said := w.now
	for w.load().Flow.Status == flow.Running {
		w.wakeAll(old)
	}
	parked := w.load()
	if len(parked.Flow.Details) != 2 || !parked.Due.Equal(said.Add(week)) {
		t.Fatalf("put aside: %d details, due %v", len(parked.Flow.Details), parked.Due)
	}
	for want := range parked.Wants {
		if want.What != bot.WantPurge {
			t.Errorf("wants %+v", want)
		}
	}
	w.wakeAll(old)
	s := w.load()
	if len(s.Flow.Details) != 0 || len(s.Flow.Consents) != 2 || s.Flow.Status != flow.Parked || s.Flow.Step != "name" {
		t.Errorf("left: %+v", s.Flow)
	}
	if n := w.count(bot.CodeLapsed); n != 1 || !s.Due.IsZero() || s.Keeping != (bot.Keeping{}) {
		t.Errorf("told %d times, due %v, %+v", n, s.Due, s.Keeping)
	}
}

// TestPurgeOfACorrection: a correction that was never confirmed goes with its
// application, whose claim is given up and whose late answer changes nothing.
func TestPurgeOfACorrection(t *testing.T) {
	w := newWorld(t)
	w.parts.KeepUnfinished, w.window = week, month
	w.parts.Checker = slowCheck{}
	w.say(w.node(), "开通分付", "同意", "同意", "林小满", "110199199005219903", "13800138000", "确认提交")
	w.wake()
	w.say(w.node(), "手机号填错了", "13900139000")
	check := w.load().Application.Request.CheckID
	for end := w.now.Add(week + time.Hour); !w.load().Due.IsZero() && !w.load().Due.After(end); {
		w.now = later(w.now, w.load().Due)
		w.wake()
	}
	s := w.load()
	if s.Application != nil || len(s.Flow.Details) != 0 || len(s.Claims) != 0 || !s.Due.IsZero() {
		t.Errorf("left: %+v, %d details, %d claims, due %v", s.Application, len(s.Flow.Details), len(s.Claims), s.Due)
	}
	late := &bot.Try{CheckID: check, Result: &eligibility.Result{CheckID: check, Decision: eligibility.Eligible}}
	if _, err := w.node().Handle(ctx, bot.Message{Session: w.session, ID: "late", From: bot.System, Kind: bot.Outcome, Outcome: late}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(bot.CodeDecided); n != 0 {
		t.Errorf("%d decisions", n)
	}
}

// TestNoPurge: of what was submitted, of what is talked about, and with a person.
func TestNoPurge(t *testing.T) {
	w := newWorld(t)
	w.parts.KeepUnfinished, w.parts.RemindAfter = week, nil
	w.say(w.node(), "开通分付", "同意", "同意", "林小满")
	due := w.load().Due
	w.now = due.Add(-time.Hour)
	w.say(w.node(), "审核要多久")
	if s := w.load(); !s.Due.Equal(due) {
		t.Errorf("talk moved the due instant from %v to %v", due, s.Due)
	}
	said := w.now
	w.now = due
	w.wake()
	if s := w.load(); len(s.Flow.Details) != 1 || !s.Due.Equal(said.Add(week)) {
		t.Errorf("%d details, due %v", len(s.Flow.Details), s.Due)
	}
	w.takeOver()
	if s := w.load(); !s.Keeping.Next.IsZero() {
		t.Errorf("due for deletion at %v while a person sees to it", s.Keeping.Next)
	}
	w = newWorld(t)
	w.parts.KeepUnfinished = week
	w.at("submitted")
	if s := w.load(); s.Keeping != (bot.Keeping{}) || len(s.Flow.Details) != 3 {
		t.Errorf("decided: %+v, %d details", s.Keeping, len(s.Flow.Details))
	}
}
