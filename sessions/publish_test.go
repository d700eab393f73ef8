package sessions

import (
	"strings"
	"testing"
)

func FuzzParsePublished(f *testing.F) {
	good := newHead("session", 7, 2).add(3).add(4)
	f.Add(string(good) + "abcdefg")
	f.Add("")
	f.Add("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
	f.Fuzz(func(t *testing.T, payload string) {
		p, err := parsePublished(payload)
		if err != nil {
			return
		}
		size := 0
		for _, e := range p.events {
			size += len(e)
		}
		if size > len(payload) {
			t.Errorf("%d bytes of events out of %d", size, len(payload))
		}
	})
}

func TestPublished(t *testing.T) {
	long := strings.Repeat("x", 1000)
	payload := string(newHead("session", 7, 3).add(3).add(0).add(len(long))) + "abc" + long
	p, err := parsePublished(payload)
	if err != nil || p.id != "session" || p.first != 7 || len(p.events) != 3 ||
		p.events[0] != "abc" || p.events[1] != "" || p.events[2] != long {
		t.Errorf("%+v, %v", p, err)
	}
	for n := range len(payload) {
		if _, err := parsePublished(payload[:n]); err == nil {
			t.Errorf("cut at %d of %d: accepted", n, len(payload))
		}
	}
}
