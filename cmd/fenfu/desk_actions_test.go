package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"fenfu/bot"
	"fenfu/bot/handoff"
	"fenfu/bot/staff"
)

// A conversation from the queue to its end, each command sent twice.
func TestDeskConversation(t *testing.T) {
	t.Parallel()
	onOffices(t, func(t *testing.T, o *office) {
		o.staffed()
		li := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent})
		wang := o.signIn(staff.Account{ID: "wang", Name: "王强", Role: staff.Agent})
		chief := o.signIn(staff.Account{ID: "chief", Name: "组长", Role: staff.Supervisor})
		audrey := o.signIn(staff.Account{ID: "audrey", Role: staff.Auditor})
		session := o.waiting("开通分付", "同意", "我同意", "林小满", "110199199005219903")
		twice := func(p *person, action string, more ...string) {
			t.Helper()
			c := command(more...)
			p.must(conversation(session, action), c)
			version := o.look(session).Version
			o.settled(session)
			version = max(version, o.look(session).Version)
			// The answer to the first was lost. It may be refused by now, but does nothing.
			p.post(conversation(session, action), c, nil)
			if is := o.look(session); is.Version != version {
				t.Errorf("%s twice: version %d, was %d", action, is.Version, version)
			}
		}
		twice(li, "/take")
		if s := o.look(session); s.Owner != bot.OwnerAgent || s.Handoff.Agent.ID != "li" {
			t.Fatalf("not taken: %s %+v", s.Owner, s.Handoff)
		}
		twice(li, "/messages", "text", "您好，我来看一下。")
		twice(li, "/notes", "text", "客户着急，身份证110199199005219903")
		li.must(conversation(session, "/tags"), map[string][]string{"tags": {"急", "急", "复核"}})
		var packet struct {
			Row struct {
				Tags []string
				Name string
			}
			Details []struct{ Kind, Masked, State string }
			Notes   []struct {
				Text string
				By   struct{ ID, Name string }
			}
		}
		if status := li.get(conversation(session), &packet); status != 200 {
			t.Fatal(status)
		}
		if len(packet.Notes) != 1 || packet.Notes[0].By.Name != "李娜" || strings.Contains(packet.Notes[0].Text, "1101991990") ||
			fmt.Sprint(packet.Row.Tags) != "[急 复核]" || packet.Row.Name != "林**" || len(packet.Details) != 3 {
			t.Errorf("packet %+v", packet)
		}
		if r := li.send("GET", conversation(session), "", nil); strings.Contains(r.body, "林小满") || strings.Contains(r.body, "110199199005219903") {
			t.Errorf("the packet holds details: %s", r.body)
		}
		var log struct {
			Events []struct{ From, Text, Origin string }
		}
		li.get(conversation(session, "/events?limit=2"), &log)
		if n := len(log.Events); n != 2 || log.Events[1].Text != "您好，我来看一下。" || log.Events[1].Origin != "human" {
			t.Errorf("events %+v", log)
		}
		var revealed struct {
			Value    string
			ExpiresS int `json:"expires_in_s"`
		}
		ask := map[string]string{"kind": "id_number", "reason": "核对 110199199005219903"}
		if status := li.post(conversation(session, "/reveal"), ask, &revealed); status != 200 || revealed.Value != "110199199005219903" || revealed.ExpiresS != 30 {
			t.Errorf("reveal: %d %+v", status, revealed)
		}
		for _, reason := range []string{"", " ", "x", strings.Repeat("长", 201)} {
			if status := li.post(conversation(session, "/reveal"), map[string]string{"kind": "name", "reason": reason}, nil); status != 400 {
				t.Errorf("reveal because of %q: %d", reason, status)
			}
		}
		if status := li.post(conversation(session, "/reveal"), map[string]string{"kind": "phone", "reason": "核对号码"}, nil); status != 404 {
			t.Errorf("reveal of what was not given: %d", status)
		}
		limited := 0
		for range 8 {
			if li.post(conversation(session, "/reveal"), ask, nil) == http.StatusTooManyRequests {
				limited++
			}
		}
		if limited != 3 { // six at once, and one was taken
			t.Errorf("%d of eight more reveals were refused, want 3", limited)
		}
		if r := li.send("GET", conversation(session, "/transcript"), "", nil); r.status != 200 || !strings.Contains(r.body, "人工客服：您好，我来看一下。") ||
			strings.Contains(r.body, "110199199005219903") || !strings.HasPrefix(r.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("transcript: %d %s", r.status, r.body)
		}
		for _, p := range []*person{li, wang} {
			p.must("presence", map[string]string{"state": "busy"})
		}
		twice(li, "/transfer", "agent", "wang", "note", "请继续跟进")
		if status := li.post(conversation(session, "/messages"), command("text", "还在吗"), nil); status != 404 {
			t.Errorf("who passed it on still speaks: %d", status)
		}
		twice(wang, "/take")
		twice(chief, "/assign", "agent", "li")
		if s := o.look(session); s.Owner != bot.OwnerWaiting || s.Handoff.Prefer != "li" {
			t.Errorf("assigned: %s %+v", s.Owner, s.Handoff)
		}
		twice(chief, "/join")
		if status := wang.get(conversation(session), nil); status != 404 {
			t.Errorf("who had it before still reads: %d", status)
		}
		twice(chief, "/return")
		if s := o.look(session); s.Owner != bot.OwnerBot || s.Flow.Step != "contact" {
			t.Errorf("given back: %s at %s", s.Owner, s.Flow.Step)
		}

		for _, q := range []string{"110199199005219903", "林小满", "我叫林小满，要还款"} {
			if r := li.search("mine", q); r.status != http.StatusOK {
				t.Errorf("search: %d", r.status)
			}
		}

		var entries struct {
			Items []staff.Entry
			Next  string
		}
		if status := audrey.get("audit?limit=100", &entries); status != 200 || len(entries.Items) == 0 {
			t.Fatal(status)
		}
		count := map[string]int{}
		for _, e := range entries.Items {
			count[brief(e)]++
			if strings.Contains(e.Reason, "110199199005219903") || strings.Contains(e.Reason, "小满") {
				t.Errorf("a detail is on record: %+v", e)
			}
		}
		for _, want := range []string{
			"li login  true", "li take  true", "li note  true", "li tags  true", "li read  true", "li reveal id_number true", "li reveal  false",
			"li export  true", "li search  true", "li transfer wang true", "wang take  true", "chief assign li true", "chief join  true", "chief return  true",
			"li speak  false", "wang read  false", "audrey audit  true",
		} {
			if count[want] == 0 {
				t.Errorf("%q is not on record: %v", want, count)
			}
		}
		if n := count["li reveal id_number true"]; n != 6 {
			t.Errorf("six reveals are on record as %d", n)
		}
		if n, err := o.store.staff.VerifyAudit(t.Context()); err != nil || n == 0 {
			t.Errorf("the audit log: %d, %v", n, err)
		}
		if logged := o.logged.String(); strings.Contains(logged, "110199199005219903") || strings.Contains(logged, "林小满") || strings.Contains(logged, "您好") {
			t.Error("the log holds what was said")
		}
	})
}

