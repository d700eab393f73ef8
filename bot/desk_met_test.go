package bot_test

import (
	"testing"
	"time"

	"fenfu/bot"
)

// How long a visitor waited is until the first agent took over: to be passed on,
// or joined by somebody, is no wait for people. Who left a message did not wait.
func TestWaitEndsWithTheFirstAgent(t *testing.T) {
	for name, tt := range map[string]struct {
		staffed bool
		waited  time.Duration
	}{"who waited": {true, 40 * time.Second}, "who left a message": {false, 0}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.desk.staffed = tt.staffed
			b := w.node()
			does := func(after time.Duration, m bot.Message) {
				t.Helper()
				w.now = w.now.Add(after)
				m.Session, m.ID = w.session, w.now.String()
				if _, err := b.Handle(t.Context(), m); err != nil {
					t.Fatal(err)
				}
			}
			li, wang := bot.Person{ID: "li", Name: "李娜"}, bot.Person{ID: "wang", Name: "王强"}
			does(0, bot.Message{From: bot.Visitor, Kind: bot.Text, Text: "转人工"})
			does(40*time.Second, bot.Message{From: bot.Agent, Kind: bot.Take, By: li})
			met := w.now
			does(20*time.Minute, bot.Message{From: bot.Agent, Kind: bot.Transfer, Colleague: "wang", By: li})
			does(10*time.Second, bot.Message{From: bot.Agent, Kind: bot.Take, By: wang})
			h := w.load().Handoff
			if !h.MetAt.Equal(met) || h.Waited != tt.waited {
				t.Errorf("met %v after %v, want %v after %v", h.MetAt, h.Waited, met, tt.waited)
			}
		})
	}
}
