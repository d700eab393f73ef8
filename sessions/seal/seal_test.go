package seal_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"fenfu/sessions/seal"
)

// Two keys with nothing secret about them.
const (
	oldKey = "old:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	newKey = "new:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
)

func box(t *testing.T, keys, session string) *seal.Box {
	t.Helper()
	ring, err := seal.Parse(keys)
	if err != nil {
		t.Fatal(err)
	}
	b, err := ring.Box(session)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRoundTrip(t *testing.T) {
	for _, plain := range []string{"", "x", strings.Repeat("张三丰", 5000)} {
		b := box(t, newKey, "s1")
		sealed := b.Seal("event", 3, []byte(plain))
		got, err := b.Open("event", 3, sealed)
		if err != nil || string(got) != plain {
			t.Errorf("%d bytes: %v, the same: %t", len(plain), err, string(got) == plain)
		}
		if plain != "" && len(plain) > 8 && bytes.Contains(sealed, []byte(plain)) {
			t.Error("sealed in the clear")
		}
		if bytes.Equal(sealed, b.Seal("event", 3, []byte(plain))) {
			t.Error("sealed twice alike")
		}
	}
}

// TestMoved: a value opens where it was sealed, and nowhere else.
func TestMoved(t *testing.T) {
	sealed := box(t, newKey, "s1").Seal("event", 3, []byte("secret"))
	for name, open := range map[string]func() ([]byte, error){
		"other session":         func() ([]byte, error) { return box(t, newKey, "s2").Open("event", 3, sealed) },
		"session that contains": func() ([]byte, error) { return box(t, newKey, "s11").Open("event", 3, sealed) },
		"other field":           func() ([]byte, error) { return box(t, newKey, "s1").Open("state", 3, sealed) },
		"other number":          func() ([]byte, error) { return box(t, newKey, "s1").Open("event", 4, sealed) },
		"other key, same id": func() ([]byte, error) {
			return box(t, "new:"+strings.TrimPrefix(oldKey, "old:"), "s1").Open("event", 3, sealed)
		},
	} {
		if got, err := open(); !errors.Is(err, seal.ErrNotOpened) || got != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := box(t, oldKey, "s1").Open("event", 3, sealed); !errors.Is(err, seal.ErrUnknownKey) {
		t.Errorf("key that was taken out: %v", err)
	}
}

// TestDamaged changes every byte of a sealed value, and cuts it at every place.
func TestDamaged(t *testing.T) {
	b := box(t, newKey+","+oldKey, "s1")
	sealed := b.Seal("event", 3, []byte("secret"))
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if got, err := b.Open("event", 3, bad); err == nil {
			t.Errorf("byte %d changed: opened as %q", i, got)
		}
		if got, err := b.Open("event", 3, sealed[:i]); err == nil {
			t.Errorf("cut at %d: opened as %q", i, got)
		}
	}
}

func TestRotation(t *testing.T) {
	before := box(t, oldKey, "s1").Seal("state", 1, []byte("old secret"))
	both := box(t, newKey+","+oldKey, "s1")
	if got, err := both.Open("state", 1, before); err != nil || string(got) != "old secret" {
		t.Errorf("sealed before the rotation: %q, %v", got, err)
	}
	after := both.Seal("state", 2, []byte("secret"))
	if _, err := box(t, newKey, "s1").Open("state", 2, after); err != nil {
		t.Errorf("sealed after the rotation, with the old key gone: %v", err)
	}
}

func TestParseRefuses(t *testing.T) {
	secret := strings.TrimPrefix(newKey, "new:")
	for name, text := range map[string]string{
		"nothing":        "",
		"no id":          secret,
		"empty id":       ":" + secret,
		"long id":        strings.Repeat("x", 17) + ":" + secret,
		"bad id":         "a b:" + secret,
		"not base64":     "k:" + secret[:43] + "!",
		"short":          "k:" + base64.StdEncoding.EncodeToString(make([]byte, 16)),
		"long":           "k:" + base64.StdEncoding.EncodeToString(make([]byte, 33)),
		"same id twice":  newKey + "," + newKey,
		"trailing comma": newKey + ",",
	} {
		_, err := seal.Parse(text)
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		if strings.Contains(err.Error(), secret[:20]) {
			t.Errorf("%s: the error holds the key: %v", name, err)
		}
	}
}

func TestKeyringIsSilent(t *testing.T) {
	ring, err := seal.Parse(newKey + ", " + oldKey)
	if err != nil {
		t.Fatal(err)
	}
	said := fmt.Sprintf("%v %+v %#v %s %x %d %v", ring, ring, ring, ring, ring, ring, struct{ K *seal.Keyring }{ring})
	encoded, err := json.Marshal(ring)
	if err != nil {
		t.Fatal(err)
	}
	said += string(encoded)
	if !strings.Contains(said, "keyring(new,old)") {
		t.Errorf("printed as %s", said)
	}
	for _, part := range []string{"ICEiIyQl", "202122", "32 33 34", "0x20, 0x21"} {
		if strings.Contains(said, part) {
			t.Errorf("a key is printed: %s", said)
		}
	}
}

func TestGenerate(t *testing.T) {
	a, errA := seal.Generate("a")
	b, errB := seal.Generate("b")
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	if a[1:] == b[1:] {
		t.Error("generated the same key twice")
	}
	sealed := box(t, a, "s").Seal("f", 1, []byte("x"))
	if _, err := box(t, b+","+a, "s").Open("f", 1, sealed); err != nil {
		t.Error(err)
	}
	if _, err := seal.Generate("not an id"); err == nil {
		t.Error("generated a key that Parse refuses")
	}
}

func BenchmarkSeal(b *testing.B) {
	ring, err := seal.Parse(newKey)
	if err != nil {
		b.Fatal(err)
	}
	box, err := ring.Box("s1")
	if err != nil {
		b.Fatal(err)
	}
	plain := make([]byte, 800)
	b.ReportAllocs()
	for b.Loop() {
		box.Seal("event", 1, plain)
	}
}
