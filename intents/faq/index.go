package faq

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"fenfu/intents"
	"fenfu/intents/pinyin"
)

// The constants of BM25, and what a pair of characters counts that was only
// heard: typed as others of the same sound.
const (
	k1    = 1.2
	b     = 0.3
	heard = 0.7
	alone = 0.6 // the same for one character

	prior = 50 // pairs of the language at large that an entry is thought to have, too
)

// Book holds the entries. It never changes and is safe for use by many.
//
// Beside the entries it knows questions about other things. They are indexed
// like one more entry, the last, which is never found: whatever is found has to
// fit better.
type Book struct {
	entries  []Entry
	now      func() time.Time
	words    *folder
	byID     map[string]int
	keywords map[rune][]keyword // folded, by their first character
	forms    []form
	terms    map[pair]*term
	lacks    []float64 // by entry: what each pair that it does not have says of it
	sounds   *pinyin.Table
	alike    map[[2]uint16]pair // the most usual pair with these sounds
	rare     float64            // what a pair weighs that no entry has
	defaults map[intents.Intent]int
}

// form is one question form of an entry.
type form struct {
	entry int
	total float64 // weight of its pairs
}

// term is what the index knows of a pair of characters.
type term struct {
	weight   float64 // how telling it is: its inverse frequency
	forms    []int   // that hold it
	postings []posting
}

// posting is what a pair says of an entry that has it.
type posting struct {
	entry    int
	worth    float64 // its part of BM25
	evidence float64 // how much more often the entry has it than all have, as a logarithm, less lacks
}

// index makes a book of the entries and of questions about other things.
func index(entries []Entry, others []string, words *folder, now func() time.Time) *Book {
	bk := &Book{
		entries: entries, now: now, words: words, byID: map[string]int{}, keywords: map[rune][]keyword{},
		terms: map[pair]*term{}, sounds: pinyin.New(), alike: map[[2]uint16]pair{}, defaults: map[intents.Intent]int{},
	}
	counts := make([]map[pair]int, len(entries)+1)
	var formPairs [][]pair
	ask := func(entry int, questions []string) {
		for _, q := range questions {
			ps := pairs(words.fold(q))
			for _, p := range ps {
				counts[entry][p]++
			}
			bk.forms = append(bk.forms, form{entry: entry})
			formPairs = append(formPairs, ps)
		}
	}
	for i, e := range entries {
		bk.byID[e.ID] = i
		counts[i] = map[pair]int{}
		for _, t := range e.DefaultFor {
			bk.defaults[t] = i
		}
		for _, k := range e.Keywords {
			var parts []string
			for _, word := range strings.Fields(k) {
				parts = append(parts, words.fold(word))
			}
			bk.keyword(newKeyword(i, parts))
		}
		ask(i, e.Questions)
	}
	counts[len(entries)] = map[pair]int{}
	ask(len(entries), others)
	bk.weigh(counts)
	for i, ps := range formPairs {
		for _, p := range ps {
			t := bk.terms[p]
			t.forms = append(t.forms, i)
			bk.forms[i].total += t.weight
		}
	}
	bk.hear()
	return bk
}

// weigh computes what each pair says of the entries, from how often they have it.
func (bk *Book) weigh(counts []map[pair]int) {
	n, length := float64(len(counts)), 0.0
	in, of := map[pair]int{}, map[pair]int{} // entries that have it, forms that have it
	own := make([]float64, len(counts))
	for i, c := range counts {
		for p, k := range c {
			in[p]++
			of[p] += k
			own[i] += float64(k)
		}
		length += own[i]
	}
	bk.rare = math.Log(1 + (n+0.5)/0.5)
	for p, k := range in {
		bk.terms[p] = &term{weight: p.share() * math.Log(1+(n-float64(k)+0.5)/(float64(k)+0.5))}
	}
	for i, c := range counts {
		bk.lacks = append(bk.lacks, math.Log(prior/(prior+own[i])))
		for p, k := range c {
			tf, t := float64(k), bk.terms[p]
			t.postings = append(t.postings, posting{
				entry:    i,
				worth:    t.weight * tf * (k1 + 1) / (tf + k1*(1-b+b*own[i]*n/length)),
				evidence: math.Log(1 + tf*length/(prior*float64(of[p]))),
			})
		}
	}
}

// share is what a character alone counts of a pair.
func (p pair) share() float64 {
	if p[1] == 0 {
		return alone
	}
	return 1
}

// hear notes, for every two sounds, the pair they stand for most often.
func (bk *Book) hear() {
	for p, t := range bk.terms {
		key := [2]uint16{bk.sounds.Sound(p[0]), bk.sounds.Sound(p[1])}
		if p[1] == 0 || key[0] == 0 || key[1] == 0 {
			continue
		}
		have, taken := bk.alike[key]
		if !taken || cmp.Or(cmp.Compare(len(t.forms), len(bk.terms[have].forms)), slices.Compare(have[:], p[:])) > 0 {
			bk.alike[key] = p
		}
	}
}
