package bot_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/flow"
	"fenfu/bot/pii"
)

// counted is what a bot's turns came to.
type counted struct {
	mu  sync.Mutex
	all []string
}

func (c *counted) add(_ time.Time, counts []flow.Count) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range counts {
		text := string(n.What)
		if n.Step != "" {
			text += ":" + n.Step
		}
		if n.After != 0 {
			text += fmt.Sprintf("(%s)", n.After)
		}
		c.all = append(c.all, text)
	}
}

// take returns what was counted since it was last called.
func (c *counted) take() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := strings.Join(c.all, " ")
	c.all = nil
	return all
}

// counting makes the world's bots count.
func (w *world) counting() *counted {
	c := &counted{}
	w.parts.Count = c.add
	return c
}

// TestCounts walks through forms, with ten seconds between a visitor's words, and
// wants each turn counted for what it did and nothing else.
func TestCounts(t *testing.T) {
	begun := [][2]string{
		{"开通分付", "started asked:collect"},
		{"同意", "asked:disclose filled:collect(10s)"},
		{"同意", "asked:name filled:disclose(10s)"},
	}
	for name, walk := range map[string][][2]string{
		"to the end": {
			{"你们几点上班", ""}, // no form is open
			{"开通分付", "started asked:collect"},
			{"同意", "asked:disclose filled:collect(10s)"},
			{"同意", "asked:name filled:disclose(10s)"},
			{"开通分付要收费吗", "digressed:name"},
			{"林小满", "asked:id_number filled:name(20s)"},
			{"110199199005219904", "retried:id_number"},
			{"110199199005219904", "retried:id_number"},
			{"110199199005219903", "asked:contact filled:id_number(30s)"},
			{"名字填错了，应该叫林小曼", "corrected:name"},
			{"名字填错了", ""},
			{"林小满", "corrected:name"},
			{"13800138000", "asked:confirm filled:contact(10s)"},
			{"确认提交", "filled:confirm(10s) submitted decided"},
			{"谢谢", ""},
		},
		"all at once": append(begun[:3:3], [][2]string{
			{"林小满，110199199005219903，13800138000", "asked:confirm filled:name(10s) filled:id_number filled:contact"},
			{"换成邮箱 lin@example.com", "corrected:contact"},
			{"取消", ""},
			{"确定取消", "abandoned:confirm"},
			{"开通分付", "started asked:collect"},
		}...),
		"put aside": append(begun[:3:3], [][2]string{
			{"晚点再填", "abandoned:name"},
			{"继续", "resumed:name"},
			{"林小满", "asked:id_number filled:name(10s)"},
			{"从头开始", ""},
			{"确定", "abandoned:id_number started asked:collect"},
			{"不同意", "abandoned:collect"},
		}...),
		"back": append(begun[:3:3], [][2]string{
			{"林小满", "asked:id_number filled:name(10s)"},
			{"上一步", ""},
			{"继续", ""},
			{"不想填身份证", ""},
			{"删除我的信息", "abandoned:id_number"},
		}...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.counting()
			for i, step := range walk {
				var out strings.Builder
				w.now = w.now.Add(10 * time.Second)
				w.visitor(fmt.Sprint("m", i), step[0], &out)
				if got := c.take(); got != step[1] {
					t.Errorf("%d %s: %q, want %q\n%s", i, step[0], got, step[1], out.String())
				}
			}
		})
	}
}

// TestCountsOfCorrections counts nothing twice of a form that is corrected after
// it was submitted.
func TestCountsOfCorrections(t *testing.T) {
	w := newWorld(t)
	w.parts.Checker = slowCheck{}
	c := w.counting()
	w.confirmed(w.node())
	if got := c.take(); strings.Count(got, "submitted") != 1 || strings.Contains(got, "decided") {
		t.Errorf("submitted: %s", got)
	}
	for i, want := range []string{"", "corrected:contact", ""} {
		w.visitor(fmt.Sprint("m", i), []string{"手机号填错了", "13900139000", "确认提交"}[i], new(strings.Builder))
		if got := c.take(); got != want {
			t.Errorf("%d: %q, want %q", i, got, want)
		}
	}
}

// TestNobodyCounts wants a bot without a funnel to go without the work, and one
// with it to allocate nothing for a turn that is none of a form's.
func TestNobodyCounts(t *testing.T) {
	w := newWorld(t)
	b := w.node()
	w.say(b, "你好")
	s := w.load()
	turn := bot.Turn{Session: s, Events: []bot.Event{{Text: pii.Text("你好")}}}
	if n := testing.AllocsPerRun(100, func() { b.Counts(s, turn) }); n != 0 {
		t.Errorf("%v allocations for nothing to count", n)
	}
}
