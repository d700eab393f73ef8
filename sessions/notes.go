package sessions

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fenfu/bot"
)

// Note is what somebody at the desk wrote down beside a conversation. Visitors
// never see it, so it is not in the log.
type Note struct {
	ID   string     `json:"i"`
	By   bot.Person `json:"b"`
	At   time.Time  `json:"t"`
	Text string     `json:"x"` // details masked
}

// The fields of a conversation's notes, and of its tags as they were set at an
// instant, in ms. What was set before there were instants is in tagsField.
const (
	notePrefix = "n:"
	tagsPrefix = "t:"
	tagsField  = "tags"
)

// Look returns a session as it is stored, whatever copy of it this node holds.
// A copy that is older is replaced; none is taken in where there was none, for
// by then it may be the older one.
func (s *Store) Look(ctx context.Context, id string) (bot.Session, error) {
	c, err := s.read(ctx, id)
	if err != nil {
		return bot.Session{}, err
	}
	return s.cache.refresh(id, c).session, nil
}

// AddNote writes a note down. The same id again changes nothing.
func (s *Store) AddNote(ctx context.Context, session string, n Note) error {
	return s.putBeside(ctx, session, notePrefix+n.ID, n, false)
}

// SetTags replaces a conversation's tags from an instant on.
func (s *Store) SetTags(ctx context.Context, session string, tags []string, at time.Time) error {
	return s.putBeside(ctx, session, tagsPrefix+strconv.FormatInt(at.UnixMilli(), 10), tags, true)
}

func (s *Store) putBeside(ctx context.Context, session, field string, value any, replace bool) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("note on session %s: %w", session, err)
	}
	box, err := s.o.Keys.Box(session)
	if err != nil {
		return err
	}
	key, sealed := notesKey(s.partition(session).tag, session), box.Seal(field, 0, text)
	pipe := s.rdb.Pipeline()
	if replace {
		pipe.HSet(ctx, key, field, sealed)
	} else {
		pipe.HSetNX(ctx, key, field, sealed)
	}
	pipe.PExpire(ctx, key, s.o.TTL.Log)
	if _, err := pipe.Exec(ctx); err != nil {
		return unavailable("write a note on session "+session, err)
	}
	return s.sync(ctx)
}

// Notes returns a conversation's notes, the oldest first, and its tags, as they
// were at an instant, or with a zero one as they are.
func (s *Store) Notes(ctx context.Context, session string, until time.Time) (notes []Note, tags []string, err error) {
	all, err := s.rdb.HGetAll(ctx, notesKey(s.partition(session).tag, session)).Result()
	if err != nil {
		return nil, nil, unavailable("read the notes on session "+session, err)
	}
	box, err := s.o.Keys.Box(session)
	if err != nil {
		return nil, nil, err
	}
	for field, sealed := range all {
		if !strings.HasPrefix(field, notePrefix) {
			continue
		}
		var n Note
		if err := open(box, field, 0, sealed, &n); err != nil {
			return nil, nil, damaged("note", err)
		}
		if until.IsZero() || !n.At.After(until) {
			notes = append(notes, n)
		}
	}
	if field := tagsUntil(all, until); field != "" {
		if err := open(box, field, 0, all[field], &tags); err != nil {
			return nil, nil, damaged("tags", err)
		}
	}
	slices.SortFunc(notes, func(a, b Note) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return notes, tags, nil
}

// tagsUntil returns the field of the last tags that were set until an instant, ""
// if there is none.
func tagsUntil(all map[string]string, until time.Time) string {
	last, lastAt := "", int64(-1)
	for field := range all {
		at := int64(0)
		if ms, ok := strings.CutPrefix(field, tagsPrefix); ok {
			at, _ = strconv.ParseInt(ms, 10, 64)
		} else if field != tagsField {
			continue
		}
		if at > lastAt && (until.IsZero() || at <= until.UnixMilli()) {
			last, lastAt = field, at
		}
	}
	return last
}

// ForgetNotes deletes them, when the visitor has had their data deleted.
func (s *Store) ForgetNotes(ctx context.Context, session string) error {
	if err := s.rdb.Del(ctx, notesKey(s.partition(session).tag, session)).Err(); err != nil {
		return unavailable("delete the notes on session "+session, err)
	}
	return s.sync(ctx)
}
