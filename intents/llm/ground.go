package llm

import (
	"strings"
	"unicode"

	"fenfu/intents"
	"fenfu/intents/faq"
)

// minShared is how much of a sentence, in pairs of characters, must stand in the
// entries it rests on.
const minShared = 0.6

// said is what entries say; how else visitors ask for them is nobody's claim.
// Nor is a title that asks whether something is so.
func said(entries []faq.Entry) []string {
	var texts []string
	for _, e := range entries {
		if title := e.Title(); !strings.HasSuffix(title, "吗") {
			texts = append(texts, title)
		}
		texts = append(texts, e.Answer)
	}
	return texts
}

// ground is what the cited entries say, to hold sentences against.
type ground struct {
	pairs map[[2]rune]bool
	words map[string]bool // runs of Latin letters and digits
	turns turns
}

func newGround(texts []string) *ground {
	g := &ground{pairs: map[[2]rune]bool{}, words: map[string]bool{}, turns: newTurns()}
	for _, text := range texts {
		g.turns.learn(text)
		eachPair(text, func(p [2]rune) { g.pairs[p] = true })
		for _, w := range words(text) {
			g.words[w] = true
		}
	}
	return g
}

// holds reports whether the sentence is plain text and says little that the
// entries do not say, and no word or figure that they do not have, and turns
// nothing of it into its opposite.
func (g *ground) holds(sentence string) bool {
	return g.shares(sentence, glue, minShared) && !g.turns.turned(sentence)
}

// shares is holds with other words that may stand around, and another share.
func (g *ground) shares(sentence string, glue *strings.Replacer, least float64) bool {
	for _, c := range sentence {
		if !ordinary(c) {
			return false
		}
	}
	for _, w := range words(sentence) {
		if !g.words[w] {
			return false
		}
	}
	all, shared := 0.0, 0.0
	eachPair(glue.Replace(sentence), func(p [2]rune) {
		all++
		if g.pairs[p] {
			shared++
		}
	})
	return shared >= least*all
}

// ordinary reports whether a character may stand in an answer at all.
func ordinary(c rune) bool {
	switch c {
	case '<', '>', '{', '}', '|', '\\', '@', '~', '^', '=', '$', '¥', '￥', '%', '％', '‰', '&':
		return false
	case '\n', ' ', '+', '→':
		return true
	}
	return c < unicode.MaxASCII && c > ' ' || unicode.In(c, unicode.Han, unicode.P)
}

// around is what an answer may say around what the entries say.
var around = []string{
	"您好", "你好", "请注意", "根据资料", "总的来说", "具体来说", "也就是说", "另外", "此外",
	"同时", "因此", "所以", "如果", "建议您", "谢谢", "的话", "以及", "或者", "然后",
}

var glue = strings.NewReplacer(bars(around)...)

// eachPair calls do with every two Chinese characters that stand together.
func eachPair(text string, do func([2]rune)) {
	var last rune
	for _, c := range intents.Fold(text) {
		han := unicode.Is(unicode.Han, c)
		if han && last != 0 {
			do([2]rune{last, c})
		}
		if last = 0; han {
			last = c
		}
	}
}

// words returns the runs of letters other than Chinese and of digits in text,
// in small letters. Numbers in Chinese characters are left to the pairs.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(c rune) bool {
		return unicode.Is(unicode.Han, c) || !unicode.IsLetter(c) && !unicode.IsDigit(c)
	})
}
