package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
	"fenfu/bot/pii"
)

var ctx = context.Background()

func (w *world) text(id, text string) bot.Message {
	return bot.Message{Session: w.session, ID: id, From: bot.Visitor, Kind: bot.Text, Text: pii.Text(text)}
}

// say handles texts one after the other, with ids of their own.
func (w *world) say(b *bot.Bot, texts ...string) {
	w.t.Helper()
	for _, text := range texts {
		if _, err := b.Handle(ctx, w.text(fmt.Sprintf("say%d", w.load().Seq), text)); err != nil {
			w.t.Fatalf("%s: %v", text, err)
		}
	}
}

// confirmed walks a dialogue to a submitted application.
func (w *world) confirmed(b *bot.Bot) {
	w.t.Helper()
	w.say(b, "开通分付", "同意", "同意", "林小满", "110199199005219903", "13800138000", "确认")
}

func (w *world) count(code string) int {
	n := 0
	for _, e := range w.events(0) {
		if e.Code == code {
			n++
		}
	}
	return n
}

func TestHandleTwiceIsOnce(t *testing.T) {
	w := newWorld(t)
	first, err := w.node().Handle(ctx, w.text("c1", "开通分付"))
	if err != nil {
		t.Fatal(err)
	}
	before := w.load()
	for range 3 { // on another node, with another text, long after
		again, err := w.node().Handle(ctx, w.text("c1", "取消"))
		if err != nil || again != first {
			t.Fatalf("again = %d, %v; want %d", again, err, first)
		}
	}
	if after := w.load(); after.Version != before.Version || after.Seq != before.Seq {
		t.Errorf("a repeated message moved the session from %d/%d to %d/%d", before.Version, before.Seq, after.Version, after.Seq)
	}
}