// What is not on record does not happen.
func TestDeskNothingWithoutRecord(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	o.staffed()
	session := o.place(own)
	li := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent})
	head := o.rdb.HGetAll(t.Context(), "{desk}:audit:head").Val()
	o.rdb.HSet(t.Context(), "{desk}:audit:head", "n", "no number") // the log cannot be written
	before := o.trace(session)
	for action, body := range map[string]map[string]string{
		"/reveal": {"kind": "name", "reason": "核对姓名"}, "/close": command(), "/return": command(), "/notes": command("text", "备注"),
	} {
		r := li.send("POST", conversation(session, action), encode(t, body), nil)
		if r.status < 500 || strings.Contains(r.body, "林小满") {
			t.Errorf("%s without a record: %d %s", action, r.status, r.body)
		}
	}
	if r := li.send("GET", conversation(session), "", nil); r.status < 500 {
		t.Errorf("read without a record: %d", r.status)
	}
	if after := o.trace(session); after != before {
		t.Errorf("something changed: %s, was %s", after, before)
	}
	o.rdb.HSet(t.Context(), "{desk}:audit:head", "n", head["n"])
	if status := li.post(conversation(session, "/reveal"), map[string]string{"kind": "name", "reason": "核对姓名"}, nil); status != 200 {
		t.Errorf("reveal afterwards: %d", status)
	}
}

