package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"fenfu/bot"
)

// defaultTokenLife is how long a visitor may stay away.
const defaultTokenLife = 30 * 24 * time.Hour

// A token is tokenVersion and the base64url of session id (16 bytes), expiry
// (8 bytes, Unix seconds) and HMAC-SHA256 of tokenLabel and both.
const (
	tokenVersion = "f1."
	tokenLabel   = "fenfu visitor token v1\x00"
	idLen        = 16
	signedLen    = idLen + 8
	minKeyLen    = 32
)

// sessionEncoding writes session ids.
var sessionEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Tokens issues and verifies visitors' tokens. A token is all there is of a
// session until its visitor speaks: nothing is stored for it.
type Tokens struct {
	key  []byte
	life time.Duration
}

// NewTokens returns Tokens signed with key, which last for life (zero: 30 days).
func NewTokens(key []byte, life time.Duration) (*Tokens, error) {
	if len(key) < minKeyLen {
		return nil, errors.New("web: the token key must be at least 32 bytes")
	}
	if life < 0 {
		return nil, errors.New("web: the token life must not be negative")
	}
	if life == 0 {
		life = defaultTokenLife
	}
	return &Tokens{key: key, life: life}, nil
}

// NewSession returns a new session's id: 128 random bits.
func NewSession() string {
	var id [idLen]byte
	_, _ = rand.Read(id[:]) // never fails: the program would have ended
	return sessionEncoding.EncodeToString(id[:])
}

// Issue returns a token for a session.
func (t *Tokens) Issue(session string, now time.Time) (token string, expires time.Time, err error) {
	id, err := sessionEncoding.DecodeString(session)
	if err != nil || len(id) != idLen {
		return "", time.Time{}, errors.New("not a session id")
	}
	expires = now.Add(t.life).Truncate(time.Second).UTC()
	b := make([]byte, 0, signedLen+sha256.Size)
	b = append(b, id...)
	b = binary.BigEndian.AppendUint64(b, uint64(expires.Unix()))
	b = t.sign(b)
	return tokenVersion + base64.RawURLEncoding.EncodeToString(b), expires, nil
}

// Verify returns the session of a token that Issue made and that has not
// expired.
func (t *Tokens) Verify(token string, now time.Time) (session string, expires time.Time, err error) {
	coded, ok := strings.CutPrefix(token, tokenVersion)
	if !ok || len(coded) != base64.RawURLEncoding.EncodedLen(signedLen+sha256.Size) {
		return "", time.Time{}, badToken("会话凭证无效，请刷新页面。")
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(coded)
	if err != nil || !hmac.Equal(b, t.sign(b[:signedLen:signedLen])) {
		return "", time.Time{}, badToken("会话凭证无效，请刷新页面。")
	}
	expires = time.Unix(int64(binary.BigEndian.Uint64(b[idLen:])), 0).UTC()
	if now.After(expires) {
		return "", time.Time{}, badToken("会话凭证已过期，请刷新页面。")
	}
	return sessionEncoding.EncodeToString(b[:idLen]), expires, nil
}

// sign appends the signature of b to it.
func (t *Tokens) sign(b []byte) []byte {
	mac := hmac.New(sha256.New, t.key)
	mac.Write([]byte(tokenLabel))
	mac.Write(b)
	return mac.Sum(b)
}

func badToken(message string) error { return &bot.Error{Code: bot.Unauthorized, Message: message} }
