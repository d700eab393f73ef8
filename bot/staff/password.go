package staff

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"
)

// The cost of one hash: OWASP's second choice for argon2id. Memory is in KiB.
const (
	argonMemory = 19 << 10
	argonTime   = 2
	saltSize    = 16
	hashSize    = 32
)

// Passwords are counted in characters; the upper bound keeps a stranger from
// sending megabytes to be hashed.
const (
	MinPassword = 10
	maxPassword = 128
)

// Hash is a password's argon2id hash in the PHC string format. It does not
// print.
type Hash string

const hidden = "[secret]"

// Format keeps the hash out of every verb.
func (Hash) Format(f fmt.State, _ rune) { fmt.Fprint(f, hidden) }

// LogValue keeps the hash out of slog.
func (Hash) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText keeps the hash out of JSON.
func (Hash) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Reveal returns the hash as it is stored.
func (h Hash) Reveal() string { return string(h) }

// Hasher hashes and compares passwords, a few at once: each takes 19 MiB, and
// signing in must not be a way to use up the server's memory.
type Hasher struct {
	room  *semaphore.Weighted
	decoy Hash
}

// NewHasher returns a Hasher that works on as many passwords at once as there
// are processors.
func NewHasher() *Hasher {
	h := &Hasher{room: semaphore.NewWeighted(int64(runtime.GOMAXPROCS(0)))}
	h.decoy = encode(make([]byte, saltSize), make([]byte, hashSize))
	return h
}

// ErrPassword says what a password must be.
var ErrPassword = fmt.Errorf("a password has %d to %d characters", MinPassword, maxPassword)

// Hash returns the hash of a new password.
func (h *Hasher) Hash(ctx context.Context, password string) (Hash, error) {
	if n := utf8.RuneCountInString(password); n < MinPassword || n > maxPassword || !utf8.ValidString(password) {
		return "", ErrPassword
	}
	if err := h.room.Acquire(ctx, 1); err != nil {
		return "", err
	}
	defer h.room.Release(1)
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails: crypto/rand ends the process instead
	return encode(salt, derive(password, salt)), nil
}

// Matches reports whether the hash is that of password. With no hash (there is
// no such account, or it has no password) it takes as long and says no, so
// that time does not tell which accounts there are.
func (h *Hasher) Matches(ctx context.Context, hash Hash, password string) (bool, error) {
	missing := hash == ""
	if missing {
		hash = h.decoy
	}
	salt, want, err := decode(hash)
	if err != nil {
		return false, err
	}
	if len(password) > 4*maxPassword {
		return false, nil
	}
	if err := h.room.Acquire(ctx, 1); err != nil {
		return false, err
	}
	defer h.room.Release(1)
	same := subtle.ConstantTimeCompare(derive(password, salt), want) == 1
	return same && !missing, nil
}

func derive(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, 1, hashSize)
}

const phc = "$argon2id$v=19$m=%d,t=%d,p=1$%s$%s"

func encode(salt, sum []byte) Hash {
	b64 := base64.RawStdEncoding
	return Hash(fmt.Sprintf(phc, argonMemory, argonTime, b64.EncodeToString(salt), b64.EncodeToString(sum)))
}

// decode accepts what encode makes: there are no hashes of another cost.
func decode(h Hash) (salt, sum []byte, err error) {
	rest, ok := strings.CutPrefix(string(h), fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=1$", argonMemory, argonTime))
	a, b, found := strings.Cut(rest, "$")
	if ok && found {
		salt, err = base64.RawStdEncoding.DecodeString(a)
		if err == nil {
			sum, err = base64.RawStdEncoding.DecodeString(b)
		}
		if err == nil && len(salt) == saltSize && len(sum) == hashSize {
			return salt, sum, nil
		}
	}
	return nil, nil, errors.New("not a password hash of ours")
}

// Pace is how often something may be tried.
type Pace struct {
	AtOnce int
	Every  time.Duration // once more, after
}

// NewPassword returns a random password of 100 bits, for a first sign-in.
func NewPassword() string { return strings.ToLower(rand.Text()[:20]) }
