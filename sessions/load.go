package sessions

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"fenfu/bot"
	"fenfu/sessions/seal"
)

// Load returns the session, from this node's copy if it has one: a commit
// finds out if that is out of date. A session that was never stored is a fresh
// one; one whose state is no longer kept is too, but its numbers go on.
func (s *Store) Load(ctx context.Context, id string) (bot.Session, error) {
	if c, ok := s.cache.get(id); ok {
		return c.session, nil
	}
	c, err := s.read(ctx, id)
	if err != nil {
		return bot.Session{}, err
	}
	return s.cache.add(id, c).session, nil
}

// Fresh returns the session as the database has it, whatever this node knows.
func (s *Store) Fresh(ctx context.Context, id string) (bot.Session, error) {
	s.cache.remove(id) // it may be newer than what a failover has left
	c, err := s.read(ctx, id)
	if err != nil {
		return bot.Session{}, err
	}
	return s.cache.add(id, c).session, nil
}

// read reads a session from the database.
func (s *Store) read(ctx context.Context, id string) (*cached, error) {
	p := s.partition(id)
	cmd := redis.NewStringSliceCmd(context.Background(), "evalsha", s.scripts.load.sha, 2, logKey(p.tag, id), sessionKey(p.tag, id))
	if err := s.batch.do(ctx, p.number, s.scripts.load, cmd); err != nil {
		return nil, unavailable("load session "+id, err)
	}
	box, err := s.o.Keys.Box(id)
	if err != nil {
		return nil, err
	}
	c, err := openSession(box, id, cmd.Val())
	if err != nil {
		return nil, damaged("session", err)
	}
	return c, nil
}

// openSession opens what scripts/load.lua returns.
func openSession(box *seal.Box, id string, reply []string) (*cached, error) {
	if len(reply) != 3 {
		return nil, fmt.Errorf("%d values, want 3", len(reply))
	}
	c := &cached{box: box, session: bot.Session{ID: id, Owner: bot.OwnerBot}, stateless: true, mark: reply[0]}
	version, seq, err := parseMark(c.mark)
	if err != nil {
		return nil, err
	}
	if c.mark != "" && reply[1] != "" {
		c.stateless = false
		if c.session, c.applied, err = openState(box, id, version, reply[1], reply[2]); err != nil {
			return nil, err
		}
	}
	c.session.Version, c.session.Seq = version, seq
	return c, nil
}

func parseMark(mark string) (version, seq int64, err error) {
	if mark == "" {
		return 0, 0, nil
	}
	v, n, _ := strings.Cut(mark, " ")
	if version, err = strconv.ParseInt(v, 10, 64); err == nil {
		seq, err = strconv.ParseInt(n, 10, 64)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("version and number of the last event: %w", err)
	}
	return version, seq, nil
}

// Events returns the events after the given number, at most max, and none
// after the last one.
func (s *Store) Events(ctx context.Context, id string, after int64, max int) ([]bot.Event, error) {
	if after < 0 || max < 1 {
		return nil, fmt.Errorf("read events after %d, at most %d: out of range", after, max)
	}
	_, entries, err := s.readLog(ctx, nil, id, after, max)
	if err != nil {
		return nil, err
	}
	return eventsOf(entries, after, max), nil
}

// readLog returns where the log stands, and the entries that hold the events
// after the given number, at most max; the first and the last entry may hold
// others, too. It opens them with box, or one that it makes if it has to.
func (s *Store) readLog(ctx context.Context, box *seal.Box, id string, after int64, max int) (bot.Position, []entry, error) {
	p := s.partition(id)
	cmd := redis.NewSliceCmd(context.Background(), "evalsha", s.scripts.follow.sha, 2,
		logKey(p.tag, id), sessionKey(p.tag, id), after, max, mostEvents)
	if err := s.batch.do(ctx, p.number, s.scripts.follow, cmd); err != nil {
		return bot.Position{}, nil, unavailable("read the log of session "+id, err)
	}
	pos, sealed, err := followReply(cmd.Val())
	if err != nil {
		return pos, nil, damaged("log", err)
	}
	if len(sealed) == 0 {
		return pos, nil, nil
	}
	if box == nil {
		c, err := s.known(id)
		if err != nil {
			return pos, nil, err
		}
		box = c.box
	}
	entries, err := openEntries(box, after, sealed)
	return pos, entries, err
}

// followReply reads what scripts/follow.lua returns.
func followReply(reply []any) (pos bot.Position, entries []sealedEntry, err error) {
	pos.Owner = bot.OwnerBot
	if len(reply) < 3 || len(reply)%2 == 0 {
		return pos, nil, fmt.Errorf("%d values, want 3 and an even number more", len(reply))
	}
	pos.Seq, _ = reply[0].(int64)
	if owner, _ := reply[1].(string); owner != "" {
		pos.Owner = bot.Owner(owner)
	}
	if read, _ := reply[2].(string); read != "" {
		if pos.Read, err = strconv.ParseInt(read, 10, 64); err != nil {
			return pos, nil, fmt.Errorf("last event read: %w", err)
		}
	}
	for rest := reply[3:]; len(rest) > 0; rest = rest[2:] {
		first, ok := rest[0].(int64)
		text, is := rest[1].(string)
		if !ok || !is {
			return pos, nil, fmt.Errorf("an entry is a %T and a %T", rest[0], rest[1])
		}
		entries = append(entries, sealedEntry{first, text})
	}
	return pos, entries, nil
}

// MarkRead notes that the visitor has seen the events up to seq, on any
// device. It never goes back, and moves no version.
func (s *Store) MarkRead(ctx context.Context, id string, seq int64) error {
	p := s.partition(id)
	cmd := redis.NewIntCmd(context.Background(), "evalsha", s.scripts.read.sha, 1, logKey(p.tag, id), seq)
	if err := s.batch.do(ctx, p.number, s.scripts.read, cmd); err != nil {
		return unavailable("mark session "+id+" read", err)
	}
	return nil
}
