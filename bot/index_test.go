package bot_test

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fenfu/bot"
	"fenfu/bot/eligibility"
)

const month = 30 * 24 * time.Hour

// another moves to a session of somebody else.
func (w *world) another() { w.session = "s" + rand.Text()[:25] }

// decided answers every check at once, and counts them.
type decided struct {
	mu       sync.Mutex
	decision eligibility.Decision // "": pending
	checks   []string
	during   func() // runs inside of a check
}

func (c *decided) Check(_ context.Context, r eligibility.Request) (eligibility.Answer, error) {
	c.mu.Lock()
	c.checks = append(c.checks, r.CheckID)
	c.mu.Unlock()
	if c.during != nil {
		c.during()
	}
	if c.decision == "" {
		return pending()
	}
	return eligibility.Answer{Result: eligibility.Result{Decision: c.decision}}, nil
}

func (c *decided) Poll(context.Context, string) (eligibility.Answer, error) { return pending() }

// TestStrangerLearnsNothing: whoever applies with an ID number that is not
// theirs is told the same, whatever became of the holder's application.
func TestStrangerLearnsNothing(t *testing.T) {
	var told [][]bot.Event
	for _, first := range []eligibility.Decision{eligibility.Eligible, eligibility.NotEligible, eligibility.ManualReview, ""} {
		w := newWorld(t)
		w.window = month
		c := &decided{decision: first}
		w.parts.Checker = c
		w.confirmed(w.node())
		w.wake()
		holder := w.load().Application
		w.another()
		w.now = w.now.Add(time.Hour)
		w.confirmed(w.node())
		before := w.load()
		w.wake()
		s := w.load()
		if len(c.checks) != 1 || s.Application.Status != bot.Decided || !s.Due.IsZero() {
			t.Fatalf("%d checks, application %s, due %v", len(c.checks), s.Application.Status, s.Due)
		}
		if len(s.Claims) != 0 {
			t.Errorf("the stranger's session keeps %+v", s.Claims)
		}
		events := w.events(before.Seq)
		for i := range events {
			if events[i].Data == nil || events[i].Data.Application == holder.ID {
				t.Errorf("data %+v", events[i].Data)
			} else {
				events[i].Data.Application = "own"
			}
		}
		told = append(told, events)
	}
	for i := range told[1:] {
		if diff := cmp.Diff(told[0], told[i+1]); diff != "" {
			t.Errorf("told other things of another outcome:\n%s", diff)
		}
	}
	if len(told[0]) != 1 || len(told[0][0].Choices) == 0 || told[0][0].Data.Reasons[0].Code != eligibility.DuplicateApplication {
		t.Errorf("told %+v", told[0])
	}
}

