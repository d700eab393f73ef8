package flow_test

import (
	"fmt"
	"strings"
	"testing"

	"fenfu/bot/flow"
	"fenfu/bot/slot"
	"fenfu/intents"
)

// TestUnderstand says what messages come to at one step, in short: verbs with
// what they are about.
func TestUnderstand(t *testing.T) {
	b, m := book(t), intents.New()
	at := map[string]flow.State{}
	s, _ := b.Start(flow.State{}, "apply", flow.Input{Now: noon})
	for _, said := range append([]string{""}, happyPath...) {
		if said != "" {
			s, _ = b.Next(s, flow.Read(m, said, noon))
		}
		at[s.Step] = s
	}
	for _, tt := range []struct{ step, said, want string }{
		{"collect", "同意", "confirm"},
		{"collect", "好的", "confirm(politely)"},
		{"collect", "不同意", "deny"},
		{"collect", "可以不同意吗", "ask_why(collect)"},
		{"collect", "同意，为什么要这些", "confirm, ask_why(collect)"},
		{"collect", "我叫林小满", "fill(name)"},
		{"collect", "同意，我叫林小满", "confirm, fill(name)"},
		{"name", "林小满", "fill(name)"},
		{"name", "林小满，这个安全吗？", "fill(name), ask"},
		{"name", "这个安全吗？林小满", "fill(name), ask"},
		{"name", "林小满，110199199005219903", "fill(name id_number)"},
		{"name", "名字要写真名吗", "ask"},
		{"name", "x1", "fill(no_name)"},
		{"name", "为什么要身份证号", "ask_why(id_number)"},
		{"name", "为什么？", "ask_why(name)"},
		{"name", "跳过", "skip"},
		{"name", "不想说名字", "skip"},
		{"name", "你好", "ask(hello)"},
		{"name", "开通分付", "ask(begin)"},
		{"name", "好麻烦", "ask(grumble)"},
		{"name", "谢谢", "ask(thanks)"},
		{"name", "。。。", ""},
		{"id_number", "等一下", "wait"},
		{"id_number", "晚点再填", "wait(later)"},
		{"id_number", "转人工", "hand_off"},
		{"id_number", "上一步", "back"},
		{"id_number", "重新开始", "start_over"},
		{"id_number", "取消", "cancel"},
		{"id_number", "取消了会怎么样", "ask"},
		{"id_number", "再说一遍", "repeat"},
		{"id_number", "我再看看，你再说一遍", "repeat"},
		{"id_number", "现在第几步", "ask(progress)"},
		{"id_number", "多久有结果？", "ask(result)"},
		{"id_number", "查看我的信息", "rights(view)"},
		{"id_number", "怎么删除我的信息", "ask"},
		{"id_number", "名字写错了", "correct(name)"},
		{"id_number", "把名字删掉", "clear(name)"},
		{"id_number", "支付密码123456", "ask(safety)"},
		{"id_number", "我叫邓处暑，支付密码123456", "fill(name), ask(safety)"},
		{"contact", "13800138000，可以吗", "fill(phone)"},
		{"contact", "我没有微信", "deny"},
		{"confirm", "确认提交", "confirm"},
		{"confirm", "继续", "go_on"},
		{"confirm", "确认了吗", "ask(result)"},
		{"confirm", "不对", "deny"},
		{"confirm", "填错了", "correct"},
		{"confirm", "手机号错了，是13900139000，额度多少？", "fill(phone), ask"},
		{"confirm", "确认，额度多少？", "confirm, ask"},
		{"confirm", "手机号改成1380013800", "fill(bad_length)"},
	} {
		if got := inShort(b.Understand(at[tt.step], flow.Read(m, tt.said, noon))); got != tt.want {
			t.Errorf("at %s, %s: %s, want %s", tt.step, tt.said, got, tt.want)
		}
	}
}

func inShort(commands []flow.Command) string {
	var out []string
	for _, c := range commands {
		about := c.Reason
		switch c.Verb {
		case flow.Ask:
			about = string(c.Topic)
		case flow.AskWhy, flow.Correct, flow.Clear:
			about = c.Step
		case flow.Rights:
			about = string(c.Right)
		}
		for _, f := range c.Found {
			about += " " + string(f.Kind)
		}
		if c.Later {
			about = "later"
		}
		if c.Verb == flow.Confirm && !c.Plain {
			about = "politely"
		}
		if about = strings.TrimSpace(about); about != "" {
			about = "(" + about + ")"
		}
		out = append(out, string(c.Verb)+about)
	}
	return strings.Join(out, ", ")
}

// A question never fills a slot, whatever it is about and wherever it is asked.
func TestQuestionsFillNothing(t *testing.T) {
	b, m := book(t), intents.New()
	s, _ := b.Start(flow.State{}, "apply", flow.Input{Now: noon})
	for _, said := range append([]string{""}, happyPath...) {
		if said != "" {
			s, _ = b.Next(s, flow.Read(m, said, noon))
		}
		misses := s.Misses
		for _, q := range []string{"你叫什么名字？", "名字怎么写", "张三可以吗", "要写李四的名字吗？", "这是谁", "怎么填", "为什么", "什么？", "能不能不填", "手机号要本人的吗", "邮箱行不行"} {
			next, _ := b.Next(s, flow.Read(m, q, noon))
			if fmt.Sprint(next.Details) != fmt.Sprint(s.Details) || next.Misses != misses || next.Step != s.Step {
				t.Errorf("at %s, %s: step %s, %d details, %d misses", s.Step, q, next.Step, len(next.Details), next.Misses)
			}
		}
	}
	if s.Step != "confirm" || s.Details[slot.Phone].Value == "" {
		t.Errorf("the happy path ended at %s", s.Step)
	}
}
