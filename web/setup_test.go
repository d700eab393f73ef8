package web_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"fenfu/web"
	"fenfu/web/webtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	allowed = "https://shop.example.com"
	self    = "https://support.example.com"
)

var testKey = bytes.Repeat([]byte("k"), 32)

// ui stands in for the built front end.
var ui = fstest.MapFS{
	"index.html":        {Data: []byte("<!doctype html><title>演示</title>" + strings.Repeat("<p>分付</p>", 100))},
	"widget.js":         {Data: []byte("(()=>{" + strings.Repeat("console;", 100) + "})()")},
	"widget/frame.html": {Data: []byte("<!doctype html><title>客服</title>")},
	"demo/demo.js":      {Data: []byte("1")},
	"widget/frame.css":  {Data: []byte("a{}")},
	"notes.md":          {Data: []byte("not served")},
}

type testBundle struct {
	t      *testing.T
	server *web.Server
	bot    *fakeBot
	logged *webtest.Log
}

func config() web.Config {
	return web.Config{
		Bot: &fakeBot{}, Log: fakeLog{}, Probes: []web.Probe{},
		TokenKey: testKey, AllowedOrigins: []string{allowed}, FrameAncestors: []string{allowed},
		Site: web.Site{
			Demo: true, Title: "分付客服", Greeting: "您好",
			QuickReplies: []web.QuickReply{{Label: "开通分付", Text: "开通分付"}},
			Operator:     web.Operator{Name: "示例公司", Licence: "示例", Complaint: "示例"},
		},
		UI: ui, Logger: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry(),
	}
}

func setup(t *testing.T, opts ...func(*web.Config)) *testBundle {
	t.Helper()
	b := &testBundle{t: t, bot: &fakeBot{}, logged: &webtest.Log{}}
	cfg := config()
	cfg.Bot, cfg.Logger = b.bot, slog.New(slog.NewTextHandler(b.logged, nil))
	for _, o := range opts {
		o(&cfg)
	}
	server, err := web.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.server = server
	return b
}

// request is one HTTP request of a test.
type request struct {
	method, path, body string
	header             map[string]string
}

// do answers a request, and holds the answer against openapi.yaml.
func (b *testBundle) do(r request) *http.Response {
	b.t.Helper()
	req := httptest.NewRequest(r.method, self+r.path, strings.NewReader(r.body))
	for k, v := range r.header {
		req.Header.Set(k, v)
	}
	rec := httptest.NewRecorder()
	b.server.Handler().ServeHTTP(rec, req)
	resp := rec.Result()
	checkResponse(b.t, req, resp, rec.Body.Bytes())
	return resp
}

func body(t *testing.T, resp *http.Response) string {
	t.Helper()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// openAPI is the contract of the HTTP calls.
var openAPI = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, err
	}
	return legacy.NewRouter(doc)
})

// checkResponse holds an answer against the contract. What the contract does
// not describe (the front end's files, preflights, unknown paths and methods)
// is the business of the tests that ask for it.
func checkResponse(t *testing.T, req *http.Request, resp *http.Response, raw []byte) {
	t.Helper()
	router, err := openAPI()
	if err != nil {
		t.Fatal(err)
	}
	route, params, err := router.FindRoute(req)
	if err != nil {
		return
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Status:                 resp.StatusCode, Header: resp.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	input.SetBodyBytes(raw)
	if err := openapi3filter.ValidateResponse(t.Context(), input); err != nil {
		t.Errorf("%s %s: %v", req.Method, req.URL, err)
	}
}
