package main

import "time"

// ledgerReplay checks a log that is read again.
type ledgerReplay struct {
	last    int64
	decided int
}

func (l *ledgerReplay) take(raw []byte) error {
	f, err := parseFrame(raw)
	if err != nil || string(f.kind) != "event" {
		return err
	}
	if f.seq != l.last+1 {
		return deviates("replay_order", "event %d after %d", f.seq, l.last)
	}
	l.last++
	if string(f.code) == "application.decided" {
		l.decided++
	}
	return nil
}

// readTo reads events up to number last.
func (l *ledgerReplay) readTo(from *line, last int64) error {
	if err := from.expect(time.Now()); err != nil {
		return err
	}
	for l.last < last {
		raw, err := from.receive()
		if err != nil {
			return err
		}
		if err := l.take(raw); err != nil {
			return err
		}
	}
	return nil
}
