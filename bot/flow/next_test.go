package flow_test

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"fenfu/bot/flow"
	"fenfu/bot/slot"
	"fenfu/intents"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

func book(t testing.TB) *flow.Book {
	t.Helper()
	b, err := flow.Load(flow.Embedded(), vars)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// utterances are what the property test says at random: answers, commands,
// questions, nonsense, several details at once.
var utterances = []string{
	"开通分付", "同意", "不同意", "好的", "嗯", "不", "确认", "确认提交", "取消", "那算了", "上一步", "重新开始", "继续", "继续填写", "稍后再填", "需要", "不用了",
	"林小满", "邓处暑", "我叫林小满", "110199199005219903", "11010519491231002X", "110199199005219904", "130407201211239959", "12345",
	"13800138000", "13900139000", "138001380", "lin@example.com", "微信号lin_xiaoman", "手机号就是微信",
	"手机号填错了", "名字写错了", "身份证号不对", "填错了", "不是13800138000是13900139000", "名字改成邓处暑", "联系方式",
	"为什么要身份证号", "额度有多少？", "怎么还款", "需要什么条件", "不想给", "等一下", "再说一遍", "现在第几步", "转人工", "谢谢", "你好", "？？？", "哈哈",
	"林小满 110199199005219903 13800138000", "支付密码123456", "把手机号删掉", "跳过", "晚点再填", "查看我的信息", "什么？", "好麻烦",
	"林小满，多久出结果？", "确认提交，额度多少？", "同意，为什么要身份证？", "不改了，确认", "我没有微信", "别取消", "确定取消", "重来",
	"13800138000或者13900139000", "第一个", "用第二个", "不改了", "改回来", "还是用微信吧", "尾号应该是9001", "110199", "199005219903", "138", "00138000", "林", "小满", "姓错了，姓凌", "手机和身份证都错了", "我同意第一个，第二个不同意", "138的那个错了，是139", "能不填手机号吗", "叫个人来", "没问题，提交", "修改",
}

var buttons = []string{
	"consent.agree", "consent.decline", "confirm.yes", "edit", "edit.name", "edit.id_number", "edit.contact", "edit.collect", "edit.nowhere",
	"flow.cancel", "flow.cancel.yes", "flow.keep", "flow.park", "flow.restart.yes", "flow.start", "human", "nothing",
}

// books are what an operator may have loaded in turn: the versions of the flow
// that lie in the bot's testdata, side by side and alone.
func books(t testing.TB) []*flow.Book {
	t.Helper()
	var out []*flow.Book
	for _, names := range [][]string{{"apply"}, {"apply", "phone_only"}, {"new_consent"}, {"apply", "new_consent"}, {"phone_only"}} {
		files := fstest.MapFS{}
		for _, name := range names {
			data := []byte(source(t))
			if name != "apply" {
				var err error
				if data, err = os.ReadFile("../testdata/flows/" + name + ".yaml"); err != nil {
					t.Fatal(err)
				}
			}
			files[name+".yaml"] = &fstest.MapFile{Data: data}
		}
		b, err := flow.Load(files, vars)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

// TestNextProperties says random things in random order, presses random
// buttons, carries out random commands, under versions of the flow that come and
// go, and holds the promises that no path may break.
func TestNextProperties(t *testing.T) {
	all, m := books(t), intents.New()
	rapid.Check(t, func(t *rapid.T) {
		b := all[0]
		w := &witness{t: t}
		var actions []flow.Action
		w.s, actions = b.Start(flow.State{}, "apply", flow.Input{Now: noon})
		w.see(b, actions)
		for _, said := range happyPath[:rapid.SampledFrom([]int{0, 1, 2, 3, 4, 5, 5, 5, 5}).Draw(t, "begun")] {
			w.s, actions = b.Next(w.s, flow.Read(m, said, noon))
			w.see(b, actions)
		}
		for range rapid.IntRange(1, 40).Draw(t, "turns") {
			if rapid.IntRange(0, 9).Draw(t, "deploys") == 0 {
				b = rapid.SampledFrom(all).Draw(t, "book")
			}
			w.turn(b, m)
		}
	})
}

// nearlyYes is what is said to a summary and may be taken for a yes.
var nearlyYes = []string{"确认提交", "好的", "继续", "不改了", "没问题吧", "可以吗", "提交？", "没问题，提交", "接着来", "行不行", "等一下，再提交", "不确认", "同意"}

var happyPath = []string{"同意", "同意", "林小满", "110199199005219903", "13800138000"}

// witness plays a dialogue and remembers what the visitor has seen of it.
type witness struct {
	t     *rapid.T
	s     flow.State
	shown map[slot.Kind]flow.Detail // in the last summary that was put
	words string                    // of the summary, before the details were filled in
	read  strings.Builder           // all that was ever said to the visitor
}

func (w *witness) turn(b *flow.Book, m *intents.Matcher) {
	t := w.t
	in := flow.Input{Now: noon}
	var commands []flow.Command
	switch rapid.IntRange(0, 2).Draw(t, "how") {
	case 0:
		in.Choice = rapid.SampledFrom(buttons).Draw(t, "choice")
	case 1:
		from := utterances
		if w.s.Step == "confirm" && rapid.Bool().Draw(t, "nearly") {
			from = nearlyYes
		}
		in = flow.Read(m, rapid.SampledFrom(from).Draw(t, "text"), noon)
	default:
		commands = rapid.SliceOfN(rapid.Custom(command), 1, 3).Draw(t, "commands")
	}
	before, copied := w.s, w.s.Clone()
	var actions []flow.Action
	switch {
	case before.Status != flow.Running:
		w.s, actions = b.Start(before, "apply", in)
	case commands != nil:
		w.s, actions = b.CarryOut(before, in, commands)
	default:
		w.s, actions = b.Next(before, in)
	}
	if !reflect.DeepEqual(before, copied) {
		t.Fatal("Next changed the state it was given")
	}
	w.unforged(b, before, actions, in, commands)
	w.holds(b, before, actions)
}

// command draws any command there is, sensible or not.
func command(t *rapid.T) flow.Command {
	c := flow.Command{
		Verb: rapid.SampledFrom([]flow.Verb{flow.Fill, flow.Fill, flow.Correct, flow.Clear, flow.Cancel, flow.StartOver, flow.Back, flow.Ask,
			flow.AskWhy, flow.Skip, flow.Repeat, flow.Wait, flow.HandOff, flow.Confirm, flow.Confirm, flow.Deny, flow.GoOn, flow.Rights}).Draw(t, "verb"),
		Step:  rapid.SampledFrom([]string{"", "name", "id_number", "contact", "phone", "collect", "confirm", "nowhere"}).Draw(t, "step"),
		Topic: rapid.SampledFrom([]flow.Topic{flow.General, flow.Progress, flow.Begin, flow.Result, flow.Hello, flow.Thanks, flow.Grumble, flow.Safety}).Draw(t, "topic"),
		Plain: rapid.Bool().Draw(t, "plain"), Later: rapid.Bool().Draw(t, "later"),
	}
	switch c.Verb {
	case flow.Fill:
		c.Found = slot.Scan(rapid.SampledFrom(utterances).Draw(t, "details"), noon)
		c.Found = slices.DeleteFunc(c.Found, func(f slot.Found) bool { return f.Value == "" || f.Kind == slot.WeChat || f.Kind == slot.Email })
	case flow.Rights:
		c.Right = intents.ViewRight
	}
	return c
}

// unforged checks that what is kept is what was said: a value changes only to
// one that the message gives, and only a yes to the summary submits.
func (w *witness) unforged(b *flow.Book, before flow.State, actions []flow.Action, in flow.Input, commands []flow.Command) {
	given := map[slot.Kind][]string{}
	for _, a := range actions {
		for _, f := range a.Hide {
			given[f.Kind] = append(given[f.Kind], f.Value.Reveal())
		}
	}
	for k, d := range w.s.Details {
		if d.Value != before.Details[k].Value && !slices.Contains(given[k], d.Value.Reveal()) {
			w.t.Fatalf("the %s changed though nobody gave another: %q, %v", k, in.Text, commands)
		}
	}
	yes := in.Choice == "confirm.yes" || in.Match.Act == intents.Affirm || in.Said.Match.Act == intents.Affirm ||
		slices.ContainsFunc(commands, func(c flow.Command) bool { return c.Verb == flow.Confirm })
	for _, a := range actions {
		if a.Submit && (!yes || before.Status != flow.Running || !strings.HasPrefix(before.Step, "confirm")) {
			w.t.Fatalf("submitted at %s %s by %q %q %v", before.Status, before.Step, in.Text, in.Choice, commands)
		}
	}
	for _, c := range w.s.Consents {
		i := slices.IndexFunc(b.Of(w.s).Steps, func(p flow.Step) bool { return p.Consent.ID == c.ID && p.Consent.Version == c.Version })
		if !slices.Contains(before.Consents, c) && !strings.Contains(w.read.String(), b.Of(w.s).Steps[i].Ask) {
			w.t.Fatalf("a consent to words that were never shown, by %q %q %v", in.Text, in.Choice, commands)
		}
	}
	if len(w.s.Between) > 0 && (w.s.Status == flow.Idle || len(w.s.Consents) < 2) {
		w.t.Fatal("numbers to choose among are kept without consent")
	}
	if w.s.Piece != "" && (w.s.Status != flow.Running || len(w.s.Consents) < 2 || w.s.Piece == before.Piece) {
		w.t.Fatal("a piece of an answer outlives the next message, or is kept without consent")
	}
	if len(w.s.Replaced) > 0 && (w.s.Status == flow.Idle || w.s.Status == flow.Done) {
		w.t.Fatal("what was corrected is kept after the form")
	}
}

func (w *witness) holds(b *flow.Book, before flow.State, actions []flow.Action) {
	t, s := w.t, w.s
	var submitted, erased, said bool
	cleared := ""
	for _, a := range actions {
		submitted = submitted || a.Submit
		erased = erased || a.Erase
		said = said || a.Handoff != "" || a.Right != "" || a.Say != nil && strings.TrimSpace(a.Say.Text) != ""
		if a.Say != nil && strings.Contains(a.Say.Text, "{") {
			t.Fatalf("an unfilled placeholder: %s", a.Say.Text)
		}
		if a.Say != nil && strings.Contains(a.Say.Text, "已删除：") {
			cleared += a.Say.Text
		}
	}
	consents := len(s.Consents)
	asksForDetail := slices.Contains([]string{"name", "id_number", "contact", "phone", "confirm"}, s.Step)
	switch {
	case !said:
		t.Fatal("the visitor gets no answer")
	case len(s.Details) > 0 && consents < 2:
		t.Fatal("a detail is kept without both consents")
	case s.Status == flow.Running && asksForDetail && !current(b, s):
		t.Fatalf("step %s is asked without both consents", s.Step)
	case submitted && (!current(b, s) || s.Status != flow.Done):
		t.Fatal("submitted without both consents")
	case submitted && (!maps.Equal(s.Details, w.shown) || w.words != summary(b, s)):
		t.Fatalf("submitted is %v, shown was %v: %s", s.Details, w.shown, w.words)
	case submitted && (s.Details[slot.Name].Value == "" || s.Details[slot.ID].Value == "" || !hasContact(s)):
		t.Fatal("submitted with a detail missing")
	case erased && s.Status == flow.Idle && len(s.Details)+consents > 0:
		t.Fatal("something is left after erasing")
	case s.Status == flow.Idle && len(s.Details) > 0:
		t.Fatal("details are kept of a flow that is not running")
	}
	w.see(b, actions)
	if erased || before.Status == flow.Done { // a new application begins with nothing
		return
	}
	for k := range before.Details { // a new value may replace one, nothing may lose one
		contact := slices.Contains([]slot.Kind{slot.Phone, slot.Email, slot.WeChat}, k)
		fits := !contact || k == slot.Phone || b.Of(s).Version != 2 // which takes phone numbers only
		if _, ok := s.Details[k]; !ok && fits && !(contact && hasContact(s)) && !strings.Contains(cleared, flow.KindLabel(k)) {
			t.Fatalf("detail %s is lost: %v", k, slices.Collect(maps.Keys(s.Details)))
		}
	}
}

// see remembers what the visitor is shown to confirm.
func (w *witness) see(b *flow.Book, actions []flow.Action) {
	for _, a := range actions {
		if a.Say != nil {
			w.read.WriteString(a.Say.Text + "\n")
		}
		if a.Say != nil && strings.Contains(a.Say.Text, "请核对您的信息") {
			w.shown, w.words = w.s.Clone().Details, summary(b, w.s)
		}
	}
}

func summary(b *flow.Book, s flow.State) string {
	steps := b.Of(s).Steps
	return steps[slices.IndexFunc(steps, func(p flow.Step) bool { return p.Kind == flow.ConfirmStep })].Ask
}

// current reports whether the consents that the session's version of the flow
// asks for are given, to the words that it has.
func current(b *flow.Book, s flow.State) bool {
	n := 0
	for _, step := range b.Of(s).Steps {
		if step.Kind == flow.ConsentStep && slices.ContainsFunc(s.Consents, func(c flow.Consent) bool {
			return c.ID == step.Consent.ID && c.Version == step.Consent.Version
		}) {
			n++
		}
	}
	return n == 2
}

func hasContact(s flow.State) bool {
	return s.Details[slot.Phone].Value != "" || s.Details[slot.Email].Value != "" || s.Details[slot.WeChat].Value != ""
}

// TestFlowChangedUnderASession takes up sessions of flows that no longer have
// their step, or have a new version of a consent.
func TestFlowChangedUnderASession(t *testing.T) {
	b := book(t)
	s := flow.State{Flow: "apply", Version: 1, Status: flow.Running, Step: "shoe_size", Details: map[slot.Kind]flow.Detail{
		slot.Name: {Value: "林小满", At: noon},
	}, Consents: []flow.Consent{
		{ID: "collect", Version: "2020-01-01", At: noon},
		{ID: "disclose", Version: "2026-11-22", At: noon},
	}}
	next, actions := b.Next(s, flow.Input{Now: noon, Text: "林小满"})
	if next.Step != "collect" {
		t.Errorf("step = %s, want the consent whose text is new", next.Step)
	}
	if next.Details[slot.Name].Value != "林小满" {
		t.Error("the name is lost")
	}
	if len(actions) != 2 || actions[0].Say == nil || actions[1].Say == nil {
		t.Fatalf("actions = %+v, want what changed and the question", actions)
	}
	next, _ = b.Next(next, flow.Input{Now: noon, Choice: "consent.agree"})
	if next.Step != "id_number" {
		t.Errorf("step = %s, want id_number: name and second consent still stand", next.Step)
	}
}

// TestSubmitNeedsEverything takes each thing that a form needs out of one that
// stands at its summary, as no path leaves it, and says yes in every way.
func TestSubmitNeedsEverything(t *testing.T) {
	b, m := book(t), intents.New()
	whole, _ := b.Start(flow.State{}, "apply", flow.Input{Now: noon})
	for _, said := range happyPath {
		whole, _ = b.Next(whole, flow.Read(m, said, noon))
	}
	broken := map[string]func(*flow.State){
		"name":     func(s *flow.State) { delete(s.Details, slot.Name) },
		"number":   func(s *flow.State) { delete(s.Details, slot.ID) },
		"contact":  func(s *flow.State) { delete(s.Details, slot.Phone) },
		"consent":  func(s *flow.State) { s.Consents = s.Consents[:1] },
		"consents": func(s *flow.State) { s.Consents = nil },
		"text":     func(s *flow.State) { s.Consents[1].Version = "2020-01-01" },
		"nothing":  func(*flow.State) {},
	}
	for what, breaks := range broken {
		for _, in := range []flow.Input{{Now: noon, Choice: "confirm.yes"}, flow.Read(m, "确认提交", noon), flow.Read(m, "没问题，提交", noon)} {
			s := whole.Clone()
			breaks(&s)
			next, actions := b.Next(s, in)
			submits := slices.ContainsFunc(actions, func(a flow.Action) bool { return a.Submit })
			if whole := what == "nothing"; submits != whole || (next.Status == flow.Done) != whole {
				t.Errorf("without its %s, and %q%q: submits = %v, status %s at %s", what, in.Choice, in.Text, submits, next.Status, next.Step)
			}
		}
	}
}

func TestConsentIsRecorded(t *testing.T) {
	b := book(t)
	s, actions := b.Start(flow.State{}, "apply", flow.Input{Now: noon})
	shown := actions[0].Say.Text
	s, _ = b.Next(s, flow.Input{Now: noon, Choice: "consent.agree"})
	c := s.Consents[0]
	if c.ID != "collect" || c.Version == "" || !c.At.Equal(noon) || len(c.TextSHA256) != 64 {
		t.Errorf("consent = %+v", c)
	}
	other, err := flow.Load(flow.Embedded(), map[string]string{
		"operator": "另一家", "checker": "示例审核方", "product": "分付", "complaint": "示例热线", "retention": "30", "unfinished": "7"})
	if err != nil {
		t.Fatal(err)
	}
	s2, _ := other.Start(flow.State{}, "apply", flow.Input{Now: noon})
	s2, _ = other.Next(s2, flow.Input{Now: noon, Choice: "consent.agree"})
	if s2.Consents[0].TextSHA256 == c.TextSHA256 {
		t.Error("two texts have one fingerprint")
	}
	if !strings.Contains(shown, "示例机构") {
		t.Errorf("the consent does not name the operator: %s", shown)
	}
}

func BenchmarkNext(b *testing.B) {
	bk, m := book(b), intents.New()
	s, _ := bk.Start(flow.State{}, "apply", flow.Input{Now: noon})
	s, _ = bk.Next(s, flow.Input{Now: noon, Choice: "consent.agree"})
	s, _ = bk.Next(s, flow.Input{Now: noon, Choice: "consent.agree"})
	for _, text := range []string{"林小满", "我的身份证号是110199199005219903", "额度有多少"} {
		in := flow.Input{Now: noon, Text: text, Match: m.Match(text)}
		b.Run(fmt.Sprint(len(text), "bytes"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				bk.Next(s, in)
			}
		})
	}
}
