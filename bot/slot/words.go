package slot

import (
	"sync"
	"unicode/utf8"
)

// word is an entry of a table of words, with what it leads on to.
type word struct {
	text string
	lead lead
}

// words is a table of words by their first character.
type words map[rune][]word

func (x words) add(w word) {
	first, _ := utf8.DecodeRuneInString(w.text)
	x[first] = append(x[first], w)
}

// at returns the longest word that s begins with, and whether there is one.
func (x words) at(s string) (string, lead, bool) {
	first, _ := utf8.DecodeRuneInString(s)
	best := word{}
	for _, w := range x[first] {
		if len(w.text) > len(best.text) && len(w.text) <= len(s) && s[:len(w.text)] == w.text {
			best = w
		}
	}
	return best.text, best.lead, best.text != ""
}

func index(list []string) words {
	x := make(words, len(list))
	for _, s := range list {
		x.add(word{text: s})
	}
	return x
}

// The tables by first character, made when they are first used.
var (
	nameIndex = sync.OnceValue(func() words {
		x := make(words, len(nameWords))
		for _, w := range nameWords {
			x.add(w)
		}
		return x
	})
	surnameIndex = sync.OnceValue(func() words {
		x := index(compoundSurnames[:])
		for _, r := range surnames {
			x.add(word{text: string(r)})
		}
		return x
	})
	sentenceIndex = sync.OnceValue(func() words { return index(sentenceWords[:]) })
	notNameIndex  = sync.OnceValue(func() words { return index(notNames[:]) })
)
