package eligibility_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fenfu/bot/eligibility"
)

// planted is the personal data, and the secret, that must not turn up anywhere
// but in a request.
func planted() []string {
	return []string{"欧阳测试", "11010519491231002X", "13812345678", "test@example.com", "wx_testing", "s3cret-t0ken"}
}

func request() eligibility.Request {
	return eligibility.Request{
		CheckID: "CHECK7", Product: "fenfu",
		Consent: eligibility.Consent{
			ID: "disclose", Version: "2026-11-22", TextSHA256: strings.Repeat("ab", 32),
			At: time.Date(2026, 11, 22, 20, 0, 0, 0, time.FixedZone("CST", 8*60*60)),
		},
		Subject: eligibility.Subject{
			Name: "欧阳测试", IDType: "resident", IDNumber: "11010519491231002X",
			Phone: "+8613812345678", Email: "test@example.com", WeChat: "wx_testing",
		},
	}
}

// remote is a client of a service that h plays.
func remote(t *testing.T, h http.HandlerFunc, change ...func(*eligibility.RemoteConfig)) *eligibility.Remote {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return newRemote(t, srv.URL, change...)
}

func newRemote(t *testing.T, url string, change ...func(*eligibility.RemoteConfig)) *eligibility.Remote {
	t.Helper()
	c := eligibility.RemoteConfig{URL: url, Token: "s3cret-t0ken", AllowPrivate: true, TripAfter: 1000}
	for _, f := range change {
		f(&c)
	}
	r, err := eligibility.NewRemote(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// said puts what came of a call into a line.
func said(a eligibility.Answer, err error) string {
	var again *eligibility.TryAgainError
	var refused *eligibility.RefusedError
	switch {
	case errors.As(err, &again):
		return fmt.Sprintf("again %s %v", again.Reason, again.After)
	case errors.As(err, &refused):
		return fmt.Sprintf("refused %d %s", refused.Status, refused.Problem)
	case err != nil:
		return "an error of another kind: " + err.Error()
	case a.Pending:
		return fmt.Sprintf("pending %v", a.After)
	}
	return outcome(a.Result)
}

func TestRemoteReadsEveryAnswer(t *testing.T) {
	const (
		eligible = `{"check_id":"CHECK7","status":"decided","decision":"eligible","reasons":[],"valid_until":"2026-12-22T00:00:00+08:00","model_version":"m1"}`
		refusal  = `{"check_id":"CHECK7","status":"decided","decision":"not_eligible","reasons":[{"code":"UNDER_AGE","text_zh":"未满 18 周岁。"}]}`
	)
	one := func(from, to string) string { return strings.Replace(eligible, from, to, 1) }
	for _, tc := range []struct {
		name, header, body string
		status             int
		want               string
	}{
		{"eligible", "", eligible, 200, "eligible"},
		{"refused with a reason", "", refusal, 200, "not_eligible UNDER_AGE"},
		{"fields of a later contract", "", one(`"reasons":[]`, `"colour":"red"`), 200, "eligible"},
		{"charset", "Content-Type: application/json; charset=utf-8", eligible, 200, "eligible"},
		{"unknown decision", "", one(`"eligible"`, `"approved"`), 200, "manual_review SYSTEM_UNAVAILABLE"},
		{"decision in capitals", "", one(`"eligible"`, `"ELIGIBLE"`), 200, "manual_review SYSTEM_UNAVAILABLE"},
		{"no decision", "", one(`"decision":"eligible",`, ``), 200, "manual_review SYSTEM_UNAVAILABLE"},
		{"unknown reason", "", strings.Replace(refusal, "UNDER_AGE", "BAD_HAIR", 1), 200, "manual_review SYSTEM_UNAVAILABLE"},
		{"reason without a text", "", strings.Replace(refusal, "未满 18 周岁。", "\u200b", 1), 200, "manual_review SYSTEM_UNAVAILABLE"},
		{"reason as long as a letter", "", strings.Replace(refusal, "未满", strings.Repeat("满", 400), 1), 200, "manual_review SYSTEM_UNAVAILABLE"},
		{"eligible with a reason", "", one(`[]`, `[{"code":"RISK_REVIEW","text_zh":"核实"}]`), 200, "manual_review SYSTEM_UNAVAILABLE"},
		{"pending", "Retry-After: 7", `{"status":"pending"}`, 202, "pending 7s"},
		{"pending, 200", "Retry-After: 7", `{"status":"pending","check_id":"CHECK7"}`, 200, "pending 7s"},
		{"pending, nothing about when", "", `{"status":"pending"}`, 202, "pending 2s"},
		{"pending, about another check", "", `{"status":"pending","check_id":"CHECK8"}`, 202, "again bad_answer 2s"},

		{"another check's answer", "", one("CHECK7", "CHECK8"), 200, "again bad_answer 2s"},
		{"nobody's answer", "", one(`"check_id":"CHECK7",`, ``), 200, "again bad_answer 2s"},
		{"unknown status", "", one(`"decided"`, `"maybe"`), 200, "again bad_answer 2s"},
		{"decided, but 202", "", eligible, 202, "again bad_answer 2s"},
		{"decided, but 201", "", eligible, 201, "again bad_answer 2s"},
		{"no content", "", "", 204, "again bad_answer 2s"},
		{"empty", "", "", 200, "again bad_answer 2s"},
		{"null", "", "null", 200, "again bad_answer 2s"},
		{"list", "", "[" + eligible + "]", 200, "again bad_answer 2s"},
		{"half", "", eligible[:60], 200, "again bad_answer 2s"},
		{"two", "", eligible + eligible, 200, "again bad_answer 2s"},
		{"no date", "", one("2026-12-22T00:00:00+08:00", "next year"), 200, "again bad_answer 2s"},
		{"not UTF-8", "", one("m1", "\xff"), 200, "again bad_answer 2s"},
		{"HTML", "Content-Type: text/html", eligible, 200, "again bad_answer 2s"},
		{"no type", "Content-Type: ", eligible, 200, "again bad_answer 2s"},
		{"compressed unasked", "Content-Encoding: gzip", "\x1f\x8b\x08", 200, "again bad_answer 2s"},

		{"limited", "Retry-After: 30", "", 429, "again rate_limited 30s"},
		{"running", "Retry-After: 3", "", 409, "again still_running 3s"},
		{"broken", "", "", 500, "again unavailable 2s"},
		{"bad gateway", "Content-Type: text/html", "<h1>", 502, "again unavailable 2s"},
		{"down for an hour", "Retry-After: 3600", "", 503, "again unavailable 1h0m0s"},
		{"gateway time-out", "", "", 504, "again unavailable 2s"},
		{"request time-out", "", "", 408, "again unavailable 2s"},

		{"invalid", "", "", 400, "refused 400 Bad Request"},
		{"wrong token", "", "", 401, "refused 401 Unauthorized"},
		{"forbidden", "", "", 403, "refused 403 Forbidden"},
		{"no such check", "", "", 404, "refused 404 Not Found"},
		{"too large", "", "", 413, "refused 413 Request Entity Too Large"},
		{"other payload", "Content-Type: application/problem+json", `{"type":"urn:fenfu:check:other-payload"}`, 422, "refused 422 other-payload"},
		{"a problem of its own", "Content-Type: application/problem+json", `{"type":"urn:x:欧阳测试","title":"欧阳测试"}`, 422, "refused 422 Unprocessable Entity"},
		{"unheard of", "", "", 499, "refused 499 "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := remote(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if name, value, ok := strings.Cut(tc.header, ": "); ok {
					w.Header().Set(name, value)
				}
				w.WriteHeader(tc.status)
				io.WriteString(w, tc.body)
			})
			if got := said(r.Check(t.Context(), request())); got != tc.want {
				t.Errorf("check: got %q, want %q", got, tc.want)
			}
			if got := said(r.Poll(t.Context(), "CHECK7")); got != tc.want {
				t.Errorf("poll: got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestRemoteKeepsWhatADecisionSays(t *testing.T) {
	r := remote(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"check_id":"CHECK7","status":"decided","decision":"not_eligible","model_version":"m1",
			"reasons":[{"code":"UNDER_AGE","text_zh":" 未满\u202e\n 18 周岁。 "}],"valid_until":"2026-12-22T00:00:00+08:00"}`)
	})
	got, err := r.Check(t.Context(), request())
	if err != nil {
		t.Fatal(err)
	}
	want := eligibility.Answer{Result: eligibility.Result{
		CheckID: "CHECK7", Decision: "not_eligible", ModelVersion: "m1",
		Reasons:    []eligibility.Reason{{Code: "UNDER_AGE", TextZH: "未满 18 周岁。"}},
		ValidUntil: time.Date(2026, 12, 22, 0, 0, 0, 0, time.FixedZone("", 8*60*60)),
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestRemoteSendsTheContract also tells that every try is the same request, but
// for its own id.
func TestRemoteSendsTheContract(t *testing.T) {
	type seen struct {
		line, key, auth, kind, id string
		body                      string
	}
	var mu sync.Mutex
	var all []seen
	r := remote(t, func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		mu.Lock()
		defer mu.Unlock()
		h := req.Header
		all = append(all, seen{req.Method + " " + req.URL.String(), strings.Join(h["Idempotency-Key"], "|"), h.Get("Authorization"), h.Get("Content-Type"), h.Get("X-Request-Id"), string(body)})
		w.WriteHeader(http.StatusServiceUnavailable)
	}, func(c *eligibility.RemoteConfig) {
		c.URL += "/base/"
		c.CallbackURL = "https://fenfu.example.com/v1/callbacks/checks"
	})
	for range 3 {
		_, _ = r.Check(t.Context(), request())
	}
	_, _ = r.Poll(t.Context(), "CHECK7")

	ids := map[string]bool{}
	for i := range all {
		if len(all[i].id) < 16 || ids[all[i].id] {
			t.Errorf("try %d: request id %q is short or was used before", i, all[i].id)
		}
		ids[all[i].id], all[i].id = true, ""
	}
	if len(all) != 4 {
		t.Fatalf("%d requests, want 4", len(all))
	}
	for _, again := range all[1:3] {
		if diff := cmp.Diff(all[0], again, cmp.AllowUnexported(seen{})); diff != "" {
			t.Errorf("another try is another request:\n%s", diff)
		}
	}
	body := all[0].body
	all[0].body = ""
	if want := (seen{"POST /base/v1/checks", "CHECK7", "Bearer s3cret-t0ken", "application/json", "", ""}); all[0] != want {
		t.Errorf("check: %+v, want %+v", all[0], want)
	}
	if want := (seen{"GET /base/v1/checks/CHECK7", "", "Bearer s3cret-t0ken", "", "", ""}); all[3] != want {
		t.Errorf("poll: %+v, want %+v", all[3], want)
	}
	want := map[string]any{
		"schema_version": "1", "check_id": "CHECK7", "product": "fenfu",
		"consent":      map[string]any{"id": "disclose", "version": "2026-11-22", "at": "2026-11-22T12:00:00Z", "text_sha256": strings.Repeat("ab", 32)},
		"subject":      map[string]any{"name": "欧阳测试", "id_type": "resident", "id_number": "11010519491231002X", "phone": "+8613812345678", "email": "test@example.com", "wechat": "wx_testing"},
		"callback_url": "https://fenfu.example.com/v1/callbacks/checks",
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

func TestRemoteLeavesOutWhatIsNotThere(t *testing.T) {
	var body string
	r := remote(t, func(_ http.ResponseWriter, req *http.Request) {
		raw, _ := io.ReadAll(req.Body)
		body = string(raw)
	})
	req := request()
	req.Subject.Phone, req.Subject.Email, req.Subject.WeChat = "", "", ""
	_, _ = r.Check(t.Context(), req)
	for _, no := range []string{"phone", "email", "wechat", "callback_url", "null"} {
		if strings.Contains(body, no) || body == "" {
			t.Errorf("%s is in %s", no, body)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	at := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	for _, tc := range []struct {
		value    string
		min, max time.Duration
	}{
		{"", 2 * time.Second, 2 * time.Second},
		{"120", 2 * time.Minute, 2 * time.Minute},
		{"0", time.Second, time.Second},
		{"99999999999999999999", 2 * time.Second, 2 * time.Second}, // no number of this world
		{"9223372036854775807", time.Hour, time.Hour},
		{"86400", time.Hour, time.Hour},
		{"-5", 2 * time.Second, 2 * time.Second},
		{"1.5", 2 * time.Second, 2 * time.Second},
		{"soon", 2 * time.Second, 2 * time.Second},
		{at(90 * time.Second), 80 * time.Second, 90 * time.Second},
		{at(-time.Hour), time.Second, time.Second},
		{at(48 * time.Hour), time.Hour, time.Hour},
	} {
		h := http.Header{"Retry-After": {tc.value}}
		_, err := eligibility.DecodeAnswer(429, h, nil, "CHECK7")
		var again *eligibility.TryAgainError
		if !errors.As(err, &again) || again.After < tc.min || again.After > tc.max {
			t.Errorf("Retry-After: %s: %v, want %v to %v", tc.value, said(eligibility.Answer{}, err), tc.min, tc.max)
		}
	}
}
