package main

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"fenfu/bot"
	"fenfu/bot/handoff"
	"fenfu/bot/pii"
	"fenfu/bot/staff"
	"fenfu/web/api"
)

// view is what somebody sees of a conversation by every way there is.
type view struct {
	texts, row, search, transcript string
	kinds                          []string
	last                           int64
}

func (p *person) view(session, word string) view {
	p.o.t.Helper()
	var v view
	var log struct{ Events []struct{ Text string } }
	if status := p.get(conversation(session, "/events"), &log); status != http.StatusOK {
		p.o.t.Fatalf("%s reads: %d", p.id, status)
	}
	for _, e := range log.Events {
		v.texts += e.Text + "\n"
	}
	var packet struct {
		Row     struct{ Last struct{ Text string } }
		Details []struct{ Kind, State string }
		Seq     int64
	}
	p.get(conversation(session), &packet)
	v.row, v.last = packet.Row.Last.Text, packet.Seq
	for _, d := range packet.Details {
		if d.State != "missing" {
			v.kinds = append(v.kinds, d.Kind)
		}
	}
	v.search = p.search("closed", word).body
	v.transcript = p.send("GET", conversation(session, "/transcript"), "", nil).body
	return v
}

// An agent's view of a conversation ends where it ended for them; what the
// visitor says to the bot or to a colleague afterwards is not for them. A
// supervisor's does not.
func TestDeskViewEnds(t *testing.T) {
	onOffices(t, func(t *testing.T, o *office) {
		o.staffed()
		li := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent, Desks: []string{"service"}})
		wang := o.signIn(staff.Account{ID: "wang", Name: "王强", Role: staff.Agent})
		chief := o.signIn(staff.Account{ID: "chief", Name: "组长", Role: staff.Supervisor})
		session := o.waiting("开通分付", "同意", "我同意", "林小满")
		socket := li.live()
		socket.send(`{"type":"watch","session":"` + session + `"}`)
		li.must(conversation(session, "/take"), command())
		li.must(conversation(session, "/messages"), command("text", "您好，请继续填写。"))
		li.must(conversation(session, "/tags"), map[string][]string{"tags": {"李娜的标签"}})
		li.must(conversation(session, "/return"), command())
		o.settled(session)
		end := o.look(session).Handoff.Left.Seq
		chief.must(conversation(session, "/notes"), command("text", "组长的备注"))
		chief.must(conversation(session, "/tags"), map[string][]string{"tags": {"组长的标签"}})

		o.says(session, "110199199005219903", "青海湖今天下雨吗")
		check := func(when string) {
			t.Helper()
			if v := li.view(session, "青海湖"); v.last != end || strings.Contains(v.texts+v.row+v.search+v.transcript, "青海湖") ||
				strings.Contains(v.texts+v.transcript, "1****************3") || !slices.Equal(v.kinds, []string{"name"}) ||
				!strings.Contains(v.texts, "您好，请继续填写。") || !strings.Contains(v.transcript, "您好，请继续填写。") {
				t.Errorf("%s the agent sees %+v, want all up to %d", when, v, end)
			}
			if v := chief.view(session, "青海湖"); !strings.Contains(v.texts, "青海湖") || !strings.Contains(v.transcript, "青海湖") {
				t.Errorf("%s the supervisor does not see all: %+v", when, v)
			}
			if r := li.send("GET", conversation(session), "", nil); strings.Contains(r.body, "组长的备注") {
				t.Errorf("%s the agent reads a later note: %s", when, r.body)
			}
			for p, tag := range map[*person]string{li: "李娜的标签", chief: "组长的标签"} {
				for _, r := range []reply{p.send("GET", conversation(session), "", nil), p.send("GET", "conversations?view=closed", "", nil)} {
					if strings.Count(r.body, "的标签") != strings.Count(r.body, tag) || p == li && !strings.Contains(r.body, tag) && strings.Contains(r.body, session) {
						t.Errorf("%s %s sees the tags in %s", when, p.id, r.body)
					}
				}
			}
			for action, body := range map[string]any{"/messages": command("text", "还在吗"), "/notes": command("text", "备注"), "/reveal": map[string]string{"kind": "name", "reason": "核对姓名"}} {
				if status := li.post(conversation(session, action), body, nil); status != http.StatusNotFound {
					t.Errorf("%s %s: %d", when, action, status)
				}
			}
		}
		check("with the bot")

		// A colleague's conversation, while the agent looks at what was theirs.
		o.says(session, "转人工")
		o.inBooks(session)
		chief.must("presence", map[string]string{"state": "busy"})
		wang.must(conversation(session, "/take"), command())
		o.says(session, "青海湖")
		wang.must(conversation(session, "/messages"), command("text", "只给王强看的回答"))
		check("with a colleague")
		if v := wang.view(session, "x"); !strings.Contains(v.texts, "您好，请继续填写。") || !strings.Contains(v.texts, "只给王强看的回答") {
			t.Errorf("who has it does not see all: %+v", v)
		}
		wang.must(conversation(session, "/return"), command())
		o.settled(session)
		_, err := o.brain.Handle(t.Context(), bot.Message{Session: session, ID: "rate", From: bot.Visitor, Kind: bot.Choose, Text: "rating.2"})
		if err != nil {
			t.Fatal(err)
		}
		check("after the colleague")

		// All that a socket told: nothing after the end but what was in the queue for the agent's own desk.
		other := wang.live()
		other.send(`{"type":"watch","session":"` + session + `"}`)
		other.await("what was said to the colleague", said(session, "只给王强看的回答"))
		for _, f := range socket.all() {
			if strings.Contains(fmt.Sprint(f), "只给王强看的回答") {
				t.Errorf("the socket told %v", f)
			}
		}
		socket.send(`{"type":"watch","session":"` + session + `","after":0}`)
		socket.send(`{"type":"ping"}`)
		socket.await("pong", func(f map[string]any) bool { return f["type"] == "pong" })
		for _, f := range socket.all() {
			if strings.Contains(fmt.Sprint(f), "只给王强看的回答") {
				t.Errorf("watching again told %v", f)
			}
		}
	})
}

