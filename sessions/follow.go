package sessions

import (
	"context"
	"fmt"

	"fenfu/bot"
)

// Follow opens a feed of the session's events after the given number: first
// those there are, then those to come. wake is called whenever there may be
// something for Next, from any goroutine, possibly for nothing, possibly before
// Follow has returned; it must not block and must not call the feed.
//
// A feed that is asked for more than the log holds starts at its end.
func (s *Store) Follow(ctx context.Context, id string, after int64, wake func()) (bot.Feed, error) {
	if after < 0 {
		return nil, fmt.Errorf("follow session %s after event %d: out of range", id, after)
	}
	p := s.partition(id)
	f := &feed{store: s, p: p, id: id, wake: wake, cursor: after}
	p.add(f) // first: what is committed while the log is read is not missed
	if err := f.open(ctx); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// open reads where the log stands and its next events, in one round trip.
func (f *feed) open(ctx context.Context) error {
	from := max(f.cursor-1, 0) // the event that the follower has, too: see reread
	start, entries, err := f.store.readLog(ctx, nil, f.id, from, int(f.cursor-from)+liveEvents)
	if err != nil {
		return err
	}
	page := eventsOf(entries, from, int(f.cursor-from)+liveEvents)
	if from < f.cursor && len(page) > 0 {
		f.mark, page = page[0].At.UnixNano(), page[1:]
	}
	f.begin(start, page)
	return nil
}

// begin takes what open has read. What was heard of meanwhile is in the log.
func (f *feed) begin(start bot.Position, page []bot.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.start = start
	f.cursor = min(f.cursor, start.Seq)
	if len(page) > 0 {
		f.live = page
	}
	f.state = level
	if end := f.cursor + int64(len(page)); f.missed || max(f.newest, start.Seq) > end {
		f.state, f.live = behind, nil
	}
	f.newest = max(f.newest, start.Seq)
}

// add makes f hear of what is committed to its session.
func (p *partition) add(f *feed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f.other = p.feeds[f.id]
	p.feeds[f.id] = f
}

func (p *partition) remove(f *feed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.feeds[f.id] == f {
		if f.other == nil {
			delete(p.feeds, f.id)
		} else {
			p.feeds[f.id] = f.other
		}
		return
	}
	for at := p.feeds[f.id]; at != nil; at = at.other {
		if at.other == f {
			at.other = f.other
			return
		}
	}
}

// followed reports whether anyone on this node follows the session.
func (p *partition) followed(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.feeds[id] != nil
}

// tell calls to for every follower of the session, and wakes those that it
// reports true for. Nothing in here waits for a follower.
func (p *partition) tell(id string, to func(*feed) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for f := p.feeds[id]; f != nil; f = f.other {
		if to(f) {
			f.wake()
		}
	}
}

func (p *partition) deliver(id string, events []bot.Event) {
	if len(events) == 0 {
		return
	}
	p.tell(id, func(f *feed) bool { return f.deliver(events) })
}

func (p *partition) catchUp(id string) { p.tell(id, (*feed).catchUp) }

// catchUpAll makes every follower in the partition read the log.
func (p *partition) catchUpAll() {
	p.mu.Lock()
	ids := make([]string, 0, len(p.feeds))
	for id := range p.feeds {
		ids = append(ids, id)
	}
	p.mu.Unlock()
	for _, id := range ids {
		p.catchUp(id)
	}
}
