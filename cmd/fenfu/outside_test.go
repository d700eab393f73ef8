package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"fenfu/bot/webhook"
)

const notifySecret = "whsec_ZmVuZnUtdGVzdC1mZW5mdS10ZXN0LWZlbmZ1LXRlc3Q="

// record is a request that somebody outside has received.
type record struct {
	header http.Header
	body   string
}

// outsider is a service that the server calls. It keeps what it was sent.
type outsider struct {
	url    string
	answer func(w http.ResponseWriter, body string, n int) // n: how many requests came before

	mu   sync.Mutex
	seen []record
}

func newOutsider(t testing.TB, answer func(w http.ResponseWriter, body string, n int)) *outsider {
	t.Helper()
	o := &outsider{answer: answer}
	srv := httptest.NewServer(o)
	t.Cleanup(srv.Close)
	o.url = srv.URL
	return o
}

func (o *outsider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var from io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		from = z
	}
	body, err := io.ReadAll(from)
	if err != nil {
		return // the sender has gone
	}
	o.mu.Lock()
	n := len(o.seen)
	o.seen = append(o.seen, record{r.Header, string(body)})
	o.mu.Unlock()
	o.answer(w, string(body), n)
}

func (o *outsider) received() []record {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.seen
}

// eligibleChecker fails a number of times, and then finds everybody eligible.
func eligibleChecker(t testing.TB, failures int) *outsider {
	return newOutsider(t, func(w http.ResponseWriter, body string, n int) {
		if n < failures {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		var r struct {
			CheckID string `json:"check_id"`
		}
		if err := json.Unmarshal([]byte(body), &r); err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"check_id":%q,"status":"decided","decision":"eligible","reasons":[],"valid_until":"2036-01-01T00:00:00Z","model_version":"test"}`, r.CheckID)
	})
}

// collector takes traces as an OpenTelemetry collector does.
func collector(t testing.TB) *outsider {
	return newOutsider(t, func(w http.ResponseWriter, _ string, _ int) {
		w.Header().Set("Content-Type", "application/x-protobuf")
	})
}

// spans returns the spans that a collector has received.
func spans(t testing.TB, o *outsider) []*tracepb.Span {
	t.Helper()
	var all []*tracepb.Span
	for _, r := range o.received() {
		var req coltrace.ExportTraceServiceRequest
		if err := proto.Unmarshal([]byte(r.body), &req); err != nil {
			t.Fatal(err)
		}
		for _, rs := range req.ResourceSpans {
			for _, ss := range rs.ScopeSpans {
				all = append(all, ss.Spans...)
			}
		}
	}
	return all
}

// verified returns the id of a signed webhook.
func verified(t testing.TB, r record) string {
	t.Helper()
	secrets, err := webhook.ParseSecrets(notifySecret)
	if err != nil {
		t.Fatal(err)
	}
	v, err := webhook.NewVerifier(time.Now, secrets...)
	if err != nil {
		t.Fatal(err)
	}
	id, err := v.Verify(r.header, []byte(r.body))
	if err != nil {
		t.Error(err)
	}
	return id
}

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
		time.Sleep(20 * time.Millisecond) // between looks
	}
}

// get returns status and body.
func get(t testing.TB, url, bearer string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, strings.TrimSpace(string(body))
}
