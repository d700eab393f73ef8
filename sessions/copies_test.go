package sessions

import (
	"testing"

	"fenfu/bot"
)

// TestCopies: an older copy that comes late does not take the place of a newer
// one, unless that was forgotten.
func TestCopies(t *testing.T) {
	c, err := newCopies(2)
	if err != nil {
		t.Fatal(err)
	}
	version := func(n int64) *cached { return &cached{session: bot.Session{ID: "s", Version: n}} }
	old, newer := version(1), version(2)
	if got := c.add("s", newer); got != newer {
		t.Errorf("added version %d", got.session.Version)
	}
	if got := c.add("s", old); got != newer {
		t.Errorf("version %d after one that came late", got.session.Version)
	}
	c.remove("s")
	c.add("s", old)
	if got, ok := c.get("s"); !ok || got != old {
		t.Error("the older one is not there after the newer was forgotten")
	}
	c.add("t", version(1))
	c.add("u", version(1))
	if _, ok := c.get("s"); ok {
		t.Error("there are more than there is room for")
	}
}
