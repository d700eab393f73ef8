// Package seal encrypts what is stored of a session.
//
// A [Keyring] holds the operator's keys. Every session gets a key of its own,
// derived from one of them and the session's id ([Keyring.Box]), so the random
// nonces of AES-256-GCM only have to be unique within one session and a key of
// the ring never wears out. The id, the field's name and a number (a version,
// a sequence number) are authenticated with every value: a sealed value that
// was moved to another session, field or number does not open.
//
// A sealed value is
//
//	version (1 byte, 1) | length of key id (1 byte) | key id | nonce (12) | ciphertext and tag (16)
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

const (
	version   = 1
	nonceSize = 12
	tagSize   = 16
)

// The errors of Open. Neither says anything of the value or the key.
var (
	ErrUnknownKey = errors.New("sealed with a key that is not in the keyring")
	ErrNotOpened  = errors.New("sealed value is damaged or does not belong here")
)

// Box seals and opens the values of one session. It may be used by many
// goroutines at once.
type Box struct {
	ring    *Keyring
	session string
	newest  cipher.AEAD
}

// Box returns the box of a session.
func (k *Keyring) Box(session string) (*Box, error) {
	aead, err := k.newest.derive(session)
	if err != nil {
		return nil, err
	}
	return &Box{ring: k, session: session, newest: aead}, nil
}

// derive makes the session's cipher out of a key of the ring.
func (k *key) derive(session string) (cipher.AEAD, error) {
	sub, err := hkdf.Expand(sha256.New, k.secret[:], "fenfu session "+session, keySize)
	if err != nil {
		return nil, fmt.Errorf("derive a session key: %w", err)
	}
	block, err := aes.NewCipher(sub)
	if err != nil {
		return nil, fmt.Errorf("derive a session key: %w", err)
	}
	return cipher.NewGCM(block)
}

// Seal encrypts plain as the session's field number n, with the newest key.
func (b *Box) Seal(field string, n int64, plain []byte) []byte {
	return b.AppendSeal(nil, field, n, plain)
}

// AppendSeal appends what Seal returns to dst, and allocates only if dst has no
// room. plain must not be in dst's array.
func (b *Box) AppendSeal(dst []byte, field string, n int64, plain []byte) []byte {
	id := b.ring.newest.id
	head := 2 + len(id)
	size := head + nonceSize + len(plain) + tagSize
	// What is authenticated is laid out behind the value, and left behind.
	dst = slices.Grow(dst, size+aadSize(field, b.session))
	out := dst[len(dst) : len(dst)+size]
	out[0], out[1] = version, byte(len(id))
	copy(out[2:], id)
	nonce := out[head : head+nonceSize]
	rand.Read(nonce) // never fails: crypto/rand ends the process instead
	b.newest.Seal(out[:head+nonceSize:size], nonce, plain, b.appendAAD(dst[len(dst)+size:len(dst)+size], field, n))
	return dst[:len(dst)+size]
}

// Open decrypts what Seal made of the same session, field and number, with
// whichever key of the ring it was sealed.
func (b *Box) Open(field string, n int64, sealed []byte) ([]byte, error) {
	if len(sealed) < 2 || sealed[0] != version {
		return nil, ErrNotOpened
	}
	head := 2 + int(sealed[1])
	if len(sealed) < head+nonceSize+tagSize {
		return nil, ErrNotOpened
	}
	aead, err := b.cipher(string(sealed[2:head]))
	if err != nil {
		return nil, err
	}
	nonce, text := sealed[head:head+nonceSize], sealed[head+nonceSize:]
	plain, err := aead.Open(nil, nonce, text, b.appendAAD(nil, field, n))
	if err != nil {
		return nil, ErrNotOpened
	}
	return plain, nil
}

func (b *Box) cipher(id string) (cipher.AEAD, error) {
	if id == b.ring.newest.id {
		return b.newest, nil
	}
	k, ok := b.ring.byID[id]
	if !ok {
		return nil, ErrUnknownKey
	}
	return k.derive(b.session)
}

// appendAAD is unambiguous: field names hold no NUL, and the number has a fixed
// size.
func (b *Box) appendAAD(out []byte, field string, n int64) []byte {
	out = append(out, field...)
	out = append(out, 0)
	out = binary.BigEndian.AppendUint64(out, uint64(n))
	return append(out, b.session...)
}

func aadSize(field, session string) int { return len(field) + 1 + 8 + len(session) }
