package main

import (
	"errors"
	"testing"
)

// event, ack and the like are frames as the ledger gets them.
func event(seq int64, from, id string) frame {
	return frame{kind: []byte("event"), seq: seq, from: []byte(from), id: []byte(id)}
}

func ack(seq int64, id string) frame { return frame{kind: []byte("ack"), seq: seq, id: []byte(id)} }

func decided(seq int64, application string) frame {
	f := event(seq, "system", "")
	f.code, f.application = []byte("application.decided"), []byte(application)
	return f
}

func TestLedgerFindsEveryDeviation(t *testing.T) {
	for _, tc := range []struct {
		name      string
		sent      []string
		confirmed int
		frames    []frame
		want      string // kind of the deviation, "" if there is none
	}{
		{"ack first", []string{"a"}, 0, []frame{ack(1, "a"), event(1, "visitor", "a"), event(2, "bot", "")}, ""},
		{"event first", []string{"a"}, 0, []frame{event(1, "visitor", "a"), ack(1, "a"), event(2, "bot", "")}, ""},
		{"two under way", []string{"a", "b"}, 0, []frame{ack(1, "a"), ack(2, "b"), event(1, "visitor", "a"), event(2, "visitor", "b")}, ""},
		{"a decision", []string{"a"}, 1, []frame{ack(1, "a"), event(1, "visitor", "a"), decided(2, "x")}, ""},
		{"gap", []string{"a"}, 0, []frame{ack(1, "a"), event(1, "visitor", "a"), event(3, "bot", "")}, "gap"},
		{"first event lost", []string{"a"}, 0, []frame{ack(1, "a"), event(2, "bot", "")}, "gap"},
		{"repeated", []string{"a"}, 0, []frame{ack(1, "a"), event(1, "visitor", "a"), event(1, "visitor", "a")}, "repeated"},
		{"out of order", nil, 0, []frame{event(1, "bot", ""), event(2, "bot", ""), event(1, "bot", "")}, "repeated"},
		{"swapped", nil, 0, []frame{event(2, "bot", ""), event(1, "bot", "")}, "gap"},
		{"no number", nil, 0, []frame{event(-1, "bot", "")}, "repeated"},
		{"ack of another event, ack first", []string{"a"}, 0, []frame{ack(2, "a"), event(1, "visitor", "a")}, "ack_mismatch"},
		{"ack of another event, event first", []string{"a"}, 0, []frame{event(1, "visitor", "a"), ack(2, "a")}, "ack_mismatch"},
		{"ack of a past event", []string{"a"}, 0, []frame{event(1, "bot", ""), ack(1, "a")}, "ack_mismatch"},
		{"ack twice", []string{"a"}, 0, []frame{event(1, "visitor", "a"), ack(1, "a"), ack(1, "a")}, "stray_ack"},
		{"ack of nothing", nil, 0, []frame{ack(1, "a")}, "stray_ack"},
		{"message stored twice, after its ack", []string{"a"}, 0, []frame{ack(1, "a"), event(1, "visitor", "a"), event(2, "visitor", "a")}, "stray_event"},
		{"message stored twice, before its ack", []string{"a"}, 0, []frame{event(1, "visitor", "a"), event(2, "visitor", "a")}, "stray_event"},
		{"somebody else's message", nil, 0, []frame{event(1, "visitor", "z")}, "stray_event"},
		{"error", []string{"a"}, 0, []frame{{kind: []byte("error"), code: []byte("limited"), id: []byte("a")}}, "error_frame"},
		{"decided twice", nil, 2, []frame{decided(1, "x"), decided(2, "x")}, "decided_twice"},
		{"decided without being asked", nil, 0, []frame{decided(1, "x")}, "stray_decision"},
		{"log shorter than what was seen", nil, 0, []frame{event(1, "bot", ""), {kind: []byte("welcome"), seq: 0}}, "loss"},
		{"never acknowledged", []string{"a"}, 0, []frame{event(1, "visitor", "a")}, "lost_ack"},
		{"never came", []string{"a"}, 0, []frame{ack(1, "a")}, "lost_event"},
		{"never decided", nil, 1, []frame{event(1, "bot", "")}, "undecided"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := newLedger()
			l.confirmed = tc.confirmed
			for _, id := range tc.sent {
				l.sent(id)
			}
			var err error
			for _, f := range tc.frames {
				if err = l.take(f); err != nil {
					break
				}
			}
			if err == nil {
				err = l.settled()
			}
			if got := kindOf(err); got != tc.want {
				t.Errorf("got %q (%v), want %q", got, err, tc.want)
			}
		})
	}
}

func kindOf(err error) string {
	var d *deviation
	if errors.As(err, &d) {
		return d.Kind
	}
	return ""
}
