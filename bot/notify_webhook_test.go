package bot_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/webhook"
)

const notifySecret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

// receiver is the operator's own system: a real HTTP server that notes what it
// verifies and answers what it is told to.
type receiver struct {
	t      testing.TB
	url    string
	answer http.HandlerFunc

	mu     sync.Mutex
	ids    []string
	bodies []string
}

func newReceiver(t testing.TB, answer http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{t: t, answer: answer}
	srv := httptest.NewServer(r)
	t.Cleanup(srv.Close)
	r.url = srv.URL
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the sender has gone
	}
	secrets, err := webhook.ParseSecrets(notifySecret)
	if err != nil {
		r.t.Error(err)
	}
	v, err := webhook.NewVerifier(time.Now, secrets...)
	if err != nil {
		r.t.Error(err)
	}
	id, err := v.Verify(req.Header, body)
	if err != nil {
		r.t.Error(err)
	}
	r.mu.Lock()
	r.ids, r.bodies = append(r.ids, id), append(r.bodies, string(body))
	r.mu.Unlock()
	r.answer(w, req)
}

func (r *receiver) received() (ids, bodies []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ids, r.bodies
}

// notifying makes the world's bots send to a URL.
func (w *world) notifying(url string, log io.Writer) {
	w.t.Helper()
	secrets, err := webhook.ParseSecrets(notifySecret)
	if err != nil {
		w.t.Fatal(err)
	}
	e, err := webhook.NewEndpoint(webhook.EndpointConfig{URL: url, Secrets: secrets, AllowPrivate: true, Timeout: time.Hour})
	if err != nil {
		w.t.Fatal(err)
	}
	w.sending(url, e, log)
}

