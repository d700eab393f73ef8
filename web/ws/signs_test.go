package ws_test

import (
	"testing"
	"time"

	"fenfu/web/ws"
)

// TestPlacesInTheQueue are shown to those who wait, on every connection of the
// session and of no other, when they change, and to connections that come later.
func TestPlacesInTheQueue(t *testing.T) {
	b := setup(t)
	one, two, other := b.dial(sessionA, 0), b.dial(sessionA, 0), b.dial(sessionB, 0)
	show := func(position int, wait time.Duration) {
		b.hub.Queue(map[string]ws.Waiting{sessionA: {Position: position, Wait: wait}})
	}
	place := func(v *visitor, position int64, wait int64) {
		t.Helper()
		if f := v.expect(ws.Queue); f.Position != position || f.WaitS != wait {
			t.Errorf("place %d, %d s; want %d, %d s", f.Position, f.WaitS, position, wait)
		}
	}
	show(2, 90*time.Second)
	place(one, 2, 90)
	place(two, 2, 90)
	show(2, 90*time.Second) // nobody moved
	show(1, 0)
	place(one, 1, 0)
	place(two, 1, 0)
	place(b.dial(sessionA, 0), 1, 0)
	b.hub.Queue(nil)
	b.dial(sessionA, 0).quiet()
	one.quiet()
	other.quiet()
}

// TestTyping is shown in both directions, and kept for nobody.
func TestTyping(t *testing.T) {
	type sign struct {
		session string
		on      bool
	}
	signs := make(chan sign, 4)
	b := setup(t, func(c *ws.Config) { c.Typing = func(session string, on bool) { signs <- sign{session, on} } })
	v, other := b.dial(sessionA, 0), b.dial(sessionB, 0)
	for _, on := range []bool{true, false} {
		if err := v.Write(&ws.ClientFrame{Type: ws.Typing, On: on}); err != nil {
			t.Fatal(err)
		}
		if got := <-signs; got != (sign{sessionA, on}) {
			t.Errorf("heard %+v", got)
		}
		b.hub.Typing(sessionA, on)
		if f := v.expect(ws.Typing); f.On != on || f.From != "agent" {
			t.Errorf("shown %+v", f)
		}
	}
	other.quiet()
	b.dial(sessionA, 0).quiet()
}
