package web_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
)

// visitor returns a new session and its token.
func (b *testBundle) visitor() (session, token string) {
	b.t.Helper()
	var ticket struct{ Session, Token string }
	if err := json.Unmarshal([]byte(body(b.t, b.do(request{method: "POST", path: "/v1/sessions"}))), &ticket); err != nil {
		b.t.Fatal(err)
	}
	return ticket.Session, ticket.Token
}

// owned answers for one session's application, as the bot does.
func owned(session string, a bot.Standing) func(string, string) (bot.Standing, error) {
	return func(s, id string) (bot.Standing, error) {
		if s != session || id != a.ID {
			return bot.Standing{}, &bot.Error{Code: bot.NotFound, Message: "没有找到这份申请。"}
		}
		return a, nil
	}
}

func TestGetApplication(t *testing.T) {
	b := setup(t)
	session, token := b.visitor()
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.FixedZone("CST", 8*60*60))
	queued := bot.Standing{ID: "APP7", Version: 1, Status: bot.Queued, Next: "请等待。", SubmittedAt: at}
	decided := queued
	decided.Status, decided.DecidedAt = bot.Decided, at.Add(time.Minute)
	decided.Result = eligibility.Result{Decision: eligibility.NotEligible, Reasons: []eligibility.Reason{{Code: "UNDER_AGE", TextZH: "未满 18 周岁"}}, ModelVersion: "not told", CheckID: "not told"}
	for want, a := range map[string]bot.Standing{
		`{"id":"APP7","version":1,"status":"queued","next":"请等待。","submitted_at":"2026-11-22T04:00:00Z"}`: queued,
		`{"id":"APP7","version":1,"status":"decided","decision":"not_eligible","reasons":[{"code":"UNDER_AGE","text_zh":"未满 18 周岁"}],` +
			`"next":"请等待。","submitted_at":"2026-11-22T04:00:00Z","decided_at":"2026-11-22T04:01:00Z"}`: decided,
	} {
		b.bot.application = owned(session, a)
		resp := b.do(request{"GET", "/v1/applications/APP7", "", map[string]string{"Authorization": "Bearer " + token, "Origin": allowed}})
		if got := strings.TrimSpace(body(t, resp)); resp.StatusCode != http.StatusOK || got != want {
			t.Errorf("%d %s, want %s", resp.StatusCode, got, want)
		}
		if resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("Access-Control-Allow-Origin") != allowed {
			t.Errorf("header %v", resp.Header)
		}
	}
}

func TestGetApplicationRefused(t *testing.T) {
	b := setup(t)
	session, token := b.visitor()
	_, stranger := b.visitor()
	b.bot.application = owned(session, bot.Standing{ID: "APP7", Version: 1, Status: bot.Queued, Next: "请等待。"})
	get := func(method, id, authorization string) (*http.Response, string) {
		r := request{method: method, path: "/v1/applications/" + id, header: map[string]string{}}
		if authorization != "" {
			r.header["Authorization"] = authorization
		}
		resp := b.do(r)
		return resp, body(t, resp)
	}
	for name, tt := range map[string]struct {
		method, id, authorization string
		status                    int
	}{
		"no token":        {"GET", "APP7", "", 401},
		"no scheme":       {"GET", "APP7", token, 401},
		"other scheme":    {"GET", "APP7", "Basic " + token, 401},
		"bad token":       {"GET", "APP7", "Bearer " + token[:len(token)-1], 401},
		"nonsense":        {"GET", "APP7", "Bearer nonsense", 401},
		"token in query":  {"GET", "APP7?token=" + token, "", 401},
		"another session": {"GET", "APP7", "Bearer " + stranger, 404},
		"unknown id":      {"GET", "APP8", "Bearer " + token, 404},
		"no id":           {"GET", "", "Bearer " + token, 404},
		"deeper":          {"GET", "APP7/x", "Bearer " + token, 404},
		"wrong method":    {"POST", "APP7", "Bearer " + token, 405},
		"deleting":        {"DELETE", "APP7", "Bearer " + token, 405},
	} {
		t.Run(name, func(t *testing.T) {
			resp, got := get(tt.method, tt.id, tt.authorization)
			if resp.StatusCode != tt.status || resp.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%d %s", resp.StatusCode, got)
			}
			if challenge := resp.Header.Get("WWW-Authenticate"); (challenge == "Bearer") != (tt.status == 401) {
				t.Errorf("challenge %q", challenge)
			}
		})
	}
	// Nobody can tell a stranger's application from one that never was.
	tell := func(id, token string) string {
		resp, got := get("GET", id, "Bearer "+token)
		return strings.ReplaceAll(got, resp.Header.Get("X-Request-Id"), "")
	}
	if foreign, unknown := tell("APP7", stranger), tell("APP8", stranger); foreign != unknown {
		t.Errorf("foreign: %s, unknown: %s", foreign, unknown)
	}
	b.bot.application = func(string, string) (bot.Standing, error) {
		return bot.Standing{}, &bot.Error{Code: bot.Unavailable, Message: "稍后再试", Err: errors.New("no store")}
	}
	if resp, got := get("GET", "APP7", "Bearer "+token); resp.StatusCode != 503 || strings.Contains(got, "no store") {
		t.Errorf("%d %s", resp.StatusCode, got)
	}
}
