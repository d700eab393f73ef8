package sessions

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Answers says whether every master of the database answers.
func (s *Store) Answers(ctx context.Context) error {
	err := eachMaster(ctx, s.rdb, func(ctx context.Context, c redis.Cmdable) error { return c.Ping(ctx).Err() })
	if err != nil {
		return fmt.Errorf("redis does not answer: %w", err)
	}
	return nil
}

// Subscribed says whether what other nodes commit is heard.
func (s *Store) Subscribed(context.Context) error {
	if !s.listening.Load() {
		return errors.New("not subscribed to the other nodes' commits")
	}
	return nil
}

// Seals says whether the keys can seal a value and open it again.
func (s *Store) Seals(context.Context) error {
	box, err := s.o.Keys.Box("health")
	if err != nil {
		return err
	}
	value := []byte("sealed and opened")
	opened, err := box.Open("health", 0, box.Seal("health", 0, value))
	if err == nil && !bytes.Equal(opened, value) {
		err = errors.New("what was sealed does not open to what it was")
	}
	return err
}