// The rating and the word on it come to whoever looks at the conversation, also
// when their view of what is said has ended.
func TestDeskRatingIsTold(t *testing.T) {
	o := newOffice(t, "")
	o.staffed()
	li := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent})
	session := o.waiting()
	li.must(conversation(session, "/take"), command())
	li.must(conversation(session, "/messages"), command("text", "您好"))
	li.must(conversation(session, "/close"), command())
	o.settled(session)
	socket := li.live()
	rows := func() int {
		n := 0
		for _, f := range socket.all() {
			if row, ok := f["row"].(map[string]any); ok && row["session"] == session && row["rating"] == 4.0 {
				n++
			}
		}
		return n
	}
	var packet struct {
		Row     struct{ Rating int }
		Comment string
	}
	ends := o.look(session).Handoff.EndedAt
	if _, err := o.brain.Handle(t.Context(), bot.Message{Session: session, ID: "r", From: bot.Visitor, Kind: bot.Choose, Text: "rating.4"}); err != nil {
		t.Fatal(err)
	}
	for i, what := range []string{"the rating", "the word"} {
		if i == 1 {
			o.says(session, "很耐心")
		}
		o.eventually(what+" is told", func() error {
			if n := rows(); n <= i {
				return fmt.Errorf("%d rows", n)
			}
			return nil
		})
	}
	if li.get(conversation(session), &packet); packet.Row.Rating != 4 || packet.Comment != "很耐心" {
		t.Errorf("packet %+v", packet)
	}
	places, _, err := o.books.Ended(t.Context(), "li", nil, api.Place{Ended: time.Now().Add(time.Hour)}, 1)
	if err != nil || len(places) != 1 || places[0].Ended.UnixMilli() != ends.UnixMilli() {
		t.Errorf("a rating changed when it ended: %v, %v, want %v", places, err, ends)
	}
}

// What the visitor has deleted includes what people wrote beside it.
func TestDeskErasureReachesNotes(t *testing.T) {
	onOffices(t, func(t *testing.T, o *office) {
		o.staffed()
		li := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent})
		session := o.waiting()
		li.must(conversation(session, "/take"), command())
		li.must(conversation(session, "/notes"), command("text", "客户说他住在海边"))
		li.must(conversation(session, "/tags"), map[string][]string{"tags": {"海边"}})
		o.says(session, "删除我的信息")
		o.eventually("the notes are gone", func() error {
			if r := li.send("GET", conversation(session), "", nil); strings.Contains(r.body, "海边") {
				return errors.New(r.body)
			}
			return nil
		})
		for _, key := range o.rdb.Keys(t.Context(), "*:n:"+session).Val() {
			t.Errorf("%s is left", key)
		}
		li.must(conversation(session, "/notes"), command("text", "已说明删除的范围"))
		if r := li.send("GET", conversation(session), "", nil); !strings.Contains(r.body, "已说明删除的范围") {
			t.Error("a later note is gone, too")
		}
	})
}

// Who never said how present they are, and is gone, loses the conversation like
// anybody. Requests are a sign of life, without the live socket.
func TestDeskGoneWithoutPresence(t *testing.T) {
	o := newOffice(t, "")
	o.staffed()
	li := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent})
	session := o.waiting()
	li.must(conversation(session, "/take"), command())
	seen := func() float64 { return o.rdb.ZScore(t.Context(), "{desk}:seen", "li").Val() }
	long := float64(time.Now().Add(-time.Hour).UnixMilli())
	if seen() < long {
		t.Fatal("who took a conversation is not in the books")
	}
	o.rdb.ZAdd(t.Context(), "{desk}:seen", redis.Z{Score: long, Member: "li"})
	o.eventually("the visitor waits again", func() error {
		if s := o.look(session); s.Owner != bot.OwnerWaiting {
			return errors.New(string(s.Owner))
		}
		return nil
	})
}

