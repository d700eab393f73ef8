package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"fenfu/bot/eligibility"
	"fenfu/bot/webhook"
	"fenfu/web/webtest"
)

// These join the service and the client of bot/eligibility by real sockets.

// join serves w and returns a client of it.
func join(t *testing.T, w *world, change ...func(*eligibility.RemoteConfig)) *eligibility.Remote {
	t.Helper()
	srv := httptest.NewServer(w.h)
	t.Cleanup(srv.Close)
	c := eligibility.RemoteConfig{URL: srv.URL, Token: token, AllowPrivate: true, TripAfter: 100}
	for _, f := range change {
		f(&c)
	}
	r, err := eligibility.NewRemote(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.stop) // before the server waits for its handlers
	return r
}

func application(id string) eligibility.Request {
	return eligibility.Request{
		CheckID: id, Product: "fenfu",
		Consent: eligibility.Consent{ID: "disclose", Version: "2026-11-22", At: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), TextSHA256: strings.Repeat("ab", 32)},
		Subject: eligibility.Subject{Name: goodName, IDType: "resident", IDNumber: goodID, Phone: "+8613812345678", Email: "test@example.com", WeChat: "wx_testing"},
	}
}

// said puts what came of a call into a line, and sees that it tells nothing.
func said(t *testing.T, a eligibility.Answer, err error) string {
	t.Helper()
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "answer", a, "error", err)
	quiet(t, b.String()+fmt.Sprintf("%+v %#v %+v %#v", a, a, err, err))
	var again *eligibility.TryAgainError
	var refused *eligibility.RefusedError
	switch {
	case errors.As(err, &again):
		return "again " + again.Reason
	case errors.As(err, &refused):
		return fmt.Sprintf("refused %d %s", refused.Status, refused.Problem)
	case err != nil:
		return err.Error()
	case a.Pending:
		return fmt.Sprintf("pending %v", a.After)
	case len(a.Result.Reasons) > 0:
		return string(a.Result.Decision) + " " + a.Result.Reasons[0].Code
	}
	return string(a.Result.Decision)
}

func TestTheClientGetsAnAnswerInEveryMode(t *testing.T) {
	malformed := func(how string) func(*config) {
		return func(c *config) { c.Mode, c.Malformed = []string{modeMalformed}, how }
	}
	for _, tc := range []struct {
		name   string
		change func(*config)
		want   string // of three tries
	}{
		{"decide", mode(modeDecide), "eligible, eligible, eligible"},
		{"fail", mode(modeFail), "again unavailable, again unavailable, eligible"},
		{"fail 429", func(c *config) { c.Mode, c.FailStatus, c.FailTimes = []string{modeFail}, 429, 1 }, "again rate_limited, eligible, eligible"},
		{"cut", mode(modeCut), "again bad_answer, again bad_answer, eligible"},
		{"json", malformed("json"), "again bad_answer, again bad_answer, eligible"},
		{"type", malformed("type"), "again bad_answer, again bad_answer, eligible"},
		{"empty", malformed("empty"), "again bad_answer, again bad_answer, eligible"},
		{"huge", malformed("huge"), "again bad_answer, again bad_answer, eligible"},
		{"check-id", malformed("check-id"), "again bad_answer, again bad_answer, eligible"},
		{"status", malformed("status"), "again bad_answer, again bad_answer, eligible"},
		{"decision", malformed("decision"), "manual_review SYSTEM_UNAVAILABLE, manual_review SYSTEM_UNAVAILABLE, eligible"},
		{"reason", malformed("reason"), "manual_review SYSTEM_UNAVAILABLE, manual_review SYSTEM_UNAVAILABLE, eligible"},
		{"pending-poll", func(c *config) { c.Mode, c.Delay = []string{modePendingPoll}, time.Hour }, "pending 1s, pending 1s, pending 1s"},
		{"pending, soon", func(c *config) { c.Mode, c.Delay, c.RetryAfter = []string{modePendingPoll}, time.Hour, 0 }, "pending 2s, pending 2s, pending 2s"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := setup(t, tc.change)
			r := join(t, w)
			var got []string
			for range 3 {
				a, err := r.Check(t.Context(), application("c"))
				got = append(got, said(t, a, err))
			}
			if strings.Join(got, ", ") != tc.want {
				t.Errorf("got %s, want %s", strings.Join(got, ", "), tc.want)
			}
			c := w.received(t)
			if len(c.Checks) != 1 || c.Checks[0].Requests != 3 || c.Checks[0].Accepted != 1 || c.Checks[0].Mismatched != 0 {
				t.Errorf("the service saw %+v", c)
			}
		})
	}
}

func TestTheClientIsToldWhatIsWrong(t *testing.T) {
	w := setup(t)
	r := join(t, w)
	a, err := r.Check(t.Context(), application("c"))
	if got := said(t, a, err); got != "eligible" {
		t.Fatal(got)
	}
	other := application("c")
	other.Subject.Name = "何谷雨"
	a, err = r.Check(t.Context(), other)
	if got := said(t, a, err); got != "refused 422 other-payload" {
		t.Error(got)
	}
	bad := application("d")
	bad.Subject.IDType = "passport"
	a, err = r.Check(t.Context(), bad)
	if got := said(t, a, err); got != "refused 400 invalid-request" {
		t.Error(got)
	}
	a, err = r.Poll(t.Context(), "nobodys")
	if got := said(t, a, err); got != "refused 404 not-found" {
		t.Error(got)
	}
	wrong := join(t, w, func(c *eligibility.RemoteConfig) { c.Token = "another" })
	a, err = wrong.Check(t.Context(), application("e"))
	if got := said(t, a, err); got != "refused 401 unauthorized" {
		t.Error(got)
	}
}

