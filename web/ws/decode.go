package ws

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"fenfu/bot"
	"fenfu/bot/pii"
)

// errBadFrame says that what came is no frame at all: the peer does not speak
// this protocol, and its connection ends.
var errBadFrame = errors.New("not a frame")

// Decode reads one frame from a client. The error is a *bot.Error if the frame
// is wrong but the conversation can go on, with f.ID the id of the message if
// it could be told.
func Decode(raw []byte, f *ClientFrame) error {
	*f = ClientFrame{}
	if len(raw) > MaxFrame || !utf8.Valid(raw) {
		return errBadFrame
	}
	if f.scan(raw) {
		return f.check()
	}
	*f = ClientFrame{}
	if err := json.Unmarshal(raw, f); err != nil {
		var wrong *json.UnmarshalTypeError
		if !errors.As(err, &wrong) || wrong.Field == "" {
			return errBadFrame
		}
		if !validID(f.ID) {
			f.ID = ""
		}
		return invalid("消息格式不正确：字段 " + wrong.Field + " 的类型不对。")
	}
	if f.Type == "" && isNull(raw) {
		return errBadFrame
	}
	return f.check()
}

// scan reads what clients mostly send: an object of strings, without white
// space between tokens, escapes in strings or fields that are given twice or
// unknown. It reports false, with f half filled, for everything else, which
// encoding/json reads: that takes five times as long.
func (f *ClientFrame) scan(raw []byte) bool {
	if len(raw) < 2 || raw[0] != '{' || raw[len(raw)-1] != '}' {
		return false
	}
	rest := raw[1:]
	for {
		var key, value []byte
		var ok bool
		if key, rest, ok = scanString(rest); !ok || len(rest) == 0 || rest[0] != ':' {
			return false
		}
		if value, rest, ok = scanString(rest[1:]); !ok || len(rest) == 0 || len(value) == 0 || !f.set(key, value) {
			return false
		}
		if rest[0] != ',' {
			return len(rest) == 1 // the closing brace
		}
		rest = rest[1:]
	}
}

// set fills the field that is called key, unless it is full.
func (f *ClientFrame) set(key, value []byte) bool {
	switch {
	case string(key) == "type" && f.Type == "":
		for _, t := range ClientTypes {
			if string(t) == string(value) {
				f.Type = t
				return true
			}
		}
		return false
	case string(key) == "id" && f.ID == "":
		f.ID = string(value)
	case string(key) == "text" && f.Text.IsZero():
		f.Text = pii.Text(value)
	case string(key) == "value" && f.Value == "":
		f.Value = string(value)
	default:
		return false
	}
	return true
}

// scanString takes a JSON string without escapes off the front of b.
func scanString(b []byte) (s, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '"' {
		return nil, nil, false
	}
	for i := 1; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return b[1:i], b[i+1:], true
		case c < ' ', c == '\\':
			return nil, nil, false
		}
	}
	return nil, nil, false
}

// isNull reports whether raw is JSON's null, which decodes into anything.
func isNull(raw []byte) bool { return strings.TrimSpace(string(raw)) == "null" }

// check says what is wrong with the fields that count for f's type, and trims
// the text.
func (f *ClientFrame) check() error {
	switch f.Type {
	case Hello:
		if f.After < 0 {
			return invalid("消息格式不正确：after 不能是负数。")
		}
	case Send, Choose:
		if !validID(f.ID) {
			f.ID = ""
			return invalid("消息格式不正确：id 应为 1 至 64 位字母、数字或 . _ : -。")
		}
		return f.checkContent()
	case Read:
		if f.Seq < 1 {
			return invalid("消息格式不正确：seq 应为正整数。")
		}
	case Typing, Ping:
	default:
		if !validID(f.ID) {
			f.ID = ""
		}
		return invalid("暂不支持这种消息，请刷新页面后再试。")
	}
	return nil
}

func (f *ClientFrame) checkContent() error {
	if f.Type == Choose {
		if f.Value == "" || len(f.Value) > MaxValueLen {
			return invalid("这个选项无效，请从给出的选项中选择。")
		}
		return nil
	}
	f.Text = pii.Text(strings.TrimSpace(f.Text.Reveal()))
	if f.Text.IsZero() {
		return invalid("消息是空的，请输入内容后再发送。")
	}
	if utf8.RuneCountInString(f.Text.Reveal()) > MaxTextLen {
		return invalid("消息太长了，请控制在 2000 字以内，或分几条发送。")
	}
	return nil
}

func validID(id string) bool {
	if id == "" || len(id) > MaxIDLen {
		return false
	}
	for i := range len(id) {
		c := id[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '.', c == '_', c == ':', c == '-':
		default:
			return false
		}
	}
	return true
}

func invalid(message string) *bot.Error { return &bot.Error{Code: bot.Invalid, Message: message} }
