package intents

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxBytes is the most that Normalize returns; the rest of a longer text is cut
// at a rune border.
const MaxBytes = 16 << 10

// Normalize makes any input safe to look at and to store: valid UTF-8 of at
// most [MaxBytes], without invisible characters, in NFKC (full width becomes
// half width), dashes as "-", lines ending in "\n", no space around. It does
// not touch the dots of names and does not convert traditional characters: it
// is what the visitor wrote. Normalizing twice changes nothing more.
func Normalize(s string) string {
	s = capBytes(s)
	if !isPlain(s) {
		s = strip(strings.ToValidUTF8(s, ""))
	}
	if !isPlain(s) && norm.NFKC.QuickSpanString(s) != len(s) {
		s = strip(norm.NFKC.String(s))
	}
	return strings.TrimSpace(capBytes(s))
}

// isPlain reports whether s is made only of characters that Normalize leaves
// alone wherever they stand, as most messages are.
func isPlain(s string) bool {
	for _, r := range s {
		switch {
		case r >= 0x4e00 && r <= 0x9fff, r >= ' ' && r < 0x7f, r == '\n', r == '。', r == '、', r == '“', r == '”', r == '《', r == '》':
		default:
			return false
		}
	}
	return true
}

// capBytes cuts s to MaxBytes, never inside a character.
func capBytes(s string) string {
	if len(s) <= MaxBytes {
		return s
	}
	n := MaxBytes
	for n > MaxBytes-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// strip drops what cannot be seen and unifies what looks alike. It returns s
// itself when there is nothing to do, which is nearly always.
func strip(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(visible, s)
}

// visible maps one rune for strip; -1 drops it.
func visible(r rune) rune {
	switch {
	case r >= 0x4e00 && r <= 0x9fff, r == '\n', r >= ' ' && r < 0x7f:
		return r // most of what is written here, so it skips the tables below
	case r >= 0xff01 && r <= 0xff5e:
		return r - 0xff01 + '!' // full width, as NFKC does, which need not be asked for it
	case r == '\t':
		return ' '
	case r == '\r' || r == '\v' || r == '\f' || r == 0x85 || r == 0x2028 || r == 0x2029:
		return '\n'
	case r < 0xa0 || r == utf8.RuneError:
		return -1
	}
	if to := lookalike(r); to != 0 {
		return to
	}
	if unicode.In(r, unicode.Cf, unicode.Zs, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) {
		if unicode.Is(unicode.Zs, r) {
			return ' '
		}
		return -1
	}
	if r == 0x2800 || r == 0x1160 || r == 0x115f { // blank Braille, Hangul fillers
		return -1
	}
	return r
}

// lookalike returns the plain form of punctuation that NFKC leaves alone, 0 if
// r is none. The middle dot and its variants are letters of names: slot maps
// them, where a name is awaited.
func lookalike(r rune) rune {
	switch r {
	case '‐', '‑', '‒', '–', '—', '―', '⁃', '−', '─', '━', '﹣', '－':
		return '-'
	case '〜', '～', '∼', '˷':
		return '~'
	case '﹡', '∗', '✱', '＊':
		return '*'
	case '❓', '❔':
		return '?'
	}
	return 0
}
