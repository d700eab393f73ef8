package llm

import (
	"strings"
	"unicode"

	"fenfu/intents"
)

// turns tell a sentence that says the opposite of what the entries say, in their
// own words: a negation less, or one more.
type turns struct {
	denied   map[[2]rune]bool // pairs behind a negation
	plain    map[[2]rune]bool // pairs behind anything else
	parted   map[[2]rune]bool // pairs with a negation between
	together map[[2]rune]bool // pairs with nothing between
	negated  map[string]bool  // negations with what follows, up to reach characters
}

// reach is how far what a negation denies is looked at, in characters.
const reach = 4

func newTurns() turns {
	return turns{map[[2]rune]bool{}, map[[2]rune]bool{}, map[[2]rune]bool{}, map[[2]rune]bool{}, map[string]bool{}}
}

// negates reports whether r[i] denies what follows. 会不会 asks.
func negates(r []rune, i int) bool {
	switch r[i] {
	case '不':
		return i == 0 || i+1 == len(r) || r[i-1] != r[i+1]
	case '没', '未', '无', '勿':
		return true
	}
	return false
}

// behind reports whether a negation stands before r[i]; one that only asks does.
func behind(r []rune, i int) bool {
	if i > 1 && r[i-1] == '有' && r[i-2] == '没' {
		return true
	}
	return i > 0 && (r[i-1] == '不' || negates(r, i-1))
}

// learn takes in what an entry says.
func (t turns) learn(text string) {
	eachRun(text, func(r []rune) {
		for i := range r {
			if negates(r, i) {
				for n := i + 2; n <= min(i+reach, len(r)); n++ {
					t.negated[string(r[i:n])] = true
				}
				if i > 0 && i+1 < len(r) {
					t.parted[[2]rune{r[i-1], r[i+1]}] = true
				}
			}
			if i+1 == len(r) {
				break
			}
			pair := [2]rune{r[i], r[i+1]}
			if t.together[pair] = true; behind(r, i) {
				t.denied[pair] = true
			} else {
				t.plain[pair] = true
			}
		}
	})
}

// turned reports whether a sentence says what the entries only deny, or denies
// what they do not.
func (t turns) turned(sentence string) (found bool) {
	eachRun(sentence, func(r []rune) {
		for i := range r {
			if negates(r, i) && i+1 < len(r) && !t.negated[string(r[i:min(i+reach, len(r))])] {
				found = true
			}
			if i+1 == len(r) {
				break
			}
			pair := [2]rune{r[i], r[i+1]}
			if t.denied[pair] && !t.plain[pair] && !behind(r, i) || t.parted[pair] && !t.together[pair] {
				found = true
			}
		}
	})
	return found
}

// eachRun calls do with the Chinese characters of every clause.
func eachRun(text string, do func([]rune)) {
	for _, clause := range strings.FieldsFunc(text, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }) {
		if run := []rune(intents.Fold(clause)); len(run) > 0 {
			do(run)
		}
	}
}
