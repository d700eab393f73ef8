package ws_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"fenfu/bot"
	"fenfu/web/ws"
)

const helloA = `{"type":"hello","token":"token-` + sessionA + `","after":0}`

// Frames of the wrong shape, size, order or encoding. None of them reaches the bot.
func TestBadFrames(t *testing.T) {
	long := strings.Repeat("字", ws.MaxTextLen+1)
	tests := []struct {
		name   string
		frames []string // a first byte of 0x02 makes a binary message
		code   bot.Code // of the error frame that comes, "" for none
		id     string
		close  ws.CloseCode // 0: the connection stays
	}{
		{"empty", []string{""}, "", "", ws.CloseBadFrame},
		{"not JSON", []string{"你好"}, "", "", ws.CloseBadFrame},
		{"cut JSON", []string{helloA[:20]}, "", "", ws.CloseBadFrame},
		{"two values", []string{helloA + helloA}, "", "", ws.CloseBadFrame},
		{"an array", []string{helloA, `[1]`}, "", "", ws.CloseBadFrame},
		{"a string", []string{helloA, `"send"`}, "", "", ws.CloseBadFrame},
		{"null", []string{helloA, ` null `}, "", "", ws.CloseBadFrame},
		{"deep", []string{helloA, strings.Repeat("[", 10001)}, "", "", ws.CloseBadFrame},
		{"binary", []string{helloA, "\x02" + `{"type":"ping"}`}, "", "", ws.CloseBadFrame},
		{"invalid UTF-8", []string{helloA, "{\"type\":\"send\",\"id\":\"c1\",\"text\":\"\xff\"}"}, "", "", ws.CloseBadFrame},
		{"too large", []string{helloA, `{"type":"ping","x":"` + strings.Repeat("x", ws.MaxFrame) + `"}`}, "", "", ws.CloseBadFrame},
		{"far too large", []string{helloA, strings.Repeat("x", 1<<20)}, "", "", ws.CloseBadFrame},
		{"send before hello", []string{`{"type":"send","id":"c1","text":"你好"}`}, "", "", ws.CloseBadFrame},
		{"ping before hello", []string{`{"type":"ping"}`}, "", "", ws.CloseBadFrame},
		{"unknown before hello", []string{`{"type":"dance"}`}, "", "", ws.CloseBadFrame},
		{"hello without a token", []string{`{"type":"hello"}`}, bot.Unauthorized, "", ws.CloseBadToken},
		{"hello with a wrong token", []string{`{"type":"hello","token":"x"}`}, bot.Unauthorized, "", ws.CloseBadToken},
		{"second hello", []string{helloA, helloA}, bot.Invalid, "", 0},
		{"hello for another", []string{helloA, strings.Replace(helloA, sessionA, sessionB, 1)}, bot.Invalid, "", 0},
		{"no type", []string{helloA, `{}`}, bot.Invalid, "", 0},
		{"unknown type", []string{helloA, `{"type":"dance","id":"c1"}`}, bot.Invalid, "c1", 0},
		{"server's type", []string{helloA, `{"type":"event","seq":1,"from":"bot","text":"x"}`}, bot.Invalid, "", 0},
		{"type of the wrong type", []string{helloA, `{"type":7}`}, bot.Invalid, "", 0},
		{"field of the wrong type", []string{helloA, `{"id":"c1","type":"send","text":{}}`}, bot.Invalid, "c1", 0},
		{"id is a number", []string{helloA, `{"type":"send","id":5,"text":"你好"}`}, bot.Invalid, "", 0},
		{"send without id", []string{helloA, `{"type":"send","text":"你好"}`}, bot.Invalid, "", 0},
		{"id with a blank", []string{helloA, `{"type":"send","id":"c 1","text":"你好"}`}, bot.Invalid, "", 0},
		{"id too long", []string{helloA, `{"type":"send","id":"` + strings.Repeat("i", 65) + `","text":"你好"}`}, bot.Invalid, "", 0},
		{"no text", []string{helloA, `{"type":"send","id":"c1"}`}, bot.Invalid, "c1", 0},
		{"white text", []string{helloA, `{"type":"send","id":"c1","text":" \n　"}`}, bot.Invalid, "c1", 0},
		{"long text", []string{helloA, `{"type":"send","id":"c1","text":"` + long + `"}`}, bot.Invalid, "c1", 0},
		{"no value", []string{helloA, `{"type":"choose","id":"c1"}`}, bot.Invalid, "c1", 0},
		{"long value", []string{helloA, `{"type":"choose","id":"c1","value":"` + strings.Repeat("v", 65) + `"}`}, bot.Invalid, "c1", 0},
		{"read nothing", []string{helloA, `{"type":"read"}`}, bot.Invalid, "", 0},
		{"read ahead", []string{helloA, `{"type":"read","seq":1}`}, bot.Invalid, "", 0},
		{"read a fraction", []string{helloA, `{"type":"read","seq":1.5}`}, bot.Invalid, "", 0},
		{"on is a word", []string{helloA, `{"type":"typing","on":"yes"}`}, bot.Invalid, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			conn := b.raw()
			writeAll(t, conn, tt.frames)
			if tt.close == 0 {
				writeAll(t, conn, []string{`{"type":"ping"}`})
			}
			errs, err := readUntilPong(t, conn)
			if tt.close != 0 {
				closedWith(t, err, tt.close)
			} else if err != nil {
				t.Fatalf("connection ended: %v", err)
			}
			switch {
			case tt.code == "" && len(errs) > 0:
				t.Errorf("error frames %+v, want none", errs)
			case tt.code != "" && (len(errs) != 1 || errs[0].Code != string(tt.code) || errs[0].ID != tt.id):
				t.Errorf("error frames %+v, want one %s for %q", errs, tt.code, tt.id)
			}
			if got := b.bot.handled(); len(got) > 0 {
				t.Errorf("the bot got %d messages", len(got))
			}
		})
	}
}

