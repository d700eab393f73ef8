package sessions

import (
	"context"
	"sync"

	"fenfu/bot"
)

// liveEvents is how many events are held for a follower that has not asked for
// them yet. With more, it reads the log instead.
const liveEvents = 32

// feed is one follower's way through a log. It holds the events that come
// right after its cursor, or is behind: then it holds none and reads the log.
type feed struct {
	store *Store
	p     *partition
	id    string
	wake  func()
	start bot.Position
	other *feed // the next follower of the same session, under p.mu

	mu     sync.Mutex
	cursor int64       // number of the last event returned
	mark   int64       // instant of that event in ns, 0: not known
	newest int64       // number of the last event heard of
	live   []bot.Event // shared with other feeds: never written to
	state  feedState
	missed bool // something may have been missed while opening
}

type feedState uint8

const (
	opening feedState = iota // reads the log for the first time: wakes nobody
	level                    // live has all there is after the cursor
	behind                   // must read the log
	closed
)

// Position returns where the log stood when the feed was opened.
func (f *feed) Position() bot.Position { return f.start }

// Next returns the next events, at most max.
func (f *feed) Next(ctx context.Context, max int) ([]bot.Event, error) {
	f.mu.Lock()
	switch f.state {
	case closed:
		f.mu.Unlock()
		return nil, nil
	case behind:
		after := f.cursor
		// From here on, whatever is heard of is after what is read.
		f.state, f.live = level, nil
		f.mu.Unlock()
		return f.reread(ctx, after, max)
	}
	defer f.mu.Unlock()
	n := min(max, len(f.live))
	events := f.live[:n:n]
	if f.live = f.live[n:]; len(f.live) == 0 {
		f.live = nil
	}
	f.advance(events)
	return events, nil
}

// advance moves the cursor over events that are returned.
func (f *feed) advance(events []bot.Event) {
	if n := len(events); n > 0 {
		f.cursor += int64(n)
		f.mark = events[n-1].At.UnixNano()
	}
}

// reread returns a page of the log. It reads the event at the cursor, too: if
// that is another than the one returned, or is no longer there, the log has been
// taken back by a failover and perhaps been written on since.
func (f *feed) reread(ctx context.Context, after int64, max int) ([]bot.Event, error) {
	again := min(after, 1)
	page, err := f.store.Events(ctx, f.id, after-again, max+int(again))
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.state == closed {
		return nil, nil
	}
	if err == nil && again == 1 {
		if page, err = f.check(page); err == nil {
			page = page[1:]
		}
	}
	if err != nil {
		f.state, f.live = behind, nil
		return nil, err
	}
	f.advance(page)
	for len(f.live) > 0 && f.live[0].Seq <= f.cursor {
		f.live = f.live[1:]
	}
	if len(page) == max || (len(f.live) > 0 && f.live[0].Seq != f.cursor+1) {
		f.state, f.live = behind, nil
	}
	return page, nil
}

// check holds the first event of a page against the last one returned.
func (f *feed) check(page []bot.Event) ([]bot.Event, error) {
	if len(page) == 0 || f.mark != 0 && page[0].At.UnixNano() != f.mark {
		return nil, bot.ErrRewound
	}
	f.mark = page[0].At.UnixNano()
	return page, nil
}

// deliver takes events that were committed, which are the same for all
// followers, and reports whether the follower wants to be woken.
func (f *feed) deliver(events []bot.Event) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	last := events[len(events)-1].Seq
	if f.state == closed {
		return false
	}
	f.newest = max(f.newest, last)
	if f.state != level {
		return f.state == behind
	}
	next := f.cursor + int64(len(f.live)) + 1
	heard := int(min(next-events[0].Seq, int64(len(events)))) // how many of them were heard of before
	switch {
	case heard < 0, heard > 0 && !f.has(&events[heard-1]), len(f.live)+len(events)-heard > liveEvents:
		// Some are missing, or those heard of are no longer in the log, or they
		// are too many: the log tells.
		f.state, f.live = behind, nil
	case heard == len(events):
		return false
	case len(f.live) == 0:
		f.live = events[heard:len(events):len(events)]
	default:
		f.live = append(f.live[:len(f.live):len(f.live)], events[heard:]...)
	}
	return true
}

// has reports whether an event is known to be one that the follower has.
func (f *feed) has(e *bot.Event) bool {
	switch at := e.Seq - f.cursor; {
	case at == 0:
		return f.mark == e.At.UnixNano()
	case at > 0:
		return f.live[at-1].At.Equal(e.At)
	}
	return false
}

// catchUp makes the follower read the log, and reports whether it wants to be
// woken for that.
func (f *feed) catchUp() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch f.state {
	case closed:
		return false
	case opening:
		f.missed = true
		return false
	}
	f.state, f.live = behind, nil
	return true
}

// Close ends the feed.
func (f *feed) Close() {
	f.mu.Lock()
	was := f.state
	f.state, f.live = closed, nil
	f.mu.Unlock()
	if was != closed {
		f.p.remove(f)
	}
}