// sending makes the world's bots send to a URL through s.
func (w *world) sending(url string, s bot.Sender, log io.Writer) {
	w.t.Helper()
	n, err := bot.NewWebhook(bot.WebhookConfig{
		URL: url, Sender: s, Marks: w.store(), Pauses: webhook.Pauses(), Logger: slog.New(slog.NewJSONHandler(log, nil)),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.parts.Notifier = n
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// inTurn answers one request after the other, the last answer for ever.
func inTurn(answers ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		next := answers[0]
		if len(answers) > 1 {
			answers = answers[1:]
		}
		mu.Unlock()
		next(w, r)
	}
}

// cut breaks the connection off. A try that times out is as good as that to the
// schedule, but takes as long as the test's machine must be given for any.
func cut(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// TestWebhookTellsOnce delivers a decision after a failure, a cut connection and
// a redirect, under one id and with one thin body.
func TestWebhookTellsOnce(t *testing.T) {
	elsewhere := newReceiver(t, status(200))
	r := newReceiver(t, nil)
	r.answer = inTurn(status(500), cut, func(w http.ResponseWriter, req *http.Request) {
		http.Redirect(w, req, elsewhere.url, http.StatusTemporaryRedirect)
	}, status(204))
	w := newWorld(t)
	var log strings.Builder
	w.notifying(r.url, &log)
	w.confirmed(w.node())
	w.wake() // the check
	for i := range 4 {
		before := w.now
		w.wake()
		if ids, _ := r.received(); len(ids) != i+1 {
			t.Fatalf("%d tries after %d wakes", len(ids), i+1)
		}
		if i < 3 {
			p := webhook.Pauses()[i]
			if got := w.load().Due.Sub(later(before, w.now)); got < p || got > p+p/10+time.Second {
				t.Errorf("try %d is followed in %v, want %v", i+1, got, p)
			}
		}
	}
	s := w.load()
	ids, bodies := r.received()
	for i := range ids {
		if ids[i] != ids[0] || bodies[i] != bodies[0] {
			t.Errorf("try %d: %s %s, the first was %s %s", i+1, ids[i], bodies[i], ids[0], bodies[0])
		}
	}
	if !s.Due.IsZero() || len(s.Notifications) != 0 {
		t.Errorf("left after the delivery: %+v, due %v", s.Notifications, s.Due)
	}
	if ids, _ := elsewhere.received(); len(ids) != 0 {
		t.Error("the redirect was followed")
	}
	want := map[string]any{
		"type": "application.decided", "timestamp": s.Application.DecidedAt.Format(time.RFC3339Nano),
		"data": map[string]any{"application_id": s.Application.ID, "session_id": s.ID, "status": "decided"},
	}
	wantJSON, _ := json.Marshal(want)
	var got any
	if err := json.Unmarshal([]byte(bodies[0]), &got); err != nil {
		t.Fatal(err)
	}
	if gotJSON, _ := json.Marshal(got); string(gotJSON) != string(wantJSON) {
		t.Errorf("body %s, want %s", gotJSON, wantJSON)
	}
	if n := strings.Count(log.String(), "\n"); n != 3 || strings.Contains(log.String(), r.url) {
		t.Errorf("%d lines in the log, want 3 without the URL:\n%s", n, log.String())
	}
}

// TestWebhookGone wants an endpoint that answered 410 left alone by every node,
// and another URL to be sent to again.
func TestWebhookGone(t *testing.T) {
	r := newReceiver(t, status(http.StatusGone))
	w := newWorld(t)
	w.notifying(r.url, io.Discard)
	w.confirmed(w.node())
	w.wake()
	w.wake()
	if s := w.load(); !s.Due.IsZero() || len(s.Notifications) != 0 {
		t.Errorf("left after 410: %+v, due %v", s.Notifications, s.Due)
	}
	w.notifying(r.url, io.Discard) // another node, or another day
	w.confirmed(w.node())
	w.wake()
	w.wake()
	if ids, _ := r.received(); len(ids) != 1 {
		t.Errorf("%d requests at an endpoint that is gone, want the one that said so", len(ids))
	}
	r.answer = status(200)
	w.notifying(r.url+"/?v=2", io.Discard)
	w.confirmed(w.node())
	w.wake()
	w.wake()
	if ids, _ := r.received(); len(ids) != 2 {
		t.Errorf("%d requests, want one at the new URL", len(ids)-1)
	}
}

// TestWebhookAfterACrash ends a node after the delivery and before its commit:
// the message is sent again, and its id says that it is the same.
func TestWebhookAfterACrash(t *testing.T) {
	r := newReceiver(t, status(200))
	w := newWorld(t)
	w.notifying(r.url, io.Discard)
	w.confirmed(w.node())
	w.wake()
	w.now = later(w.now, w.load().Due)
	dying, die := context.WithCancel(context.Background())
	r.answer = func(w http.ResponseWriter, _ *http.Request) {
		die()
		w.WriteHeader(200)
	}
	if err := w.node().Wake(dying, w.session); err == nil {
		t.Error("a node that died has committed")
	}
	if s := w.load(); len(s.Notifications) != 1 {
		t.Fatalf("%d notifications wait, want 1", len(s.Notifications))
	}
	r.answer = status(200)
	w.wake()
	if ids, _ := r.received(); len(ids) != 2 || ids[0] != ids[1] {
		t.Errorf("ids %v, want the same twice", ids)
	}
	if s := w.load(); !s.Due.IsZero() {
		t.Errorf("due %v", s.Due)
	}
}

// TestWebhookGivesUp follows the schedule to its end.
func TestWebhookGivesUp(t *testing.T) {
	r := newReceiver(t, status(404))
	w := newWorld(t)
	var log strings.Builder
	w.notifying(r.url, &log)
	w.confirmed(w.node())
	w.wake()
	first := w.now
	for !w.load().Due.IsZero() {
		w.wake()
	}
	ids, _ := r.received()
	if len(ids) != 10 {
		t.Errorf("%d tries, want 10", len(ids))
	}
	if took := w.now.Sub(first); took < 75*time.Hour || took > 84*time.Hour {
		t.Errorf("given up after %v", took)
	}
	if !strings.Contains(log.String(), "webhook given up") {
		t.Errorf("the log does not say so:\n%s", log.String())
	}
}

// sender answers tries in turn, the last answer for ever.
type sender struct {
	answers []error
	sent    int // tries that reached the wire
}

func (s *sender) Send(context.Context, string, []byte) error {
	err := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	if webhook.ReasonOf(err) != webhook.ReasonBreakerOpen {
		s.sent++
	}
	return err
}

var (
	open = &webhook.SendError{Reason: webhook.ReasonBreakerOpen}
	down = &webhook.SendError{Reason: webhook.ReasonUnavailable, Status: 503}
)

// TestWebhookBehindAnOpenBreaker: what was not sent is sent soon after the
// breaker closes, and takes no step of the schedule.
func TestWebhookBehindAnOpenBreaker(t *testing.T) {
	s := &sender{answers: []error{open, open, down, open, down, down, nil}}
	w := newWorld(t)
	w.sending("https://example.com/", s, io.Discard)
	w.confirmed(w.node())
	w.wake() // the check
	first := w.now
	var waits []time.Duration
	for !w.load().Due.IsZero() {
		before := w.now
		w.wake()
		waits = append(waits, w.now.Sub(before))
	}
	if s.sent != 4 {
		t.Errorf("sent %d times, want 4", s.sent)
	}
	// Three steps of the schedule, of 36 minutes, and three short waits.
	if took := w.now.Sub(first); took > 45*time.Minute {
		t.Errorf("delivered after %v: %v", took, waits)
	}
	if waits[1] > time.Minute {
		t.Errorf("tried again after %v, want less than a minute after the first try that was not sent", waits[1])
	}
}

// TestWebhookNeverSent gives up by age what the breaker never let out, and not
// before a message that was sent would be.
func TestWebhookNeverSent(t *testing.T) {
	w := newWorld(t)
	var log strings.Builder
	w.sending("https://example.com/", &sender{answers: []error{open}}, &log)
	n := bot.Notification{ID: "n1", Event: bot.CodeDecided, At: start, Next: start}
	for {
		r := w.parts.Notifier.Notify(ctx, "s1", n)
		if r.Again == 0 {
			break
		}
		n.Attempts, n.Unsent, n.Next = n.Attempts+1, n.Unsent+1, n.Next.Add(r.Again)
	}
	if took := n.Next.Sub(start); took < 84*time.Hour || took > 7*24*time.Hour {
		t.Errorf("given up after %v", took)
	}
	if n.Attempts > 1000 {
		t.Errorf("%d tries, each of which is remembered", n.Attempts)
	}
	if !strings.Contains(log.String(), "webhook given up") {
		t.Errorf("the log does not say so:\n%s", log.String())
	}
}
