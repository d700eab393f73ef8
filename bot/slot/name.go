package slot

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A name is 2 to 25 runes of Han script or the middle dot.
const (
	minName = 2
	maxName = 25
	dot     = '·'

	maxPlain = 18 // bytes of a piece without a label: a name of four characters and something polite
)

// isHan reports whether r may stand in a name. Go's table lacks the extensions
// that Unicode added last, and people are named with them.
func isHan(r rune) bool {
	switch {
	case r >= 0x4e00 && r <= 0x9fff, r >= 0x3400 && r <= 0x4dbf, r == '〇':
		return true
	case r < 0xf900:
		return false // radicals, iteration marks and numerals of merchants are no names
	case r >= 0x2ebf0 && r <= 0x2ee5d, r >= 0x323b0 && r <= 0x33479:
		return true
	}
	return r >= 0xf900 && r <= 0xfad9 && unicode.Is(unicode.Han, r) || r >= 0x20000 && unicode.Is(unicode.Han, r)
}

// isDot reports whether r is written for the dot in a name; NFKC leaves most of
// these apart.
func isDot(r rune) bool {
	switch r {
	case dot, '・', '•', '‧', '∙', '⋅', '●', '᛫', 'ᐧ', '･':
		return true
	}
	return false
}

// judgeName returns s in its normal form, or the reason why it can be no name.
func judgeName(s string) (string, string) {
	n, dots, foreign := 0, 0, false
	var b strings.Builder
	b.Grow(len(s))
	var last rune
	for _, r := range s {
		switch {
		case isDot(r):
			if n == 0 || last == dot {
				return s, "bad_char"
			}
			r = dot
			dots++
		case isLetter(r) || '0' <= r && r <= '9':
			foreign = true
		case !isHan(r):
			return s, "bad_char"
		}
		b.WriteRune(r)
		last = r
		n++
	}
	switch {
	case n == 0:
		return "", "bad_length"
	case last == dot:
		return s, "bad_char"
	case foreign:
		return s, "mixed"
	case n < minName || n > maxName:
		return b.String(), "bad_length"
	}
	return b.String(), ""
}

// candidate is a piece of text that could be the name.
type candidate struct {
	span
	lead    lead
	surname bool // begins with a known surname
}

// rank orders candidates by how plainly they are given as the name.
func (c candidate) rank() int {
	switch {
	case c.lead&(label|fix) != 0:
		return 3
	case c.lead&(is|soft) != 0:
		return 2
	case c.surname:
		return 1
	}
	return 0
}

// findName returns the one name that text answers with.
func findName(text string) (span, string) {
	if s, ok := nameInParts(text); ok && !isQuestion(text) {
		return s, ""
	}
	var pbuf [16]piece
	var cbuf [8]candidate
	pieces := namePieces(text, pbuf[:0])
	list, reason := candidates(text, pieces, cbuf[:0])
	best := -1
	for _, c := range list {
		best = max(best, c.rank())
	}
	switch {
	case best < 0:
		return span{}, reason
	case best < 3 && isQuestion(text):
		return span{}, "not_a_name"
	case best == 0 && len(pieces) > 1:
		return span{}, "not_a_name" // an odd word among others is no answer
	}
	return pick(text, list, best)
}

// pick chooses among the candidates of one rank. Two different ones need words
// that say which is right.
func pick(text string, list []candidate, rank int) (span, string) {
	var got candidate
	for _, c := range list {
		switch {
		case got.half(text, c):
			return span{}, "ambiguous"
		case c.rank() != rank || c.value == got.value:
		case got.value == "" || c.lead&fix != 0 || replaces(text[got.end:c.start]):
			got = c
		default:
			return span{}, "ambiguous"
		}
	}
	return got.span, ""
}

// half reports whether what follows may be the other half of the name: the dot
// of a long one is often left out.
func (c candidate) half(text string, next candidate) bool {
	return c.value != "" && !c.plain() && next.lead == 0 && next.start >= c.end && strings.TrimFunc(text[c.end:next.start], isSpace) == ""
}

