package guard

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// byLook and bySound write Cyrillic and Greek letters as the Latin ones that
// they look like, or else sound like; and the other way round.
var (
	byLook  = letters("аaвbеeкkмmнhоoрpсcтtуyхxіiјjѕsԁdһhԛqԝwьb αaβbγyεeιiκkνvοoρpτtυuχxμuηnωw", foreign)
	bySound = letters("аaвwеeкkмmнnоoрrсsтtуuхhіiјjѕsԁdһhԛqԝw αaβbγgεeιiκkνnοoρrτtυuχhμmηiωo", foreign)
)

// foreign ones look like none: what they sound like.
const foreign = "бbгgдdзzиiйiлlпpфfцcыiэeёe δdζzλlσsπp"

// letters reads pairs, of a letter and the one to put in its place.
func letters(pairs ...string) map[rune]rune {
	to := map[rune]rune{}
	for _, list := range pairs {
		r := []rune(strings.ReplaceAll(list, " ", ""))
		for i := 0; i < len(r); i += 2 {
			to[r[i]] = r[i+1]
		}
	}
	return to
}

// readings returns a text as it is read: once if its letters are plain, twice if
// some are of scripts that nobody writes here but to hide a word.
func readings(normal string) []string {
	if strings.IndexFunc(normal, strange) < 0 {
		return []string{normal}
	}
	plain := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1 // the tones of pinyin
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(normal))
	look, sound := replace(plain, byLook), replace(plain, bySound)
	if look == sound {
		return []string{look}
	}
	return []string{look, sound}
}

// strange reports whether r is a letter between plain Latin and Chinese ones.
func strange(r rune) bool { return r >= 0xc0 && r < 0x2000 && unicode.IsLetter(r) }

func replace(s string, to map[rune]rune) string {
	return strings.Map(func(r rune) rune {
		if l, ok := to[r]; ok {
			return l
		}
		return r
	}, s)
}
