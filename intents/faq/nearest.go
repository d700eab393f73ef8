package faq

import (
	"cmp"
	"slices"
)

// Near is an entry and how near it comes to a question: above 0, and about 1
// for one of the entry's own question forms.
type Near struct {
	Entry Entry
	Score float64
}

// Nearest returns the entries that come nearest to text, at most n, the nearest
// first. They may all be beside the point.
func (b *Book) Nearest(text string, n int) []Near {
	t := fold(text)
	scores := b.likeness(t)
	var all []Near
	for i, e := range b.entries {
		if s := scores[i] + keyword(t, b.keywords[i]); s > 0 {
			all = append(all, Near{e, s})
		}
	}
	slices.SortStableFunc(all, func(a, b Near) int { return cmp.Compare(b.Score, a.Score) })
	return all[:min(n, len(all))]
}