// candidates appends to dst the pieces that could be a name, less those that
// text says are not it. The reason is why the first of the others is none.
func candidates(text string, pieces []piece, dst []candidate) ([]candidate, string) {
	reason := whyNoPieces(text)
	if len(pieces) > 0 {
		reason = ""
	}
	denied := ""
	for i := 0; i < len(pieces); i++ {
		p := pieces[i]
		for i+1 < len(pieces) && p.surnameApart(text, pieces[i+1]) {
			i++
			p.end, p.mixed = pieces[i].end, p.mixed || pieces[i].mixed
		}
		c, why := p.candidate(text)
		switch {
		case why != "":
			if reason == "" {
				reason = why
			}
		case p.lead&deny != 0 && p.lead&fix == 0, saysWrong(strings.TrimLeft(text[c.end:], " ")):
			denied = c.value
		case c.value != denied:
			dst = append(dst, c)
		}
	}
	if reason == "" {
		reason = "no_name"
	}
	return dst, reason
}

// whyNoPieces is the reason if text holds nothing that is written like a name.
func whyNoPieces(text string) string {
	if strings.TrimSpace(text) == "" {
		return "bad_length"
	}
	letters := 0 // less the digits: an ID number with an X is no name in letters
	for _, r := range text {
		switch {
		case isLetter(r):
			letters++
		case '0' <= r && r <= '9':
			letters--
		case unicode.IsLetter(r) && !isHan(r):
			return "bad_char"
		}
	}
	if letters > 0 {
		return "mixed"
	}
	return "no_name"
}

// surnameApart reports whether p is a surname that only a space parts from the
// given name, or that and the beginning of it: forms for two-character names are
// filled in like that, and who dictates puts a space between all of them.
func (p piece) surnameApart(text string, next piece) bool {
	if next.lead != 0 || strings.TrimFunc(text[p.end:next.start], isSpace) != "" {
		return false
	}
	n := runes(text[next.start:next.end])
	v := joined(text[p.start:p.end])
	if v == surnameOf(v) {
		return n <= 2
	}
	surname := surnameOf(v)
	spaces := runes(text[p.start:p.end]) - runes(v)
	apart := spaces == runes(v)-1 || spaces == runes(v)-runes(surname) // each from the next, but for those of a surname
	return n == 1 && apart && surname != "" && runes(v) < maxApart && !strings.Contains(particles, text[next.start:next.end])
}

// maxApart is how many characters a name has of which each stands alone.
const maxApart = 4

// particles end a name and are no part of it.
const particles = "啊呀呢吧了哦喔嗯哈的吗么嘛哟诶欸啦噢对是好"

// LooksWritten reports whether a text is a name and little else, though not one
// written as it should be: 余重阳1, Yu Chongyang.
func LooksWritten(text string) bool {
	han, letters := 0, 0
	for _, r := range text {
		switch {
		case isHan(r):
			han++
		case isLetter(r):
			letters++
		case !isSpace(r) && !isDot(r) && (r < '0' || r > '9') && r != '.' && r != '-':
			return false
		}
	}
	return han == 0 && letters > 3 || han > 1 && han <= 4 && Surname(text) != "" && !isQuestion(text)
}

// candidate judges a piece; the second result is the reason why it is no name.
func (p piece) candidate(text string) (candidate, string) {
	end := trimTail(text, p.start, p.end)
	v, why := judgeName(joined(text[p.start:end]))
	switch {
	case p.mixed:
		return candidate{}, "mixed"
	case sameRune(text[p.start:p.end]):
		return candidate{}, "not_a_name"
	case why == "bad_length" && runes(v) < minName && surnameOf(v) == "":
		return candidate{}, "not_a_name" // an odd character, not half a name
	case why != "":
		return candidate{}, why
	case end == p.end && p.lead&label != 0 && p.lead&(is|fix) != 0 && isWordName(v) && endsAt(text, end):
	case !plausible(v, p.lead&label != 0 && p.lead&is != 0 || p.lead&fix != 0):
		return candidate{}, "not_a_name"
	}
	return candidate{span: span{start: p.start, end: end, value: v}, lead: p.lead, surname: surnameOf(v) != ""}, ""
}

