package slot

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"fenfu/bot/pii"
)

// minRun is how many digits in a row Redact takes for somebody's number.
const minRun = 7

// Mask returns v as it may be shown to its owner and to whoever helps: enough
// to recognise what one has typed oneself.
func Mask(k Kind, v pii.Text) string {
	s := v.Reveal()
	switch {
	case s == "":
		return ""
	case k == Name:
		return maskName(s)
	case k == ID:
		return keep(s, 1, 1)
	case k == Email:
		return maskEmail(s)
	case k == Phone, s[0] == '+':
		return maskPhone(s)
	case k == WeChat:
		return keep(s, 2, 1)
	}
	return strings.Repeat("*", utf8.RuneCountInString(s))
}

func maskPhone(s string) string {
	if d, ok := strings.CutPrefix(s, "+86"); ok {
		return keep(d, 3, 4)
	}
	return keep(s, min(4, len(s)/3), min(4, len(s)/3))
}

// maskName shows the surname, with both of its characters if it has two. The
// dots of a name stay, so that its shape can be recognised.
func maskName(s string) string {
	shown := len(surnameOf(s))
	if shown == 0 || shown == len(s) || strings.ContainsRune(s, dot) {
		_, shown = utf8.DecodeRuneInString(s)
	}
	var b strings.Builder
	b.WriteString(s[:shown])
	for _, r := range s[shown:] {
		if r == dot {
			b.WriteRune(dot)
		} else {
			b.WriteByte('*')
		}
	}
	return b.String()
}

func maskEmail(s string) string {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" {
		return strings.Repeat("*", utf8.RuneCountInString(s))
	}
	_, first := utf8.DecodeRuneInString(local)
	return local[:first] + "***@" + domain
}

// keep shows a few characters at both ends of s and a star for each between.
func keep(s string, head, tail int) string {
	r := []rune(s)
	if len(r) <= head+tail {
		return strings.Repeat("*", len(r))
	}
	return string(r[:head]) + strings.Repeat("*", len(r)-head-tail) + string(r[len(r)-tail:])
}

// Hide masks the details found in text and redacts the rest.
func Hide(text string, found []Found) string {
	var b strings.Builder
	at := 0
	sorted := slices.SortedFunc(slices.Values(found), func(a, b Found) int { return a.Start - b.Start })
	for _, f := range sorted {
		if f.Start < at || f.End > len(text) || f.Start >= f.End || f.Note == SameAsPhone {
			continue
		}
		b.WriteString(text[at:f.Start])
		b.WriteString(Mask(f.Kind, f.Value))
		at = f.End
	}
	b.WriteString(text[at:])
	return Redact(b.String())
}

// Redact hides whatever in text looks like an ID number, a phone number, a bank
// card, an e-mail address or any other long number, however it is written. It
// needs no context and knows no names. Redacting twice changes nothing more.
func Redact(text string) string {
	if strings.IndexByte(text, '@') >= 0 {
		text = redactEmails(text)
	}
	var g digits
	var b strings.Builder
	copied := 0
	for at := 0; g.next(text, at); at = g.end {
		if g.n < minRun {
			continue
		}
		// An ID number in which a letter was typed for a digit.
		if start, end := widen(text, g.start, g.end); start >= copied && end-start > g.end-g.start && end-start >= 15 && end-start <= 19 {
			b.WriteString(text[copied:start] + strings.Repeat("*", end-start))
			g.end, copied = end, end
			continue
		}
		b.WriteString(text[copied:g.start])
		g.redact(&b, text)
		copied = g.end
	}
	if copied == 0 {
		return text
	}
	b.WriteString(text[copied:])
	return b.String()
}

// redact writes the number with its digits hidden. A lone ID number or phone
// keeps its ends.
func (g *digits) redact(b *strings.Builder, text string) {
	var buf [4]entry
	// Any date of birth will do here: nobody is judged.
	if all := g.take(buf[:0], time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)); len(all) == 1 && (all[0].sort == anID || all[0].sort == aPhone) {
		b.WriteString(Mask(all[0].sort.kind(), pii.Text(all[0].value)))
		return
	}
	for i := g.start; i < g.end; {
		r, size := decode(text, i)
		if _, how := digitOf(r); how != notDigit || isX(r) {
			b.WriteByte('*')
		} else {
			b.WriteString(text[i : i+size])
		}
		i += size
	}
}

// redactEmails hides what stands before each @.
func redactEmails(text string) string {
	var b strings.Builder
	copied := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '@' || i+1 == len(text) || !isDomainByte(text[i+1]) {
			continue
		}
		start := i
		for start > copied && isLocalByte(text[start-1]) {
			start--
		}
		if start == i {
			continue
		}
		b.WriteString(text[copied : start+1])
		b.WriteString("***")
		copied = i
	}
	b.WriteString(text[copied:])
	return b.String()
}
