package main

import (
	"fmt"
	"slices"
)

// ledger keeps the account of one session as its visitor sees it, over all of
// its connections, and finds whatever is lost, repeated or out of order.
type ledger struct {
	last      int64           // sequence number of the last event
	open      []message       // those that are owed an acknowledgement or an event: hardly ever more than one
	confirmed int             // applications that the visitor confirmed
	decided   map[string]bool // applications that were decided
}

// message is one that was sent.
type message struct {
	id    string
	acked int64 // number of its event, as the acknowledgement says, 0: none has come
	seen  int64 // number of its event, 0: it has not come
}

func newLedger() *ledger { return &ledger{decided: map[string]bool{}} }

// deviation is something that the protocol rules out.
type deviation struct {
	Kind   string // a word for it, to count by
	Detail string
}

func (d *deviation) Error() string { return d.Kind + ": " + d.Detail }

func deviates(kind, format string, args ...any) error {
	return &deviation{Kind: kind, Detail: fmt.Sprintf(format, args...)}
}

// sent notes that a message is on its way.
func (l *ledger) sent(id string) { l.open = append(l.open, message{id: id}) }

// find returns the place of a message that is under way, -1 if it is not.
func (l *ledger) find(id []byte) int {
	return slices.IndexFunc(l.open, func(m message) bool { return m.id == string(id) })
}

// note forgets a message that is owed nothing more.
func (l *ledger) note(i int) error {
	m := l.open[i]
	if m.acked == 0 || m.seen == 0 {
		return nil
	}
	l.open = slices.Delete(l.open, i, i+1)
	if m.acked != m.seen {
		return deviates("ack_mismatch", "message %s: acknowledged as event %d, came as %d", m.id, m.acked, m.seen)
	}
	return nil
}

// take enters a frame, and returns a *deviation if it should not have come now.
func (l *ledger) take(f frame) error {
	switch string(f.kind) {
	case "event":
		return l.event(f)
	case "ack":
		return l.ack(f)
	case "error":
		return deviates("error_frame", "%s about message %q", f.code, f.id)
	case "welcome":
		if f.seq < l.last {
			return deviates("loss", "the log stands at %d, the visitor has seen %d", f.seq, l.last)
		}
	}
	return nil
}

func (l *ledger) event(f frame) error {
	switch {
	case f.seq == l.last+1:
		l.last++
	case f.seq > l.last+1:
		return deviates("gap", "event %d after %d", f.seq, l.last)
	default:
		return deviates("repeated", "event %d after %d", f.seq, l.last)
	}
	if string(f.code) == "application.decided" {
		if err := l.decision(string(f.application)); err != nil {
			return err
		}
	}
	if string(f.from) != "visitor" {
		return nil
	}
	i := l.find(f.id)
	if i < 0 || l.open[i].seen != 0 {
		return deviates("stray_event", "event %d is of message %q, which is not under way", f.seq, f.id)
	}
	l.open[i].seen = f.seq
	return l.note(i)
}

func (l *ledger) ack(f frame) error {
	i := l.find(f.id)
	if i < 0 || l.open[i].acked != 0 {
		return deviates("stray_ack", "message %q is not under way", f.id)
	}
	m := &l.open[i]
	if m.seen == 0 && f.seq <= l.last {
		return deviates("ack_mismatch", "message %s: acknowledged as event %d, which was another's", m.id, f.seq)
	}
	m.acked = f.seq
	return l.note(i)
}

func (l *ledger) decision(application string) error {
	if l.decided[application] {
		return deviates("decided_twice", "application decided again")
	}
	l.decided[application] = true
	if len(l.decided) > l.confirmed {
		return deviates("stray_decision", "%d decisions on %d applications", len(l.decided), l.confirmed)
	}
	return nil
}

// settled returns a *deviation if anything is still owed to the visitor.
func (l *ledger) settled() error {
	switch {
	case len(l.open) > 0 && l.open[0].acked == 0:
		return deviates("lost_ack", "message %s and perhaps others: never acknowledged", l.open[0].id)
	case len(l.open) > 0:
		return deviates("lost_event", "message %s and perhaps others: acknowledged and never came as an event", l.open[0].id)
	case len(l.decided) < l.confirmed:
		return deviates("undecided", "%d of %d applications decided", len(l.decided), l.confirmed)
	}
	return nil
}