// TestOneOfTwoSessions lets two sessions apply at once, on several nodes.
func TestOneOfTwoSessions(t *testing.T) {
	w := newWorld(t)
	w.window = month
	c := &decided{decision: eligibility.Eligible}
	w.parts.Checker = c
	var ids []string
	for range 2 {
		w.another()
		w.confirmed(w.node())
		ids = append(ids, w.session)
	}
	var wg sync.WaitGroup
	for range 3 {
		for _, id := range ids {
			b := w.node()
			wg.Go(func() {
				if err := b.Wake(ctx, id); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	slices.Sort(c.checks)
	if n := len(slices.Compact(c.checks)); n != 1 {
		t.Errorf("%d different checks, want 1: %v", n, c.checks)
	}
	for _, id := range ids {
		w.session = id
		if n := w.count(bot.CodeDecided); n != 1 {
			t.Errorf("%d decisions", n)
		}
	}
}

// flaky is an Index that fails when told.
type flaky struct {
	bot.Index
	claims, releases int // calls that fail, after having done their work
}

var errLost = errors.New("the answer is lost")

func (f *flaky) Claim(ctx context.Context, fingerprint, application string, window time.Duration) (bool, error) {
	ok, err := f.Index.Claim(ctx, fingerprint, application, window)
	if f.claims > 0 {
		f.claims--
		return false, errLost
	}
	return ok, err
}

func (f *flaky) Release(ctx context.Context, fingerprint, application string) error {
	if f.releases > 0 {
		f.releases--
		return errLost
	}
	return f.Index.Release(ctx, fingerprint, application)
}

func (w *world) flaky(claims, releases int) *flaky {
	w.t.Helper()
	index, err := w.store().Index()
	if err != nil {
		w.t.Fatal(err)
	}
	f := &flaky{Index: index, claims: claims, releases: releases}
	w.parts.Index, w.parts.DuplicateWindow, w.window = f, month, 0
	return f
}

// TestClaimedThenCrashed: a claim whose answer was lost, or whose node died, is
// the application's own when it is tried again.
func TestClaimedThenCrashed(t *testing.T) {
	w := newWorld(t)
	w.flaky(2, 0)
	c := &decided{decision: eligibility.Eligible}
	w.parts.Checker = c
	w.confirmed(w.node())
	for range 2 {
		if err := w.node().Wake(ctx, w.session); !errors.Is(err, errLost) {
			t.Fatalf("err = %v", err)
		}
	}
	w.wake()
	if got := w.load().Application.Result.Decision; got != eligibility.Eligible || len(c.checks) != 1 {
		t.Errorf("decision %q after %d checks", got, len(c.checks))
	}
}

// TestErasureReachesTheIndex: before and after the decision, and though the
// index does not answer at first.
func TestErasureReachesTheIndex(t *testing.T) {
	for _, decision := range []eligibility.Decision{eligibility.Eligible, ""} {
		w := newWorld(t)
		w.flaky(0, 2)
		c := &decided{decision: decision}
		w.parts.Checker = c
		w.confirmed(w.node())
		w.wake()
		w.say(w.node(), "删除我的信息")
		for range 2 {
			if err := w.node().Wake(ctx, w.session); !errors.Is(err, errLost) {
				t.Fatalf("err = %v", err)
			}
			if w.load().Due.IsZero() {
				t.Fatal("given up")
			}
		}
		w.wake()
		if s := w.load(); !s.Due.IsZero() || len(s.Claims) != 0 {
			t.Errorf("due %v, claims %+v", s.Due, s.Claims)
		}
		w.another()
		w.confirmed(w.node())
		w.wake()
		if len(c.checks) != 2 {
			t.Errorf("%q: %d checks, want the second person's too", decision, len(c.checks))
		}
	}
}

// TestErasedWhileClaiming: the details are deleted while the check is under
// way; what was claimed for it is let go.
func TestErasedWhileClaiming(t *testing.T) {
	w := newWorld(t)
	w.window = month
	c := &decided{decision: eligibility.Eligible}
	w.parts.Checker = c
	w.confirmed(w.node())
	id := w.session
	c.during = func() {
		c.during = nil
		w.say(w.node(), "删除我的信息")
		w.wake() // lets go of what is, or will be, claimed
		index, err := w.store().Index()
		if err != nil {
			t.Fatal(err)
		}
		// A claim that was on its way arrives after that.
		if ok, err := index.Claim(ctx, index.Fingerprint("110199199005219903"), applicationOf(t, c.checks[0]), month); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	if err := w.node().Wake(ctx, id); err != nil {
		t.Fatal(err)
	}
	w.another()
	w.confirmed(w.node())
	w.wake()
	if got := w.load().Application.Result.Decision; got != eligibility.Eligible {
		t.Errorf("the next one is told %q", got)
	}
}

// TestSecondApplicantOfASession: both claims are known, and both are let go.
func TestSecondApplicantOfASession(t *testing.T) {
	w := newWorld(t)
	w.window = month
	c := &decided{decision: eligibility.Eligible}
	w.parts.Checker = c
	w.confirmed(w.node())
	w.wake()
	b := w.node()
	if _, err := b.Handle(ctx, bot.Message{Session: w.session, ID: "another", From: bot.Visitor, Kind: bot.Choose, Text: "flow.start.another"}); err != nil {
		t.Fatal(err)
	}
	w.say(b, "同意", "同意", "邓处暑", "330199197805149941", "13800138001", "确认")
	w.wake()
	if s := w.load(); len(s.Claims) != 2 || len(c.checks) != 2 {
		t.Errorf("%d claims, %d checks", len(s.Claims), len(c.checks))
	}
	w.say(w.node(), "删除我的信息")
	w.wake()
	w.wake()
	if s := w.load(); len(s.Claims) != 0 || !s.Due.IsZero() {
		t.Errorf("left: %+v", s.Claims)
	}
}

func applicationOf(t *testing.T, check string) string {
	t.Helper()
	parts := strings.Split(check, ".")
	if len(parts) != 3 {
		t.Fatalf("check id %q", check)
	}
	return parts[1]
}
