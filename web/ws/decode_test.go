package ws_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fenfu/bot"
	"fenfu/bot/pii"
	"fenfu/web/ws"
)

func randomID() string { return rand.Text() }

// FuzzDecode looks for a frame that is let through and breaks the bounds, or
// that cannot be written and read again.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		helloA, `{"type":"send","id":"c1","text":"开通分付"}`, `{"type":"choose","id":"c2","value":"consent.agree"}`,
		`{"type":"read","seq":12}`, `{"type":"typing","on":true}`, `{"type":"ping"}`, `null`, `[]`, `{"type":"send","id":7}`,
		`{"type":"send","id":"c1","text":"\ud800"}`, "\xff", `{"type":"ping","type":"read","seq":1}`, `{"type":"send","id":"c1","text":"x"}}`, `{"type":"send","id":"c1","text":"x",}`,
		`{"type":"send","id":"c1","text":"x"`, `{"type":"choose","id":"c1","value":"a","value":"b"}`, `{"TYPE":"send","ID":"c1","text":"x"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var frame ws.ClientFrame
		err := ws.Decode(raw, &frame)
		var wrong *bot.Error
		if errors.As(err, &wrong) && (wrong.Message == "" || !utf8.ValidString(wrong.Message)) {
			t.Errorf("error without words: %v", err)
		}
		if err != nil {
			return
		}
		switch frame.Type {
		case ws.Send:
			if n := utf8.RuneCountInString(frame.Text.Reveal()); n < 1 || n > ws.MaxTextLen {
				t.Errorf("text of %d runes", n)
			}
			fallthrough
		case ws.Choose:
			if len(frame.ID) < 1 || len(frame.ID) > ws.MaxIDLen {
				t.Errorf("id %q", frame.ID)
			}
		}
		// White space keeps the frame from the short way through.
		var slow ws.ClientFrame
		if err := ws.Decode(append([]byte(" "), raw...), &slow); len(raw) < ws.MaxFrame && (err != nil || slow != frame) {
			t.Errorf("read by encoding/json it is %v, %v", slow.Type, err)
		}
		var again ws.ClientFrame
		if err := ws.Decode(ws.AppendClient(nil, &frame), &again); err != nil {
			t.Errorf("written again: %v", err)
		}
		if again.Text != frame.Text || again.ID != frame.ID || again.Value != frame.Value || again.Seq != frame.Seq && frame.Type == ws.Read {
			t.Errorf("written again: something else")
		}
	})
}

// An event that is written by hand is what encoding/json reads, whatever is in it.
func TestAppendEventRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Just("\x00\x1f\"\\\n\u2028\ufeff"), rapid.Just("<script>&'</script>"))
		e := bot.Event{
			Seq: rapid.Int64Range(1, 1<<53).Draw(t, "seq"), From: bot.FromBot, Kind: bot.Choices, Origin: bot.AI,
			Text: pii.Text(text.Draw(t, "text")), ID: rapid.String().Draw(t, "id"), Code: text.Draw(t, "code"),
			Choices: []bot.Choice{{Value: text.Draw(t, "value"), Label: text.Draw(t, "label"), Primary: rapid.Bool().Draw(t, "primary")}},
			At:      time.UnixMilli(rapid.Int64Range(0, 1<<41).Draw(t, "at")),
		}
		var f ws.ServerFrame
		if err := json.Unmarshal(ws.AppendEvent(nil, &e), &f); err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339Nano, f.At)
		if err != nil || !at.Equal(e.At) {
			t.Errorf("at %s, want %s", f.At, e.At)
		}
		f.At = ""
		want := ws.ServerFrame{
			Type: ws.Event, Seq: e.Seq, From: e.From, Kind: e.Kind, Origin: e.Origin,
			Text: e.Text, ID: e.ID, Code: e.Code, Choices: e.Choices,
		}
		if f.Text != want.Text {
			t.Errorf("text came back as something else")
		}
		if diff := cmp.Diff(want, f); diff != "" {
			t.Errorf("event (-want +got):\n%s", diff)
		}
	})
}

func TestAppendEventInvalidUTF8(t *testing.T) {
	var f ws.ServerFrame
	if err := json.Unmarshal(ws.AppendEvent(nil, &bot.Event{Text: "a\xff\xfeb"}), &f); err != nil || f.Text != "a\ufffd\ufffdb" {
		t.Errorf("%v, %q", err, f.Text.Reveal())
	}
}

func TestReconnect(t *testing.T) {
	for code, want := range map[ws.CloseCode]bool{
		ws.CloseNormal: false, ws.CloseGoingAway: true, ws.CloseDrain: true, ws.CloseSlow: true, ws.CloseTooFast: true,
		ws.CloseBadFrame: false, ws.CloseBadToken: false, ws.CloseSessionEnded: false,
	} {
		if code.Reconnect() != want {
			t.Errorf("%d: reconnect %t", code, !want)
		}
	}
}
