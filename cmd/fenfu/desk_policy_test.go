package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/handoff"
	"fenfu/bot/staff"
	"fenfu/web/api"
)

// case of a conversation, as seen by the agent li of the desk service.
const (
	theBots   = "bot's"     // nobody was asked for
	queued    = "queued"    // waits for li's desk
	elsewhere = "elsewhere" // waits for another desk
	passedOn  = "passed on" // li gave it to another desk, where it waits
	own       = "own"       // li has it
	foreign   = "foreign"   // a colleague has it
	ended     = "ended"     // li had it
	unknown   = "unknown"   // never was
)

var cases = []string{theBots, queued, elsewhere, passedOn, own, foreign, ended, unknown}

// deskRoute is a route of the desk, with a body that would do something, one
// that does nothing, and in which conversations who may ask for it.
type deskRoute struct {
	method, path string // {session} where it is about a conversation
	does, idle   string
	may          map[string][]string // by person; in conversations, or none for routes that are not about one
	gives        []int               // of those who may, with idle
}

func deskRoutes() []deskRoute {
	const c = "conversations/{session}"
	served := []string{queued, own, foreign, ended} // of the desk service
	key := "key"
	people := func(li, chief []string) map[string][]string { return map[string][]string{"li": li, "chief": chief} }
	any := func(who ...string) map[string][]string {
		m := map[string][]string{}
		for _, p := range who {
			m[p] = []string{""}
		}
		return m
	}
	with := func(m map[string][]string, who string, cases []string) map[string][]string {
		m[who] = cases
		return m
	}
	id := `"id":"c1"`
	return []deskRoute{
		{"GET", "me", "", "", any("li", "chief", "audrey", "root", key), []int{200}},
		{"POST", "presence", `{"state":"busy"}`, `{}`, any("li", "chief", key), []int{400}},
		{"GET", "conversations", "", "", any("li", "chief", key), []int{400}},
		{"POST", "conversations/search", `{"view":"mine","q":"林"}`, `{"view":"mine"}`, any("li", "chief", key), []int{400}},
		{"GET", "agents", "", "", any("li", "chief", key), []int{200}},
		{"GET", "desks", "", "", any("li", "chief", key), []int{200}},
		{"GET", "canned", "", "", any("li", "chief"), []int{200}},
		{"GET", "stats", "", "", any("chief", "audrey", "root"), []int{200}},
		{"GET", "audit", "", "", any("audrey"), []int{200}},
		{"GET", "accounts", "", "", any("root"), []int{200}},
		{"POST", "accounts/{account}/logout", "", "", any("root"), []int{404}}, // nobody is called that
		{"GET", c, "", "", with(people([]string{queued, own, ended}, served), key, served), []int{200}},
		{"GET", c + "/events", "", "", with(people([]string{queued, own, ended}, served), key, served), []int{200}},
		{"GET", c + "/transcript", "", "", people([]string{own, ended}, served), []int{200}},
		{"POST", c + "/summary", "", "", with(people([]string{queued, own, ended}, served), key, served), []int{404}}, // without a model
		{"POST", c + "/suggestions", "", "", people([]string{own}, nil), []int{404}},
		{"POST", c + "/take", `{` + id + `}`, `{}`, people([]string{queued, own}, served), []int{400}},
		{"POST", c + "/join", `{` + id + `}`, `{}`, people(nil, served), []int{400}},
		{"POST", c + "/assign", `{` + id + `,"agent":"li"}`, `{"agent":"li"}`, people(nil, served), []int{400}},
		{"POST", c + "/messages", `{` + id + `,"text":"您好"}`, `{"text":"您好"}`, people([]string{own}, nil), []int{400}},
		{"POST", c + "/typing", `{"on":true}`, `{}`, people([]string{own}, nil), []int{204}},
		{"POST", c + "/transfer", `{` + id + `,"desk":"review"}`, `{"desk":"review"}`, people([]string{own}, served), []int{400}},
		{"POST", c + "/return", `{` + id + `}`, `{}`, people([]string{own}, served), []int{400}},
		{"POST", c + "/close", `{` + id + `}`, `{}`, people([]string{own}, served), []int{400}},
		{"POST", c + "/notes", `{` + id + `,"text":"备注"}`, `{"text":"备注"}`, people([]string{own}, served), []int{400}},
		{"POST", c + "/tags", `{"tags":["重要"]}`, `{"tags":[""]}`, people([]string{own}, served), []int{400}},
		{"POST", c + "/reveal", `{"kind":"name","reason":"核对姓名"}`, `{"kind":"name","reason":"核对姓名"}`, people([]string{own}, nil), []int{200}},
	}
}

