package main

import (
	"bytes"
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

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"go.uber.org/goleak"

	"fenfu/web/webtest"
)

func TestMain(m *testing.M) {
	if _, err := openAPI(); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

const (
	token         = "t0ken-of-the-tests"
	webhookSecret = "whsec_dGhlIHdlYmhvb2sgc2VjcmV0IG9mIHRoZSB0ZXN0cw=="
	// The first demo applicant, for whom everything is well.
	goodName, goodID = "林小满", "110199199005219903"
)

// personal is what must turn up nowhere.
func personal() []string {
	return []string{goodName, goodID, "13812345678", "test@example.com", "wx_testing", token, webhookSecret, webhookSecret[6:]}
}

// world is a service with its log.
type world struct {
	*server
	h   http.Handler
	log *webtest.Log
}

func setup(t *testing.T, change ...func(*config)) *world {
	t.Helper()
	c := config{
		Token: token, WebhookSecret: webhookSecret, AllowPrivate: true, Mode: []string{modeDecide}, Delay: 2 * time.Second,
		CallbackDelay: 10 * time.Second, CallbackTimes: 3, RetryAfter: time.Second, FailTimes: 2, FailStatus: 503,
		Malformed: "json", MaxChecks: 100, Record: true,
	}
	for _, f := range change {
		f(&c)
	}
	if err := c.check(); err != nil {
		t.Fatal(err)
	}
	// Ages are taken on a day of which the demo's outcomes are known.
	rules, err := demoRules(func() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) })
	if err != nil {
		t.Fatal(err)
	}
	log := &webtest.Log{}
	logger := slog.New(slog.NewJSONHandler(log, nil))
	calls := newCaller(c, logger)
	t.Cleanup(calls.close)
	s := newServer(c, rules, calls, logger)
	t.Cleanup(s.stop)
	t.Cleanup(func() { quiet(t, log.String()) })
	return &world{s, s.handler(), log}
}

func mode(names ...string) func(*config) { return func(c *config) { c.Mode = names } }

// quiet insists that a text holds nothing personal.
func quiet(t *testing.T, text string) {
	t.Helper()
	for _, p := range personal() {
		if strings.Contains(text, p) {
			t.Errorf("%q is in %s", p, text)
		}
	}
}

// payload is a good request; change is applied to it.
func payload(id string, change ...func(m map[string]any)) string {
	m := map[string]any{
		"schema_version": "1", "check_id": id, "product": "fenfu",
		"consent": map[string]any{"id": "disclose", "version": "2026-11-22", "at": "2026-11-22T12:00:00Z", "text_sha256": strings.Repeat("ab", 32)},
		"subject": map[string]any{"name": goodName, "id_type": "resident", "id_number": goodID, "phone": "+8613812345678", "email": "test@example.com", "wechat": "wx_testing"},
	}
	for _, f := range change {
		f(m)
	}
	raw, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func set(path string, v any) func(map[string]any) {
	return func(m map[string]any) {
		for {
			head, rest, more := strings.Cut(path, ".")
			if !more {
				break
			}
			m, path = m[head].(map[string]any), rest
		}
		if v == nil {
			delete(m, path)
			return
		}
		m[path] = v
	}
}

func post(key, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/v1/checks", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", key)
	return r
}

func get(path string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	text   string
	body   struct {
		Status   any          `json:"status"`
		CheckID  string       `json:"check_id"`
		Decision string       `json:"decision"`
		Type     string       `json:"type"`
		Errors   []fieldError `json:"errors"`
	}
}

// line puts an answer into a few words.
func (a answer) line() string {
	switch {
	case a.body.Decision != "":
		return http.StatusText(a.status) + " " + a.body.Decision
	case a.body.Type != "":
		return http.StatusText(a.status) + " " + strings.TrimPrefix(a.body.Type, "urn:fenfu:check:")
	}
	return http.StatusText(a.status)
}

// ask has the service answer a request, and holds both to the contract.
func (w *world) ask(t *testing.T, r *http.Request) answer {
	t.Helper()
	sent, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(sent))
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	a := answer{status: rec.Code, header: rec.Header(), text: rec.Body.String()}
	if strings.Contains(a.header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(rec.Body.Bytes(), &a.body); err != nil {
			t.Fatalf("%v in %s", err, a.text)
		}
	}
	quiet(t, a.text)
	r.Body = io.NopCloser(bytes.NewReader(sent))
	holdToContract(t, r, a)
	return a
}

var openAPI = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, err
	}
	doc.Servers = nil // any host
	return legacy.NewRouter(doc)
})

// holdToContract checks an answer, and the request too if it was accepted.
func holdToContract(t *testing.T, r *http.Request, a answer) {
	t.Helper()
	router, _ := openAPI()
	route, params, err := router.FindRoute(r)
	if err != nil {
		if a.status < 400 {
			t.Errorf("%s %s is not in the contract", r.Method, r.URL)
		}
		return
	}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: &openapi3filter.Options{
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
	}}
	if a.status < 400 {
		if err := openapi3filter.ValidateRequest(t.Context(), in); err != nil {
			t.Errorf("accepted, but against the contract: %v", err)
		}
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: a.status, Header: a.header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	out.SetBodyBytes([]byte(a.text))
	if err := openapi3filter.ValidateResponse(t.Context(), out); err != nil {
		t.Errorf("%s %s answered against the contract: %v", r.Method, r.URL, err)
	}
}
