package flow_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
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
	"林小满 110199199005219903 13800138000", "支付密码123456",
}

var buttons = []string{
	"consent.agree", "consent.decline", "confirm.yes", "edit", "edit.name", "edit.id_number", "edit.contact", "edit.collect", "edit.nowhere",
	"flow.cancel", "flow.cancel.yes", "flow.keep", "flow.park", "flow.restart.yes", "flow.start", "human", "nothing",
}

// TestNextProperties says random things in random order and holds the promises
// that no path may break.
func TestNextProperties(t *testing.T) {
	b, m := book(t), intents.New()
	rapid.Check(t, func(t *rapid.T) {
		s, _ := b.Start(flow.State{}, "apply", flow.Input{Now: noon})
		for range rapid.IntRange(1, 40).Draw(t, "turns") {
			if s.Status == flow.Running && rapid.IntRange(0, 9).Draw(t, "silent") == 0 {
				before := s
				var say flow.Say
				s, say = b.Remind(s)
				holds(t, before, s, flow.Input{Now: noon}, []flow.Action{{Say: &say}})
			}
			in := flow.Input{Now: noon}
			if rapid.Bool().Draw(t, "button") {
				in.Choice = rapid.SampledFrom(buttons).Draw(t, "choice")
			} else {
				in.Text = rapid.SampledFrom(utterances).Draw(t, "text")
				in = flow.Read(m, in.Text, noon)
			}
			before, copied := s, s.Clone()
			var actions []flow.Action
			if s.Status != flow.Running {
				s, actions = b.Start(s, "apply", flow.Input{Now: noon})
			} else {
				s, actions = b.Next(s, in)
			}
			if !reflect.DeepEqual(before, copied) {
				t.Fatal("Next changed the state it was given")
			}
			holds(t, before, s, in, actions)
		}
	})
}

func holds(t *rapid.T, before, s flow.State, in flow.Input, actions []flow.Action) {
	var submitted, erased, said bool
	for _, a := range actions {
		submitted = submitted || a.Submit
		erased = erased || a.Erase
		said = said || a.Handoff != "" || a.Say != nil && strings.TrimSpace(a.Say.Text) != ""
		if a.Say != nil && strings.Contains(a.Say.Text, "{") {
			t.Fatalf("an unfilled placeholder: %s", a.Say.Text)
		}
	}
	consents := len(s.Consents)
	switch {
	case !said:
		t.Fatal("the visitor gets no answer")
	case len(s.Details) > 0 && consents < 2:
		t.Fatal("a detail is kept without both consents")
	case s.Status == flow.Running && strings.Contains("name id_number contact confirm", s.Step) && consents < 2:
		t.Fatalf("step %s is asked without both consents", s.Step)
	case submitted && (before.Step != "confirm" || s.Status != flow.Done || s.Details[slot.Name].Value == "" || s.Details[slot.ID].Value == ""):
		t.Fatal("submitted without a summary to confirm")
	case submitted && in.Choice != "confirm.yes" && in.Match.Act != intents.Affirm:
		t.Fatal("submitted without a confirmation")
	case erased && len(s.Details)+consents > 0:
		t.Fatal("something is left after erasing")
	case s.Status == flow.Idle && len(s.Details) > 0:
		t.Fatal("details are kept of a flow that is not running")
	}
	if erased || before.Status == flow.Done { // a new application begins with nothing
		return
	}
	for k := range before.Details { // a new value may replace one, nothing may lose one
		if _, ok := s.Details[k]; !ok && !(slices.Contains([]slot.Kind{slot.Phone, slot.Email, slot.WeChat}, k) && hasContact(s)) {
			t.Fatalf("detail %s is lost: %v", k, slices.Collect(maps.Keys(s.Details)))
		}
	}
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
		"operator": "另一家", "checker": "示例审核方", "product": "分付", "complaint": "示例热线", "retention": "30"})
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