// TestHandleOnManyNodes lets several nodes speak in one session at once: each
// message is in the log exactly once, and the numbers have no gap.
func TestHandleOnManyNodes(t *testing.T) {
	w := newWorld(t)
	const nodes, each = 4, 15
	var wg sync.WaitGroup
	for n := range nodes {
		b := w.node()
		wg.Go(func() {
			for i := range each {
				for { // a conflict that outlasts the retries is for the sender to send again
					_, err := b.Handle(ctx, w.text(fmt.Sprintf("n%d-%d", n, i), "你好"))
					if err == nil {
						break
					}
					if bot.ErrorCode(err) != bot.Conflict {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	seen := make(map[string]int)
	for i, e := range w.events(0) {
		if e.Seq != int64(i+1) {
			t.Fatalf("event %d has number %d", i+1, e.Seq)
		}
		if e.From == bot.Visitor {
			seen[e.ID]++
		}
	}
	if len(seen) != nodes*each {
		t.Errorf("%d messages in the log, want %d", len(seen), nodes*each)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("message %s is in the log %d times", id, n)
		}
	}
}

func TestBotIsSilentWhileAPersonAnswers(t *testing.T) {
	w := newWorld(t)
	w.say(w.node(), "开通分付", "同意")
	store := w.store()
	s := w.load()
	s.Owner, s.Agent = bot.OwnerAgent, "agent-1"
	if _, err := store.Commit(ctx, bot.Turn{Session: s, MessageID: "takeover", Events: []bot.Event{
		{Seq: s.Seq + 1, Kind: bot.Notice, From: bot.System, Code: "handoff.taken", At: start},
	}}); err != nil {
		t.Fatal(err)
	}
	before := w.load()
	w.say(w.node(), "同意", "转人工", "怎么删除我的信息", "开通分付")
	for _, e := range w.events(before.Seq) {
		if e.From != bot.Visitor {
			t.Errorf("the bot spoke: %s", e.Text.Reveal())
		}
	}
	if got := w.load(); got.Flow.Step != before.Flow.Step || len(got.Flow.Consents) != len(before.Flow.Consents) {
		t.Error("the flow moved while a person answered")
	}
}

func TestHandleRefuses(t *testing.T) {
	w := newWorld(t)
	w.say(w.node(), "你好")
	before := w.load()
	tests := []struct {
		name string
		m    bot.Message
		want bot.Code
	}{
		{"no session", bot.Message{ID: "a", From: bot.Visitor, Kind: bot.Text, Text: "x"}, bot.Invalid},
		{"no id", w.text("", "x"), bot.Invalid},
		{"long id", w.text(strings.Repeat("a", 65), "x"), bot.Invalid},
		{"empty", w.text("a", ""), bot.Invalid},
		{"only invisible", w.text("a", "\u200b\ufeff \u202e"), bot.Invalid},
		{"too long", w.text("a", strings.Repeat("长", bot.MaxText+1)), bot.Invalid},
		{"as the bot", bot.Message{Session: w.session, ID: "a", From: bot.FromBot, Kind: bot.Text, Text: "x"}, bot.Invalid},
		{"as an agent", bot.Message{Session: w.session, ID: "a", From: bot.Agent, Kind: bot.Text, Text: "x"}, bot.Invalid},
		{"an outcome by a visitor", bot.Message{Session: w.session, ID: "a", From: bot.Visitor, Kind: bot.Outcome, Outcome: &bot.Try{}}, bot.Invalid},
		{"an outcome without one", bot.Message{Session: w.session, ID: "a", From: bot.System, Kind: bot.Outcome}, bot.Invalid},
		{"text by the system", bot.Message{Session: w.session, ID: "a", From: bot.System, Kind: bot.Text, Text: "x"}, bot.Invalid},
		{"a notice", bot.Message{Session: w.session, ID: "a", From: bot.Visitor, Kind: bot.Notice, Text: "x"}, bot.Invalid},
		{"unknown button", bot.Message{Session: w.session, ID: "a", From: bot.Visitor, Kind: bot.Choose, Text: "owner.me"}, bot.Invalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := w.node().Handle(ctx, tt.m)
			if got := bot.ErrorCode(err); err == nil || got != tt.want {
				t.Fatalf("err = %v, want code %s", err, tt.want)
			}
			if msg := bot.ErrorMessage(err); msg == "" || strings.ContainsAny(msg, "abcdefghijklmnopqrstuvwxyz") {
				t.Errorf("the visitor is told %q", msg)
			}
			if after := w.load(); after.Version != before.Version {
				t.Error("the session moved")
			}
		})
	}
}

func TestClosedSession(t *testing.T) {
	w := newWorld(t)
	w.say(w.node(), "你好")
	s := w.load()
	s.Owner = bot.OwnerClosed
	if _, err := w.store().Commit(ctx, bot.Turn{Session: s, MessageID: "close", Events: []bot.Event{{Seq: s.Seq + 1, Kind: bot.Notice, From: bot.System, At: start}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.node().Handle(ctx, w.text("late", "在吗")); bot.ErrorCode(err) != bot.NotFound {
		t.Errorf("err = %v, want not_found", err)
	}
}

// TestOneDecision wakes a submitted application on several nodes at once, and
// again afterwards.
func TestOneDecision(t *testing.T) {
	w := newWorld(t)
	w.confirmed(w.node())
	if s := w.load(); s.Application == nil || s.Application.Status != bot.Queued || s.Due.IsZero() {
		t.Fatalf("nothing is due after the confirmation: %+v", s.Application)
	}
	var wg sync.WaitGroup
	for range 4 {
		b := w.node()
		wg.Go(func() {
			if err := b.Wake(ctx, w.session); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := w.node().Wake(ctx, w.session); err != nil {
		t.Error(err)
	}
	if n := w.count(bot.CodeDecided); n != 1 {
		t.Errorf("%d decisions, want 1", n)
	}
	s := w.load()
	if s.Application.Status != bot.Decided || !s.Due.IsZero() {
		t.Errorf("application = %s, due %v", s.Application.Status, s.Due)
	}
	if !s.Application.Request.Subject.IDNumber.IsZero() {
		t.Error("the request keeps the ID number after the decision")
	}
}

// TestConfirmTwice sends the confirmation from two tabs: one application.
func TestConfirmTwice(t *testing.T) {
	w := newWorld(t)
	b := w.node()
	w.say(b, "开通分付", "同意", "同意", "林小满", "110199199005219903", "13800138000")
	var wg sync.WaitGroup
	for i := range 6 {
		b := w.node()
		wg.Go(func() {
			m := bot.Message{Session: w.session, ID: fmt.Sprintf("tab%d", i), From: bot.Visitor, Kind: bot.Choose, Text: "confirm.yes"}
			for {
				if _, err := b.Handle(ctx, m); bot.ErrorCode(err) != bot.Conflict || err == nil {
					if err != nil {
						t.Error(err)
					}
					return
				}
			}
		})
	}
	wg.Wait()
	if n := w.count(bot.CodeSubmitted); n != 1 {
		t.Errorf("%d submissions, want 1", n)
	}
}

func TestOutcomeOfSomethingElse(t *testing.T) {
	w := newWorld(t)
	b := w.node()
	w.confirmed(b)
	outcome := func(id, check string) bot.Message {
		return bot.Message{Session: w.session, ID: id, From: bot.System, Kind: bot.Outcome,
			Outcome: &bot.Try{CheckID: check, Result: &eligibility.Result{CheckID: check, Decision: eligibility.Eligible}}}
	}
	if _, err := b.Handle(ctx, outcome("x", "another check")); err != nil {
		t.Fatal(err)
	}
	if n := w.count(bot.CodeDecided); n != 0 {
		t.Error("the answer to another check was taken in")
	}
	app := w.load().Application.Request.CheckID
	w.say(b, "删除我的信息")
	if s := w.load(); s.Application != nil || len(s.Flow.Details) > 0 || !s.Due.IsZero() {
		t.Errorf("after erasure: %+v, due %v", s.Flow, s.Due)
	}
	if _, err := b.Handle(ctx, outcome("y", app)); err != nil {
		t.Fatal(err)
	}
	if n := w.count(bot.CodeDecided); n != 0 {
		t.Error("a decision arrived after everything was erased")
	}
}

// TestUnknownOutcome is never a yes.
func TestUnknownOutcome(t *testing.T) {
	for _, decision := range []eligibility.Decision{"", "ELIGIBLE", "approved", "eligible "} {
		w := newWorld(t)
		b := w.node()
		w.confirmed(b)
		app := w.load().Application.Request.CheckID
		if _, err := b.Handle(ctx, bot.Message{Session: w.session, ID: "o", From: bot.System, Kind: bot.Outcome,
			Outcome: &bot.Try{CheckID: app, Result: &eligibility.Result{CheckID: app, Decision: decision}}}); err != nil {
			t.Fatal(err)
		}
		if got := w.load().Application.Result.Decision; got != eligibility.ManualReview {
			t.Errorf("%q became %q", decision, got)
		}
	}
}

// TestStaleCopy decides on a node whose copy of the session is out of date.
func TestStaleCopy(t *testing.T) {
	w := newWorld(t)
	a := w.node()
	w.say(a, "开通分付") // a holds its copy from here on
	w.say(w.node(), "同意")
	if _, err := a.Handle(ctx, w.text("late", "同意")); err != nil {
		t.Fatal(err)
	}
	if s := w.load(); s.Flow.Step != "name" {
		t.Errorf("step = %s, want name: the second consent was decided on an old copy", s.Flow.Step)
	}
}

// fullLog is a memory whose sessions have as many events as there may be.
type fullLog struct{ bot.Memory }

func (m fullLog) Load(ctx context.Context, id string) (bot.Session, error) {
	s, err := m.Memory.Load(ctx, id)
	s.Seq = bot.MaxEvents
	return s, err
}

func (fullLog) Commit(context.Context, bot.Turn) (int64, error) {
	return 0, errors.New("nothing more goes into this log")
}

func TestLogIsBounded(t *testing.T) {
	w := newWorld(t)
	c := w.parts
	c.Memory = fullLog{w.store()}
	b, err := bot.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Handle(ctx, w.text("more", "你好")); bot.ErrorCode(err) != bot.Limited {
		t.Errorf("err = %v, want limited", err)
	}
}

// TestEchoHidesDetails wants no detail in any event, in whatever form it was
// typed.
func TestEchoHidesDetails(t *testing.T) {
	w := newWorld(t)
	b := w.node()
	w.say(b, "开通分付", "我叫林小满，110199199005219903，13800138000", "同意", "同意",
		"林小满", "１１０１９９１９９００５２１９９０３", "一三八零零一三八零零零", "我是林小满，手机 138-0013-8000", "微信号 lin_xiaoman88", "验证码 884213")
	secrets := []string{"林小满", "110199199005219903", "13800138000", "138-0013-8000", "一三八零零一三八", "lin_xiaoman88", "884213"}
	for _, e := range w.events(0) {
		for _, secret := range secrets {
			if strings.Contains(e.Text.Reveal(), secret) {
				t.Errorf("event %d (%s) shows %s: %s", e.Seq, e.From, secret, e.Text.Reveal())
			}
		}
	}
	if s := w.load(); s.Flow.Step != "confirm" {
		t.Errorf("step = %s, want confirm", s.Flow.Step)
	}
}

// TestEchoHidesWhatIsRefused: a detail that was not taken for one is no more for
// showing than one that was, and a code in words no more than one in figures.
func TestEchoHidesWhatIsRefused(t *testing.T) {
	w := newWorld(t)
	b := w.node()
	w.say(b, "支付密码是七三五二九一", "我的验证码 七 三 五 二 九 一 不对", "开通分付", "同意", "同意",
		"林小满1", "Lin Xiaoman", "林小满", "我的是110199199005219O03", "11o199199oo5219903", "支付密码一直不对怎么办")
	secrets := []string{"五二九", "五 二 九", "小满", "Xiaoman", "219", "990", "O03"}
	last := ""
	for _, e := range w.events(0) {
		if e.From != bot.Visitor {
			continue
		}
		last = e.Text.Reveal()
		for _, secret := range secrets {
			if strings.Contains(last, secret) {
				t.Errorf("event %d shows %s: %s", e.Seq, secret, last)
			}
		}
	}
	if last != "支付密码一直不对怎么办" {
		t.Errorf("a question is masked: %s", last)
	}
}

// TestEchoHidesNames that are said to be some, before anybody asked for one, and
// leaves what only looks like it.
func TestEchoHidesNames(t *testing.T) {
	w := newWorld(t)
	w.say(w.node(), "我老婆林小满想开", "我是何谷雨,能开通吗", "户主是王秀英行不行", "我是全职太太能开吗", "什么叫完全民事行为能力", "我朋友都有为什么我没有")
	want := []string{"我老婆林**想开", "我是何**，能开通吗", "户主是王**行不行", "我是全职太太能开吗", "什么叫完全民事行为能力", "我朋友都有为什么我没有"}
	var got []string
	for _, e := range w.events(0) {
		if e.From == bot.Visitor {
			got = append(got, e.Text.Reveal())
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestUnder14 leaves nothing behind.
func TestUnder14(t *testing.T) {
	w := newWorld(t)
	w.say(w.node(), "开通分付", "同意", "同意", "林小满", "130407201211239959")
	s := w.load()
	if len(s.Flow.Details) > 0 || len(s.Flow.Consents) > 0 || s.Flow.Status != flow.Idle {
		t.Errorf("kept of a child: %+v", s.Flow)
	}
}

func BenchmarkHandle(b *testing.B) {
	c := parts(b, time.Now)
	m := &memory{sessions: map[string]bot.Session{}}
	c.Memory = m
	brain, err := bot.New(c)
	if err != nil {
		b.Fatal(err)
	}
	script := []string{"开通分付", "同意", "同意", "林小满", "110199199005219903", "13800138000", "确认"}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		session := fmt.Sprintf("s%d", i/len(script))
		msg := bot.Message{Session: session, ID: "m", From: bot.Visitor, Kind: bot.Text, Text: pii.Text(script[i%len(script)])}
		if _, err := brain.Handle(ctx, msg); err != nil {
			b.Fatal(err)
		}
		if i++; i%len(script) == 0 {
			delete(m.sessions, session)
		}
	}
}

// memory is a fake Memory for the benchmark, which is about the bot alone.
type memory struct{ sessions map[string]bot.Session }

func (m *memory) Load(_ context.Context, id string) (bot.Session, error) {
	if s, ok := m.sessions[id]; ok {
		return s, nil
	}
	return bot.Session{ID: id, Owner: bot.OwnerBot}, nil
}

func (m *memory) Fresh(ctx context.Context, id string) (bot.Session, error) { return m.Load(ctx, id) }

func (m *memory) Commit(_ context.Context, t bot.Turn) (int64, error) {
	s := t.Session
	s.Version++
	s.Seq += int64(len(t.Events))
	m.sessions[s.ID] = s
	return s.Seq - int64(len(t.Events)) + 1, nil
}
