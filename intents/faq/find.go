package faq

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"fenfu/intents"
)

// What an entry's score is made of, and what it takes to answer.
const (
	likePart   = 0.60 // of the likeness to its nearest question form, 0 to 1
	coverPart  = 0.30 // of BM25 over the weight of the question, about 0 to 1
	anyKeyword = 0.10 // for a keyword
	perKeyword = 0.06 // for each character of the longest one found
	maxKeyword = 0.46
	topicBonus = 0.12 // the entry is for the topic of the question
	usualBonus = 0.12 // it is the entry for that topic when no other fits

	enough     = 0.52
	enoughBare = 0.66 // for what is of no known topic, and no question or without a keyword
	minBare    = 5    // characters of such a text
	margin     = 0.10 // to the runner-up
	perhaps    = 0.24 // what an entry needs to be asked back
	perhapsOff = 0.30 // the same for what is of no topic and does not name the product
	maxNear    = 3

	accounted = 0.48 // the share of the question that the entry must have: a keyword among much else is about something else

	// A keyword of at least so much that points to another entry, whose score
	// is at least this share, makes the best one unsure, unless the question is
	// so like one of its forms.
	pointed = 0.22
	rival   = 0.45
	exact   = 0.80
	same    = 0.95 // one of its forms itself
)

// Hit is an entry that fits a question, and how well: about 0 to 1.
type Hit struct {
	Entry Entry
	Score float64

	points, like, has float64 // see query; has as a share
}

// Found is what the book has for a question. At most one of the fields is set.
type Found struct {
	Answer *Hit  // the entry that answers it
	Near   []Hit // two or three that may: ask which one is meant
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
	need, bare := enough, m.Intent == intents.None && !m.Question
	if bare && (slices.Contains(replies[:], m.Act) || utf8.RuneCountInString(m.Folded) < minBare) {
		return Found{} // a name, a yes
	}
	hits := bk.rank(text, m, maxNear)
	if len(hits) == 0 {
		return Found{}
	}
	if bare || off(m) && hits[0].points == 0 {
		need = enoughBare
	}
	second := 0.0
	if len(hits) > 1 {
		second = hits[1].Score
	}
	least := perhaps
	if off(m) {
		least = perhapsOff
	}
	strange := bk.words.strange(text)
	switch best := hits[0].Score; {
	case asked(hits), !strange && best >= need && best-second >= margin && !rivalled(hits) && hits[0].has >= accounted:
		return Found{Answer: &hits[0]}
	case best < least, strange:
		return Found{}
	default:
		near := slices.DeleteFunc(hits, func(h Hit) bool { return h.Score < max(least, rival*best) })
		return Found{Near: near}
	}
}

// off reports whether the question is of no topic and does not name the product.
func off(m intents.Match) bool {
	return (m.Intent == intents.None || m.Intent == intents.Other) && !strings.Contains(m.Folded, "分付")
}

// asked reports whether the question is a form of the best entry, and of no other.
func asked(hits []Hit) bool {
	return hits[0].like >= same && !slices.ContainsFunc(hits[1:], func(h Hit) bool { return h.like >= same })
}

// rivalled reports whether a keyword of the question points elsewhere.
func rivalled(hits []Hit) bool {
	best := hits[0]
	return best.like < exact && slices.ContainsFunc(hits[1:], func(h Hit) bool {
		return h.points >= max(pointed, best.points) && h.Score >= rival*best.Score
	})
}

// replies are acts that answer the bot and ask it nothing.
var replies = [...]intents.Act{
	intents.Affirm, intents.Deny, intents.Cancel, intents.Back, intents.StartOver, intents.Thanks, intents.Refuse,
}

// rank scores all entries and returns the k best of those that fit at all.
func (bk *Book) rank(text string, m intents.Match, k int) []Hit {
	q := bk.ask(bk.words.fold(text))
	usual, hasUsual := bk.defaults[m.Intent]
	now := bk.now()
	var hits []Hit
	for i := range bk.entries {
		e := &bk.entries[i]
		score := likePart*q.likes[i] + q.points[i]
		has := 0.0
		if q.total > 0 {
			score += coverPart * min(1, q.worth[i]/q.total)
			has = q.has[i] / q.total
		}
		if hasUsual && usual == i {
			score += usualBonus
		}
		if score > 0 && m.Intent != intents.Other && slices.Contains(e.Intents, m.Intent) {
			score += topicBonus
		}
		if score <= 0 || !e.Valid(now) || len(hits) == k && score <= hits[k-1].Score {
			continue
		}
		at, _ := slices.BinarySearchFunc(hits, score, func(h Hit, s float64) int { return cmp.Compare(s, h.Score) })
		hits = slices.Insert(hits, at, Hit{*e, score, q.points[i], q.likes[i], has})
		hits = hits[:min(len(hits), k)]
	}
	return hits
}
