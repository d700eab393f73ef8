package sessions

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"fenfu/bot/pii"
	"fenfu/sessions/seal"
)

// Index is the bot's index of applicants. It keeps, for a window, which
// application stands for a person; the person as a keyed HMAC of the ID number,
// which nobody without the key can find again by trying numbers.
//
// It is apart from the sessions: what it keeps lives on hash tags of its own,
// so no turn can hold both. Its calls may be repeated at any time instead.
type Index struct {
	store *Store
	keys  []seal.Subkey // newest first
}

// Index returns the index of applicants, under keys that are derived from the
// store's.
func (s *Store) Index() (*Index, error) {
	keys, err := s.o.Keys.Subkeys("index of applicants")
	if err != nil {
		return nil, err
	}
	return &Index{store: s, keys: keys}, nil
}

// Fingerprint implements bot.Index. It names the person under every key of the
// ring, newest first, so that a claim outlives the key that it was made with.
func (x *Index) Fingerprint(idNumber pii.Text) string {
	names := make([]string, len(x.keys))
	for i, k := range x.keys {
		mac := hmac.New(sha256.New, k.Key)
		mac.Write([]byte(strings.ToUpper(idNumber.Reveal())))
		names[i] = k.ID + ":" + hex.EncodeToString(mac.Sum(nil)[:16])
	}
	return strings.Join(names, " ")
}

// Claim implements bot.Index. It looks under every key and writes under the
// newest, so while keys are rotated every node must know the new one before any
// node puts it first.
func (x *Index) Claim(ctx context.Context, fingerprint, application string, window time.Duration) (bool, error) {
	keys, err := identityKeys(fingerprint)
	if err != nil {
		return false, err
	}
	for _, key := range keys[1:] {
		holder, err := x.holder(key)
		if err != nil {
			return false, err
		}
		if holder != "" && holder != application {
			return false, nil
		}
	}
	for range 2 { // again if it ran out between the two calls
		set := redis.NewBoolCmd(context.Background(), "set", keys[0], application, "px", window.Milliseconds(), "nx")
		if err := x.store.batch.alone(keys[0], nil, set); err != nil {
			return false, unavailable("claim for application "+application, err)
		}
		if set.Val() {
			return true, x.store.sync(ctx)
		}
		holder, err := x.holder(keys[0])
		if err != nil {
			return false, err
		}
		if holder != "" {
			return holder == application, nil
		}
	}
	return false, unavailable("claim for application "+application, errors.New("it comes and goes"))
}

// holder returns the application that stands for a person, "" if none does.
func (x *Index) holder(key string) (string, error) {
	get := redis.NewStringCmd(context.Background(), "get", key)
	if err := x.store.batch.alone(key, nil, get); err != nil && !errors.Is(err, redis.Nil) {
		return "", unavailable("read a claim", err)
	}
	return get.Val(), nil
}

// Release implements bot.Index.
func (x *Index) Release(ctx context.Context, fingerprint, application string) error {
	keys, err := identityKeys(fingerprint)
	if err != nil {
		return err
	}
	script := x.store.scripts.disclaim
	for _, key := range keys {
		cmd := redis.NewIntCmd(context.Background(), "evalsha", script.sha, 1, key, application)
		if err := x.store.batch.alone(key, script, cmd); err != nil {
			return unavailable("release the claim of application "+application, err)
		}
	}
	return x.store.sync(ctx)
}

// identityKeys returns the keys that a fingerprint names, newest first.
func identityKeys(fingerprint string) ([]string, error) {
	var keys []string
	for name := range strings.FieldsSeq(fingerprint) {
		key, sum, ok := strings.Cut(name, ":")
		if !ok {
			return nil, fmt.Errorf("not a fingerprint: %d bytes", len(fingerprint))
		}
		keys = append(keys, identityKey(key, sum))
	}
	if len(keys) == 0 {
		return nil, errors.New("no fingerprint")
	}
	return keys, nil
}
