package ws

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"fenfu/bot"
)

// Frames are written by appending: the content of a pii.Text has to be revealed
// here anyway (encoding/json would write it masked), and a turn's frames cost
// no allocation.

// AppendClient appends f as JSON, with the fields that its type has.
func AppendClient(b []byte, f *ClientFrame) []byte {
	b = append(b, `{"type":`...)
	b = appendString(b, string(f.Type))
	switch f.Type {
	case Hello:
		b = appendField(b, "token", f.Token)
		b = appendInt(b, "after", f.After)
	case Send:
		b = appendField(b, "id", f.ID)
		b = appendField(b, "text", f.Text.Reveal())
	case Choose:
		b = appendField(b, "id", f.ID)
		b = appendField(b, "value", f.Value)
	case Typing:
		b = append(b, `,"on":`...)
		b = strconv.AppendBool(b, f.On)
	case Read:
		b = appendInt(b, "seq", f.Seq)
	}
	return append(b, '}')
}

// AppendEvent appends e as an event frame: to the owner of what it says.
func AppendEvent(b []byte, e *bot.Event) []byte {
	b = append(b, `{"type":"event"`...)
	b = appendInt(b, "seq", e.Seq)
	b = appendField(b, "from", string(e.From))
	b = appendField(b, "kind", string(e.Kind))
	b = appendOptional(b, "origin", string(e.Origin))
	b = appendField(b, "text", e.Text.Reveal())
	if len(e.Choices) > 0 {
		b = append(b, `,"choices":[`...)
		for i, c := range e.Choices {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, `{"value":`...)
			b = appendString(b, c.Value)
			b = appendField(b, "label", c.Label)
			if c.Primary {
				b = append(b, `,"primary":true`...)
			}
			b = append(b, '}')
		}
		b = append(b, ']')
	}
	b = appendOptional(b, "code", e.Code)
	if e.Data != nil {
		if data, err := json.Marshal(e.Data); err == nil { // strings only: it cannot fail
			b = append(b, `,"data":`...)
			b = append(b, data...)
		}
	}
	b = appendOptional(b, "id", e.ID)
	b = append(b, `,"at":"`...)
	b = e.At.UTC().Truncate(time.Millisecond).AppendFormat(b, time.RFC3339Nano)
	return append(b, `"}`...)
}

func appendWelcome(b []byte, session string, p bot.Position) []byte {
	b = append(b, `{"type":"welcome"`...)
	b = appendField(b, "session", session)
	b = appendInt(b, "seq", p.Seq)
	b = appendField(b, "owner", string(p.Owner))
	b = appendInt(b, "read", p.Read)
	return append(b, '}')
}

func appendAck(b []byte, id string, seq int64) []byte {
	b = append(b, `{"type":"ack"`...)
	b = appendField(b, "id", id)
	b = appendInt(b, "seq", seq)
	return append(b, '}')
}

func appendDelta(b []byte, d *bot.Delta) []byte {
	b = append(b, `{"type":"delta"`...)
	b = appendField(b, "reply_to", d.ReplyTo)
	b = appendField(b, "text", d.Text)
	return append(b, '}')
}

func appendPong(b []byte) []byte { return append(b, `{"type":"pong"}`...) }

func appendError(b []byte, id string, e *bot.Error, retryAfter time.Duration) []byte {
	b = append(b, `{"type":"error"`...)
	b = appendField(b, "code", string(e.Code))
	b = appendField(b, "message", e.Message)
	b = appendOptional(b, "id", id)
	if retryAfter > 0 {
		b = appendInt(b, "retry_after_ms", retryAfter.Milliseconds())
	}
	return append(b, '}')
}

func appendBye(b []byte, reconnectAfter time.Duration) []byte {
	b = append(b, `{"type":"bye"`...)
	b = appendInt(b, "reconnect_after_ms", reconnectAfter.Milliseconds())
	return append(b, '}')
}

func appendOptional(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	return appendField(b, key, value)
}

func appendField(b []byte, key, value string) []byte {
	b = append(b, ',', '"')
	b = append(b, key...)
	b = append(b, '"', ':')
	return appendString(b, value)
}

func appendInt(b []byte, key string, n int64) []byte {
	b = append(b, ',', '"')
	b = append(b, key...)
	b = append(b, '"', ':')
	return strconv.AppendInt(b, n, 10)
}

// appendString appends s as a JSON string. What is not UTF-8 becomes U+FFFD, as
// in encoding/json.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(b, s[start:i]...)
				b = append(b, `\ufffd`...)
				start = i + 1
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}
