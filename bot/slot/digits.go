package slot

import (
	"unicode"
	"unicode/utf8"
)

// maxDigits is the longest number that is taken apart. Longer ones are no
// detail of any kind; they are only counted, and hidden.
const maxDigits = 64

// maxGap is how many spaces, dashes or brackets in a row may stand inside one
// number.
const maxGap = 4

// minSpoken is how many Chinese numerals in a row beside typed digits belong to
// the number; fewer are words like 一下, or the end of a name like 张三.
const minSpoken = 3

// digits is a number as it was written: digits in any script, perhaps with
// spaces and dashes between, perhaps spoken. An X in a place where an ID number
// may end counts as a digit.
type digits struct {
	start, end int // byte offsets of the first digit, or of a plus sign before it, and past the last
	n          int // how many digits there are; only maxDigits of them are kept
	d          [maxDigits]byte
	at         [maxDigits]int32 // byte offset of each
	past       [maxDigits]int32 // byte offset past each
	first      [maxDigits]bool  // a gap, or another way of writing, comes before it
	spoken     int              // how many were Chinese numerals
	odd        bool             // has digits of a script that no Chinese number is written in
	plus       bool             // a plus sign comes before
	before     rune             // the neighbours, 0 at the ends of the text
	after      rune
}

// next reads the first number in text from byte offset from on and reports
// whether there is one. The search goes on from g.end.
func (g *digits) next(text string, from int) bool {
	i, last := from, rune(0)
	if from > 0 {
		last, _ = utf8.DecodeLastRuneInString(text[:from])
	}
	plus, plusAt := false, 0
	for i < len(text) {
		r, size := decode(text, i)
		if v, how := digitOf(r); how != notDigit {
			g.start, g.n, g.spoken, g.odd = i, 0, 0, false
			g.before, g.after, g.plus = last, 0, plus
			if plus {
				g.start = plusAt
			}
			g.add(v, how, i, size, true)
			g.rest(text, i+size, how)
			return true
		}
		if !isInvisible(r) {
			if r == '+' || r == '＋' {
				plus, plusAt = true, i
			} else {
				plus = plus && isGap(r)
			}
			last = r
		}
		i += size
	}
	return false
}

// rest reads on behind the first digit, to the first thing that no number has
// inside.
func (g *digits) rest(text string, i int, prev writing) {
	gap := 0
	for i < len(text) {
		r, size := decode(text, i)
		v, how := digitOf(r)
		switch {
		case how == typed && g.spoken == g.n && g.n < minSpoken:
			// "张三 138…": the numeral is a word, the number begins here.
			g.before, _ = utf8.DecodeLastRuneInString(text[:i])
			g.start, g.n, g.spoken = i, 0, 0
			g.add(v, how, i, size, true)
			prev, gap = how, 0
		case how == chinese && gap > 0 && prev == typed && !isSpoken(text[i:]):
			return
		case how != notDigit:
			g.add(v, how, i, size, gap > 0 || how != prev)
			prev, gap = how, 0
		case isX(r) && gap <= 1 && (g.n == 17 || endsWord(text, i+size)), r == '叉' && gap == 0 && g.n == 17:
			g.add('X', typed, i, size, gap > 0)
			prev, gap = notDigit, 0 // no group goes on behind it
		case isInvisible(r):
		case isGap(r) && gap < maxGap:
			gap++
		default:
			if gap == 0 {
				g.after = r
			}
			return
		}
		i += size
	}
}

// isSpoken reports whether s begins with enough numerals to be part of a number
// and not of a word.
func isSpoken(s string) bool {
	n := 0
	for _, r := range s {
		if numeral(r) == 0 {
			break
		}
		n++
	}
	return n >= minSpoken
}

func (g *digits) add(v byte, how writing, at, size int, first bool) {
	if g.n < maxDigits {
		g.d[g.n], g.first[g.n] = v, first || g.n == 0
		g.at[g.n], g.past[g.n] = int32(at), int32(at+size)
	}
	g.n++
	g.end = at + size
	switch how {
	case chinese:
		g.spoken++
	case foreign:
		g.odd = true
	}
}

// all returns the digits kept.
func (g *digits) all() []byte { return g.d[:min(g.n, maxDigits)] }

