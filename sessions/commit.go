package sessions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"fenfu/bot"
)

// What the commit script answers.
const (
	stored int64 = iota
	duplicate
	moved
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
	is := &cached{box: was.box, session: t.Session, renewed: was.renewed, keys: was.keys}
	if is.keys == nil {
		is.keys = &[3]any{sessionKey(p.tag, id), logKey(p.tag, id), idsKey(p.tag, id)}
	}
	if a := t.Session.Application; a != nil {
		// Who changes an application makes a new one.
		if is.application = was.application; a != was.session.Application || is.application == nil {
			if is.application, err = encodeApplication(a); err != nil {
				return 0, fmt.Errorf("commit to session %s: %w", id, err)
			}
		}
	}
	is.session.Version++
	is.session.Seq += int64(len(t.Events))
	now := s.o.Now()
	renew := t.Session.Seq == 0 || now.Sub(was.renewed) > s.o.TTL.Session/100
	if renew {
		is.renewed = now
	}
	lease, mine := s.reserve(t.Session.Due, now)
	c := s.commits.Get().(*commit)
	cmd := redis.NewIntSliceCmd(context.Background(), s.commitArgs(c, p, is, &t, renew, lease)...)
	if err := s.batch.do(ctx, p.number, s.scripts.commit, cmd); err != nil {
		s.release(mine)
		s.cache.Remove(id) // it may have been stored, so followers had better look
		p.catchUp(id)
		return 0, unavailable("commit to session "+id, err)
	}
	c.done()
	s.commits.Put(c) // not if it failed: then somebody may still hold what is in it
	reply := cmd.Val()
	if len(reply) < 2 {
		s.release(mine)
		return 0, fmt.Errorf("commit to session %s: %d values returned, want 2 or 3", id, len(reply))
	}
	switch status, seq := reply[0], reply[1]; status {
	case stored:
		s.cache.Add(id, is)
		if mine && len(reply) == 3 && reply[2] == 1 {
			s.mine <- claimed{p, id, lease}
		} else {
			s.release(mine)
		}
		return seq, s.applied(ctx, p, &t)
	case duplicate:
		s.release(mine)
		return seq, s.repeated(ctx, p, id, seq)
	case moved:
		s.release(mine)
		s.cache.Remove(id)
		return 0, bot.ErrConflict
	default:
		s.release(mine)
		return 0, fmt.Errorf("commit to session %s: status %d returned", id, status)
	}
}

// checkTurn refuses turns that could not be told apart from others, or would
// break the numbering.
func checkTurn(t *bot.Turn) error {
	if t.Session.ID == "" || t.MessageID == "" {
		return errors.New("commit: a turn needs a session and a message id")
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
	messageID, owner    string
	version, seq        int64 // before
	first, next         int64 // number of the first event, version after
	due, lease          int64
	sessionTTL, longTTL int64
}

// done lets go of what belongs to a session.
func (c *commit) done() {
	clear(c.args)
	c.args, c.messageID = c.args[:0], ""
	c.reset()
}

// commitArgs seals the turn and lays it out as scripts/commit.lua reads it.
func (s *Store) commitArgs(c *commit, p *partition, is *cached, t *bot.Turn, renew bool, lease int64) []any {
	id := t.Session.ID
	c.messageID, c.owner = t.MessageID, string(is.session.Owner)
	c.version, c.seq, c.next = t.Session.Version, t.Session.Seq, is.session.Version
	c.first = min(t.Session.Seq+1, is.session.Seq)
	c.sessionTTL, c.longTTL, c.lease = s.o.TTL.Session.Milliseconds(), s.o.TTL.Log.Milliseconds(), lease
	var logTTL, due any = "", ""
	if renew {
		logTTL = &c.longTTL
	}
	if !is.session.Due.IsZero() {
		// Rounded up: nothing is woken before it is due.
		c.due = is.session.Due.Add(time.Millisecond - 1).UnixMilli()
		due = &c.due
	}
	score := due
	if lease != 0 {
		score = &c.lease
	}
	state := c.state(is)
	c.args = append(c.args[:0], "evalsha", s.scripts.commit.sha, 5,
		is.keys[0], is.keys[1], is.keys[2], p.due, p.nodes,
		&c.messageID, &c.version, &c.seq, &c.first,
		&c.next, state, &c.owner, due, id,
		&c.sessionTTL, logTTL, s.self, score)
	head := newHead(id, c.first, len(t.Events))
	at := len(c.args)
	c.args = append(c.args, nil)
	for i := range t.Events {
		e := c.event(is.box, &t.Events[i])
		head = head.add(len(e))
		c.args = append(c.args, e)
	}
	c.args[at] = []byte(head)
	return c.args
}

// applied makes a stored turn known on this node.
func (s *Store) applied(ctx context.Context, p *partition, t *bot.Turn) error {
	err := s.sync(ctx)
	p.deliver(t.Session.ID, t.Events)
	return err
}

// repeated answers a message id that was stored before, perhaps a moment ago
// by this very call, whose answer was lost: nobody here has seen its events.
func (s *Store) repeated(ctx context.Context, p *partition, id string, seq int64) error {
	s.cache.Remove(id)
	p.catchUp(id)
	if err := s.sync(ctx); err != nil {
		return err
	}
	return &bot.DuplicateError{Seq: seq}
}

func (s *Store) sync(ctx context.Context) error {
	if s.o.Sync == nil {
		return nil
	}
	if err := s.o.Sync(ctx); err != nil {
		return unavailable("write a turn to disk", err)
	}
	return nil
}
