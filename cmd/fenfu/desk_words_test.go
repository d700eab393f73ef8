package main

import (
	"strings"
	"testing"

	"fenfu/bot/staff"
)

// What the visitor gave is masked in what people write about it, the name too,
// which nothing but the session tells from other words: the audit log outlives
// every deletion.
func TestDeskWordsHoldNoDetails(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	o.staffed()
	li := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent})
	session := o.waiting("开通分付", "同意", "我同意", "林小满", "110199199005219903")
	li.must(conversation(session, "/take"), command())
	li.must(conversation(session, "/reveal"), map[string]string{"kind": "id_number", "reason": "核对林小满的身份，不是110199199005219903"})
	li.must(conversation(session, "/notes"), command("text", "林小满来电"))
	li.must(conversation(session, "/tags"), map[string][]string{"tags": {"林小满"}})
	for _, e := range o.entries() {
		if text := encode(t, e); strings.Contains(text, "林小满") || strings.Contains(text, "110199199005219903") {
			t.Errorf("on record: %s", text)
		}
	}
	if r := li.send("GET", conversation(session), "", nil); strings.Contains(r.body, "林小满") || !strings.Contains(r.body, "林**来电") {
		t.Errorf("beside the conversation: %s", r.body)
	}
}

// Whoever reads the audit log is in it, wherever they begin.
func TestDeskAuditReadIsOnRecord(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	audrey := o.signIn(staff.Account{ID: "audrey", Role: staff.Auditor})
	reads := func() (n int) {
		for _, e := range o.entries() {
			if e.Actor == "audrey" && e.Action == "audit" {
				n++
			}
		}
		return n
	}
	for range 3 {
		if r := audrey.send("GET", "audit?cursor=2", "", nil); r.status != 200 || !strings.Contains(r.body, `"action":"login"`) {
			t.Fatalf("the log before entry 2: %d %s", r.status, r.body)
		}
	}
	if n := reads(); n != 1 {
		t.Errorf("pages that were read are on record %d times, want once", n)
	}
	if audrey.get("audit", nil); reads() != 2 {
		t.Errorf("to begin anew is on record %d times", reads())
	}
}

// Who asks for what is not theirs is on record, by whichever way.
func TestDeskRefusalsAreOnRecord(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	o.staffed()
	wang := o.signIn(staff.Account{ID: "wang", Role: staff.Agent})
	li := o.signIn(staff.Account{ID: "li", Role: staff.Agent})
	session := o.waiting()
	wang.must(conversation(session, "/take"), command())
	for range 3 {
		if a, b := li.post(conversation(session, "/join"), command(), nil), li.get("audit", nil); a != 404 || b != 404 {
			t.Errorf("join %d, audit log %d", a, b)
		}
	}
	lis := li.live()
	lis.send(`{"type":"watch","session":"` + session + `","after":0}`)
	lis.await("refusal to watch", frame("gone", session))
	count := map[string]int{}
	for _, e := range o.entries() {
		count[brief(e)+" "+e.Session]++
	}
	for _, want := range []string{"li reassign  false ", "li audit  false ", "li read  false " + session} {
		if count[want] != 1 {
			t.Errorf("%q is on record %d times: %v", want, count[want], count)
		}
	}
}

// Capital letters are no obstacle to a search.
func TestDeskSearchFindsTags(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	o.staffed()
	li := o.signIn(staff.Account{ID: "li", Role: staff.Agent})
	session := o.waiting()
	li.must(conversation(session, "/take"), command())
	o.settled(session)
	li.must(conversation(session, "/tags"), map[string][]string{"tags": {"VIP"}})
	for _, q := range []string{"VIP", "vip", strings.ToUpper(session[:8])} {
		if r := li.search("mine", q); !strings.Contains(r.body, session) {
			t.Errorf("searched for %s: %d %s", q, r.status, r.body)
		}
	}
}
