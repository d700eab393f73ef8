package sessions

import (
	"context"
	"errors"
)

// Ready says whether the store can do all its work now.
func (s *Store) Ready(ctx context.Context) error {
	return errors.Join(s.Answers(ctx), s.Subscribed(ctx), s.Registered(ctx), s.Seals(ctx))
}
