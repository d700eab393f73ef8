package main

import "fmt"

// ledger keeps the account of one session as its visitor sees it, over all of
// its connections, and finds whatever is lost, repeated or out of order.
type ledger struct {
	last      int64            // sequence number of the last event
	open      map[string]int64 // messages sent and not acknowledged → seq of their event, 0: not seen
	acked     map[string]int64 // acknowledged and their event not seen → seq by the ack
	confirmed int              // applications that the visitor confirmed
	decided   map[string]bool  // applications that were decided
}

func newLedger() *ledger {
	return &ledger{open: map[string]int64{}, acked: map[string]int64{}, decided: map[string]bool{}}
}

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
func (l *ledger) sent(id string) { l.open[id] = 0 }

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
	id := string(f.id)
	if by, ok := l.acked[id]; ok {
		delete(l.acked, id)
		if by != f.seq {
			return deviates("ack_mismatch", "message %s: acknowledged as event %d, came as %d", id, by, f.seq)
		}
		return nil
	}
	if seen, ok := l.open[id]; !ok || seen != 0 {
		return deviates("stray_event", "event %d is of message %q, which is not under way", f.seq, id)
	}
	l.open[id] = f.seq
	return nil
}

func (l *ledger) ack(f frame) error {
	id := string(f.id)
	seen, ok := l.open[id]
	if !ok {
		return deviates("stray_ack", "message %q is not under way", id)
	}
	delete(l.open, id)
	switch {
	case seen == 0 && f.seq <= l.last:
		return deviates("ack_mismatch", "message %s: acknowledged as event %d, which was another's", id, f.seq)
	case seen == 0:
		l.acked[id] = f.seq
	case seen != f.seq:
		return deviates("ack_mismatch", "message %s: came as event %d, acknowledged as %d", id, seen, f.seq)
	}
	return nil
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
	case len(l.open) > 0:
		return deviates("lost_ack", "%d messages were never acknowledged", len(l.open))
	case len(l.acked) > 0:
		return deviates("lost_event", "%d acknowledged messages never came as events", len(l.acked))
	case len(l.decided) < l.confirmed:
		return deviates("undecided", "%d of %d applications decided", len(l.decided), l.confirmed)
	}
	return nil
}
