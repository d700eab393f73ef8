package sessions

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"fenfu/bot"
)

// mostEvents is how many events a turn may have: so far back a reader of the log
// looks for the entry that an event is in.
const mostEvents = 32

// What the commit script answers. A duplicate is -1 less the number of the
// event that the message became.
const (
	moved     = 0
	stored    = 1
	storedDue = 2 // and what is due is a new instant
)

// Commit stores a turn, all of it or nothing, in one round trip; see
// bot.Memory. Once a turn is on its way the outcome is waited for, whatever
// becomes of ctx.
func (s *Store) Commit(ctx context.Context, t bot.Turn) (int64, error) {
	if err := checkTurn(&t); err != nil {
		return 0, err
	}
	id := t.Session.ID
	p := s.partition(id)
	was, err := s.known(id)
	if err != nil {
		return 0, err
	}
	var erased []entry
	if t.Erase {
		if erased, err = s.erased(ctx, was, &t); err != nil {
			return 0, err
		}
	}
	now := s.o.Now()
	c := s.commits.Get().(*commit)
	is := c.follows(was, &t, p)
	if c.newApplication && t.Session.Application != nil {
		if c.newApp, err = c.application(is); err != nil {
			return 0, fmt.Errorf("commit to session %s: %w", id, err)
		}
	}
	if t.Session.Seq == 0 || c.stateless || !t.Aside && now.Sub(was.renewed) > s.o.TTL.Session/100 {
		c.renew, is.renewed = true, now
	}
	lease, mine := s.reserve(c.newDue, t.Session.Due, now)
	cmd := redis.NewIntCmd(context.Background(), s.commitArgs(c, p, is, &t, lease, erased)...)
	if err := s.batch.do(ctx, p.number, s.scripts.commit, cmd); err != nil {
		s.release(mine)
		s.cache.remove(id) // it may have been stored, so followers had better look
		p.catchUp(id)
		return 0, unavailable("commit to session "+id, err)
	}
	seq := c.first
	c.done()
	s.commits.Put(c) // not if it failed: then somebody may still hold what is in it
	status := cmd.Val()
	if status == stored || status == storedDue {
		s.cache.add(id, is)
	}
	if mine && status == storedDue {
		s.mine <- claimed{p, id, lease} // who works on it loads what was just stored
	} else {
		s.release(mine)
	}
	switch {
	case status == stored, status == storedDue:
		return seq, s.applied(ctx, p, &t)
	case status < 0:
		seq = -1 - status
		return seq, s.repeated(ctx, p, id, seq)
	case status == moved:
		s.cache.remove(id)
		return 0, bot.ErrConflict
	default:
		return 0, fmt.Errorf("commit to session %s: status %d returned", id, status)
	}
}

// checkTurn refuses turns that could not be told apart from others, or would
// break the numbering, or the log.
func checkTurn(t *bot.Turn) error {
	if t.Session.ID == "" || t.MessageID == "" {
		return errors.New("commit: a turn needs a session and a message id")
	}
	if len(t.Events) > mostEvents || t.Erase && len(t.Events) == 0 {
		return fmt.Errorf("commit to session %s: %d events", t.Session.ID, len(t.Events))
	}
	for i := range t.Events {
		if want := t.Session.Seq + 1 + int64(i); t.Events[i].Seq != want {
			return fmt.Errorf("commit to session %s: event %d where %d is due", t.Session.ID, t.Events[i].Seq, want)
		}
	}
	return nil
}

// commit is what the arguments of one commit are made in, to be used again.
// Most of them point into it: an argument of its own takes an allocation each.
type commit struct {
	args []any
	sealer
	messages            *messages
	before, after       string // version and number of the last event, as in the log
	field, owner        string
	first               int64 // number of the first event, or of the last one if there is none
	due, lease          int64
	sessionTTL, longTTL int64

	stateless      bool // no state is kept of the session: it is new, or has expired
	newOwner       bool // this and the next two: it may be another than before
	newDue         bool
	newApplication bool
	newApp         []byte
	renew          bool // the TTLs are to be set anew
}

// done lets go of what belongs to a session.
func (c *commit) done() {
	clear(c.args)
	*c = commit{args: c.args[:0], sealer: c.sealer, messages: c.messages}
	c.reset()
}

// follows returns what this node knows of the session once the turn is stored,
// given what it knew before, and notes what the turn changes. If that was not
// the version that the turn was decided on, everything may change.
func (c *commit) follows(was *cached, t *bot.Turn, p *partition) *cached {
	is := &cached{box: was.box, session: t.Session, renewed: was.renewed, keys: was.keys}
	if is.keys == nil {
		is.keys = &[2]any{logKey(p.tag, t.Session.ID), sessionKey(p.tag, t.Session.ID)}
	}
	is.session.Version++
	is.session.Seq += int64(len(t.Events))
	is.mark = mark(is.session.Version, is.session.Seq)

	known := was.session.Version == t.Session.Version
	c.stateless = t.Session.Version == 0 || known && was.stateless
	same := known && !c.stateless
	c.before, c.after = was.mark, is.mark
	if !same || c.before == "" {
		c.before = mark(t.Session.Version, t.Session.Seq)
	}
	c.newOwner = !same || t.Session.Owner != was.session.Owner
	c.newDue = !same || !t.Session.Due.Equal(was.session.Due)
	// Who changes an application makes a new one.
	c.newApplication = !same || t.Session.Application != was.session.Application
	is.applied = was.applied
	if c.newApplication {
		is.applied = is.session.Version
	}
	return is
}

