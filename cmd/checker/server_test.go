package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"fenfu/bot/eligibility"
)

func TestEveryDemoApplicantIsDecided(t *testing.T) {
	applicants, err := eligibility.LoadApplicants(eligibility.Files, eligibility.ApplicantsFile)
	if err != nil {
		t.Fatal(err)
	}
	w := setup(t)
	for i, a := range applicants.All() {
		id := fmt.Sprint("c", i)
		kind := map[byte]string{'8': "hk_mo_tw", '9': "foreign"}[a.IDNumber[0]]
		if kind == "" {
			kind = "resident"
		}
		body := payload(id, set("subject.name", a.Name.Reveal()), set("subject.id_number", a.IDNumber.Reveal()), set("subject.id_type", kind))
		if got := w.ask(t, post(id, body)).body.Decision; got != string(a.Decision) {
			t.Errorf("%s: %s, want %s", a.About, got, a.Decision)
		}
	}
	old := payload("old", set("subject.id_type", "foreign2017"), set("subject.id_number", "ABC123400112233"))
	if got := w.ask(t, post("old", old)).line(); got != "OK not_eligible" {
		t.Errorf("a foreigner's card of before 2023: %s", got)
	}
}

func TestRefusals(t *testing.T) {
	header := func(name string, values ...string) func(*http.Request) {
		return func(r *http.Request) { r.Header[name] = values }
	}
	raw := func(body string) func(*http.Request) {
		return func(r *http.Request) { *r = *post("k", body) }
	}
	for _, tc := range []struct {
		name   string
		change func(*http.Request)
		want   string
	}{
		{"no token", header("Authorization"), "Unauthorized unauthorized"},
		{"wrong token", header("Authorization", "Bearer x"+token), "Unauthorized unauthorized"},
		{"other scheme", header("Authorization", "Basic "+token), "Unauthorized unauthorized"},
		{"no key", header("Idempotency-Key"), "Bad Request invalid-request"},
		{"empty key", header("Idempotency-Key", ""), "Bad Request invalid-request"},
		{"two keys", header("Idempotency-Key", "a", "b"), "Bad Request invalid-request"},
		{"blank in the key", header("Idempotency-Key", "a b"), "Bad Request invalid-request"},
		{"long key", header("Idempotency-Key", strings.Repeat("k", 256)), "Bad Request invalid-request"},
		{"no type", header("Content-Type"), "Unsupported Media Type invalid-request"},
		{"form", header("Content-Type", "application/x-www-form-urlencoded"), "Unsupported Media Type invalid-request"},
		{"empty", raw(""), "Bad Request invalid-request"},
		{"half", raw(payload("c")[:50]), "Bad Request invalid-request"},
		{"two", raw(payload("c") + payload("c")), "Bad Request invalid-request"},
		{"list", raw("[]"), "Bad Request invalid-request"},
		{"unknown field", raw(payload("c", set("subject.password", "x"))), "Bad Request invalid-request"},
		{"large", raw(payload("c", set("product", strings.Repeat("x", 70<<10)))), "Request Entity Too Large invalid-request"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := setup(t)
			r := post("k", payload("c"))
			tc.change(r)
			a := w.ask(t, r)
			if got := a.line(); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if a.header.Get("WWW-Authenticate") == "" && a.status == http.StatusUnauthorized {
				t.Error("not told how to authenticate")
			}
			if got := w.ask(t, get("/v1/checks/c")).status; got != http.StatusNotFound {
				t.Errorf("the check was taken: %d", got)
			}
		})
	}
	w := setup(t)
	for _, path := range []string{"/v1/checks/none", "/v1/checks/", "/", "/v2/checks"} {
		if got := w.ask(t, get(path)).line(); got != "Not Found not-found" {
			t.Errorf("%s: %s", path, got)
		}
	}
	if got := setup(t, func(c *config) { c.Record = false }).ask(t, get("/v1/received")).status; got != http.StatusNotFound {
		t.Errorf("received without --record: %d", got)
	}
	open := setup(t, func(c *config) { c.Token = "" })
	r := post("k", payload("c"))
	r.Header.Del("Authorization")
	if got := open.ask(t, r).line(); got != "OK eligible" {
		t.Errorf("without --token: %s", got)
	}
}

// TestFields breaks one field at a time, in ways that the contract forbids: the
// service must see it, name it and not repeat it.
func TestFields(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for path, bad := range map[string][]any{
		"schema_version":      {nil, "", "2"},
		"check_id":            {nil, "", "a b", "../x", long},
		"product":             {nil, "", "A B", long},
		"consent":             {nil},
		"consent.id":          {nil, "", "A B"},
		"consent.version":     {nil, "", long},
		"consent.at":          {nil},
		"consent.text_sha256": {nil, "", "abc", strings.Repeat("AB", 32)},
		"subject.name":        {nil, "", long},
		"subject.id_type":     {nil, "", "passport"},
		"subject.id_number":   {nil, "", "123", "11010519491231002x", goodID + "1"},
		"subject.phone":       {"13812345678", "+86 138", "+" + long},
		"subject.email":       {"test", "a b@c"},
		"subject.wechat":      {"x", "微信号微信号"},
		"callback_url":        {"x", "/cb", "ftp://x/", "https://u:p@x/", "https://x/" + long},
	} {
		for _, v := range bad {
			w := setup(t)
			a := w.ask(t, post("k", payload("c", set(path, v))))
			pointer := "/" + strings.ReplaceAll(path, ".", "/")
			named := slices.ContainsFunc(a.body.Errors, func(e fieldError) bool { return strings.HasPrefix(e.Pointer, pointer) })
			if a.status != http.StatusBadRequest || !named {
				t.Errorf("%s %.20v: %d, names %v", path, v, a.status, a.body.Errors)
			}
		}
	}
	for _, optional := range []string{"subject.phone", "subject.email", "subject.wechat"} {
		if a := setup(t).ask(t, post("k", payload("c", set(optional, nil)))); a.status != http.StatusOK {
			t.Errorf("without %s: %s", optional, a.line())
		}
	}
}

