package bot_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
	"fenfu/bot/pii"
)

// said is what the random visitor says: what the flow's own test does not,
// which is all about what was submitted.
var said = []string{
	"开通分付", "同意", "同意", "林小满", "邓处暑", "110199199005219903", "330199197805149941", "13800138000", "13900139000", "确认", "[confirm.yes]",
	"手机号填错了，改成13900139000", "名字写错了", "身份证号填错了", "更正我的信息", "[edit.contact]", "[flow.start.another]", "[flow.start]",
	"取消申请", "[flow.cancel.yes]", "稍后再填", "继续", "等一下", "查询进度", "删除我的信息", "重新开始", "[review.request]", "额度有多少",
}

// record is a memory that a test can read the events of, and a check that
// answers at random and remembers what it was asked.
type record struct {
	memory
	t         *rapid.T
	events    []bot.Event
	confirmed map[string][]eligibility.Subject // by application, as it was last confirmed and before
	checked   map[string]eligibility.Subject   // by check
	holders   map[string]string
}

func (r *record) Commit(ctx context.Context, t bot.Turn) (int64, error) {
	for _, e := range t.Events {
		if e.Code == bot.CodeSubmitted {
			a := t.Session.Application
			r.confirmed[a.ID] = append(r.confirmed[a.ID], a.Request.Subject)
		}
		if e.Code == bot.CodeDecided && r.decided(e.Data.Application) {
			r.t.Fatalf("application %s is decided twice", e.Data.Application)
		}
		r.events = append(r.events, e)
	}
	return r.memory.Commit(ctx, t)
}

func (r *record) decided(application string) bool {
	for _, e := range r.events {
		if e.Code == bot.CodeDecided && e.Data.Application == application {
			return true
		}
	}
	return false
}

func (r *record) Check(_ context.Context, q eligibility.Request) (eligibility.Answer, error) {
	id := strings.Split(q.CheckID, ".")[1]
	all := r.confirmed[id]
	if len(all) == 0 || all[len(all)-1] != q.Subject {
		r.t.Fatalf("check %s is not about what was confirmed last", q.CheckID)
	}
	if was, ok := r.checked[q.CheckID]; ok && was != q.Subject {
		r.t.Fatalf("check %s is about two different people", q.CheckID)
	}
	r.checked[q.CheckID] = q.Subject
	return r.answer()
}

func (r *record) Poll(_ context.Context, id string) (eligibility.Answer, error) {
	if _, ok := r.checked[id]; !ok {
		r.t.Fatalf("check %s was never asked for", id)
	}
	return r.answer()
}

func (r *record) answer() (eligibility.Answer, error) {
	switch rapid.IntRange(0, 3).Draw(r.t, "answer") {
	case 0:
		return eligible()
	case 1:
		return trouble(eligibility.ReasonTimeout, 0)()
	}
	return pending()
}

func (r *record) Fingerprint(id pii.Text) string { return "of " + id.Reveal() }

func (r *record) Claim(_ context.Context, fingerprint, application string, _ time.Duration) (bool, error) {
	if r.holders[fingerprint] == "" {
		r.holders[fingerprint] = application
	}
	return r.holders[fingerprint] == application, nil
}

func (r *record) Release(_ context.Context, fingerprint, application string) error {
	if r.holders[fingerprint] == application {
		delete(r.holders, fingerprint)
	}
	return nil
}

// TestRandomDialogues says random things while checks, reminders and late
// answers come in between, and holds what no order of them may break.
func TestRandomDialogues(t *testing.T) {
	now := start
	c := parts(t, func() time.Time { return now })
	c.Desk = &books{}
	rapid.Check(t, func(t *rapid.T) {
		r := &record{memory: memory{sessions: map[string]bot.Session{}}, t: t, confirmed: map[string][]eligibility.Subject{},
			checked: map[string]eligibility.Subject{}, holders: map[string]string{}}
		c := c
		c.Memory, c.Checker, c.Index, c.DuplicateWindow = r, r, r, month
		b, err := bot.New(c)
		if err != nil {
			t.Fatal(err)
		}
		script := []string{"开通分付", "同意", "同意", "林小满", "110199199005219903", "13800138000", "确认"}
		for n := range rapid.IntRange(8, 60).Draw(t, "turns") {
			now = now.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "seconds")) * time.Second)
			text := rapid.SampledFrom(said).Draw(t, "text")
			if n < len(script) {
				text = script[n]
			}
			m := bot.Message{Session: "s", ID: fmt.Sprint("m", n), From: bot.Visitor, Kind: bot.Text, Text: pii.Text(text)}
			if strings.HasPrefix(text, "[") {
				m.Kind, m.Text = bot.Choose, pii.Text(strings.Trim(text, "[]"))
			}
			if _, err := b.Handle(ctx, m); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			for id := range r.checked { // a late answer to any check there ever was
				if rapid.IntRange(0, 9).Draw(t, "late") == 0 {
					if err := b.Called(ctx, id); err != nil {
						t.Fatal(err)
					}
				}
			}
			for range rapid.IntRange(0, 4).Draw(t, "wakes") {
				s := r.sessions["s"]
				if s.Due.IsZero() || s.Due.Sub(now) > time.Hour {
					break
				}
				now = later(now, s.Due)
				if err := b.Wake(ctx, "s"); err != nil {
					t.Fatal(err)
				}
				if is := r.sessions["s"]; is.Version == s.Version {
					t.Fatalf("due at %v and still so after it was woken: %+v", s.Due, is)
				}
			}
			r.hold(r.sessions["s"])
		}
	})
}

// hold checks the state after a turn.
func (r *record) hold(s bot.Session) {
	a := s.Application
	switch {
	case a != nil && (a.Status == bot.Queued || a.Status == bot.Pending) && s.Due.IsZero():
		r.t.Fatal("nobody sees to the application any more")
	case a != nil && a.Status == bot.Held && s.Flow.Status != flow.Running && s.Flow.Status != flow.Parked:
		r.t.Fatalf("the application waits for a correction that is %q", s.Flow.Status)
	case a != nil && a.Status != bot.Held && a.Status != bot.Decided && s.Flow.Status != flow.Done:
		r.t.Fatalf("what is checked is being changed: flow %s", s.Flow.Status)
	case a != nil && a.Status == bot.Decided && a.Request.Subject != (eligibility.Subject{}):
		r.t.Fatal("details are kept after the decision")
	}
	for _, c := range s.Claims {
		if c.Drop.IsZero() && (a == nil || a.ID != c.Application) && !r.decided(c.Application) {
			r.t.Fatalf("the claim of application %s, which was given up, is not let go", c.Application)
		}
	}
	for fingerprint, application := range r.holders {
		known := false
		for _, c := range s.Claims {
			known = known || c.Fingerprint == fingerprint && c.Application == application
		}
		if !known {
			r.t.Fatalf("the session has forgotten that application %s stands for somebody", application)
		}
	}
}
