package bot_test

import (
	"testing"
	"time"

	"fenfu/bot"
)

// A session that moves twice at the desk in one millisecond is due anew each
// time: the store takes an instant that did not change for work under way.
func TestTwoMovesInOneMillisecond(t *testing.T) {
	w := newWorld(t)
	w.desk.staffed = true
	b := w.node()
	var last time.Time
	for i, m := range []bot.Message{
		{From: bot.Visitor, Kind: bot.Text, Text: "转人工"},
		{From: bot.Agent, Kind: bot.Take},
		{From: bot.Agent, Kind: bot.Transfer, Desk: "review"},
		{From: bot.Agent, Kind: bot.Take},
		{From: bot.Agent, Kind: bot.Close},
	} {
		m.Session, m.ID = w.session, string(rune('a'+i))
		if m.From == bot.Agent {
			m.By = bot.Person{ID: "li", Name: "李娜"}
		}
		if _, err := b.Handle(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		due := w.load().Due
		if due.Truncate(time.Millisecond).Equal(last.Truncate(time.Millisecond)) || due.After(w.now) {
			t.Errorf("after %s due at %v, before it at %v, now %v", m.Kind, due, last, w.now)
		}
		last = due
	}
}
