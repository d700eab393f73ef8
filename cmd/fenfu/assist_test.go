package main

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"fenfu/bot/staff"
	"fenfu/intents/llm/llmtest"
)

// assisted is an office with a language model.
func assisted(t *testing.T, m *llmtest.Model) *office {
	t.Helper()
	o := newOffice(t, "", func(c *config) {
		c.LLMURL, c.LLMModel, c.LLMSessionLimit, c.LLMDailyLimit = m.URL, "fake", 4, 100
	})
	o.staffed()
	return o
}

// atDesk is what a model says at the desk.
func atDesk(p llmtest.Prompt) string {
	if len(p.Entries) == 0 {
		return "访客咨询审核要多久，客服已接入。"
	}
	return llmtest.Extract(p)
}

type (
	summaryReply struct{ Origin, Text string }
	suggestReply struct {
		Origin string
		Items  []struct {
			Text  string
			Cites []string
		}
	}
)

// TestAssistant: a summary and a suggestion, for who may have them; labelled, on
// record, and nothing is said or stored. No detail goes out.
func TestAssistant(t *testing.T) {
	t.Parallel()
	m := llmtest.Start(t, atDesk)
	o := assisted(t, m)
	session := o.waiting("审核要多久", "开通分付", "同意", "我同意", "林小满", "110199199005219903")
	li := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent, Desks: []string{"service"}})
	wang := o.signIn(staff.Account{ID: "wang", Role: staff.Agent, Desks: []string{"review"}})
	var me struct{ Assistant bool }
	if li.get("me", &me); !me.Assistant {
		t.Error("me does not say that there is a model")
	}

	var summary summaryReply
	if status := li.post(conversation(session, "/summary"), map[string]string{}, &summary); status != http.StatusOK || summary.Origin != "ai" || summary.Text == "" {
		t.Errorf("a summary of who waits: %d %+v", status, summary)
	}
	if status := li.post(conversation(session, "/suggestions"), map[string]string{}, nil); status != http.StatusNotFound {
		t.Errorf("a suggestion to who may not speak: %d", status)
	}
	for _, path := range []string{"/summary", "/suggestions"} {
		if status := wang.post(conversation(session, path), map[string]string{}, nil); status != http.StatusNotFound {
			t.Errorf("%s of another desk's: %d", path, status)
		}
	}
	li.must(conversation(session, "/take"), command())
	o.settled(session)
	before := o.trace(session)
	var got suggestReply
	if status := li.post(conversation(session, "/suggestions"), map[string]string{}, &got); status != http.StatusOK || got.Origin != "ai" || len(got.Items) != 0 {
		t.Errorf("from what was said in a form: %d %+v", status, got)
	}
	if o.trace(session) != before {
		t.Error("something changed")
	}
	for _, r := range m.Requests() {
		clean(t, "a request to the model", r)
		for _, secret := range []string{"林小满", "110199199005219903", "林**", "9903"} {
			if strings.Contains(r, secret) {
				t.Errorf("the model was shown %s:\n%s", secret, r)
			}
		}
	}
	var on []string
	for _, e := range o.entries() {
		on = append(on, brief(e))
	}
	if !slices.Contains(on, "li summary  true") || !slices.Contains(on, "li suggest  true") {
		t.Errorf("on record: %q", on)
	}
}

// TestAssistantSuggests from the knowledge base, nothing that does not pass, and
// so often of one conversation.
func TestAssistantSuggests(t *testing.T) {
	t.Parallel()
	m := llmtest.Start(t, atDesk)
	o := assisted(t, m)
	session := o.waiting()
	li := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent})
	li.must(conversation(session, "/take"), command())
	o.says(session, "审核要多久")
	ask := func() (int, suggestReply) {
		var got suggestReply
		status := li.post(conversation(session, "/suggestions"), map[string]string{}, &got)
		return status, got
	}
	o.settled(session)
	before := o.trace(session)
	status, got := ask()
	if status != http.StatusOK || len(got.Items) != 1 || got.Items[0].Text == "" || len(got.Items[0].Cites) != 1 {
		t.Errorf("%d %+v", status, got)
	}
	m.Say(func(p llmtest.Prompt) string {
		return "依据：" + p.Entries[0].ID + "\n您放心，一定能通过。"
	})
	if status, got := ask(); status != http.StatusOK || len(got.Items) != 0 {
		t.Errorf("a promise: %d %+v", status, got)
	}
	m.Misbehave(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	if status, _ := ask(); status != http.StatusServiceUnavailable {
		t.Errorf("while the model is down: %d", status)
	}
	m.Say(atDesk)
	var statuses []int
	for range 4 { // one more of this conversation, and two more of this person
		status, _ := ask()
		statuses = append(statuses, status)
	}
	if !slices.Equal(statuses, []int{200, 429, 429, 429}) {
		t.Errorf("too often: %v", statuses)
	}
	if n := len(m.Requests()); n != 4 {
		t.Errorf("%d requests", n)
	}
	if o.trace(session) != before {
		t.Error("something changed")
	}
	res, err := o.web.Client().Get(o.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	metrics, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`fenfu_model_total{outcome="done"} 2`, `fenfu_model_total{outcome="refused"} 1`,
		`fenfu_model_total{outcome="failed"} 1`, `fenfu_model_total{outcome="timeout"} 0`, `fenfu_model_seconds_count 4`,
	} {
		if !strings.Contains(string(metrics), "\n"+want+"\n") {
			t.Errorf("no %s", want)
		}
	}
}

// TestNoAssistant without a language model.
func TestNoAssistant(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	o.staffed()
	session := o.waiting()
	li := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent})
	li.must(conversation(session, "/take"), command())
	me := struct{ Assistant bool }{true}
	if li.get("me", &me); me.Assistant {
		t.Error("me says that there is a model")
	}
	for _, path := range []string{"/summary", "/suggestions"} {
		if status := li.post(conversation(session, path), map[string]string{}, nil); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}
