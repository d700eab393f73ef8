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

// Subscribed says whether what other nodes commit is heard, with one master of
// a cluster at least.
func (s *Store) Subscribed(context.Context) error {
	if !s.listening.Load() {
		return errors.New("not subscribed to the other nodes' commits")
	}
	return nil
}

// Registered says whether what other nodes commit is heard with every master of
// a cluster. Where it is not, nothing is committed either: a master that is
// short of replicas takes nothing from any node, and the others go on.
func (s *Store) Registered(context.Context) error {
	if n := s.unheard.Load(); n > 0 {
		return fmt.Errorf("not registered for the other nodes' commits in %d of %d partitions", n, len(s.partitions))
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