// place puts a conversation where a case says.
func (o *office) place(what string) string {
	o.t.Helper()
	session := "s" + strings.ToLower(rand.Text()[:25])
	if what == unknown {
		return session
	}
	o.says(session, "开通分付", "同意", "我同意", "林小满")
	if what == theBots {
		return session
	}
	o.says(session, "转人工")
	o.inBooks(session)
	who := bot.Person{ID: "li", Name: "李娜"}
	if what == foreign {
		who = bot.Person{ID: "wang", Name: "王强"}
	}
	does := func(m bot.Message) {
		m.Session, m.ID, m.From, m.By = session, rand.Text(), bot.Agent, who
		if _, err := o.brain.Handle(o.t.Context(), m); err != nil {
			o.t.Fatal(err)
		}
	}
	if what != queued {
		does(bot.Message{Kind: bot.Take})
	}
	switch what {
	case elsewhere:
		who = bot.Person{ID: "wang", Name: "王强"}
		does(bot.Message{Kind: bot.Take, Seize: true})
		does(bot.Message{Kind: bot.Transfer, Desk: "review"})
	case passedOn:
		does(bot.Message{Kind: bot.Transfer, Desk: "review"})
	case ended:
		does(bot.Message{Kind: bot.Close})
	}
	o.settled(session)
	return session
}

// settled waits until nothing more is to be entered in the books.
func (o *office) settled(session string) {
	o.t.Helper()
	o.eventually("the books are right", func() error {
		if s := o.look(session); s.Handoff != nil && s.Handoff.Moved != 0 {
			return fmt.Errorf("not yet: version %d, moved %d, due %v, %s", s.Version, s.Handoff.Moved, s.Due, s.Owner)
		}
		return nil
	})
}

// trace is everything of a conversation that somebody could have changed.
func (o *office) trace(session string) string {
	o.t.Helper()
	s := o.look(session)
	notes, tags, err := o.store.Notes(o.t.Context(), session, time.Time{})
	if err != nil {
		o.t.Fatal(err)
	}
	var h bot.Handoff
	if s.Handoff != nil {
		h = *s.Handoff
	}
	// Not the version: while somebody waits, the system looks in each minute.
	return fmt.Sprint(s.Seq, s.Owner, s.Agent, h.Desk, h.Prefer, h.Agent, h.Rating, h.EndedAt, len(s.Flow.Details), len(notes), tags)
}