// from is where the number that begins with digit i begins in the text.
func (g *digits) from(i int) int {
	if i == 0 {
		return g.start
	}
	return int(g.at[i])
}

// border reports whether digit i begins a group, or is past the end.
func (g *digits) border(i int) bool { return i >= g.n || g.first[i] }

// whole reports whether digits i to j-1 are one group.
func (g *digits) whole(i, j int) bool {
	if !g.border(i) || !g.border(j) {
		return false
	}
	for k := i + 1; k < j; k++ {
		if g.first[k] {
			return false
		}
	}
	return true
}

// writing is how a digit is written.
type writing uint8

const (
	notDigit writing = iota
	typed            // ASCII or full width
	chinese          // a numeral, plain, capital or as spoken on the telephone
	foreign          // any other script's
)

// digitOf returns the digit that r stands for, in ASCII, and how it is written.
func digitOf(r rune) (byte, writing) {
	switch {
	case r < utf8.RuneSelf:
		if '0' <= r && r <= '9' {
			return byte(r), typed
		}
		return 0, notDigit
	case '０' <= r && r <= '９':
		return byte(r-'０') + '0', typed
	case r >= 0x3000:
		if v := numeral(r); v != 0 {
			return v, chinese
		}
		if r <= 0x9fff {
			return 0, notDigit
		}
	case r == '○':
		return '0', chinese
	}
	if unicode.IsDigit(r) {
		return '0', foreign
	}
	return 0, notDigit
}

// numeral returns the digit of a Chinese numeral, 0 if r is none.
func numeral(r rune) byte {
	switch r {
	case '〇', '零', '洞':
		return '0'
	case '一', '壹', '幺', '弌':
		return '1'
	case '二', '贰', '貳', '弍', '两':
		return '2'
	case '三', '叁', '參', '叄', '弎':
		return '3'
	case '四', '肆':
		return '4'
	case '五', '伍':
		return '5'
	case '六', '陆', '陸':
		return '6'
	case '七', '柒', '拐':
		return '7'
	case '八', '捌':
		return '8'
	case '九', '玖', '勾':
		return '9'
	}
	return 0
}

// isX reports whether r is written for the X that an ID number can end in.
func isX(r rune) bool {
	switch r {
	case 'X', 'x', 'Ｘ', 'ｘ', '×', '✕', '✖', '╳', 'Х', 'х', 'Χ', 'χ', 'Ⅹ', 'ⅹ':
		return true
	}
	return false
}

// isGap reports whether r may stand between the digits of one number.
func isGap(r rune) bool {
	switch r {
	case ' ', '\t', '-', '.', '(', ')', 0xa0, '　', '（', '）', '－', '．', '−', '─', '━':
		return true
	}
	return '\u2000' <= r && r <= '\u200a' || '\u2010' <= r && r <= '\u2015' || r == 0x202f || r == 0x205f
}

// isInvisible reports whether r takes no place on paper.
func isInvisible(r rune) bool {
	switch {
	case r < 0xad:
		return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 && r != 0x85
	case r == 0xad, r == 0x34f, r == 0x61c, r == 0x115f, r == 0x1160, r == 0x180e, r == 0x20e3, r == 0xfeff, r == 0x3164, r == 0xffa0:
		return true
	case r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f:
		return true
	}
	return r >= 0xfe00 && r <= 0xfe0f || r >= 0xfff9 && r <= 0xfffb || r >= 0xe0000 && r <= 0xe0fff
}

// endsWord reports whether no letter and no digit follows at i.
func endsWord(text string, i int) bool {
	for i < len(text) {
		r, size := decode(text, i)
		if !isInvisible(r) {
			_, how := digitOf(r)
			return !isWordByte(r) && (how == notDigit || how == chinese) && !isX(r)
		}
		i += size
	}
	return true
}

// isWordByte reports whether r is an ASCII letter, digit, or one of the signs
// that join such into addresses and account names.
func isWordByte(r rune) bool {
	return isLetter(r) || '0' <= r && r <= '9' || r == '_' || r == '@'
}

func isLetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

// decode is utf8.DecodeRuneInString(s[i:]) that is quick for ASCII.
func decode(s string, i int) (rune, int) {
	if c := s[i]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	return utf8.DecodeRuneInString(s[i:])
}
