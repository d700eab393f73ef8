package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"fenfu/bot"
	"fenfu/web"
)

type ticket struct {
	Session   string    `json:"session"`
	Token     string    `json:"token"`
	ExpiresAt time.Time `json:"expires_at"`
}

func (b *testBundle) ticket(r request) ticket {
	b.t.Helper()
	resp := b.do(r)
	if resp.StatusCode != http.StatusCreated {
		b.t.Fatalf("status %d: %s", resp.StatusCode, body(b.t, resp))
	}
	var got ticket
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		b.t.Fatal(err)
	}
	return got
}

func TestPostSession(t *testing.T) {
	b := setup(t)
	post := request{method: "POST", path: "/v1/sessions"}
	first := b.ticket(post)
	if second := b.ticket(post); second.Session == first.Session || second.Token == first.Token {
		t.Error("two visitors got one session")
	}
	if life := time.Until(first.ExpiresAt); life < 29*24*time.Hour || life > 31*24*time.Hour {
		t.Errorf("expires in %v", life)
	}
	inBody := post
	inBody.body, inBody.header = `{"token":"`+first.Token+`","x":1}`, map[string]string{"Content-Type": "application/json; charset=utf-8"}
	if again := b.ticket(inBody); again.Session != first.Session {
		t.Error("a good token in the body was not renewed")
	}
	inHeader := post
	inHeader.header = map[string]string{"Authorization": "Bearer " + first.Token}
	if again := b.ticket(inHeader); again.Session != first.Session {
		t.Error("a good bearer token was not renewed")
	}
	inHeader.header = map[string]string{"Authorization": "Bearer " + first.Token + "x"}
	if again := b.ticket(inHeader); again.Session == first.Session {
		t.Error("a bad token was renewed")
	}
	if len(b.bot.seen) != 0 {
		t.Error("something was handled")
	}
}

func TestBadRequests(t *testing.T) {
	jsonType := map[string]string{"Content-Type": "application/json"}
	tests := []struct {
		name string
		request
		want int
	}{
		{"not JSON", request{"POST", "/v1/sessions", "x", jsonType}, 400},
		{"cut JSON", request{"POST", "/v1/sessions", `{"token":`, jsonType}, 400},
		{"an array", request{"POST", "/v1/sessions", "[]", jsonType}, 400},
		{"null", request{"POST", "/v1/sessions", "null", jsonType}, 400},
		{"blank null", request{"POST", "/v1/sessions", " null", jsonType}, 400},
		{"token is a number", request{"POST", "/v1/sessions", `{"token":1}`, jsonType}, 400},
		{"two values", request{"POST", "/v1/sessions", "{}{}", jsonType}, 400},
		{"no content type", request{"POST", "/v1/sessions", "{}", nil}, 415},
		{"form", request{"POST", "/v1/sessions", "token=x", map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}, 415},
		{"too large", request{"POST", "/v1/sessions", `{"token":"` + strings.Repeat("x", 5000) + `"}`, jsonType}, 413},
		{"wrong method", request{"DELETE", "/v1/sessions", "", nil}, 405},
		{"get for post", request{"GET", "/v1/sessions", "", nil}, 405},
		{"post for get", request{"POST", "/v1/config", "", nil}, 405},
		{"post to the socket", request{"POST", "/ws", "", nil}, 405},
		{"socket without upgrade", request{"GET", "/ws", "", nil}, 400},
		{"unknown path", request{"GET", "/v1/nothing", "", nil}, 404},
		{"below a path", request{"POST", "/v1/sessions/x", "", nil}, 405},
		{"up and away", request{"GET", "/widget/%2e%2e/%2e%2e/etc/passwd", "", nil}, 404},
		{"not a front end's file", request{"GET", "/notes.md", "", nil}, 404},
		{"other site's post", request{"POST", "/v1/sessions", "", map[string]string{"Origin": "https://evil.example"}}, 403},
		{"other site's fetch", request{"POST", "/v1/sessions", "", map[string]string{"Sec-Fetch-Site": "cross-site"}}, 403},
		{"other site's preflight", request{"OPTIONS", "/v1/sessions", "", map[string]string{
			"Origin": "https://evil.example", "Access-Control-Request-Method": "POST",
		}}, 403},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := setup(t)
			resp := b.do(tt.request)
			if resp.StatusCode != tt.want || resp.Header.Get("Content-Type") != "application/problem+json" {
				t.Fatalf("status %d %s, want %d", resp.StatusCode, resp.Header.Get("Content-Type"), tt.want)
			}
			var p struct {
				Status    int
				Detail    string
				RequestID string `json:"request_id"`
			}
			if err := json.NewDecoder(resp.Body).Decode(&p); err != nil {
				t.Fatal(err)
			}
			if p.Status != tt.want || !strings.ContainsAny(p.Detail, "的请不需") || p.RequestID != resp.Header.Get("X-Request-Id") {
				t.Errorf("problem %+v", p)
			}
			if tt.want == http.StatusMethodNotAllowed && resp.Header.Get("Allow") == "" {
				t.Error("no Allow header")
			}
		})
	}
}

