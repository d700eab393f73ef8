package seal

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

const keySize = 32

var keyID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,16}$`)

// Keyring holds the keys that sealed values can be opened with. The newest one
// seals. It never prints its keys.
type Keyring struct {
	newest *key
	byID   map[string]*key
	ids    []string
}

type key struct {
	id     string
	secret [keySize]byte
}

// Parse reads "id:key,id:key…": newest first, each key the base64 form of 32
// random bytes. To rotate, put a new key in front; to retire one, take it out
// when nothing sealed with it is left. Errors name a key by its place and id,
// never by its content.
func Parse(s string) (*Keyring, error) {
	k := &Keyring{byID: make(map[string]*key)}
	for i, part := range strings.Split(strings.TrimSpace(s), ",") {
		id, text, ok := strings.Cut(strings.TrimSpace(part), ":")
		if !ok || !keyID.MatchString(id) {
			// What stands before a colon may be a key with its id forgotten.
			return nil, fmt.Errorf("encryption key %d: want id:base64key, the id of 1 to 16 letters, digits, '.', '_' or '-'", i+1)
		}
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(raw) != keySize {
			return nil, fmt.Errorf("encryption key %d (%s): want %d bytes in standard base64", i+1, id, keySize)
		}
		if k.byID[id] != nil {
			return nil, fmt.Errorf("encryption key %d (%s): the id is used twice", i+1, id)
		}
		entry := &key{id: id, secret: [keySize]byte(raw)}
		k.byID[id] = entry
		k.ids = append(k.ids, id)
		if k.newest == nil {
			k.newest = entry
		}
	}
	if k.newest == nil {
		return nil, errors.New("no encryption key")
	}
	return k, nil
}

// Generate makes a new key and returns it in the form that Parse reads.
func Generate(id string) (string, error) {
	if !keyID.MatchString(id) {
		return "", errors.New("the id of a key has 1 to 16 letters, digits, '.', '_' or '-'")
	}
	var secret [keySize]byte
	rand.Read(secret[:]) // never fails: crypto/rand ends the process instead
	return id + ":" + base64.StdEncoding.EncodeToString(secret[:]), nil
}

// String names the ids of the keys.
func (k *Keyring) String() string { return "keyring(" + strings.Join(k.ids, ",") + ")" }

// Format keeps the keys out of every verb.
func (k *Keyring) Format(f fmt.State, _ rune) { io.WriteString(f, k.String()) }

// MarshalText keeps the keys out of JSON and the like.
func (k *Keyring) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
