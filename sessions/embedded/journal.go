package embedded

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
	"go.etcd.io/bbolt"
)

// bucket holds one entry per key.
var bucket = []byte("keys")

// Sync writes what changed since it last did, and returns when that is on
// disk. Calls that come while one is writing share the next write.
func (d *DB) Sync(ctx context.Context) error {
	select {
	case d.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-d.turn }()
	keys := d.marks.take()
	if len(keys) == 0 {
		return nil
	}
	err := d.write(keys)
	if err != nil {
		d.marks.add(keys)
		return fmt.Errorf("write the journal: %w", err)
	}
	d.marks.fail(nil)
	return nil
}

// write reads the keys as they stand at one instant, so that no session is
// written in part, and puts them into one transaction. It is bound to no
// caller's context, for it works for others too.
func (d *DB) write(keys []string) error {
	entries, err := d.read(context.Background(), keys)
	if err != nil {
		return err
	}
	return d.file.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucket)
		if err != nil {
			return err
		}
		for i, e := range entries {
			key := []byte(keys[i])
			if e == nil {
				err = b.Delete(key)
			} else {
				err = b.Put(key, e.encode())
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// read returns the entries of the keys, nil for one that is not there.
func (d *DB) read(ctx context.Context, keys []string) ([]*entry, error) {
	types := make([]*redis.StatusCmd, len(keys))
	_, err := d.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, k := range keys {
			types[i] = p.Type(ctx, k)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	// A key may go between the two, but none ever changes its type.
	values := make([]redis.Cmder, len(keys))
	ttls := make([]*redis.DurationCmd, len(keys))
	_, err = d.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		for i, k := range keys {
			ttls[i] = p.PTTL(ctx, k)
			switch types[i].Val() {
			case "hash":
				values[i] = p.HGetAll(ctx, k)
			case "list":
				values[i] = p.LRange(ctx, k, 0, -1)
			case "zset":
				values[i] = p.ZRangeWithScores(ctx, k, 0, -1)
			case "string":
				values[i] = p.Get(ctx, k)
			case "none":
			default:
				return fmt.Errorf("key %s is a %s, which the journal does not keep", k, types[i].Val())
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, err
	}
	now := time.Now()
	entries := make([]*entry, len(keys))
	for i := range keys {
		if entries[i], err = newEntry(values[i], ttls[i].Val(), now); err != nil {
			return nil, fmt.Errorf("key %s: %w", keys[i], err)
		}
	}
	return entries, nil
}

func newEntry(value redis.Cmder, ttl time.Duration, now time.Time) (*entry, error) {
	e := &entry{}
	switch v := value.(type) {
	case nil:
		return nil, nil
	case *redis.MapStringStringCmd:
		e.kind = hash
		for field, text := range v.Val() {
			e.texts = append(e.texts, field, text)
		}
	case *redis.StringSliceCmd:
		e.kind, e.texts = list, v.Val()
	case *redis.ZSliceCmd:
		e.kind = zset
		for _, z := range v.Val() {
			member, ok := z.Member.(string)
			if !ok {
				return nil, fmt.Errorf("a member is a %T", z.Member)
			}
			e.texts = append(e.texts, member, strconv.FormatFloat(z.Score, 'g', -1, 64))
		}
	case *redis.StringCmd:
		e.kind = text
		if v.Err() == nil {
			e.texts = []string{v.Val()}
		}
	}
	if len(e.texts) == 0 {
		return nil, nil
	}
	if ttl >= 0 { // -1 is a key without one; 0 is one with less than a millisecond left
		e.deadline = now.Add(ttl).UnixMilli()
	}
	return e, nil
}

// restore puts the journal into the server, but for what has expired, which it
// takes out of the journal.
func (d *DB) restore(now time.Time) error {
	if err := d.sweep(now); err != nil {
		return err
	}
	return d.file.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucket)
		if b == nil {
			return nil
		}
		return b.ForEach(func(k, v []byte) error {
			e, err := decode(v)
			if err != nil {
				return fmt.Errorf("journal entry %s: %w", k, err)
			}
			return e.restore(d.server.DB(0), string(k), now)
		})
	})
}

// sweep takes out of the journal what has expired.
func (d *DB) sweep(now time.Time) error {
	return d.file.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucket)
		if b == nil {
			return nil
		}
		var gone [][]byte
		err := b.ForEach(func(k, v []byte) error {
			if e, err := decode(v); err == nil && e.expired(now) {
				gone = append(gone, k)
			}
			return nil
		})
		for _, k := range gone {
			err = errors.Join(err, b.Delete(k))
		}
		return err
	})
}