// Every route, every role, every kind of conversation: who may not gets 404, or
// 401 without a login, and nothing changes.
func TestDeskPolicy(t *testing.T) {
	t.Parallel()
	onOffices(t, func(t *testing.T, o *office) {
		o.staffed()
		if err := o.books.SetPresence(t.Context(), handoff.Agent{ID: "li", Name: "李娜", Presence: handoff.Busy}); err != nil {
			t.Fatal(err)
		}
		sessions := map[string]string{}
		for _, what := range cases {
			sessions[what] = o.place(what)
		}
		people := map[string]*person{
			"li":     o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent, Desks: []string{"service"}}),
			"chief":  o.signIn(staff.Account{ID: "chief", Role: staff.Supervisor, Desks: []string{"service"}}),
			"audrey": o.signIn(staff.Account{ID: "audrey", Role: staff.Auditor}),
			"root":   o.signIn(staff.Account{ID: "root", Role: staff.Admin}),
			"nobody": o.browser(),
			"badkey": o.browser(),
			"key":    o.browser(),
		}
		people["badkey"].bearer, people["key"].bearer = "x", o.keyText
		for _, route := range deskRoutes() {
			about := []string{""}
			if strings.Contains(route.path, "{session}") {
				about = cases
			}
			for name, p := range people {
				for _, what := range about {
					path := strings.ReplaceAll(route.path, "{session}", sessions[what])
					at := fmt.Sprintf("%s %s as %s, %s", route.method, route.path, name, what)
					if slices.Contains(route.may[name], what) {
						if r := p.send(route.method, path, route.idle, nil); !slices.Contains(route.gives, r.status) {
							t.Errorf("%s: %d %s, want %v", at, r.status, r.body, route.gives)
						}
						continue
					}
					var before string
					if what != "" {
						before = o.trace(sessions[what])
					}
					want := 404
					if name == "nobody" || name == "badkey" {
						want = 401
					}
					r := p.send(route.method, path, route.does, nil)
					if r.status != want || !strings.Contains(r.header.Get("Content-Type"), "problem+json") {
						t.Errorf("%s: %d %s, want %d", at, r.status, r.body, want)
					}
					if what != "" && o.trace(sessions[what]) != before {
						t.Errorf("%s: something changed", at)
					}
				}
			}
		}
		refusals := 0
		for _, e := range o.entries() {
			if !e.OK && e.Actor == "li" && e.Session == sessions[foreign] {
				refusals++
			}
		}
		if refusals < 10 {
			t.Errorf("li's attempts at a colleague's conversation are on record %d times", refusals)
		}
	})
}

// The table has every route there is.
func TestDeskPolicyIsWhole(t *testing.T) {
	var inCode, inTable []string
	for _, r := range new(api.API).Routes() {
		rest := strings.TrimPrefix(r.Path, "/v1/desk/")
		if !slices.Contains([]string{"login", "logout", "options", "oidc/start", "oidc/callback"}, rest) {
			inCode = append(inCode, r.Method+" "+rest)
		}
	}
	for _, r := range deskRoutes() {
		inTable = append(inTable, r.method+" "+r.path)
	}
	slices.Sort(inCode)
	slices.Sort(inTable)
	if !slices.Equal(inCode, inTable) {
		t.Errorf("routes\n%v, in the table\n%v", inCode, inTable)
	}
}

// What the lists show is what may be reached, and nothing else.
func TestDeskLists(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	o.staffed()
	sessions := map[string]string{}
	for _, what := range cases {
		sessions[what] = o.place(what)
	}
	li := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent, Desks: []string{"service"}})
	chief := o.signIn(staff.Account{ID: "chief", Role: staff.Supervisor, Desks: []string{"service"}})
	for _, tt := range []struct {
		p    *person
		view string
		want []string
	}{
		{li, "queue", []string{queued}}, {li, "mine", []string{own}}, {li, "all", []string{own}}, {li, "closed", []string{ended}},
		{chief, "queue", []string{queued}}, {chief, "mine", nil}, {chief, "all", []string{own, foreign}}, {chief, "closed", []string{ended}},
		{chief, "queue&desk=review", nil}, {chief, "all&limit=1", nil},
	} {
		var page struct {
			Items []struct{ Session, Name string }
			Total int
			Next  string
		}
		if status := tt.p.get("conversations?view="+tt.view, &page); status != 200 {
			t.Fatalf("%s %s: %d", tt.p.id, tt.view, status)
		}
		if strings.HasSuffix(tt.view, "limit=1") {
			if len(page.Items) != 1 || page.Total != 2 || page.Next == "" {
				t.Errorf("a page of one: %+v", page)
			}
			continue
		}
		var got, want []string
		for _, row := range page.Items {
			got = append(got, row.Session)
			if row.Name != "林**" {
				t.Errorf("name %q", row.Name)
			}
		}
		for _, what := range tt.want {
			want = append(want, sessions[what])
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) || page.Total != len(want) {
			t.Errorf("%s sees %v in %s, total %d, want %v", tt.p.id, got, tt.view, page.Total, want)
		}
	}
	if r := li.search("queue", "林"); r.status != 200 || strings.Count(r.body, `"session":`) != 1 || !strings.Contains(r.body, sessions[queued]) {
		t.Errorf("searched for a name: %d %s", r.status, r.body)
	}
	if r := li.search("mine", "没有的话"); r.status != 200 || strings.Contains(r.body, `"session":`) {
		t.Errorf("searched for what nobody said: %d %s", r.status, r.body)
	}
	// Proxies write addresses down, so nothing is looked for in one.
	if r := li.send("GET", "conversations?view=queue&q=%E6%9E%97", "", nil); r.status != 400 || !strings.Contains(r.body, "conversations/search") {
		t.Errorf("searched in an address: %d %s", r.status, r.body)
	}
}

