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
	f.cursor += int64(n)
	return events, nil
}

// reread returns a page of the log.
func (f *feed) reread(ctx context.Context, after int64, max int) ([]bot.Event, error) {
	page, err := f.store.Events(ctx, f.id, after, max)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.state == closed {
		return nil, nil
	}
	if err != nil {
		f.state, f.live = behind, nil
		return nil, err
	}
	f.cursor = after + int64(len(page))
	for len(f.live) > 0 && f.live[0].Seq <= f.cursor {
		f.live = f.live[1:]
	}
	if len(page) == max || (len(f.live) > 0 && f.live[0].Seq != f.cursor+1) {
		f.state, f.live = behind, nil
	}
	return page, nil
}

// deliver takes events that were committed, which are the same for all
// followers, and reports whether the follower wants to be woken.
func (f *feed) deliver(events []bot.Event) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	last := events[len(events)-1].Seq
	if f.state == closed || last <= f.newest {
		return false
	}
	f.newest = last
	if f.state != level {
		return f.state == behind
	}
	next := f.cursor + int64(len(f.live)) + 1
	for len(events) > 0 && events[0].Seq < next {
		events = events[1:]
	}
	switch {
	case len(events) == 0:
		return false
	case events[0].Seq > next || len(f.live)+len(events) > liveEvents:
		f.state, f.live = behind, nil
	case len(f.live) == 0:
		f.live = events[:len(events):len(events)]
	default:
		f.live = append(f.live[:len(f.live):len(f.live)], events...)
	}
	return true
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
