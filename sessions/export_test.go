package sessions

import (
	"context"
	"errors"
	"strings"
)

// Ready says whether the store can do all its work now.
func (s *Store) Ready(ctx context.Context) error {
	return errors.Join(s.Answers(ctx), s.Subscribed(ctx), s.Registered(ctx), s.Seals(ctx))
}

// MessageField returns the field of a session's log that a message is kept in.
func (s *Store) MessageField(session, id string) string {
	c := s.commits.Get().(*commit)
	defer s.commits.Put(c)
	field, _, _ := strings.Cut(c.messages.fields(session, id), " ")
	return field
}
