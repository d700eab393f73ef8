package sessions

import "testing"

func FuzzParsePublished(f *testing.F) {
	for _, s := range []string{"session 7 \x01\x00 x", "", " 7 x", "session", "session 7", "session  x", "session 7 "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		id, e, err := parsePublished(payload)
		if err == nil && (id == "" || e.text == "" || len(id)+len(e.text)+3 > len(payload)) {
			t.Errorf("%q: session %q, entry %q", payload, id, e.text)
		}
	})
}

func TestPublished(t *testing.T) {
	id, e, err := parsePublished("session 7 a sealed entry")
	if want := (sealedEntry{7, "a sealed entry"}); err != nil || id != "session" || e != want {
		t.Errorf("%q, %+v, %v", id, e, err)
	}
	for _, bad := range []string{"", "session", "session 7", "session 7 ", "session x entry", " 7 entry"} {
		if _, _, err := parsePublished(bad); err == nil {
			t.Errorf("%q: accepted", bad)
		}
	}
}
