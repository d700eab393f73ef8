package handoff

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func load(t *testing.T) *Desks {
	t.Helper()
	d, err := Load(Files, DesksFile)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestLoadSaysWhatIsWrongAndWhere(t *testing.T) {
	good, err := Files.ReadFile(DesksFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ old, new, want string }{
		{"zone: Asia/Shanghai", "zone: Asia/Nowhere", "2:7: no such time zone"},
		{"take_back: 3m ", "take_back: soon ", "5:14: take_back is a duration"},
		{"give_up: 30m", "give_up: -1m", "give_up is a duration"},
		{"id: review", "id: service", "is there twice"},
		{"capacity: 5", "capacity: 0", "the capacity is 1 to 50"},
		{"[mon, tue, wed, thu, fri, sat, sun]", "[mon, Dienstag]", "no such day"},
		{`close: "21:00"`, `close: "08:00"`, "close the later one"},
		{"holidays: [] #", "holidays: [springfest] #", "a holiday is a date"},
		{"[review, failed, appeal]", "[review, bored]", "no such reason"},
		{"reasons: []  #", "reasons: [review] #", "takes this reason already"},
		{"desk: service", "desk: moon", "no such desk"},
		{"zone:", "colour: red\nzone:", "unknown field"},
	} {
		text := strings.Replace(string(good), tt.old, tt.new, 1)
		if text == string(good) {
			t.Errorf("%q is not in the file", tt.old)
			continue
		}
		_, err := Load(fstest.MapFS{DesksFile: {Data: []byte(text)}}, DesksFile)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s → %s: %v, want …%s…", tt.old, tt.new, err, tt.want)
		}
	}
}