func TestAllowedOrigin(t *testing.T) {
	b := setup(t)
	resp := b.do(request{"OPTIONS", "/v1/sessions", "", map[string]string{
		"Origin": allowed, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type",
	}})
	if resp.StatusCode != http.StatusNoContent || resp.Header.Get("Access-Control-Allow-Origin") != allowed ||
		!strings.Contains(resp.Header.Get("Access-Control-Allow-Headers"), "Content-Type") {
		t.Errorf("preflight %d %v", resp.StatusCode, resp.Header)
	}
	resp = b.do(request{"POST", "/v1/sessions", "", map[string]string{"Origin": allowed, "Sec-Fetch-Site": "cross-site"}})
	if resp.StatusCode != http.StatusCreated || resp.Header.Get("Access-Control-Allow-Origin") != allowed {
		t.Errorf("post %d %v", resp.StatusCode, resp.Header)
	}
	if vary := strings.Join(resp.Header.Values("Vary"), ","); !strings.Contains(vary, "Origin") {
		t.Errorf("vary %q", vary)
	}
	for _, origin := range []string{"https://shop.example.com.evil.example", "http://shop.example.com", "null"} {
		resp = b.do(request{"GET", "/v1/config", "", map[string]string{"Origin": origin}})
		if got := resp.Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("%s may read the answer: %s", origin, got)
		}
	}
}

func TestConfig(t *testing.T) {
	b := setup(t)
	got := body(t, b.do(request{method: "GET", path: "/v1/config"}))
	want := `{"demo":true,"title":"分付客服","greeting":"您好","quick_replies":[{"label":"开通分付","text":"开通分付"}],` +
		`"operator":{"name":"示例公司","licence":"示例","complaint":"示例"}}`
	if got != want {
		t.Errorf("config %s", got)
	}
	bare := setup(t, func(c *web.Config) { c.Site = web.Site{} })
	bare.do(request{method: "GET", path: "/v1/config"}) // held against the contract
}

func TestMetrics(t *testing.T) {
	b := setup(t)
	b.do(request{method: "GET", path: "/nowhere"})
	got := body(t, b.do(request{method: "GET", path: "/metrics"}))
	for _, want := range []string{
		"fenfu_ws_connections 0", `fenfu_http_problems_total{status="404"} 1`, `fenfu_ws_frames_in_total{type="send"} 0`,
		`fenfu_ws_closes_total{reason="slow_consumer"} 0`, `fenfu_ws_errors_total{code="limited"} 0`, "fenfu_ws_turn_seconds_count 0",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in metrics", want)
		}
	}
}

func TestRequestID(t *testing.T) {
	b := setup(t)
	for sent, kept := range map[string]bool{
		"0af7651916cd43dd8448eb211c80319c": true, "8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60": true,
		"": false, "short": false, "11010519491231002X": false, "110199199005219903": false, "138-0013-8000": false, strings.Repeat("a", 65): false, "aaaaaaaa\nbbbb": false,
	} {
		got := b.do(request{"GET", "/livez", "", map[string]string{"X-Request-Id": sent}}).Header.Get("X-Request-Id")
		if (got == sent) != kept || len(got) < 8 {
			t.Errorf("sent %q, got %q", sent, got)
		}
	}
}

func TestPanicInAHandler(t *testing.T) {
	b := setup(t)
	b.bot.application = func(string, string) (bot.Standing, error) { panic("机密内容") }
	_, token := b.visitor()
	if resp := b.do(request{"GET", "/v1/applications/机密内容", "", map[string]string{"Authorization": "Bearer " + token}}); resp.StatusCode != http.StatusInternalServerError {
		t.Errorf("status %d", resp.StatusCode)
	}
	if logged := b.logged.String(); !strings.Contains(logged, "panicked") || strings.Contains(logged, "机密") {
		t.Errorf("log: %s", logged)
	}
}

func TestBadConfig(t *testing.T) {
	tests := map[string]func(*web.Config){
		"no bot":            func(c *web.Config) { c.Bot = nil },
		"no log":            func(c *web.Config) { c.Log = nil },
		"no probes":         func(c *web.Config) { c.Probes = nil },
		"no logger":         func(c *web.Config) { c.Logger = nil },
		"no registry":       func(c *web.Config) { c.Registry = nil },
		"no key":            func(c *web.Config) { c.TokenKey = nil },
		"short key":         func(c *web.Config) { c.TokenKey = testKey[:31] },
		"negative life":     func(c *web.Config) { c.TokenLife = -1 },
		"any origin":        func(c *web.Config) { c.AllowedOrigins = []string{"*"} },
		"a wildcard":        func(c *web.Config) { c.AllowedOrigins = []string{"https://*.example.com"} },
		"origin with path":  func(c *web.Config) { c.AllowedOrigins = []string{"https://example.com/"} },
		"origin with case":  func(c *web.Config) { c.AllowedOrigins = []string{"https://Example.com"} },
		"origin of no web":  func(c *web.Config) { c.AllowedOrigins = []string{"file://x"} },
		"null origin":       func(c *web.Config) { c.AllowedOrigins = []string{"null"} },
		"bad ancestor":      func(c *web.Config) { c.FrameAncestors = []string{"https://a.example; script-src *"} },
		"ancestor wildcard": func(c *web.Config) { c.FrameAncestors = []string{"*"} },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			cfg := config()
			change(&cfg)
			if _, err := web.New(cfg); err == nil {
				t.Error("no error")
			}
		})
	}
}

// Every code of the domain has its place in the table, and its own answer.
func TestErrorCodes(t *testing.T) {
	want := map[bot.Code]int{
		bot.Invalid: 400, bot.Unauthorized: 401, bot.NotFound: 404, bot.Conflict: 409,
		bot.Limited: 429, bot.Internal: 500, bot.Unavailable: 503, "never heard of": 500,
	}
	for code, status := range want {
		if got, _ := web.OutcomeOf(code); got != status {
			t.Errorf("%s: %d, want %d", code, got, status)
		}
	}
}

// The contract and the code have the same paths and methods.
func TestContractPaths(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	inContract := make(map[string]string)
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			inContract[path] = method
		}
	}
	inCode, err := setup(t).server.Routes()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(inCode, inContract); diff != "" {
		t.Errorf("paths (-code +contract):\n%s", diff)
	}
}
