package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/sessions/redistest"
)

// TestWatched runs a dialogue full of details through a server with everything
// around it, and looks at all that is told of it: metrics, traces, webhook, log.
func TestWatched(t *testing.T) {
	checker, traces := eligibleChecker(t, 1), collector(t)
	operator := newOutsider(t, func(w http.ResponseWriter, _ string, _ int) { w.WriteHeader(http.StatusNoContent) })
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", traces.url)
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
	p := startServer(t, "--data-dir", t.TempDir(), "--redis-url", "redis://"+redistest.Redis(t).Addr, "--log-level", "debug",
		"--checker-url", checker.url, "--checker-token", checkerToken, "--checker-allow-private",
		"--notify-url", operator.url+"/hook", "--notify-secrets", notifySecret, "--notify-allow-private")
	v := leakVisit(t, p)
	application := v.application()
	eventually(t, "the operator is told", func() bool { return len(operator.received()) > 0 })

	t.Run("metrics", func(t *testing.T) { scrape(t, p, v.client.Welcome.Session, application) })
	t.Run("application", func(t *testing.T) {
		status, got := get(t, "http://"+p.addr+"/v1/applications/"+application, v.token)
		if status != 200 || !strings.Contains(got, `"status":"decided","decision":"eligible"`) {
			t.Errorf("%d %s", status, got)
		}
		clean(t, "the application's standing", got)
		foreign, a := get(t, "http://"+p.addr+"/v1/applications/"+application, newToken(t, p.addr))
		unknown, b := get(t, "http://"+p.addr+"/v1/applications/nothing", v.token)
		if id := regexp.MustCompile(`"request_id":"[^"]*"`); foreign != 404 || unknown != 404 || id.ReplaceAllString(a, "") != id.ReplaceAllString(b, "") {
			t.Errorf("foreign %d %s, unknown %d %s", foreign, a, unknown, b)
		}
	})
	outside(t, p, v)
	if err := p.stop(); err != nil {
		t.Fatal(err)
	}
	t.Run("webhook", func(t *testing.T) {
		told := operator.received()
		if len(told) != 1 || verified(t, told[0]) == "" {
			t.Fatalf("told %d times", len(told))
		}
		for _, part := range []string{`"type":"application.decided"`, `"application_id":"` + application + `"`, `"session_id":"` + v.client.Welcome.Session + `"`, `"status":"decided"`} {
			if !strings.Contains(told[0].body, part) {
				t.Errorf("%s is not in %s", part, told[0].body)
			}
		}
		clean(t, "the webhook", told[0].body)
	})
	t.Run("traces", func(t *testing.T) { traced(t, traces, checker.received(), operator.received()) })
	t.Run("log", func(t *testing.T) { logged(t, p.output(), checker.received()) })
}

// application returns the id that the notices give the visitor's application.
func (v *visitor) application() string {
	v.t.Helper()
	for _, e := range v.events {
		if e.Code == bot.CodeDecided {
			return e.Data.Application
		}
	}
	v.t.Fatal("nothing was decided")
	return ""
}

// sample is one line of metrics: a name, labels, a value.
var sample = regexp.MustCompile(`^([a-z_]+)(?:\{(.*)\})? (\S+)$`)

