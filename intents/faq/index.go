package faq

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

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

	maxGap = 24 // bytes, eight characters, between two words of a keyword
)

// Book holds the entries. It never changes and is safe for use by many.
type Book struct {
	entries  []Entry
	now      func() time.Time
	words    *folder
	byID     map[string]int
	keywords map[rune][]keyword // folded, by their first character
	forms    []form
	terms    map[pair]*term
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
	weight float64   // how telling it is: its inverse frequency
	forms  []int     // that hold it
	worth  []posting // its part of BM25, by entry
}

type posting struct {
	entry int
	worth float64
}

func index(entries []Entry, words *folder, now func() time.Time) *Book {
	bk := &Book{
		entries: entries, now: now, words: words, byID: map[string]int{}, keywords: map[rune][]keyword{},
		terms: map[pair]*term{}, sounds: pinyin.New(), alike: map[[2]uint16]pair{}, defaults: map[intents.Intent]int{},
	}
	counts := make([]map[pair]int, len(entries))
	var formPairs [][]pair
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
				for _, p := range pairs(words.fold(word)) {
					counts[i][p]++
				}
			}
			first, _ := utf8.DecodeRuneInString(parts[0])
			bk.keywords[first] = append(bk.keywords[first], newKeyword(i, parts))
		}
		for _, q := range e.Questions {
			ps := pairs(words.fold(q))
			for _, p := range ps {
				counts[i][p]++
			}
			bk.forms = append(bk.forms, form{entry: i})
			formPairs = append(formPairs, ps)
		}
	}
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

// weigh computes the weights of BM25 from how often each entry has a pair.
func (bk *Book) weigh(counts []map[pair]int) {
	n, length := float64(len(counts)), 0.0
	in := map[pair]int{}
	for _, c := range counts {
		for p, k := range c {
			in[p]++
			length += float64(k)
		}
	}
	bk.rare = math.Log(1 + (n+0.5)/0.5)
	for p, k := range in {
		bk.terms[p] = &term{weight: p.share() * math.Log(1+(n-float64(k)+0.5)/(float64(k)+0.5))}
	}
	for i, c := range counts {
		own := 0.0
		for _, k := range c {
			own += float64(k)
		}
		for p, k := range c {
			tf, t := float64(k), bk.terms[p]
			t.worth = append(t.worth, posting{i, t.weight * tf * (k1 + 1) / (tf + k1*(1-b+b*own*n/length))})
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

// query is a question as the index sees it.
type query struct {
	points []float64 // by entry: what its longest keyword is worth
	likes  []float64 // how like its nearest form is, 0 to 1
	worth  []float64 // its BM25
	has    []float64 // the weight of the pairs that it has, too
	total  float64   // the weight of all pairs of the question
}

// ask computes how well the question, folded, fits every entry.
func (bk *Book) ask(text string) query {
	n := len(bk.entries)
	all := make([]float64, 4*n+len(bk.forms))
	q, common := query{points: all[:n], likes: all[n : 2*n], worth: all[2*n : 3*n], has: all[3*n : 4*n]}, all[4*n:]
	bk.point(text, q.points)
	for _, p := range pairs(text) {
		t, share := bk.terms[p], 1.0
		if t == nil {
			meant, ok := bk.alike[[2]uint16{bk.sounds.Sound(p[0]), bk.sounds.Sound(p[1])}]
			if !ok || p[1] == 0 {
				q.total += p.share() * bk.rare // the question is about something else, too
				continue
			}
			t, share = bk.terms[meant], heard
		}
		q.total += t.weight
		for _, f := range t.forms {
			common[f] += share * t.weight
		}
		for _, w := range t.worth {
			q.worth[w.entry] += share * w.worth
			q.has[w.entry] += share * t.weight
		}
	}
	for i, f := range bk.forms {
		if common[i] > 0 {
			q.likes[f.entry] = max(q.likes[f.entry], 2*common[i]/(q.total+f.total))
		}
	}
	return q
}

// keyword is words that point to an entry when they occur in this order.
type keyword struct {
	entry int
	words []string
	worth float64
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
