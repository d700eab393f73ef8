package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/pii"
)

func (w *world) lines() ([]string, string) {
	w.t.Helper()
	return w.node().Lines(w.load(), w.events(0))
}

// agentDoes has an agent do something in the session.
func (w *world) agentDoes(m bot.Message) {
	w.t.Helper()
	m.Session, m.ID, m.From, m.By = w.session, "a"+w.now.String(), bot.Agent, bot.Person{ID: "lin", Name: "余小林"}
	w.now = w.now.Add(time.Second)
	if _, err := w.node().Handle(ctx, m); err != nil {
		w.t.Fatal(err)
	}
}

// TestLines: what was said outside of a form is there, what was said in one is
// not, and nor is what an agent has asked for.
func TestLines(t *testing.T) {
	w := newWorld(t)
	for _, said := range []string{"开通分付需要什么条件", "我叫余重阳，尾号8123，月球分店怎么审核", "开通分付", "同意", "我同意", "欧阳修明", "我的微信是secret_88", "转人工"} {
		w.say(w.node(), said)
	}
	lines, question := w.lines()
	all := strings.Join(lines, "\n")
	for _, want := range []string{"访客：开通分付需要什么条件", "月球分店怎么审核", "智能客服：", "访客：开通分付", "系统：人工不在线"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not there:\n%s", want, all)
		}
	}
	for _, secret := range []string{"余重阳", "8123", "欧阳", "secret", "*", "修明"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q is there:\n%s", secret, all)
		}
	}
	if question != "" {
		t.Errorf("a question in the middle of a form: %q", question)
	}
}

// TestLinesOfAPerson: what the visitor says to an agent is read, but for the
// words after a question for a detail.
func TestLinesOfAPerson(t *testing.T) {
	w := newWorld(t)
	w.say(w.node(), "转人工")
	w.agentDoes(bot.Message{Kind: bot.Take})
	w.agentDoes(bot.Message{Kind: bot.Text, Text: pii.Text("您好，有什么可以帮您？")})
	w.say(w.node(), "绑了卡还是提示失败怎么办")
	w.agentDoes(bot.Message{Kind: bot.Text, Text: pii.Text("请问您怎么称呼？")})
	w.say(w.node(), "随便你怎么叫，老王头")
	lines, question := w.lines()
	if question != "" || slices.Contains(lines, "访客：随便你怎么叫,老王头") {
		t.Errorf("%q in %q", question, lines)
	}
	w.agentDoes(bot.Message{Kind: bot.Text, Text: pii.Text("好的，我看一下。")})
	w.say(w.node(), "审核要多久")
	lines, question = w.lines()
	if question != "审核要多久" || !slices.Contains(lines, "访客：绑了卡还是提示失败怎么办") || !slices.Contains(lines, "人工客服：请问您怎么称呼?") {
		t.Errorf("%q in %q", question, lines)
	}
	for _, l := range lines {
		if strings.Contains(l, "小林") || strings.Contains(l, "老王头") {
			t.Errorf("a name: %s", l)
		}
	}
}

// TestLinesAreBounded, whatever is said, and a log that does not say what was
// open is closed.
func TestLinesAreBounded(t *testing.T) {
	w := newWorld(t)
	b := w.node()
	var events []bot.Event
	for range 100 {
		events = append(events, bot.Event{Kind: bot.Text, From: bot.Visitor, Open: true, Text: pii.Text(strings.Repeat("审核", 500)), At: w.now})
	}
	lines, _ := b.Lines(bot.Session{}, events)
	if len(lines) != 40 || len([]rune(lines[0])) > 210 {
		t.Errorf("%d lines of %d characters", len(lines), len([]rune(lines[0])))
	}
	for i := range events {
		events[i].Open = false
	}
	if lines, question := b.Lines(bot.Session{}, events); len(lines) != 0 || question != "" {
		t.Errorf("%q", lines)
	}
	if e := (bot.Event{From: bot.Visitor, Open: true}).Erased(); e.Open {
		t.Error("what was erased is open")
	}
}
