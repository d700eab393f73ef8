package webhook_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fenfu/bot/webhook"
)

// endpoint returns the endpoint that a handler serves.
func endpoint(t *testing.T, h http.HandlerFunc, change ...func(*webhook.EndpointConfig)) *webhook.Endpoint {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	c := webhook.EndpointConfig{URL: srv.URL + "/secret-path", Secrets: secrets(t, vectorSecret+" "+otherSecret), AllowPrivate: true}
	for _, f := range change {
		f(&c)
	}
	e, err := webhook.NewEndpoint(c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestSendSignsWithEverySecret(t *testing.T) {
	body := []byte(`{"type":"application.decided"}`)
	var taken atomic.Int64
	e := endpoint(t, func(w http.ResponseWriter, r *http.Request) {
		got, err := io.ReadAll(r.Body)
		if err != nil || !bytes.Equal(got, body) || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s %v %q %v", r.Method, r.Header, got, err)
		}
		for _, known := range []string{vectorSecret, otherSecret} {
			v, err := webhook.NewVerifier(time.Now, secrets(t, known)...)
			if err != nil {
				t.Error(err)
			} else if id, err := v.Verify(r.Header, got); err != nil || id != "MSG7" {
				t.Errorf("verified as %q, %v", id, err)
			}
		}
		taken.Add(1)
		w.WriteHeader(http.StatusNoContent)
	}, func(c *webhook.EndpointConfig) {
		c.Prepare = func(r *http.Request) { r.Header.Set("Traceparent", "00-x") }
	})
	if err := e.Send(t.Context(), "MSG7", body); err != nil || taken.Load() != 1 {
		t.Errorf("%v, taken %d times", err, taken.Load())
	}
}

func TestOnly2xxIsSuccess(t *testing.T) {
	for status, want := range map[int]string{
		200: "", 201: "", 202: "", 204: "", 299: "",
		301: webhook.ReasonRedirect, 302: webhook.ReasonRedirect, 304: webhook.ReasonRedirect, 307: webhook.ReasonRedirect, 308: webhook.ReasonRedirect,
		400: webhook.ReasonRefused, 401: webhook.ReasonRefused, 404: webhook.ReasonRefused, 409: webhook.ReasonRefused, 410: webhook.ReasonGone,
		429: webhook.ReasonLimited, 500: webhook.ReasonUnavailable, 502: webhook.ReasonUnavailable, 503: webhook.ReasonUnavailable, 599: webhook.ReasonUnavailable,
	} {
		var elsewhere atomic.Int64
		other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
		e := endpoint(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", other.URL)
			w.WriteHeader(status)
		})
		err := e.Send(t.Context(), "MSG", []byte("{}"))
		if got := webhook.ReasonOf(err); got != want || (err == nil) != (want == "") {
			t.Errorf("%d: %v, want %q", status, err, want)
		}
		if elsewhere.Load() != 0 {
			t.Errorf("%d: the redirect was followed", status)
		}
		if err != nil && strings.Contains(err.Error(), "secret-path") {
			t.Errorf("the error tells the URL: %v", err)
		}
		other.Close()
	}
}

func TestSendGivesUp(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // so that the server sees the client leave
		<-r.Context().Done()
	}
	e := endpoint(t, hang, func(c *webhook.EndpointConfig) { c.Timeout = 30 * time.Millisecond })
	if err := e.Send(t.Context(), "MSG", []byte("{}")); webhook.ReasonOf(err) != webhook.ReasonTimeout {
		t.Errorf("no answer: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	e = endpoint(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	})
	if err := e.Send(ctx, "MSG", []byte("{}")); webhook.ReasonOf(err) != webhook.ReasonCanceled {
		t.Errorf("the caller leaves: %v", err)
	}
	e = endpoint(t, nil, func(c *webhook.EndpointConfig) { c.URL = "http://127.0.0.1:1/" })
	if err := e.Send(t.Context(), "MSG", []byte("{}")); webhook.ReasonOf(err) != webhook.ReasonUnreachable {
		t.Errorf("nobody there: %v", err)
	}
}

// TestEndlessAnswer must end by the bound on what is read, not by the time-out.
func TestEndlessAnswer(t *testing.T) {
	var ended sync.WaitGroup
	ended.Add(1)
	e := endpoint(t, func(w http.ResponseWriter, r *http.Request) {
		defer ended.Done()
		_, _ = io.Copy(io.Discard, r.Body)
		for chunk := make([]byte, 64<<10); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}, func(c *webhook.EndpointConfig) { c.Timeout = time.Hour })
	if err := e.Send(t.Context(), "MSG", []byte("{}")); err != nil {
		t.Error(err)
	}
	ended.Wait()
}

func TestSendRefusesPrivateAddresses(t *testing.T) {
	var connections atomic.Int64
	srv := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { connections.Add(1) }))
	defer srv.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(srv.URL, "https://"), ":")
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "[::ffff:127.0.0.1]"} {
		e := endpoint(t, nil, func(c *webhook.EndpointConfig) { c.URL, c.AllowPrivate = "https://"+host+":"+port+"/", false })
		if err := e.Send(t.Context(), "MSG", []byte("{}")); webhook.ReasonOf(err) != webhook.ReasonPrivate {
			t.Errorf("%s: %v", host, err)
		}
	}
	if connections.Load() != 0 {
		t.Errorf("%d requests arrived", connections.Load())
	}
}

func TestBreakerOfAnEndpoint(t *testing.T) {
	var requests atomic.Int64
	status := http.StatusBadRequest
	e := endpoint(t, func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.WriteHeader(status)
	})
	send := func() string { return webhook.ReasonOf(e.Send(t.Context(), "MSG", []byte("{}"))) }
	for range 10 { // refusals are a sign of life
		if got := send(); got != webhook.ReasonRefused {
			t.Fatal(got)
		}
	}
	status = http.StatusServiceUnavailable
	for range 5 {
		if got := send(); got != webhook.ReasonUnavailable {
			t.Fatal(got)
		}
	}
	if got := send(); got != webhook.ReasonBreakerOpen || e.Breaker() != "open" || requests.Load() != 15 {
		t.Errorf("%s, breaker %s, %d requests", got, e.Breaker(), requests.Load())
	}
}

func TestEndpointSettings(t *testing.T) {
	for url, want := range map[string]string{
		"https://example.com/hook?v=2": "", "http://example.com/": "https", "example.com": "URL", "": "URL",
		"https://user:hunter2@example.com/": "password", "https://example.com/#hunter2": "fragment", "ftp://example.com": "https",
	} {
		_, err := webhook.NewEndpoint(webhook.EndpointConfig{URL: url, Secrets: secrets(t, vectorSecret)})
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("%s: %v, want %q", url, err, want)
		}
	}
	if _, err := webhook.NewEndpoint(webhook.EndpointConfig{URL: "https://example.com"}); err == nil {
		t.Error("an endpoint without a secret")
	}
}

func TestSchedule(t *testing.T) {
	pauses := webhook.Pauses()
	if len(pauses) != 9 || pauses[0] != 5*time.Second || pauses[8] != 24*time.Hour {
		t.Errorf("pauses %v", pauses)
	}
	for tries := range len(pauses) + 2 {
		got := webhook.Pause(pauses, tries)
		if tries == 0 || tries > len(pauses) {
			if got != 0 {
				t.Errorf("after %d tries: %v", tries, got)
			}
		} else if p := pauses[tries-1]; got < p || got > p+p/10 {
			t.Errorf("after %d tries: %v, want %v and up to a tenth", tries, got, p)
		}
	}
}
