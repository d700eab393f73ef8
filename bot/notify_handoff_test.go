package bot_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"fenfu/bot"
)

// handsOver has a visitor ask for a person in the middle of the form, an agent
// take over, talk, pass it on, another one take it and end it.
func (w *world) handsOver() {
	w.t.Helper()
	out := new(strings.Builder)
	w.desk.staffed = true
	w.at("contact")
	w.visitor("ask", "转人工", out)
	w.agent("li", bot.Message{Kind: bot.Take}, out)
	w.agent("li", bot.Message{Kind: bot.Text, Text: "您好"}, out)
	w.agent("li", bot.Message{Kind: bot.Transfer, Colleague: "wang"}, out)
	w.agent("wang", bot.Message{Kind: bot.Take}, out)
	w.agent("wang", bot.Message{Kind: bot.Close}, out)
}

// drain wakes the session until nothing is due any more.
func (w *world) drain() {
	w.t.Helper()
	for range 40 {
		s := w.load()
		if s.Due.IsZero() || s.Due.After(later(w.now, s.UpdatedAt)) && len(s.Notifications) == 0 {
			return
		}
		w.wake()
	}
	w.t.Fatalf("still due: %+v", w.load().Notifications)
}

// TestWebhookTellsOfHandoffs wants each event of a handoff to arrive once, thin
// and signed, in spite of a failure, and nothing that was not asked for.
func TestWebhookTellsOfHandoffs(t *testing.T) {
	r := newReceiver(t, inTurn(status(500), status(204)))
	w := newWorld(t)
	w.notifying(r.url, io.Discard)
	w.parts.NotifyEvents = bot.NotifyEvents()
	w.handsOver()
	w.drain()
	ids, bodies := r.received()
	got := make(map[string]string) // by id
	var order []string
	for i, id := range ids {
		if before, again := got[id]; again && before != bodies[i] {
			t.Errorf("%s was %s, and is %s", id, before, bodies[i])
		} else if !again {
			order = append(order, bodies[i])
		}
		got[id] = bodies[i]
	}
	if len(ids) != len(order)+1 {
		t.Errorf("%d tries for %d events, want one again", len(ids), len(order))
	}
	var types []string
	for _, body := range order {
		var m struct {
			Type      string
			Timestamp string
			Data      map[string]any
		}
		if err := json.Unmarshal([]byte(body), &m); err != nil {
			t.Fatal(err)
		}
		types = append(types, m.Type)
		want := map[string]any{"session_id": w.session, "handoff": 1.0, "desk": "service", "reason": "asked"}
		if fmt.Sprint(m.Data) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", m.Type, m.Data, want)
		}
		for _, private := range []string{"林小满", "林**", "110199199005219903", "13800138000", "li", "wang", "您好"} {
			if strings.Contains(strings.ReplaceAll(body, w.session, ""), `"`+private) {
				t.Errorf("%s is in %s", private, body)
			}
		}
	}
	slices.Sort(types)
	if want := []string{"handoff.closed", "handoff.requested", "handoff.taken", "handoff.taken"}; !slices.Equal(types, want) {
		t.Errorf("told of %v, want %v", types, want)
	}
}

// TestWebhookTellsWhatIsAskedFor: decisions alone unless the operator says
// otherwise, and no decisions if only other events are named.
func TestWebhookTellsWhatIsAskedFor(t *testing.T) {
	for _, tt := range []struct {
		events []string
		want   string
	}{
		{nil, "application.decided"},
		{[]string{bot.CodeTaken}, "handoff.taken"},
	} {
		r := newReceiver(t, status(http.StatusNoContent))
		w := newWorld(t)
		w.notifying(r.url, io.Discard)
		w.parts.NotifyEvents = tt.events
		w.confirmed(w.node())
		w.drain()
		w.visitor("ask", "转人工", new(strings.Builder))
		w.agent("li", bot.Message{Kind: bot.Take}, new(strings.Builder))
		w.agent("li", bot.Message{Kind: bot.Return}, new(strings.Builder))
		w.drain()
		_, bodies := r.received()
		if len(bodies) != 1 || !strings.Contains(bodies[0], `"`+tt.want+`"`) {
			t.Errorf("%v: %v, want one %s", tt.events, bodies, tt.want)
		}
	}
}

// TestHandoffBeforeItsNotification wants the desk to know of a visitor before
// somebody else is told, who may be slow.
func TestHandoffBeforeItsNotification(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, func(rw http.ResponseWriter, _ *http.Request) {
		if len(w.desk.moves) == 0 {
			t.Error("told before the desk knows")
		}
		rw.WriteHeader(http.StatusNoContent)
	})
	w.notifying(r.url, io.Discard)
	w.parts.NotifyEvents = bot.NotifyEvents()
	w.desk.staffed = true
	w.say(w.node(), "转人工")
	w.wake()
	w.wake()
	if ids, _ := r.received(); len(ids) != 1 || len(w.desk.moves) == 0 {
		t.Errorf("%d told, %d moves", len(ids), len(w.desk.moves))
	}
}

// TestNotificationsDoNotPileUp lets a visitor go in and out of the queue while
// nobody takes notifications.
func TestNotificationsDoNotPileUp(t *testing.T) {
	w := newWorld(t)
	w.notifying("https://crm.example.com/hook", io.Discard)
	w.parts.NotifyEvents = bot.NotifyEvents()
	b := w.node()
	w.confirmed(b)
	w.wake() // decided: to be told, too
	for range 40 {
		w.say(b, "转人工")
		if _, err := b.Handle(ctx, bot.Message{Session: w.session, ID: fmt.Sprint("l", w.load().Seq), From: bot.Visitor, Kind: bot.Choose, Text: "handoff.leave"}); err != nil {
			t.Fatal(err)
		}
	}
	s := w.load()
	if n := len(s.Notifications); n < 10 || n > 50 || s.Notifications[0].Event != bot.CodeDecided {
		t.Errorf("%d notifications wait, the first of %s", n, s.Notifications[0].Event)
	}
	if s.Handoff.Number < 30 {
		t.Errorf("only %d handoffs", s.Handoff.Number)
	}
}