// Of many who press 接入 at once exactly one gets it, over HTTP, and nobody gets
// more than they may have.
func TestDeskOneTakes(t *testing.T) {
	t.Parallel()
	onOffices(t, func(t *testing.T, o *office) {
		o.staffed()
		var people []*person
		for i := range 5 {
			people = append(people, o.signIn(staff.Account{ID: fmt.Sprint("agent", i), Role: staff.Agent, Capacity: 2}))
		}
		var mu sync.Mutex
		has := map[string]int{}
		for range 10 {
			session := o.waiting()
			var group sync.WaitGroup
			took := 0
			for _, p := range people {
				group.Go(func() {
					status := p.post(conversation(session, "/take"), command(), nil)
					mu.Lock()
					defer mu.Unlock()
					switch status {
					case 204:
						took++
						has[p.id]++
					case 404, 409: // a colleague was faster, and it is none of theirs by now
					default:
						t.Errorf("take: %d", status)
					}
				})
			}
			group.Wait()
			if took != 1 {
				t.Errorf("%d took one conversation", took)
			}
		}
		for id, n := range has {
			if n > 2 {
				t.Errorf("%s has %d", id, n)
			}
		}
		session := o.waiting()
		for _, p := range people {
			if status := p.post(conversation(session, "/take"), command(), nil); status != 409 {
				t.Errorf("%s is full, and took one more: %d", p.id, status)
			}
		}
		agents, err := o.books.Agents(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range agents {
			if a.ID != "full" && a.Presence == handoff.Online {
				t.Errorf("%+v", a)
			}
		}
	})
}

// TestDeskTellsWhereToComplain: an agent may name the operator's own channel for
// complaints, and no other number.
// A command id that was used before takes nothing, and keeps no place either.
func TestDeskTakeUnderOldID(t *testing.T) {
	onOffices(t, func(t *testing.T, o *office) {
		o.staffed()
		li := o.signIn(staff.Account{ID: "li", Role: staff.Agent, Capacity: 1})
		wang := o.signIn(staff.Account{ID: "wang", Role: staff.Agent, Capacity: 1})
		session := o.waiting()
		old := command()
		li.must(conversation(session, "/take"), old)
		li.must(conversation(session, "/take"), old) // the answer was lost
		li.must(conversation(session, "/transfer"), command("desk", "service"))
		o.inBooks(session)
		if status := li.post(conversation(session, "/take"), old, nil); status != http.StatusConflict {
			t.Errorf("taken under an old id: %d", status)
		}
		if s := o.look(session); s.Owner != bot.OwnerWaiting {
			t.Errorf("the visitor is with %s", s.Owner)
		}
		wang.must(conversation(session, "/take"), command()) // nobody holds a place
		if !slices.ContainsFunc(o.entries(), func(e staff.Entry) bool { return brief(e) == "li take  false" }) {
			t.Error("it is not on record as refused")
		}
	})
}

func TestDeskTellsWhereToComplain(t *testing.T) {
	c := config{ComplaintChannel: "投诉电话 400-800-0000（9:00–18:00）"}
	if found := c.forbidden()("您可以拨打投诉电话400-800-0000反映"); found != "" {
		t.Errorf("refused: %s", found)
	}
	if c.forbidden()("您可以拨打400-800-0001反映") == "" {
		t.Error("another number passes")
	}
}

// TestDeskWritesNoDetails: what agents write beside a conversation, and why they
// look at a detail, says no detail of its visitor's; nor does what they ask for
// that does not exist.
func TestDeskWritesNoDetails(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	session := o.waiting("开通分付", "同意", "我同意", "林小满", "110199199005219903", "13800138000", "确认提交")
	li := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent})
	li.must(conversation(session, "/take"), command())
	li.must(conversation(session, "/notes"), command("text", "林小满说手机13800138000在用，微信linxiaoman_88"))
	li.must(conversation(session, "/tags"), map[string]any{"tags": []string{"林小满老客户"}})
	for _, body := range []map[string]string{
		{"kind": "name", "reason": "核对林小满和他老婆王秀英的姓名，微信linxiaoman_88"}, {"kind": "phone", "reason": "回电"},
	} {
		li.must(conversation(session, "/reveal"), body)
	}
	if status := li.post(conversation(session, "/transfer"), command("desk", "林小满13800138000", "note", "转给林小满的同事"), nil); status != 400 {
		t.Errorf("transfer to no desk: %d", status)
	}
	kept := li.send("GET", conversation(session), "", nil).body
	for _, e := range o.entries() {
		kept += fmt.Sprint(e)
	}
	for _, secret := range []string{"小满", "秀英", "13800138000", "linxiaoman_88"} {
		if strings.Contains(kept, secret) {
			t.Errorf("%s is in what was written down: %s", secret, kept)
		}
	}
	if !strings.Contains(kept, "林**说手机138****8000在用") || !strings.Contains(kept, "林**老客户") || !strings.Contains(kept, "回电") {
		t.Errorf("nothing can be read any more: %s", kept)
	}
}
