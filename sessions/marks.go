package sessions

import (
	"context"
)

// Mark notes a fact that every node is to know, for as long as logs are kept.
// The name holds nothing of a visitor.
func (s *Store) Mark(ctx context.Context, name string) error {
	if err := s.rdb.Set(ctx, markKey(name), 1, s.o.TTL.Log).Err(); err != nil {
		return unavailable("note "+name, err)
	}
	return s.sync(ctx)
}

// Marked reports whether a fact was noted.
func (s *Store) Marked(ctx context.Context, name string) (bool, error) {
	n, err := s.rdb.Exists(ctx, markKey(name)).Result()
	if err != nil {
		return false, unavailable("look for "+name, err)
	}
	return n > 0, nil
}
