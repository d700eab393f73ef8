package sessions

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"strings"

	"fenfu/bot"
	"fenfu/sessions/seal"
)

// messages names the log's fields of messages. An id is whatever a client makes
// it, a telephone number if it likes, so what is kept of it is a keyed hash: under
// the newest key, and looked for under every key of the ring. The ids of what the
// system says to itself hold nothing of anybody, and stay.
type messages struct {
	keys []hash.Hash
	sum  [sha256.Size]byte
	in   []byte // room for what is hashed, and for the names
	out  []byte
}

// messageSum is how many bytes of the hash are kept: few messages share a log.
const messageSum = 12

func newMessages(keys []seal.Subkey) *messages {
	m := &messages{}
	for _, k := range keys {
		m.keys = append(m.keys, hmac.New(sha256.New, k.Key))
	}
	return m
}

// fields returns the fields that a message may be found in, with blanks between,
// the one to write first.
func (m *messages) fields(session, id string) string {
	if strings.HasPrefix(id, string(bot.System)+":") {
		return "m" + id
	}
	m.in = append(append(append(m.in[:0], session...), ' '), id...)
	m.out = m.out[:0]
	for i, mac := range m.keys {
		if i > 0 {
			m.out = append(m.out, ' ')
		}
		mac.Reset()
		mac.Write(m.in)
		m.out = base64.RawURLEncoding.AppendEncode(append(m.out, 'm'), mac.Sum(m.sum[:0])[:messageSum])
	}
	return string(m.out)
}
