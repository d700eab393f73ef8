package sessions

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
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

// tagsField is the field of the tags among a conversation's notes; those of
// notes begin with notePrefix.
const (
	tagsField  = "tags"
	notePrefix = "n:"
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

// SetTags replaces a conversation's tags.
func (s *Store) SetTags(ctx context.Context, session string, tags []string) error {
	return s.putBeside(ctx, session, tagsField, tags, true)
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

// Notes returns a conversation's notes, the oldest first, and its tags.
func (s *Store) Notes(ctx context.Context, session string) (notes []Note, tags []string, err error) {
	all, err := s.rdb.HGetAll(ctx, notesKey(s.partition(session).tag, session)).Result()
	if err != nil {
		return nil, nil, unavailable("read the notes on session "+session, err)
	}
	box, err := s.o.Keys.Box(session)
	if err != nil {
		return nil, nil, err
	}
	for field, sealed := range all {
		if field == tagsField {
			err = open(box, field, 0, sealed, &tags)
		} else {
			var n Note
			if err = open(box, field, 0, sealed, &n); err == nil {
				notes = append(notes, n)
			}
		}
		if err != nil {
			return nil, nil, damaged("note", err)
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

// ForgetNotes deletes them, when the visitor has had their data deleted.
func (s *Store) ForgetNotes(ctx context.Context, session string) error {
	if err := s.rdb.Del(ctx, notesKey(s.partition(session).tag, session)).Err(); err != nil {
		return unavailable("delete the notes on session "+session, err)
	}
	return s.sync(ctx)
}
