package api

import (
	"bytes"
	"testing"
	"time"
)

// A sign-in under way opens for ten minutes, on every node that has the key.
func TestPendingSignIn(t *testing.T) {
	now := time.Now()
	node := func(key byte) *provider {
		p, err := newProvider(OIDC{Key: bytes.Repeat([]byte{key}, 32)}, func() time.Time { return now })
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	sealed, err := node(1).seal(pending{State: "s", Nonce: "n", Verifier: "v", Until: now.Add(oidcTime)})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := node(1).open(sealed); err != nil || s.State != "s" || s.Nonce != "n" || s.Verifier != "v" {
		t.Errorf("at another node: %+v, %v", s, err)
	}
	if _, err := node(2).open(sealed); err == nil {
		t.Error("opens with another key")
	}
	for _, bad := range []string{"", "!", sealed[:20], sealed[:len(sealed)-4] + "AAAA"} {
		if _, err := node(1).open(bad); err == nil {
			t.Errorf("%q opens", bad)
		}
	}
	now = now.Add(oidcTime)
	if _, err := node(1).open(sealed); err == nil {
		t.Error("opens after ten minutes")
	}
}
