package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fenfu/bot/webhook"
)

// These run in a bubble: time passes at once, and by the letter.

func TestPendingThenPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := setup(t, mode(modePendingPoll))
		receiver := w.receiver(t, func(*http.Request) int { return 204 })
		body := payload("c", set("callback_url", "https://x/cb"))
		a := w.ask(t, post("k", body))
		if a.line() != "Accepted" || a.header.Get("Location") != "/v1/checks/c" || a.header.Get("Retry-After") != "1" {
			t.Errorf("%s, %v", a.line(), a.header)
		}
		for range 2 {
			if got := w.ask(t, get("/v1/checks/c")).line(); got != "Accepted" {
				t.Error(got)
			}
			if got := w.ask(t, post("k", body)).line(); got != "Accepted" {
				t.Error(got)
			}
			time.Sleep(900 * time.Millisecond)
		}
		time.Sleep(200 * time.Millisecond)
		if got := w.ask(t, get("/v1/checks/c")).line(); got != "OK eligible" {
			t.Error(got)
		}
		if got := w.ask(t, post("k", body)).line(); got != "OK eligible" {
			t.Error(got)
		}
		time.Sleep(time.Hour)
		if n := len(receiver()); n != 0 {
			t.Errorf("%d callbacks", n)
		}
	})
}

func TestSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := setup(t, mode(modeSlow))
		start := time.Now()
		done := make(chan struct{})
		go func() {
			defer close(done)
			if got := w.ask(t, post("k", payload("c"))).line(); got != "OK eligible" || time.Since(start) != 2*time.Second {
				t.Errorf("%s after %v", got, time.Since(start))
			}
		}()
		synctest.Wait()
		a := w.ask(t, post("k", payload("c")))
		if a.line() != "Conflict still-running" || a.header.Get("Retry-After") != "1" || time.Since(start) != 0 {
			t.Errorf("meanwhile: %s after %v", a.line(), time.Since(start))
		}
		<-done
		if got := w.ask(t, post("k", payload("c"))).line(); got != "OK eligible" || time.Since(start) != 2*time.Second {
			t.Errorf("afterwards: %s after %v", got, time.Since(start))
		}
	})
	synctest.Test(t, func(t *testing.T) { // stopping does not wait for it
		w := setup(t, mode(modeSlow))
		start := time.Now()
		time.AfterFunc(time.Second, w.stop)
		if got := w.ask(t, post("k", payload("c"))).line(); got != "Service Unavailable unavailable" || time.Since(start) != time.Second {
			t.Errorf("%s after %v", got, time.Since(start))
		}
	})
}

func TestFail(t *testing.T) {
	for _, tc := range []struct {
		status, times int
		want          string
	}{
		{503, 2, "Service Unavailable unavailable|Service Unavailable unavailable|OK eligible|OK eligible"},
		{429, 1, "Too Many Requests rate-limited|OK eligible|OK eligible|OK eligible"},
		{500, 0, strings.Repeat("Internal Server Error unavailable|", 3) + "Internal Server Error unavailable"},
	} {
		w := setup(t, mode(modeFail), func(c *config) { c.FailStatus, c.FailTimes = tc.status, tc.times })
		var got []string
		for range 4 {
			got = append(got, w.ask(t, post("k", payload("c"))).line())
			if len(got) == 1 {
				if a := w.ask(t, get("/v1/checks/c")); a.status != http.StatusNotFound {
					t.Errorf("a check that was not taken can be polled: %s", a.line())
				}
			}
		}
		if strings.Join(got, "|") != tc.want {
			t.Errorf("%d, %d times: %s", tc.status, tc.times, strings.Join(got, "|"))
		}
		if c := w.received(t).Checks[0]; c.Requests != 4 || (c.Accepted == 1) != (tc.times > 0) {
			t.Errorf("received: %+v", c)
		}
	}
}

func TestOfSeveralModesEachCheckKeepsOne(t *testing.T) {
	w := setup(t, mode(modeDecide, modePendingPoll, modeFail))
	seen := map[int]int{}
	for i := range 60 {
		id := fmt.Sprint("c", i)
		a := w.ask(t, post(id, payload(id)))
		seen[a.status]++
		if again := w.ask(t, post(id, payload(id))); again.status != a.status {
			t.Errorf("%s: %d, then %d", id, a.status, again.status)
		}
	}
	if seen[200] < 5 || seen[202] < 5 || seen[503] < 5 {
		t.Errorf("answers: %v", seen)
	}
}

// call is a callback as its receiver sees it.
type call struct {
	at     time.Duration // since the receiver was set up
	id     string        // of the message
	body   string
	signed bool
}

