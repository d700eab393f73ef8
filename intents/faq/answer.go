package faq

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"fenfu/intents"
)

// What an entry's score is made of, and what it takes to answer. Likeness to a
// question form is 0 to 1.
const (
	perKeyword = 0.10 // for each character of the longest keyword found
	maxKeyword = 0.45
	topicBonus = 0.15 // the entry is for the topic of the question
	enough     = 0.50
	enoughBare = 0.60 // for what is neither a question nor of a known topic; it needs a keyword, too
	margin     = 0.06 // to the runner-up
	alone      = 0.75 // how far likeness counts without a keyword and the topic
)

// Book holds the entries. It never changes and is safe for use by many.
type Book struct {
	entries  []Entry
	keywords [][]string // folded, by entry
	forms    []form
	weights  map[pair]float64 // how telling a pair of characters is
	where    map[pair][]int   // the forms that hold it
	defaults map[intents.Intent]int
}

// form is one question form of an entry.
type form struct {
	entry int
	total float64 // weight of its pairs
}

// pair is two characters that follow each other.
type pair [2]rune

func index(entries []Entry) *Book {
	b := &Book{
		entries: entries, keywords: make([][]string, len(entries)),
		weights: map[pair]float64{}, where: map[pair][]int{}, defaults: map[intents.Intent]int{},
	}
	var formPairs [][]pair
	for i, e := range entries {
		for _, t := range e.DefaultFor {
			b.defaults[t] = i
		}
		for _, k := range e.Keywords {
			b.keywords[i] = append(b.keywords[i], fold(k))
		}
		for _, q := range e.Questions {
			ps := pairs(fold(q))
			for _, p := range ps {
				b.where[p] = append(b.where[p], len(b.forms))
			}
			b.forms = append(b.forms, form{entry: i})
			formPairs = append(formPairs, ps)
		}
	}
	for p, in := range b.where {
		b.weights[p] = math.Log(1 + float64(len(b.forms))/float64(len(in)))
	}
	for i, ps := range formPairs {
		b.forms[i].total = b.weight(ps)
	}
	return b
}

// weight sums the weights of ps. A pair that no form holds tells that the text
// is about something else, so it weighs as much as the rarest.
func (b *Book) weight(ps []pair) float64 {
	rare := math.Log(1 + float64(len(b.forms)))
	sum := 0.0
	for _, p := range ps {
		if w, ok := b.weights[p]; ok {
			sum += w
		} else {
			sum += rare
		}
	}
	return sum
}

// Entries returns all entries, in their order. The caller must not change them.
func (b *Book) Entries() []Entry { return b.entries }

// Hit is an entry and how well it fits a question: about 0 to 1.
type Hit struct {
	Entry Entry
	Score float64
}

// Retrieve returns the entries that fit text best, at most k, the best first.
// They may all be beside the point.
func (b *Book) Retrieve(text string, k int) []Hit {
	t := fold(text)
	scores := b.likeness(t)
	var hits []Hit
	for i, e := range b.entries {
		if s := scores[i] + keyword(t, b.keywords[i]); s > 0 {
			hits = append(hits, Hit{e, s})
		}
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	return hits[:min(k, len(hits))]
}

// Answer returns the entry that answers text, whose meaning is m, if one
// clearly does. It answers questions and topics, never a bare detail, an act or
// a request to start.
func (b *Book) Answer(text string, m intents.Match) (Entry, bool) {
	if m.Decision == intents.Start {
		return Entry{}, false
	}
	t := fold(text)
	need := enough
	if m.Intent == intents.None && !m.Question {
		need = enoughBare
	}
	scores := b.likeness(t)
	for i, e := range b.entries {
		k := keyword(t, b.keywords[i])
		scores[i] += k
		if k == 0 && need == enoughBare {
			scores[i] = 0
		}
		switch {
		case scores[i] > 0 && slices.Contains(e.Intents, m.Intent) && m.Intent != intents.Other:
			scores[i] += topicBonus
		case k == 0:
			scores[i] *= alone
		}
	}
	best, second := top(scores)
	if scores[best] >= need && (second < 0 || scores[best]-scores[second] >= margin) {
		return b.entries[best], true
	}
	if i, ok := b.defaults[m.Intent]; ok {
		return b.entries[i], true
	}
	return Entry{}, false
}

// likeness returns for every entry how much t is like its nearest form: the
// share of pairs they have in common, by weight.
func (b *Book) likeness(t string) []float64 {
	ps := pairs(t)
	total := b.weight(ps)
	common := make([]float64, len(b.forms))
	for _, p := range ps {
		for _, f := range b.where[p] {
			common[f] += b.weights[p]
		}
	}
	best := make([]float64, len(b.entries))
	for i, f := range b.forms {
		if common[i] > 0 {
			best[f.entry] = max(best[f.entry], 2*common[i]/(total+f.total))
		}
	}
	return best
}

// keyword returns what the longest keyword in t is worth.
func keyword(t string, keywords []string) float64 {
	worth := 0.0
	for _, k := range keywords {
		if strings.Contains(t, k) {
			worth = max(worth, min(maxKeyword, perKeyword*float64(len([]rune(k)))))
		}
	}
	return worth
}

// top returns the entries with the best and the second best score, -1 for a
// second that is none.
func top(scores []float64) (best, second int) {
	second = -1
	for i := 1; i < len(scores); i++ {
		switch {
		case scores[i] > scores[best]:
			best, second = i, best
		case second < 0 || scores[i] > scores[second]:
			second = i
		}
	}
	return best, second
}

// pairs returns the pairs of characters in t, each once.
func pairs(t string) []pair {
	r := []rune(t)
	ps := make([]pair, 0, len(r))
	for i := 0; i+1 < len(r); i++ {
		if p := (pair{r[i], r[i+1]}); !slices.Contains(ps, p) {
			ps = append(ps, p)
		}
		if i == 512 { // a question is not longer
			break
		}
	}
	return ps
}

// fold makes questions comparable: as intents.Fold, with words that ask the
// same way in one form, and without the politeness around them.
func fold(s string) string { return plain.Replace(intents.Fold(s)) }

var plain = strings.NewReplacer(
	"怎么样才", "怎么", "怎么才", "怎么", "怎样", "怎么", "如何", "怎么", "咋", "怎么", "为啥", "为什么", "啥", "什么", "为何", "为什么",
	"多长时间", "多久", "多少时间", "多久", "什么时间", "什么时候", "何时", "什么时候", "能不能", "可以", "可不可以", "可以", "能否", "可以",
	"请问", "", "你好", "", "您好", "", "一下", "", "的", "", "吗", "", "呢", "", "啊", "", "呀", "", "嘛", "", "了", "",
)
