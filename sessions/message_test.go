package sessions_test

import (
	"errors"
	"strings"
	"testing"

	"fenfu/bot"
	"fenfu/sessions"
	"fenfu/sessions/seal"
)

// testMessageIDs: a client may put anything into the id of a message. None of it
// stands in the database, and the message is known again for all that, also
// when the keys were rotated, by nodes that have the new one first and by those
// that do not yet.
func testMessageIDs(t *testing.T, w *world) {
	newest, older, _ := strings.Cut(testKeys, ",")
	ring := func(keys string) func(*sessions.Options) {
		return func(o *sessions.Options) {
			var err error
			if o.Keys, err = seal.Parse(keys); err != nil {
				t.Fatal(err)
			}
		}
	}
	const number = "visitor:13800138123"
	before, between, after := w.node(t, ring(older)), w.node(t, ring(older+","+newest)), w.node(t, ring(testKeys))
	again := func(s *sessions.Store, id string, seq int64) {
		t.Helper()
		var twice *bot.DuplicateError
		if _, err := s.Commit(t.Context(), turn(load(t, s, id), number, "again")); !errors.As(err, &twice) || twice.Seq != seq {
			t.Errorf("said again: %v", err)
		}
	}
	id := newID()
	say(t, before, id, "visitor:1", "你好")
	seq := say(t, before, id, number, "好的")
	for _, s := range []*sessions.Store{before, between, after} {
		again(s, id, seq)
	}
	other := newID()
	seq = say(t, after, other, number, "好的")
	again(between, other, seq)
	for key, text := range dump(t, w) {
		if strings.Contains(text, "13800138123") {
			t.Errorf("%s has the id of a message: %.200s", key, text)
		}
	}
}