// What is wrong with a request is said, and nothing happens.
func TestDeskBadRequests(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	o.staffed()
	session := o.place(own)
	li := o.signIn(staff.Account{ID: "li", Name: "李娜", Role: staff.Agent})
	before := o.trace(session)
	path := conversation(session, "/messages")
	for name, r := range map[string]struct {
		body string
		kind string
	}{
		"no JSON":         {"您好", "application/json"},
		"half":            {`{"id":"c1","text":"您`, "application/json"},
		"an array":        {`[]`, "application/json"},
		"null":            {`null`, "application/json"},
		"wrong type":      {`{"id":1,"text":"您好"}`, "application/json"},
		"a form":          {`{"id":"c1","text":"您好"}`, "application/x-www-form-urlencoded"},
		"text":            {`{"id":"c1","text":"您好"}`, "text/plain"},
		"no content type": {`{"id":"c1","text":"您好"}`, "-"},
		"bad UTF-8":       {"{\"id\":\"c1\",\"text\":\"\xff\"}", "application/json"},
		"too large":       {`{"id":"c1","text":"` + strings.Repeat("好", 6000) + `"}`, "application/json"},
		"too long":        {`{"id":"c1","text":"` + strings.Repeat("好", 2001) + `"}`, "application/json"},
		"empty":           {`{"id":"c1","text":" \n"}`, "application/json"},
		"no id":           {`{"text":"您好"}`, "application/json"},
		"a long id":       {`{"id":"` + strings.Repeat("a", 33) + `","text":"您好"}`, "application/json"},
		"a detail as id":  {`{"id":"张三","text":"您好"}`, "application/json"},
		"a promise":       {`{"id":"c1","text":"放心，一定能通过"}`, "application/json"},
		"asks for a code": {`{"id":"c1","text":"请把短信验证码发给我"}`, "application/json"},
	} {
		header := map[string]string{"Content-Type": r.kind}
		if r.kind == "-" {
			header["Content-Type"] = ""
		}
		got := li.send("POST", path, r.body, header)
		var p struct{ Detail string }
		if err := json.Unmarshal([]byte(got.body), &p); err != nil || got.status != 400 || p.Detail == "" {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if after := o.trace(session); after != before {
		t.Errorf("something changed: %s, was %s", after, before)
	}
	if r := li.send("POST", path, `{"id":"c1","text":"您好","more":{"a":[1]}}`, nil); r.status != 200 {
		t.Errorf("unknown fields: %d %s", r.status, r.body)
	}
	for _, path := range []string{"conversations?view=mine&limit=-1&cursor=x", "conversations?view=mine&limit=99999", conversation(session, "/events?before=x&limit=99999")} {
		if r := li.send("GET", path, "", nil); r.status != 200 {
			t.Errorf("%s: %d", path, r.status)
		}
	}
}
