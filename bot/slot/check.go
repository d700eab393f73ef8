package slot

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Verdict is the judgement on one raw line.
type Verdict struct {
	Valid      bool
	Reason     string // "ok" or a remark if it is valid
	Normalized string // of what is not valid: as far as it could be read
}

// Check judges a raw line as a detail of kind k. Unlike Find it takes the line
// as it came from outside, and holds what is hidden in it against a name.
func Check(k Kind, text string, now time.Time) Verdict {
	text = strings.ToValidUTF8(text, "\ufffd")
	switch k {
	case Name:
		return checkName(text)
	case ID:
		return checkID(plain(text), now)
	case Phone:
		return checkPhone(plain(text), now)
	}
	f, err := k.Find(strings.TrimSpace(plain(text)), now)
	if e, ok := err.(*Error); ok {
		return Verdict{Reason: e.Reason}
	}
	return Verdict{Valid: true, Reason: "ok", Normalized: f.Value.Reveal()}
}

// plain is the NFKC form of text, unless text has digits that no Chinese number
// is written in: those must be refused, not folded into something else.
func plain(text string) string {
	for _, r := range text {
		if _, how := digitOf(r); how == foreign || how == notDigit && unicode.Is(unicode.No, r) {
			return text
		}
	}
	return norm.NFKC.String(text)
}

func checkID(text string, now time.Time) Verdict {
	if strings.ContainsFunc(text, func(r rune) bool { return isHan(r) && numeral(r) == 0 }) {
		f, err := ID.Find(text, now)
		if e, ok := err.(*Error); ok {
			return Verdict{Reason: e.Reason}
		}
		text = f.Value.Reveal()
	}
	info, err := ParseID(text, now)
	v := Verdict{Valid: err == nil, Reason: info.Note, Normalized: info.Number.Reveal()}
	if e, ok := err.(*Error); ok {
		v.Reason = e.Reason
	} else if v.Reason == "" {
		v.Reason = "ok"
	}
	return v
}

func checkPhone(text string, now time.Time) Verdict {
	info, err := ParsePhone(text, now)
	if e, ok := err.(*Error); ok {
		return Verdict{Reason: e.Reason, Normalized: info.Number.Reveal()}
	}
	return Verdict{Valid: true, Reason: info.Type, Normalized: info.Number.Reveal()}
}

// checkName takes a line that is a name and little else. In a conversation
// invisible characters were dropped before; here they show that the line is not
// what it seems to be.
func checkName(raw string) Verdict {
	text := strings.TrimSpace(raw)
	if strings.ContainsFunc(text, func(r rune) bool { return isInvisible(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
		return Verdict{Reason: "bad_char", Normalized: text}
	}
	text = strings.TrimRight(norm.NFKC.String(text), " 。.，,、;；!！~")
	if name, why := judgeName(spaced(text)); why == "" && !isWord(name) {
		return Verdict{Valid: true, Reason: "ok", Normalized: name}
	} else if !strings.ContainsAny(text, "我叫名是，,:：。.") {
		if why == "" {
			why = "not_a_name"
		}
		return Verdict{Reason: why, Normalized: name}
	}
	s, why := findName(text)
	if why != "" {
		return Verdict{Reason: why, Normalized: text}
	}
	return Verdict{Valid: true, Reason: "ok", Normalized: s.value}
}

// spaced drops the spaces inside a name.
func spaced(s string) string {
	return strings.Map(func(r rune) rune {
		if isSpace(r) {
			return -1
		}
		return r
	}, s)
}