// scrape wants every name there, counting, and no label that could hold an id.
func scrape(t *testing.T, p *process, ids ...string) {
	_, body := get(t, "http://"+p.addr+"/metrics", "")
	got := make(map[string]string)
	label := regexp.MustCompile(`^([a-z]+)="([a-z0-9_.+-]{0,24}|\+Inf)"$`)
	for _, line := range strings.Split(body, "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		m := sample.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("line %q", line)
		}
		got[m[1]+"{"+m[2]+"}"] = m[3]
		for _, pair := range strings.Split(m[2], ",") {
			if pair != "" && label.FindStringSubmatch(pair) == nil {
				t.Errorf("label %s of %s", pair, m[1])
			}
		}
	}
	for _, id := range ids {
		if id == "" || strings.Contains(body, id) {
			t.Errorf("the metrics hold the id %q", id)
		}
	}
	clean(t, "the metrics", body)
	for _, name := range []string{
		`fenfu_ws_turn_seconds_count{}`, `fenfu_ws_delivery_seconds_count{}`, `fenfu_ws_connections{}`, `fenfu_ws_frames_in_total{type="send"}`,
		`fenfu_commit_total{outcome="stored"}`, `fenfu_commit_seconds_count{}`, `fenfu_redis_seconds_count{}`,
		`fenfu_due_lag_seconds_count{}`, `fenfu_due_wake_total{outcome="done"}`, `fenfu_due_wake_seconds_count{}`,
		`fenfu_check_total{outcome="decided"}`, `fenfu_check_total{outcome="unavailable"}`, `fenfu_check_seconds_count{}`,
		`fenfu_webhook_total{outcome="delivered"}`, `fenfu_webhook_seconds_count{}`,
		`fenfu_part_up{part="redis"}`, `fenfu_part_up{part="subscription"}`, `fenfu_part_up{part="registration"}`, `fenfu_part_up{part="keys"}`, `fenfu_part_up{part="check"}`, `fenfu_part_up{part="webhook"}`,
	} {
		if v, ok := got[name]; !ok || v == "0" {
			t.Errorf("%s is %q", name, v)
		}
	}
	for _, name := range []string{ // there, though nothing of the kind happened
		`fenfu_commit_total{outcome="conflict"}`, `fenfu_commit_total{outcome="duplicate"}`, `fenfu_redis_errors_total{kind="timeout"}`,
		`fenfu_check_poll_total{outcome="pending"}`, `fenfu_ws_closes_total{reason="slow_consumer"}`, `fenfu_webhook_total{outcome="gone"}`,
		`fenfu_breaker_state{before="check"}`, `fenfu_breaker_state{before="webhook"}`,
	} {
		if _, ok := got[name]; !ok {
			t.Errorf("there is no %s", name)
		}
	}
}

// traced wants a span for each sort of work, the trace carried on to whom we
// called, and nothing of the visitor's.
func traced(t *testing.T, traces *outsider, checks, hooks []record) {
	for _, r := range traces.received() {
		clean(t, "the traces", r.body)
		for _, secret := range []string{checkerToken, notifySecret, "--checker-token"} {
			if strings.Contains(r.body, secret) {
				t.Errorf("the traces hold %s", secret)
			}
		}
	}
	names := make(map[string]int)
	ids := make(map[string]string) // trace and span to name
	parents := make(map[string]bool)
	for _, s := range spans(t, traces) {
		names[s.Name]++
		trace := hex.EncodeToString(s.TraceId)
		ids[trace+"-"+hex.EncodeToString(s.SpanId)] = s.Name
		if len(s.ParentSpanId) == 0 {
			parents[s.Name] = true
		}
		if s.EndTimeUnixNano < s.StartTimeUnixNano || s.Status.GetMessage() != "" && strings.ContainsAny(s.Status.GetMessage(), " :/") {
			t.Errorf("span %s: %+v", s.Name, s)
		}
	}
	for name, least := range map[string]int{"turn": len(leakDialogue), "load": 1, "commit": len(leakDialogue), "wake": 3, "check": 2, "webhook": 1} {
		if names[name] < least {
			t.Errorf("%d spans %s, want %d or more", names[name], name, least)
		}
	}
	for name := range parents {
		if name != "turn" && name != "wake" {
			t.Errorf("a span %s belongs to no turn and no wake", name)
		}
	}
	carried := func(r record, name string) {
		parts := strings.Split(r.header.Get("Traceparent"), "-")
		if len(parts) != 4 || ids[parts[1]+"-"+parts[2]] != name {
			t.Errorf("traceparent %q is of no span %s", r.header.Get("Traceparent"), name)
		}
	}
	for _, r := range checks {
		carried(r, "check")
	}
	for _, r := range hooks {
		carried(r, "webhook")
	}
}

