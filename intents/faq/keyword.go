package faq

import (
	"strings"
	"unicode/utf8"
)

// What a keyword is worth, and how far its words may be apart.
const (
	anyKeyword = 0.10
	perKeyword = 0.06 // for each character
	maxKeyword = 0.46
	maxGap     = 24 // bytes, eight characters
)

// keyword is words that point to an entry when they occur in this order.
type keyword struct {
	entry int
	words []string
	worth float64
}

// keyword notes k.
func (bk *Book) keyword(k keyword) {
	first, _ := utf8.DecodeRuneInString(k.words[0])
	bk.keywords[first] = append(bk.keywords[first], k)
}

func newKeyword(entry int, words []string) keyword {
	n := 0
	for _, w := range words {
		n += utf8.RuneCountInString(w)
	}
	return keyword{entry, words, min(maxKeyword, anyKeyword+perKeyword*float64(n))}
}

// in reports whether the keyword is in t, of which its first word's first
// character is at the beginning.
func (k keyword) in(t string) bool {
	rest, ok := strings.CutPrefix(t, k.words[0])
	for _, word := range k.words[1:] {
		if !ok {
			return false
		}
		at := strings.Index(rest[:min(len(rest), maxGap+len(word))], word)
		if ok = at >= 0; ok {
			rest = rest[at+len(word):]
		}
	}
	return ok
}

// point notes for every entry what its longest keyword in t is worth.
func (bk *Book) point(t string, worth []float64) {
	var before rune
	for i, r := range t {
		not := before == '没' && r == '有' // 没有入口 is not 有入口
		before = r
		if not {
			continue
		}
		for _, k := range bk.keywords[r] {
			if k.worth > worth[k.entry] && k.in(t[i:]) {
				worth[k.entry] = k.worth
			}
		}
	}
}
