package ws_test

import (
	"fmt"
	"strings"
	"testing"

	"fenfu/bot"
	"fenfu/web/ws"
)

// TestDeltasComeBeforeTheirEvent, on every connection of the session and of no
// other, whole and in order.
func TestDeltasComeBeforeTheirEvent(t *testing.T) {
	b := setup(t)
	one, two, stranger := b.dial(sessionA, 0), b.dial(sessionA, 0), b.dial(sessionB, 0)
	const rounds = 50
	for i := range rounds {
		id := fmt.Sprintf("c%d", i)
		for _, part := range []string{"", "提交后", "由系统", "审核。"} {
			b.hub.Show(bot.Delta{Session: sessionA, ReplyTo: id, Text: part})
		}
		b.log.append(sessionA, bot.Event{Kind: bot.Text, From: bot.FromBot, Origin: bot.AI, Text: "提交后由系统审核。"})
		for _, v := range []*visitor{one, two} {
			var shown strings.Builder
			f := v.next()
			for ; f.Type == ws.Delta; f = v.next() {
				if f.ReplyTo != id {
					t.Fatalf("round %d: a delta of %s", i, f.ReplyTo)
				}
				shown.WriteString(f.Text.Reveal())
			}
			if f.Type != ws.Event || shown.String() != f.Text.Reveal() {
				t.Fatalf("round %d: shown %q, then %s %q", i, shown.String(), f.Type, f.Text.Reveal())
			}
		}
	}
	stranger.quiet()
	one.quiet()
}

// TestDeltasAreForgotten with the connections that were to see them.
func TestDeltasAreForgotten(t *testing.T) {
	b := setup(t)
	b.hub.Show(bot.Delta{Session: sessionA, ReplyTo: "c1", Text: "没有人在看。"})
	v := b.dial(sessionA, 0)
	v.quiet()
	for range 3 { // leave the list's end, its middle, its beginning
		other := b.dial(sessionA, 0)
		third := b.dial(sessionA, 0)
		other.Close()
		b.hub.Show(bot.Delta{Session: sessionA, ReplyTo: "c1", Text: "在看。"})
		for _, v := range []*visitor{v, third} {
			if f := v.expect(ws.Delta); f.Text.Reveal() != "在看。" {
				t.Errorf("%+v", f)
			}
		}
		third.Close()
	}
}