// roundTrip is a network of one function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// receiver takes the service's callbacks, without a network, answers them by
// status, and returns a way to see them.
func (w *world) receiver(t *testing.T, status func(*http.Request) int) func() []call {
	t.Helper()
	secrets, err := webhook.ParseSecrets(webhookSecret)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := webhook.NewVerifier(time.Now, secrets...)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var calls []call
	start := time.Now()
	w.calls.client.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		body, _ := io.ReadAll(r.Body)
		id, err := verifier.Verify(r.Header, body)
		quiet(t, string(body)+fmt.Sprint(r.Header, r.URL))
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, call{time.Since(start), r.Header.Get(webhook.HeaderID), string(body), err == nil && id != ""})
		code := status(r)
		if code == 0 {
			return nil, io.ErrUnexpectedEOF
		}
		rec := httptest.NewRecorder()
		rec.Header().Set("Location", "https://elsewhere/")
		rec.WriteHeader(code)
		return rec.Result(), nil
	})
	return func() []call {
		mu.Lock()
		defer mu.Unlock()
		return append([]call(nil), calls...)
	}
}

func TestCallbacks(t *testing.T) {
	const decided = `{"type":"check.decided","timestamp":"2000-01-01T00:00:02Z","data":{"check_id":"c"}}` // a bubble's time begins in 2000
	seconds := func(n ...int) (ds []time.Duration) {
		for _, s := range n {
			ds = append(ds, time.Duration(s)*time.Second)
		}
		return ds
	}
	statuses := func(codes ...int) func(*http.Request) int {
		n := 0
		return func(*http.Request) int {
			code := codes[min(n, len(codes)-1)]
			n++
			return code
		}
	}
	for _, tc := range []struct {
		name, mode string
		answers    func(*http.Request) int
		at         []time.Duration
		ids        int // different ones
		unsigned   bool
		taken      int
	}{
		{"once", modePendingCallback, statuses(204), seconds(2), 1, false, 1},
		{"after failures", modePendingCallback, statuses(500, 0, 200), seconds(2, 3, 8), 1, false, 1},
		{"given up", modePendingCallback, statuses(503), seconds(2, 3, 8, 28), 1, false, 0},
		{"redirect", modePendingCallback, statuses(302), seconds(2, 3, 8, 28), 1, false, 0},
		{"gone", modePendingCallback, statuses(410), seconds(2), 1, false, 0},
		{"duplicate", modeDuplicateCallback, statuses(200), seconds(2, 2, 2), 2, false, 3},
		{"late", modeLateCallback, statuses(200), seconds(12), 1, false, 1},
		{"bad signature", modeBadSignature, statuses(401), seconds(2, 3, 8, 28), 1, true, 0},
		{"decide", modeDecide, statuses(200), nil, 0, false, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := setup(t, mode(tc.mode))
				receiver := w.receiver(t, tc.answers)
				body := payload("c", set("callback_url", "https://x/cb"))
				w.ask(t, post("k", body))
				w.ask(t, post("k", body)) // asked again: no more callbacks for it
				time.Sleep(time.Hour)
				calls := receiver()
				ids := map[string]bool{}
				for i, c := range calls {
					ids[c.id] = true
					if i < len(tc.at) && c.at != tc.at[i] || c.body != decided || c.signed == tc.unsigned {
						t.Errorf("callback %d: %+v", i+1, c)
					}
				}
				if len(calls) != len(tc.at) || len(ids) != tc.ids {
					t.Errorf("%d callbacks under %d ids, want %d under %d", len(calls), len(ids), len(tc.at), tc.ids)
				}
				if got := w.received(t).Checks[0].Callbacks; got != tc.taken {
					t.Errorf("%d counted as taken, want %d", got, tc.taken)
				}
				if got := w.ask(t, get("/v1/checks/c")).line(); got != "OK eligible" {
					t.Errorf("polled: %s", got)
				}
			})
		})
	}
}

func TestCallbacksStopWithTheService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := setup(t, mode(modePendingCallback))
		receiver := w.receiver(t, func(*http.Request) int { return 500 })
		for _, id := range []string{"c", "d"} {
			w.ask(t, post(id, payload(id, set("callback_url", "https://x/cb"))))
		}
		time.Sleep(2500 * time.Millisecond)
		w.calls.close()
		if n := len(receiver()); n != 2 {
			t.Errorf("%d callbacks", n)
		}
	})
}

func TestCallbacksGoToNoPrivateAddress(t *testing.T) {
	reached := make(chan struct{}, 8)
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached <- struct{}{} }))
	defer srv.Close()
	try := func(allow bool) (int, error) {
		w := setup(t, mode(modePendingCallback), func(c *config) { c.AllowPrivate = allow })
		return w.calls.post(callback{id: "m", checkID: "c", url: srv.URL, secrets: w.calls.secrets})
	}
	if status, err := try(true); status != 200 || err != nil {
		t.Errorf("allowed: %d %v", status, err)
	}
	<-reached
	if _, err := try(false); err == nil || !strings.Contains(err.Error(), "not a public address") || len(reached) != 0 {
		t.Errorf("not allowed: %v", err)
	}
}