// Joining takes up a place like taking over does.
func TestDeskJoinKeepsCapacity(t *testing.T) {
	onOffices(t, func(t *testing.T, o *office) {
		o.staffed()
		li := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent})
		chief := o.signIn(staff.Account{ID: "chief", Name: "组长", Role: staff.Supervisor, Capacity: 1})
		first, second := o.waiting(), o.waiting()
		for _, session := range []string{first, second} {
			li.must(conversation(session, "/take"), command())
			o.settled(session)
		}
		chief.must(conversation(first, "/join"), command())
		if status := chief.post(conversation(second, "/join"), command(), nil); status != http.StatusConflict {
			t.Errorf("one more than there is room for: %d", status)
		}
		if s := o.look(second); s.Agent != "li" {
			t.Errorf("%q has it", s.Agent)
		}
		chief.must(conversation(first, "/close"), command())
		o.settled(first)
		chief.must(conversation(second, "/join"), command())
		o.settled(second)
		agents, err := o.books.Agents(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range agents {
			if want := map[string]int{"li": 0, "chief": 1}[a.ID]; a.Load != want {
				t.Errorf("%s has %d, want %d", a.ID, a.Load, want)
			}
		}
	})
}

// A supervisor of some desks is told how much of these is over, not of all.
func TestDeskClosedCountsOwnDesks(t *testing.T) {
	o := newOffice(t, "")
	o.staffed()
	chief := o.signIn(staff.Account{ID: "chief", Name: "组长", Role: staff.Supervisor, Desks: []string{"service"}})
	whole := o.signIn(staff.Account{ID: "head", Name: "主管", Role: staff.Supervisor})
	for _, desk := range []string{"service", "review", "review"} {
		session := o.waiting()
		whole.must(conversation(session, "/join"), command())
		if desk != "service" {
			err := o.books.SetPresence(t.Context(), handoff.Agent{ID: "full", Name: "满员", Presence: handoff.Online})
			if err != nil {
				t.Fatal(err)
			}
			whole.must(conversation(session, "/transfer"), command("desk", desk))
			o.settled(session)
			whole.must(conversation(session, "/join"), command())
		}
		whole.must(conversation(session, "/close"), command())
		o.settled(session)
	}
	for p, want := range map[*person]map[string]int{chief: {"": 1, "service": 1, "review": 0}, whole: {"": 3, "service": 1, "review": 2}} {
		for desk, n := range want {
			var page struct {
				Items []struct{ Desk string }
				Total int
			}
			if p.get("conversations?view=closed&desk="+desk, &page); page.Total != n || len(page.Items) != n {
				t.Errorf("%s is told of %d at %q, and shown %d, want %d", p.id, page.Total, desk, len(page.Items), n)
			}
		}
	}
}

// The decision that lands while somebody has the conversation is in the packet,
// with its reason codes.
// A page begins behind the last conversation of the one before, though others
// ended in the same millisecond.
func TestDeskClosedPages(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	o.staffed()
	li := o.signIn(staff.Account{ID: "li", Role: staff.Agent})
	at, want := time.Now().Truncate(time.Millisecond), []string{}
	for range 3 {
		session := o.place(ended)
		err := o.books.Move(t.Context(), handoff.Place{Session: session, Version: o.look(session).Version + 1, State: handoff.Over, Desk: "service", Agent: "li", Ended: at})
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, session)
	}
	var got []string
	for cursor := ""; len(got) <= len(want); {
		var page struct {
			Items []struct{ Session string }
			Next  string
		}
		if status := li.get("conversations?view=closed&limit=1&cursor="+cursor, &page); status != http.StatusOK {
			t.Fatal(status)
		}
		for _, row := range page.Items {
			got = append(got, row.Session)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("page by page: %v, want %v", got, want)
	}
}

func TestDeskPacketHasDecision(t *testing.T) {
	o := newOffice(t, "")
	o.staffed()
	li := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent})
	session := o.waiting("开通分付", "同意", "我同意", "苏白露", "130199197606199957", "13800138000")
	for _, m := range []bot.Message{
		{Kind: bot.Text, Text: pii.Text("确认提交"), From: bot.Visitor, ID: "v"},
		{Kind: bot.Take, From: bot.Agent, By: bot.Person{ID: "li", Name: "李娜"}, ID: "t"},
	} {
		m.Session = session
		if _, err := o.brain.Handle(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	o.eventually("the packet has the decision", func() error {
		var packet struct {
			Application struct {
				Status, Decision string
				Reasons          []struct{ Code string }
			}
			Row struct{ Decision, Owner string }
		}
		li.get(conversation(session), &packet)
		app := packet.Application
		if app.Decision != "not_eligible" || len(app.Reasons) != 1 || app.Reasons[0].Code != "LOW_PAYMENT_SCORE" || packet.Row.Decision != "not_eligible" || packet.Row.Owner != "agent" {
			return fmt.Errorf("%+v", packet)
		}
		return nil
	})
}