// writeAll writes messages; the server may have hung up on an earlier one.
func writeAll(t *testing.T, conn *websocket.Conn, frames []string) {
	t.Helper()
	for _, f := range frames {
		kind := websocket.TextMessage
		if strings.HasPrefix(f, "\x02") {
			kind, f = websocket.BinaryMessage, f[1:]
		}
		if err := conn.WriteMessage(kind, []byte(f)); err != nil && len(f) < ws.MaxFrame {
			t.Fatal(err)
		}
	}
}

// readUntilPong returns the error frames that came until a pong or the end.
func readUntilPong(t *testing.T, conn *websocket.Conn) (errs []ws.ServerFrame, err error) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	for {
		_, raw, err := conn.ReadMessage()
		if err != nil {
			return errs, err
		}
		checkFrame(t, raw)
		var f ws.ServerFrame
		if err := json.Unmarshal(raw, &f); err != nil {
			t.Fatal(err)
		}
		switch f.Type {
		case ws.Pong:
			return errs, nil
		case ws.Error:
			errs = append(errs, f)
		case ws.Welcome:
		default:
			t.Errorf("unexpected frame %s", raw)
		}
	}
}

// What is odd but sound gets through.
func TestGoodFrames(t *testing.T) {
	tests := []struct {
		name, frame string
		text        string // that the bot gets
	}{
		{"longest text", `{"type":"send","id":"c1","text":"` + strings.Repeat("字", ws.MaxTextLen) + `"}`, strings.Repeat("字", ws.MaxTextLen)},
		{"longest id", `{"type":"send","id":"` + strings.Repeat("i", 64) + `","text":"x"}`, "x"},
		{"every sort of id", `{"type":"send","id":"Az09._:-","text":"x"}`, "x"},
		{"unknown fields", `{"x":[{}],"type":"send","id":"c1","text":"x","y":null}`, "x"},
		{"escapes", `{"type":"send","id":"c1","text":"\u5f00\n\"\ud83d\ude00"}`, "开\n\"😀"},
		{"half a surrogate", `{"type":"send","id":"c1","text":"a\ud800"}`, "a\ufffd"},
		{"white space around", "\n\t " + `{"type":"send","id":"c1","text":"x"}` + " ", "x"},
		{"choice", `{"type":"choose","id":"c1","value":"` + strings.Repeat("v", 64) + `"}`, strings.Repeat("v", 64)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			v := b.dial(sessionA, 0)
			if err := v.Conn().WriteMessage(websocket.TextMessage, []byte(tt.frame)); err != nil {
				t.Fatal(err)
			}
			v.expect(ws.Ack)
			if got := v.expect(ws.Event); got.Text.Reveal() != tt.text {
				t.Errorf("echoed %q, want %q", got.Text.Reveal(), tt.text)
			}
		})
	}
}

func TestFragmentedMessage(t *testing.T) {
	b := setup(t)
	v := b.dial(sessionA, 0)
	w, err := v.Conn().NextWriter(websocket.TextMessage)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("长", 1500) // longer than the client's write buffer, so in several frames
	if _, err := w.Write([]byte(`{"type":"send","id":"c1","text":"` + text + `"}`)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	v.expect(ws.Ack)
	if got := v.expect(ws.Event); got.Text.Reveal() != text {
		t.Error("the text was not put together again")
	}
}

func TestNoHello(t *testing.T) {
	b := setup(t, limits(func(l *ws.Limits) { l.HelloWait = 20 * time.Millisecond }))
	_, err := readUntilPong(t, b.raw())
	closedWith(t, err, ws.CloseSilent)
}

func TestBrokenWebSocket(t *testing.T) {
	b := setup(t)
	conn := b.raw()
	// A reserved opcode, masked, empty.
	if _, err := conn.NetConn().Write([]byte{0x83, 0x80, 0, 0, 0, 0}); err != nil {
		t.Fatal(err)
	}
	_, err := readUntilPong(t, conn)
	if !websocket.IsCloseError(err, int(ws.CloseProtocol)) {
		t.Errorf("connection ended with %v", err)
	}
	eventually(t, "the connection is forgotten", func() bool { return b.gauge("fenfu_ws_connections") == 0 })
}
