package sessions

import (
	"context"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"fenfu/bot"
)

// Load returns the session, from this node's copy if it has one: a commit
// finds out if that is out of date. A session that was never stored, or whose
// state is no longer kept, is a fresh one.
func (s *Store) Load(ctx context.Context, id string) (bot.Session, error) {
	if c, ok := s.cache.Get(id); ok {
		return c.session, nil
	}
	p := s.partition(id)
	cmd := redis.NewSliceCmd(context.Background(), "evalsha", s.scripts.load.sha, 2, sessionKey(p.tag, id), logKey(p.tag, id))
	if err := s.batch.do(ctx, p.number, s.scripts.load, cmd); err != nil {
		return bot.Session{}, unavailable("load session "+id, err)
	}
	box, err := s.o.Keys.Box(id)
	if err != nil {
		return bot.Session{}, err
	}
	length, version, sealed, err := loadReply(cmd.Val())
	if err != nil {
		return bot.Session{}, damaged("session", err)
	}
	session := bot.Session{ID: id, Owner: bot.OwnerBot}
	if version != 0 {
		if session, err = openState(box, id, version, []byte(sealed)); err != nil {
			return bot.Session{}, err
		}
	}
	session.Seq = length
	s.cache.Add(id, &cached{box: box, session: session})
	return session, nil
}

func loadReply(reply []any) (length, version int64, sealed string, err error) {
	if len(reply) != 3 {
		return 0, 0, "", fmt.Errorf("%d values, want 3", len(reply))
	}
	length, _ = reply[0].(int64)
	if text, _ := reply[1].(string); text != "" {
		if version, err = strconv.ParseInt(text, 10, 64); err != nil {
			return 0, 0, "", fmt.Errorf("version: %w", err)
		}
	}
	sealed, _ = reply[2].(string)
	return length, version, sealed, nil
}

// Events returns the events after the given number, at most max, and none
// after the last one.
func (s *Store) Events(ctx context.Context, id string, after int64, max int) ([]bot.Event, error) {
	if after < 0 || max < 1 {
		return nil, fmt.Errorf("read events after %d, at most %d: out of range", after, max)
	}
	p := s.partition(id)
	cmd := redis.NewStringSliceCmd(context.Background(), "lrange", logKey(p.tag, id), after, after+int64(max)-1)
	if err := s.batch.do(ctx, p.number, nil, cmd); err != nil {
		return nil, unavailable("read the log of session "+id, err)
	}
	if len(cmd.Val()) == 0 {
		return nil, nil
	}
	c, err := s.known(id)
	if err != nil {
		return nil, err
	}
	return openEvents(c.box, after+1, cmd.Val())
}

// MarkRead notes that the visitor has seen the events up to seq, on any
// device. It never goes back, and moves no version.
func (s *Store) MarkRead(ctx context.Context, id string, seq int64) error {
	p := s.partition(id)
	cmd := redis.NewIntCmd(context.Background(), "evalsha", s.scripts.read.sha, 2, sessionKey(p.tag, id), logKey(p.tag, id), seq)
	if err := s.batch.do(ctx, p.number, s.scripts.read, cmd); err != nil {
		return unavailable("mark session "+id+" read", err)
	}
	return nil
}
