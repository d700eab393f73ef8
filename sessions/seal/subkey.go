package seal

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
)

// Subkey is a key for another use than sealing sessions, derived from a key of
// the ring.
type Subkey struct {
	ID  string // of the key that it was derived from
	Key []byte // 32 bytes
}

// Subkeys derives one key for a use from every key of the ring, newest first:
// the first one makes, all check. Uses must differ in their label.
func (k *Keyring) Subkeys(label string) ([]Subkey, error) {
	var all []Subkey
	for _, id := range k.ids {
		sub, err := hkdf.Expand(sha256.New, k.byID[id].secret[:], "fenfu "+label, keySize)
		if err != nil {
			return nil, fmt.Errorf("derive a key: %w", err)
		}
		all = append(all, Subkey{ID: id, Key: sub})
	}
	return all, nil
}