func TestOpeningHours(t *testing.T) {
	d := load(t)
	d.desks[1].Holidays = []string{"2027-02-17"} // a Wednesday
	at := func(clock string) time.Time {
		when, err := time.ParseInLocation(time.DateTime, clock, d.zone)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for _, tt := range []struct {
		desk, clock string
		open        bool
		next        string
	}{
		{"service", "2027-02-16 08:59:59", false, "2027-02-16 09:00:00"},
		{"service", "2027-02-16 09:00:00", true, "2027-02-17 09:00:00"},
		{"service", "2027-02-16 20:59:59", true, "2027-02-17 09:00:00"},
		{"service", "2027-02-16 21:00:00", false, "2027-02-17 09:00:00"},
		{"review", "2027-02-16 18:00:00", false, "2027-02-18 09:00:00"},
		{"review", "2027-02-17 10:00:00", false, "2027-02-18 09:00:00"}, // the holiday
		{"review", "2027-02-20 10:00:00", false, "2027-02-22 09:00:00"}, // a Saturday
	} {
		// Whatever zone the server's clock is in.
		if got := d.Open(tt.desk, at(tt.clock).UTC()); got != tt.open {
			t.Errorf("%s open at %s: %v", tt.desk, tt.clock, got)
		}
		if next, ok := d.Opens(tt.desk, at(tt.clock).UTC()); !ok || !next.Equal(at(tt.next)) {
			t.Errorf("%s after %s opens %v, want %s", tt.desk, tt.clock, next, tt.next)
		}
	}
	if d.Open("moon", at("2027-02-16 10:00:00")) {
		t.Error("a desk that does not exist is open")
	}
	d.desks[1].Hours = nil
	if next, ok := d.Opens("review", at("2027-02-16 10:00:00")); ok {
		t.Errorf("a desk without hours opens %v", next)
	}
	d.AlwaysOpen()
	if !d.Open("review", at("2027-02-20 03:00:00")) || d.Open("moon", at("2027-02-20 03:00:00")) {
		t.Error("always open is not")
	}
}

func TestWhichDesk(t *testing.T) {
	d := load(t)
	for reason, want := range map[Reason]string{Asked: "service", Misses: "service", Rule: "service", Review: "review", Failed: "review", Appeal: "review"} {
		if got := d.For(reason).ID; got != want {
			t.Errorf("%s goes to %s, want %s", reason, got, want)
		}
	}
	if desk, ok := d.Rule("再不解决我就投诉你们"); !ok || desk.ID != "service" {
		t.Errorf("rule: %v %v", desk, ok)
	}
	if _, ok := d.Rule("分付怎么还款"); ok {
		t.Error("a rule for an ordinary question")
	}
}

func TestPick(t *testing.T) {
	now := time.Unix(1_790_000_000, 0)
	ago := func(s int) time.Time { return now.Add(-time.Duration(s) * time.Second) }
	for name, tt := range map[string]struct {
		waiting []Waiting
		agents  []Agent
		want    []Match
	}{
		"the longest waiting first": {
			[]Waiting{{Session: "new", Desk: "d", Since: ago(1)}, {Session: "old", Desk: "d", Since: ago(9)}},
			[]Agent{{ID: "a", Presence: Online, Capacity: 1}},
			[]Match{{"old", "a"}},
		},
		"to the least busy by share": {
			[]Waiting{{Session: "s", Desk: "d", Since: ago(1)}},
			[]Agent{{ID: "a", Presence: Online, Load: 1, Capacity: 2}, {ID: "b", Presence: Online, Load: 2, Capacity: 8}},
			[]Match{{"s", "b"}},
		},
		"then to the longest idle": {
			[]Waiting{{Session: "s", Desk: "d", Since: ago(1)}, {Session: "t", Desk: "d", Since: ago(1)}, {Session: "u", Desk: "d", Since: ago(1)}},
			[]Agent{{ID: "a", Presence: Online, Capacity: 2, IdleSince: ago(1)}, {ID: "b", Presence: Online, Capacity: 2, IdleSince: ago(60)}},
			[]Match{{"s", "b"}, {"t", "a"}, {"u", "a"}},
		},
		"only who is online, has room and serves the desk": {
			[]Waiting{{Session: "s", Desk: "d", Since: ago(1)}},
			[]Agent{
				{ID: "a", Presence: Busy, Capacity: 9}, {ID: "b", Presence: Away, Capacity: 9}, {ID: "c", Capacity: 9},
				{ID: "d", Presence: Online, Load: 3, Capacity: 3}, {ID: "e", Presence: Online, Capacity: 9, Desks: []string{"other"}},
			},
			nil,
		},
		"a transferred visitor waits for the named one": {
			[]Waiting{{Session: "s", Desk: "d", Since: ago(600), Queued: ago(59), Prefer: "b"}},
			[]Agent{{ID: "a", Presence: Online, Capacity: 9}, {ID: "b", Presence: Online, Load: 1, Capacity: 1}},
			nil,
		},
		"who gets it though others are less busy, whatever the desk": {
			[]Waiting{{Session: "s", Desk: "d", Since: ago(600), Queued: ago(1), Prefer: "b"}},
			[]Agent{{ID: "a", Presence: Online, Capacity: 9}, {ID: "b", Presence: Online, Load: 8, Capacity: 9, Desks: []string{"other"}}},
			[]Match{{"s", "b"}},
		},
		"but not for ever": {
			[]Waiting{{Session: "s", Desk: "d", Since: ago(600), Queued: ago(60), Prefer: "b"}},
			[]Agent{{ID: "a", Presence: Online, Capacity: 9}},
			[]Match{{"s", "a"}},
		},
		"who left a message waits for an agent to see to it": {
			[]Waiting{{Session: "s", Desk: "d", Since: ago(9), Offline: true}, {Session: "t", Desk: "d", Since: ago(1)}},
			[]Agent{{ID: "a", Presence: Online, Capacity: 9}},
			[]Match{{"t", "a"}},
		},
		"unless it was given to one by name": {
			[]Waiting{{Session: "s", Desk: "d", Since: ago(9), Queued: ago(900), Offline: true, Prefer: "b"}, {Session: "t", Desk: "d", Since: ago(9), Offline: true, Prefer: "c"}},
			[]Agent{{ID: "a", Presence: Online, Capacity: 9}, {ID: "b", Presence: Online, Capacity: 9}, {ID: "c", Presence: Away, Capacity: 9}},
			[]Match{{"s", "b"}},
		},
		"one who cannot be served does not hold up the others": {
			[]Waiting{{Session: "s", Desk: "other", Since: ago(9)}, {Session: "t", Desk: "d", Since: ago(1)}},
			[]Agent{{ID: "a", Presence: Online, Capacity: 1, Desks: []string{"d"}}},
			[]Match{{"t", "a"}},
		},
	} {
		if diff := cmp.Diff(tt.want, Pick(tt.waiting, tt.agents, time.Minute, now)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestPickKeepsCapacity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(1_790_000_000, 0)
		var agents []Agent
		room := make(map[string]int)
		for i := range rapid.IntRange(0, 6).Draw(t, "agents") {
			a := Agent{
				ID: fmt.Sprint("a", i), Presence: rapid.SampledFrom([]Presence{Online, Online, Busy, Away}).Draw(t, "presence"),
				Load: rapid.IntRange(0, 4).Draw(t, "load"), Capacity: rapid.IntRange(0, 4).Draw(t, "capacity"),
				Desks: rapid.SampledFrom([][]string{nil, {"d"}, {"e"}}).Draw(t, "desks"),
			}
			agents = append(agents, a)
			if a.Presence == Online {
				room[a.ID] = max(0, a.Capacity-a.Load)
			}
		}
		var waiting []Waiting
		for i := range rapid.IntRange(0, 12).Draw(t, "waiting") {
			waiting = append(waiting, Waiting{
				Session: fmt.Sprint("s", i), Desk: rapid.SampledFrom([]string{"d", "e"}).Draw(t, "desk"),
				Queued: now.Add(-time.Duration(rapid.IntRange(0, 90).Draw(t, "s")) * time.Second),
				Prefer: rapid.SampledFrom([]string{"", "a0", "gone"}).Draw(t, "prefer"),
			})
		}
		seen := make(map[string]bool)
		for _, m := range Pick(waiting, agents, time.Minute, now) {
			if room[m.Agent]--; room[m.Agent] < 0 {
				t.Fatalf("%s got more than it has room for", m.Agent)
			}
			if seen[m.Session] {
				t.Fatalf("%s was given away twice", m.Session)
			}
			seen[m.Session] = true
		}
	})
}

func TestWords(t *testing.T) {
	for text, want := range map[string]bool{
		"???": true, "?!?!": true, "人呢": true, "有没有人啊": true, "你答非所问": true,
		"?": false, "??": false, "...": false, "好的": false, "分付怎么开通": false, "一个人能开几个": false,
	} {
		if got := Sounds(text); got != want {
			t.Errorf("%q sounds as if its writer had enough: %v", text, got)
		}
	}
	for text, want := range map[string]bool{"还要等多久": true, "前面还有几位": true, "排到我了吗": true, "怎么还款": false} {
		if got := AsksWait(text); got != want {
			t.Errorf("%q asks how long the wait is: %v", text, got)
		}
	}
}

// The built-in desks are called something in English, too, and an operator's
// need not be.
func TestDesksInEnglish(t *testing.T) {
	for _, d := range load(t).All() {
		if d.NameEN == "" {
			t.Errorf("desk %s has no name in English", d.ID)
		}
	}
}