// endsAt reports whether a statement ends at a place in text: 居民 is part of
// another word in 什么叫居民身份证.
func endsAt(text string, at int) bool {
	r, _ := utf8.DecodeRuneInString(text[at:])
	return !isHan(r) && !isQuestion(text)
}

// joined drops what is put between the characters of a name.
func joined(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '.':
			return dot
		case isSpace(r) || isInvisible(r):
			return -1
		}
		return r
	}, s)
}

// trimTail drops polite endings from the piece text[start:end], as long as
// enough is left to be a name.
func trimTail(text string, start, end int) int {
	for cut := true; cut; {
		cut = false
		for _, tail := range nameTails {
			rest, ok := strings.CutSuffix(text[start:end], tail)
			if ok && utf8.RuneCountInString(rest) >= minName {
				end, cut = start+len(rest), true
			}
		}
	}
	return end
}

// scanNames returns the names that text gives without being asked: behind a
// label, or, when beside says that other details stand there too, the only
// piece that is like a name in every way.
func scanNames(text string, beside bool) (span, bool) {
	if !beside && !strings.Contains(text, "名") && !strings.Contains(text, "叫") {
		return span{}, false
	}
	if s, ok := nameInParts(text); ok && !isQuestion(text) {
		return s, true
	}
	var pbuf [16]piece
	var cbuf [8]candidate
	pieces := slices.DeleteFunc(namePieces(text, pbuf[:0]), func(p piece) bool {
		return p.lead&(label|deny) == 0 && (!beside || p.end-p.start > maxPlain || surnameOf(text[p.start:p.end]) == "")
	})
	list, _ := candidates(text, pieces, cbuf[:0])
	labelled, plain := 0, 0
	for i, c := range list {
		switch {
		case c.lead&label != 0 && (c.surname || c.lead&(is|fix) != 0):
			labelled++
		case c.plain():
			plain++
		default:
			list[i].lead = 0
			continue
		}
		list[i].surname = true
	}
	if labelled > 0 {
		s, why := pick(text, list, 3)
		if why == "" && strings.HasPrefix(text[s.end:], " ") { // is it all of the name?
			_, why = findName(text)
		}
		return s, why == "" && s.value != ""
	}
	if !beside || plain != 1 || isQuestion(text) {
		return span{}, false
	}
	for _, c := range list {
		if c.plain() {
			return c.span, true
		}
	}
	return span{}, false
}

// nameParts is how people say what their surname is and what they are called.
var nameParts = regexp.MustCompile(`姓\s*(\p{Han}{1,2}?)[\s,，、。；;]*(?:名字?叫?|叫)[\s:：]*(\p{Han})`)

// nameInParts reads 姓林，名小满: neither part is the name.
func nameInParts(text string) (span, bool) {
	if !strings.Contains(text, "姓") {
		return span{}, false
	}
	at := nameParts.FindStringSubmatchIndex(text)
	if at == nil || surnameOf(text[at[2]:at[3]]) != text[at[2]:at[3]] {
		return span{}, false
	}
	var buf [16]piece
	pieces := namePieces(text[at[4]:], buf[:0])
	if len(pieces) == 0 || pieces[0].start != 0 {
		return span{}, false
	}
	end := trimTail(text, at[4], at[4]+pieces[0].end)
	surname, given := text[at[2]:at[3]], joined(text[at[4]:end])
	s := span{start: at[2], end: end, value: surname + strings.TrimPrefix(given, surname)}
	return s, runes(s.value) > runes(surname) && runes(s.value) <= runes(surname)+2 && (isWordName(s.value) || plausible(s.value, true))
}

// plain reports whether the piece is like a name in every way. 那 begins a
// sentence more often than a name.
func (c candidate) plain() bool {
	return c.surname && runes(c.value) <= runes(surnameOf(c.value))+2 && !strings.HasPrefix(c.value, "那")
}

func runes(s string) int { return utf8.RuneCountInString(s) }