func TestOneKeyOneCheck(t *testing.T) {
	w := setup(t)
	first := w.ask(t, post("k", payload("c")))
	if again := w.ask(t, post("k", payload("c"))); again.text != first.text || again.status != http.StatusOK {
		t.Errorf("asked again: %s, at first: %s", again.text, first.text)
	}
	if polled := w.ask(t, get("/v1/checks/c")); polled.text != first.text {
		t.Errorf("polled: %s, at first: %s", polled.text, first.text)
	}
	other := payload("c", set("subject.name", "何谷雨"))
	for name, r := range map[string]*http.Request{
		"same key, other payload":        post("k", other),
		"same key, other check":          post("k", payload("d")),
		"same check, other key":          post("k2", payload("c")),
		"same check, other key, payload": post("k2", other),
	} {
		if got := w.ask(t, r).line(); got != "Unprocessable Entity other-payload" {
			t.Errorf("%s: %s", name, got)
		}
	}
	want := received{Checks: []counts{{CheckID: "c", Requests: 2, Accepted: 1, Mismatched: 4, Polls: 1}}}
	if diff := cmp.Diff(want, w.received(t)); diff != "" {
		t.Errorf("received (-want +got):\n%s", diff)
	}
}

func TestManyAtOnceAreOneCheck(t *testing.T) {
	w := setup(t)
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if got := w.ask(t, post("k", payload("c"))).line(); got != "OK eligible" {
				t.Error(got)
			}
		})
	}
	group.Wait()
	want := received{Checks: []counts{{CheckID: "c", Requests: 50, Accepted: 1}}}
	if diff := cmp.Diff(want, w.received(t)); diff != "" {
		t.Errorf("received (-want +got):\n%s", diff)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	w := setup(t, func(c *config) { c.MaxChecks = 3 })
	for i := range 8 {
		id := fmt.Sprint("c", i)
		w.ask(t, post(id, payload(id)))
	}
	got := w.received(t)
	var ids []string
	for _, c := range got.Checks {
		ids = append(ids, c.CheckID)
	}
	if diff := cmp.Diff([]string{"c5", "c6", "c7"}, ids); diff != "" || got.Forgotten != 5 {
		t.Errorf("forgotten %d, kept (-want +got):\n%s", got.Forgotten, diff)
	}
	if len(w.store.byID) != 3 || len(w.store.byKey) != 3 {
		t.Errorf("%d ids and %d keys in memory", len(w.store.byID), len(w.store.byKey))
	}
	if got := w.ask(t, get("/v1/checks/c0")).status; got != http.StatusNotFound {
		t.Errorf("the oldest check: %d", got)
	}
}

func (w *world) received(t *testing.T) received {
	t.Helper()
	var r received
	if err := json.Unmarshal([]byte(w.ask(t, get("/v1/received")).text), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRequestIDComesBack(t *testing.T) {
	w := setup(t)
	for sent, same := range map[string]bool{"abc-123": true, "": false, "a b": false, strings.Repeat("a", 65): false} {
		r := get("/livez")
		r.Header.Set("X-Request-Id", sent)
		got := w.ask(t, r).header.Get("X-Request-Id")
		if (got == sent) != same || got == "" {
			t.Errorf("sent %q, got %q", sent, got)
		}
	}
}

// TestContractAndCodeHaveTheSamePaths compares the contract's operations with
// the routes.
func TestContractAndCodeHaveTheSamePaths(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var inContract, inCode []string
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			inContract = append(inContract, method+" "+path)
		}
	}
	w := setup(t)
	for pattern := range w.routes() {
		inCode = append(inCode, pattern)
	}
	slices.Sort(inContract)
	slices.Sort(inCode)
	if diff := cmp.Diff(inCode, inContract); diff != "" {
		t.Errorf("paths (-code +contract):\n%s", diff)
	}
	if got := w.ask(t, get("/openapi.yaml")).text; got != string(contract) || !strings.Contains(got, "openapi: 3") {
		t.Error("the contract that is served is another one")
	}
	codes := doc.Components.Schemas["Reason"].Value.Properties["code"].Value.Enum
	for _, code := range codes {
		r := eligibility.Result{Decision: eligibility.NotEligible, Reasons: []eligibility.Reason{{Code: code.(string)}}}
		if eligibility.Sanitize(r).Decision != eligibility.NotEligible {
			t.Errorf("the code does not know the reason %s", code)
		}
	}
	if len(codes) != 13 {
		t.Errorf("%d reasons in the contract", len(codes))
	}
}
