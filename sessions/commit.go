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
	is := &cached{box: was.box, session: t.Session, renewed: was.renewed}
	is.session.Version++
	is.session.Seq += int64(len(t.Events))
	now := s.o.Now()
	renew := t.Session.Seq == 0 || now.Sub(was.renewed) > s.o.TTL.Session/100
	if renew {
		is.renewed = now
	}
	lease, mine := s.reserve(t.Session.Due, now)
	args, err := s.commitArgs(p, is, &t, renew, lease)
	if err != nil {
		s.release(mine)
		return 0, err
	}
	cmd := redis.NewIntSliceCmd(context.Background(), args...)
	if err := s.batch.do(ctx, p.number, s.scripts.commit, cmd); err != nil {
		s.release(mine)
		s.cache.Remove(id) // it may have been stored, so followers had better look
		p.catchUp(id)
		return 0, unavailable("commit to session "+id, err)
	}
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

// commitArgs seals the turn and lays it out as scripts/commit.lua reads it.
func (s *Store) commitArgs(p *partition, is *cached, t *bot.Turn, renew bool, lease int64) ([]any, error) {
	scratch := s.scratch.Get().(*[]byte)
	defer s.scratch.Put(scratch)
	state, err := sealState(is.box, &is.session, scratch)
	if err != nil {
		return nil, err
	}
	id := t.Session.ID
	first := min(t.Session.Seq+1, is.session.Seq)
	var logTTL any = ""
	if renew {
		logTTL = s.o.TTL.Log.Milliseconds()
	}
	args := make([]any, 0, 8+14+len(t.Events))
	due := dueArg(is.session.Due)
	score := due
	if lease != 0 {
		score = lease
	}
	args = append(args, "evalsha", s.scripts.commit.sha, 5,
		sessionKey(p.tag, id), logKey(p.tag, id), idsKey(p.tag, id), p.due, p.nodes,
		t.MessageID, t.Session.Version, t.Session.Seq, first,
		is.session.Version, state, string(is.session.Owner), due, id,
		s.o.TTL.Session.Milliseconds(), logTTL, s.self, score)
	head := newHead(id, first, len(t.Events))
	at := len(args)
	args = append(args, nil)
	for i := range t.Events {
		e, err := sealEvent(is.box, &t.Events[i], scratch)
		if err != nil {
			return nil, err
		}
		head = head.add(len(e))
		args = append(args, e)
	}
	args[at] = []byte(head)
	return args, nil
}

// dueArg rounds up: nothing is woken before it is due.
func dueArg(due time.Time) any {
	if due.IsZero() {
		return ""
	}
	return due.Add(time.Millisecond - 1).UnixMilli()
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
	s.nudge(p)
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