// mark is a version and the number of the last event as the log has them.
func mark(version, seq int64) string {
	if version == 0 {
		return ""
	}
	return strconv.FormatInt(version, 10) + " " + strconv.FormatInt(seq, 10)
}

// commitArgs seals the turn and lays it out as scripts/commit.lua reads it.
func (s *Store) commitArgs(c *commit, p *partition, is *cached, t *bot.Turn, lease int64, erased []entry) []any {
	c.field, c.lease = c.messages.fields(t.Session.ID, t.MessageID), lease
	c.first = min(t.Session.Seq+1, is.session.Seq)
	var entry any = ""
	state := c.state(is)
	if len(t.Events) > 0 {
		entry = c.entry(is.box, t.Events)
	}
	more := c.newOwner || c.newApplication || c.newDue || c.renew || len(erased) > 0
	keys := 3
	if more {
		keys = 4
	}
	c.args = append(c.args[:0], "evalsha", s.scripts.commit.sha, keys, is.keys[0], is.keys[1], p.names)
	if more {
		c.args = append(c.args, p.due)
	}
	c.args = append(c.args, &c.before, s.self, state, &c.after, &c.field, &c.first, entry)
	if more {
		c.args = s.changeArgs(c, &is.session)
		for _, e := range erased {
			c.args = append(c.args, entryField(e.first), c.entry(is.box, e.events))
		}
	}
	return c.args
}

// changeArgs lays out what most turns do not change.
func (s *Store) changeArgs(c *commit, is *bot.Session) []any {
	c.sessionTTL, c.longTTL = s.o.TTL.Session.Milliseconds(), s.o.TTL.Log.Milliseconds()
	var kept, owner, application, logTTL any = "1", "", "", ""
	if c.stateless {
		kept = ""
	}
	if c.newOwner {
		c.owner = string(is.Owner)
		owner = &c.owner
	}
	switch {
	case !c.newApplication:
	case is.Application != nil:
		application = c.newApp
	case !c.stateless:
		application = "none"
	}
	if c.renew {
		logTTL = &c.longTTL
	}
	due, score := c.dueArgs(is)
	return append(c.args, kept, owner, application, due, score, &c.sessionTTL, logTTL)
}

// dueArgs says what is due, if that may have changed.
func (c *commit) dueArgs(is *bot.Session) (due, score any) {
	switch {
	case !c.newDue, is.Due.IsZero() && c.stateless && c.before == "":
		return "", ""
	case is.Due.IsZero():
		return "none", ""
	}
	c.due = dueMillis(is.Due)
	if c.lease != 0 {
		return &c.due, &c.lease
	}
	return &c.due, &c.due
}

// erased returns what the log so far is to be once its events are erased.
func (s *Store) erased(ctx context.Context, was *cached, t *bot.Turn) ([]entry, error) {
	var all []entry
	for after := int64(0); after < t.Session.Seq; {
		_, page, err := s.readLog(ctx, was.box, t.Session.ID, after, erasePage)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			break // the log has gone: the commit will find out
		}
		for _, e := range page {
			for i := range e.events {
				e.events[i] = e.events[i].Erased()
			}
			after = e.first + int64(len(e.events)) - 1
		}
		all = append(all, page...)
	}
	return all, nil
}

// erasePage is how many events are read at a time to be erased.
const erasePage = 512

// applied makes a stored turn known on this node.
func (s *Store) applied(ctx context.Context, p *partition, t *bot.Turn) error {
	err := s.sync(ctx)
	p.deliver(t.Session.ID, t.Events)
	return err
}

// repeated answers a message id that was stored before, perhaps a moment ago
// by this very call, whose answer was lost: nobody here has seen its events.
func (s *Store) repeated(ctx context.Context, p *partition, id string, seq int64) error {
	s.cache.remove(id)
	p.catchUp(id)
	if err := s.sync(ctx); err != nil {
		return err
	}
	return &bot.DuplicateError{Seq: seq}
}

func (s *Store) sync(ctx context.Context) error { return toDisk(ctx, s.o.Sync) }

// toDisk has what was stored written to disk, if the database needs that.
func toDisk(ctx context.Context, sync func(context.Context) error) error {
	if sync == nil {
		return nil
	}
	if err := sync(ctx); err != nil {
		return unavailable("write to disk", err)
	}
	return nil
}
