package api

import (
	"context"

	"fenfu/bot"
	"fenfu/bot/staff"
)

// follow is a conversation that a console hears of: one that is looked at, or
// one of the agent's own, of which it has to know that something was said.
type follow struct {
	feed    bot.Feed
	watched bool  // its events are wanted, not only that there are some
	sent    int64 // the last event that was read
	left    bool  // the agent's part of it is over, and nothing more is read until it is theirs again
	fresh   bool  // set by the feed, under console.mu
}

// watch begins to tell what is said in a conversation, after an event.
func (c *console) watch(ctx context.Context, session string, after int64) error {
	s, err := c.api.Sessions.Look(ctx, session)
	if err != nil {
		return err
	}
	_, ok := asSeen(s, c.r.who, staff.Read)
	if !ok && s.Version > 0 {
		if err := c.api.refused(c.r, string(staff.Read), s.ID); err != nil {
			return err
		}
	}
	if !ok || len(c.follows) >= maxWatched && c.follows[session] == nil {
		return c.send(tells{Type: "gone", Session: session})
	}
	if err := c.api.reading(c.r, session); err != nil {
		return err
	}
	return c.open(ctx, session, max(0, after), true)
}

// open follows a conversation from an event on.
func (c *console) open(ctx context.Context, session string, after int64, watched bool) error {
	if old := c.follows[session]; old != nil {
		old.feed.Close()
		c.mu.Lock()
		delete(c.follows, session)
		c.mu.Unlock()
	}
	f := &follow{watched: watched, sent: after}
	feed, err := c.api.Sessions.Follow(ctx, session, after, func() { c.note(func() { f.fresh = true }) })
	if err != nil {
		return err
	}
	f.feed = feed
	c.mu.Lock()
	c.follows[session] = f
	c.mu.Unlock()
	_, err = c.pull(ctx, session)
	return err
}

// pull tells what is new in a conversation, and reports whether there was
// anything that the console may know of.
func (c *console) pull(ctx context.Context, session string) (news bool, err error) {
	f := c.follows[session]
	for f != nil && !f.left {
		events, err := f.feed.Next(ctx, eventsBatch)
		if err != nil || len(events) == 0 {
			return news, err
		}
		// Who has it is looked up after what was said was read: what is said to
		// the next agent, or to the bot, is not for the one before.
		s, err := c.api.Sessions.Look(ctx, session)
		if err != nil {
			return news, err
		}
		s, ok := asSeen(s, c.r.who, staff.Read)
		if !ok {
			return true, nil // its row, which is next, tells
		}
		f.left = !whole(&s, c.r.who)
		for _, e := range events {
			if f.left && e.Seq > s.Seq {
				break
			}
			if news, f.sent = true, e.Seq; !f.watched {
				continue
			}
			if err := c.send(tellsEvent{"event", session, eventOf(e)}); err != nil {
				return news, err
			}
		}
	}
	return news, nil
}

// followOwn follows the agent's own conversations, so that it hears of those it
// does not look at.
func (c *console) followOwn(ctx context.Context) error {
	own, err := c.api.Desk.Active(ctx, c.r.who.ID)
	if err != nil {
		return err
	}
	for _, p := range own {
		if err := c.followEnd(ctx, p.Session); err != nil {
			return err
		}
	}
	return nil
}

func (c *console) followEnd(ctx context.Context, session string) error {
	if c.follows[session] != nil || len(c.follows) >= maxWatched {
		return nil
	}
	s, err := c.api.Sessions.Look(ctx, session)
	if err != nil {
		return err
	}
	return c.open(ctx, session, s.Seq, false)
}

// row tells how a conversation stands in the lists, or that it is none of the
// agent's any more.
func (c *console) row(ctx context.Context, session string) error {
	row, err := c.api.row(ctx, c.r.who, session, "")
	if err != nil {
		return err
	}
	if row == nil {
		if f := c.follows[session]; f != nil {
			f.feed.Close()
			c.mu.Lock()
			delete(c.follows, session)
			c.mu.Unlock()
		}
		return c.send(tells{Type: "gone", Session: session})
	}
	if f := c.follows[session]; f != nil && f.left && (row.Owner == bot.OwnerAgent || row.Owner == bot.OwnerWaiting) {
		if err := c.open(ctx, session, f.sent, f.watched); err != nil {
			return err
		}
	}
	if row.Owner == bot.OwnerAgent && row.Agent == c.r.who.ID {
		if err := c.followEnd(ctx, session); err != nil {
			return err
		}
	}
	return c.send(tells{Type: "row", Row: row})
}