// logged wants the log to be JSON, and a failed try to be found by the request
// id that the check was given.
func logged(t *testing.T, output string, checks []record) {
	if len(checks) != 2 || checks[0].header.Get("X-Request-Id") == checks[1].header.Get("X-Request-Id") {
		t.Fatalf("the check got %d requests, want two under ids of their own", len(checks))
	}
	found := 0
	for _, line := range strings.Split(output, "\n") {
		if !strings.HasPrefix(line, "{") {
			continue
		}
		var entry struct{ Msg, Request, Session, Trace string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		if entry.Msg == "no answer from the check" {
			found++
			if entry.Request != checks[0].header.Get("X-Request-Id") || entry.Session == "" || !strings.Contains(checks[0].header.Get("Traceparent"), entry.Trace) || entry.Trace == "" {
				t.Errorf("line %s, the check was given %v", line, checks[0].header)
			}
		}
	}
	if found != 1 {
		t.Errorf("the failed try is logged %d times:\n%s", found, output)
	}
}

// TestNoTracesUnasked wants nothing started where the environment asks for no
// traces.
func TestNoTracesUnasked(t *testing.T) {
	logger := slog.New(slog.NewTextHandler(io.Discard, nil))
	for _, env := range []map[string]string{
		{}, {"OTEL_SERVICE_NAME": "x"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_TRACES_EXPORTER": "none"},
	} {
		for _, name := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER", "OTEL_SERVICE_NAME"} {
			t.Setenv(name, env[name])
		}
		tracer, end, err := openTracer(t.Context(), logger)
		if tracer != nil || err != nil || end(t.Context()) != nil {
			t.Errorf("%v: %v, %v", env, tracer, err)
		}
		w := &watch{tracer: tracer}
		if ctx, s := w.begin(t.Context(), "turn", "s"); ctx != t.Context() || s.Span != nil {
			t.Errorf("%v: a span", env)
		}
	}
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
	t.Setenv("OTEL_SDK_DISABLED", "")
	t.Setenv("OTEL_TRACES_EXPORTER", "")
	if _, _, err := openTracer(t.Context(), logger); err == nil {
		t.Error("a protocol that is not spoken was taken")
	}
}

// TestReadiness takes the check away, which leaves the server in service, and
// then Redis, which does not.
func TestReadiness(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	db := redistest.Redis(t)
	down := newOutsider(t, func(w http.ResponseWriter, _ string, _ int) { w.WriteHeader(http.StatusServiceUnavailable) })
	p := startServer(t, "--data-dir", t.TempDir(), "--redis-url", "redis://"+db.Addr,
		"--checker-url", down.url, "--checker-token", checkerToken, "--checker-allow-private")
	var group sync.WaitGroup
	for range 8 { // as many failures open the breaker
		group.Go(func() {
			v := newVisitor(t, p)
			for _, text := range []string{"开通分付", "同意", "同意", "林小满", "110199199005219903", "13800138000", "[confirm.yes]"} {
				v.say(ctx, text)
			}
			v.cut()
		})
	}
	group.Wait()
	ready := func(status int, want string) func() bool {
		return func() bool {
			got, body := get(t, "http://"+p.addr+"/readyz", "")
			return got == status && strings.Contains(body, want)
		}
	}
	eventually(t, "the open breaker shows", ready(200, `{"status":"degraded","parts":{"check":"failing"`))
	db.Stop()
	start := time.Now()
	eventually(t, "Redis hangs", ready(503, `"redis":"failing"`))
	if status, _ := get(t, "http://"+p.addr+"/livez", ""); status != 200 {
		t.Errorf("live: %d", status)
	}
	t.Logf("not ready after %v", time.Since(start))
	db.Resume()
	eventually(t, "Redis is back", ready(200, `"redis":"ok"`))
}

// TestWebhookSurvivesAKill kills the server when the operator has been told and
// before that is noted: the operator is told again, under the same id.
func TestWebhookSurvivesAKill(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	told := make(chan struct{})
	dead := make(chan struct{})
	operator := newOutsider(t, func(w http.ResponseWriter, _ string, n int) {
		if n == 0 {
			close(told)
			<-dead
		}
		w.WriteHeader(http.StatusOK)
	})
	p := startServer(t, "--data-dir", t.TempDir(), "--redis-url", "redis://"+redistest.Redis(t).Addr,
		"--notify-url", operator.url, "--notify-secrets", notifySecret, "--notify-allow-private")
	v := newVisitor(t, p)
	for _, text := range []string{"开通分付", "同意", "同意", "林小满", "110199199005219903", "13800138000", "[confirm.yes]"} {
		v.say(ctx, text)
	}
	v.waitFor(ctx, bot.CodeDecided)
	<-told
	p.kill()
	close(dead)
	p.start()
	eventually(t, "the operator is told again", func() bool { return len(operator.received()) > 1 })
	all := operator.received()
	if verified(t, all[0]) != verified(t, all[1]) || all[0].body != all[1].body {
		t.Errorf("told %+v, then %+v", all[0], all[1])
	}
}