// TestSlowThenRunningThenDone is a try that takes too long: the next finds it
// running, and a later one finds its answer.
func TestSlowThenRunningThenDone(t *testing.T) {
	t.Parallel()
	w := setup(t, mode(modeSlow), func(c *config) { c.Delay = time.Hour })
	hasty := join(t, w, func(c *eligibility.RemoteConfig) { c.Timeout, c.TripAfter = 50*time.Millisecond, math.MaxInt })
	r := join(t, w, func(c *eligibility.RemoteConfig) { c.Timeout = time.Minute })
	check := func(r *eligibility.Remote) string {
		a, err := r.Check(t.Context(), application("c"))
		return said(t, a, err)
	}
	for taken := false; !taken; { // a machine may be slower than the try is long
		if got := check(hasty); got != "again timeout" && got != "again still_running" {
			t.Fatal(got)
		}
		checks := w.received(t).Checks
		taken = len(checks) == 1 && checks[0].Accepted == 1
	}
	if got := check(r); got != "again still_running" {
		t.Error(got)
	}
	w.store.ready("c", time.Now())
	if got := check(r); got != "eligible" {
		t.Error(got)
	}
}

// ready moves the instant at which a decision may be known.
func (s *store) ready(id string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID[id].readyAt = at
}

// TestCallbackThenPoll follows one check from end to end.
func TestCallbackThenPoll(t *testing.T) {
	for _, m := range []string{modePendingCallback, modeDuplicateCallback, modeLateCallback} {
		t.Run(m, func(t *testing.T) {
			w := setup(t, mode(m), func(c *config) { c.Delay, c.CallbackDelay = 0, 10*time.Millisecond })
			decided := make(chan string, 8)
			callbacks := httptest.NewServer(receive(t, decided))
			t.Cleanup(callbacks.Close)
			r := join(t, w, func(c *eligibility.RemoteConfig) { c.CallbackURL = callbacks.URL + "/v1/callbacks/checks" })
			a, err := r.Check(t.Context(), application("c"))
			if got := said(t, a, err); got != "pending 1s" {
				t.Fatal(got)
			}
			times := 1
			if m == modeDuplicateCallback {
				times = 3
			}
			for range times {
				id := <-decided
				a, err := r.Poll(t.Context(), id)
				if got := said(t, a, err); got != "eligible" || a.Result.CheckID != "c" {
					t.Errorf("after the callback: %s", got)
				}
			}
		})
	}
}

// receive takes callbacks the way the server does.
func receive(t *testing.T, decided chan<- string) http.HandlerFunc {
	secrets, err := webhook.ParseSecrets(webhookSecret)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := webhook.NewVerifier(time.Now, secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(http.MaxBytesReader(w, r.Body, webhook.MaxBody))
		_, err := verifier.Verify(r.Header, body)
		if err != nil {
			t.Error(err)
		}
		c, err := eligibility.ParseCallback(body)
		if err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusNoContent)
		decided <- c.CheckID
	}
}

func TestSettings(t *testing.T) {
	for _, tc := range []struct{ args, want string }{
		{"--mode nonsense", "no such mode"},
		{"--mode pending-callback", "callbacks need one"},
		{"--mode decide --webhook-secret hunter2", "does not begin with whsec_"},
		{"--fail-status 404", "429 or 5xx"},
		{"--fail-times=-1", "must not be negative"},
		{"--callback-times 0", "at least 1"},
		{"--delay=-1s", "must not be negative"},
		{"--max-checks 0", "at least 1"},
		{"--malformed upside-down", "must be one of"},
		{"--no-such-flag", "unknown flag"},
	} {
		var out, errs bytes.Buffer
		status := run(strings.Fields(tc.args), &out, &errs)
		if status != 2 || !strings.Contains(errs.String(), tc.want) || strings.Contains(errs.String(), "hunter2") {
			t.Errorf("%s: %d %s", tc.args, status, errs.String())
		}
	}
}

func TestServeStopsWhenTold(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var out, log webtest.Log
	c := config{Listen: "127.0.0.1:0", Mode: []string{modeSlow}, Delay: time.Hour, MaxChecks: 10}
	ready := make(chan string, 1)
	done := make(chan error, 1)
	go func() { done <- serve(ctx, c, &firstLine{&out, ready, sync.Once{}}, &log) }()
	_, addr, _ := strings.Cut(<-ready, "http://")
	addr, _, _ = strings.Cut(addr, " ")

	// A request that would take an hour is told to come again.
	r, err := eligibility.NewRemote(eligibility.RemoteConfig{URL: "http://" + addr, AllowPrivate: true, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	slow := make(chan string, 1)
	go func() {
		a, err := r.Check(t.Context(), application("c"))
		slow <- said(t, a, err)
	}()
	for { // until it is there
		a, err := r.Poll(t.Context(), "c")
		if got := said(t, a, err); strings.HasPrefix(got, "pending") {
			break
		} else if got != "refused 404 not-found" {
			t.Fatal(got)
		}
	}
	stop()
	if got := <-slow; got != "again unavailable" {
		t.Error(got)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	quiet(t, log.String())
	var line struct{ Msg, Route string }
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil || line.Route != "POST /v1/checks" {
		t.Errorf("log: %s", log.String())
	}
	if !strings.Contains(out.String(), "no --token") {
		t.Errorf("no word about the missing token: %s", out.String())
	}
}

// firstLine passes on the first write.
type firstLine struct {
	io.Writer
	first chan<- string
	once  sync.Once
}

func (f *firstLine) Write(p []byte) (int, error) {
	f.once.Do(func() { f.first <- string(p) })
	return f.Writer.Write(p)
}
