package faq

import (
	"cmp"
	"math"
	"slices"
	"unicode/utf8"

	"fenfu/intents"
)

// What makes an entry fit. The parts were weighed on measuring sets, each with
// the forms of the others.
const (
	likePart     = 0.60 // of the likeness to its nearest question form, 0 to 1
	coverPart    = 0.30 // of BM25, 0 to 1
	evidencePart = 0.45 // of the evidence, about -1 to 4
	pointPart    = 0.35 // of its longest keyword
	topicBonus   = 0.12 // the entry is for the topic of the question
	usualBonus   = 0.12 // it is the entry for that topic when no other fits
)

// What a score is made of: a logistic regression on whether the entry that fits
// best is the right one.
const (
	scoreBase    = -3.9
	byStranger   = 1.35 // for how much better it fits than questions about other things
	byRunnerUp   = 1.45 // for how much better than the next entry
	byEvidence   = 0.15 // for all the evidence against other things, so that few words give little
	maxEvidence  = 25
	byOtherThing = -2.9 // for a word that names another thing
)

// What it takes.
const (
	enough     = 0.93 // to answer
	enoughBare = 0.97 // for what is of no known topic and asks nothing, or holds no keyword of the entry
	minBare    = 5    // characters of such a text
	apart      = 0.12 // fit of it and the next one
	perhaps    = 0.20 // to be asked back
	beside     = 0.35 // of the best one's fit, to be asked back beside it
	same       = 0.95 // likeness of one of its forms itself
	maxNear    = 3
)

// Hit is an entry that fits a question, and how likely it is to be the one
// that answers it: 0 to 1.
type Hit struct {
	Entry Entry
	Score float64

	fit, like float64
	named     bool // the question holds one of its keywords
}

// Exact reports whether the question is one of the entry's forms itself.
func (h Hit) Exact() bool { return h.like >= same }

// Found is what the book has for a question. At most one of the fields is set.
type Found struct {
	Answer *Hit  // the entry that answers it
	Near   []Hit // one to three that may: ask which one is meant
}

// Entries returns all entries, in their order. The caller must not change them.
func (bk *Book) Entries() []Entry { return bk.entries }

// Entry returns the entry with the id, unless it is outside its dates.
func (bk *Book) Entry(id string) (Entry, bool) {
	i, ok := bk.byID[id]
	if !ok || !bk.entries[i].Valid(bk.now()) {
		return Entry{}, false
	}
	return bk.entries[i], true
}

// Retrieve returns the k entries that fit text best, the best first. It does
// not judge whether they answer it.
func (bk *Book) Retrieve(text string, k int) []Hit {
	return bk.rank(text, intents.Match{Intent: intents.Other}, k)
}

// Answer is the entry that Find is sure of.
func (bk *Book) Answer(text string, m intents.Match) (Entry, bool) {
	f := bk.Find(text, m)
	if f.Answer == nil {
		return Entry{}, false
	}
	return f.Answer.Entry, true
}

// Find looks for the answer to text, whose meaning is m. It answers questions
// and topics, never a bare detail, an act or a request to start.
func (bk *Book) Find(text string, m intents.Match) Found {
	if m.Decision == intents.Start {
		return Found{}
	}
	hits := bk.rank(text, m, maxNear)
	if len(hits) == 0 {
		return Found{}
	}
	need, bare := enough, m.Intent == intents.None && !m.Question
	if bare || !hits[0].named { // 会不会被拒 is like half of 卡里没钱会被拒吗
		need = enoughBare
	}
	switch {
	case asked(hits):
		return Found{Answer: &hits[0]}
	case bare && (slices.Contains(replies[:], m.Act) || utf8.RuneCountInString(m.Folded) < minBare): // a name, a yes
		return Found{}
	case hits[0].Score >= need && (len(hits) < 2 || hits[0].fit-hits[1].fit >= apart):
		return Found{Answer: &hits[0]}
	case hits[0].Score < perhaps:
		return Found{}
	}
	return Found{Near: slices.DeleteFunc(hits, func(h Hit) bool { return h.fit < beside*hits[0].fit })}
}

// asked reports whether the question is a form of the best entry, and of no other.
func asked(hits []Hit) bool {
	return hits[0].like >= same && !slices.ContainsFunc(hits[1:], func(h Hit) bool { return h.like >= same })
}

// replies are acts that answer the bot and ask it nothing.
var replies = [...]intents.Act{
	intents.Affirm, intents.Deny, intents.Cancel, intents.Back, intents.StartOver, intents.Thanks, intents.Refuse,
}

// rank returns the k entries that fit best, of those that fit at all.
func (bk *Book) rank(text string, m intents.Match, k int) []Hit {
	q := bk.ask(bk.words.fold(text))
	now := bk.now()
	var hits []Hit
	var all []float64 // the evidence of all pairs together
	for i, e := range bk.entries {
		fit := bk.fit(q, m, i)
		if q.likes[i]+q.points[i] == 0 || !e.Valid(now) || len(hits) > k && fit <= hits[k].fit {
			continue
		}
		at, _ := slices.BinarySearchFunc(hits, fit, func(h Hit, f float64) int { return cmp.Compare(f, h.fit) })
		hits = slices.Insert(hits, at, Hit{Entry: e, fit: fit, like: q.likes[i], named: q.points[i] > 0})
		all = slices.Insert(all, at, q.known*(q.evidence[i]-q.evidence[len(bk.entries)]))
		hits, all = hits[:min(len(hits), k+1)], all[:min(len(hits), k+1)]
	}
	stranger, base := bk.fit(q, m, len(bk.entries)), scoreBase
	if bk.words.strange(text) {
		base += byOtherThing
	}
	for i := range hits {
		next := 0.0 // the fit of the best other one
		switch {
		case i > 0:
			next = hits[0].fit
		case len(hits) > 1:
			next = hits[1].fit
		}
		z := base + byStranger*(hits[i].fit-stranger) + byRunnerUp*(hits[i].fit-next) + byEvidence*min(all[i], maxEvidence)
		hits[i].Score = 1 / (1 + math.Exp(-z))
	}
	return hits[:min(len(hits), k)]
}

// fit is how well the entry with the number fits the question.
func (bk *Book) fit(q query, m intents.Match, i int) float64 {
	fit := likePart*q.likes[i] + coverPart*q.worth[i] + evidencePart*q.evidence[i] + pointPart*q.points[i]
	if i == len(bk.entries) {
		return fit
	}
	if usual, ok := bk.defaults[m.Intent]; ok && usual == i {
		fit += usualBonus
	}
	if m.Intent != intents.Other && slices.Contains(bk.entries[i].Intents, m.Intent) {
		fit += topicBonus
	}
	return fit
}
