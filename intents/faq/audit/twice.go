package audit

import (
	"slices"
	"time"

	"fenfu/intents"
	"fenfu/intents/faq"
)

// tooLike is from what likeness on two question forms ask the same.
const tooLike = 0.92

// twice looks for entries that have a form twice, and for entries that are asked
// for in the same words, are valid on the same day, and say different things.
func (c *checker) twice() {
	type asked struct {
		entry faq.Entry
		form  string
		pairs []string
	}
	var all []asked
	for _, e := range c.book.Entries() {
		own := map[string]bool{}
		for _, q := range e.Questions {
			folded := intents.Fold(q)
			if own[folded] {
				c.bad(e, "%s is there twice", q)
				continue
			}
			own[folded] = true
			all = append(all, asked{e, q, bigrams(folded)})
		}
	}
	for i, a := range all {
		for _, b := range all[:i] {
			if a.entry.ID != b.entry.ID && a.entry.Answer != b.entry.Answer && likeness(a.pairs, b.pairs) >= tooLike && overlap(a.entry, b.entry) {
				c.bad(a.entry, "%s asks the same as %s of %s, and the answers differ", a.form, b.form, b.entry.ID)
			}
		}
	}
}

// overlap reports whether there is a day on which both entries are valid.
func overlap(a, b faq.Entry) bool {
	before := func(to, from time.Time) bool { return !to.IsZero() && !from.IsZero() && to.Before(from) }
	return !before(a.ValidTo.Time, b.ValidFrom.Time) && !before(b.ValidTo.Time, a.ValidFrom.Time)
}

func bigrams(s string) []string {
	r := []rune(s)
	var out []string
	for i := 0; i+1 < len(r); i++ {
		out = append(out, string(r[i:i+2]))
	}
	return out
}

// likeness is the share of pairs that two texts have in common, 0 to 1.
func likeness(a, b []string) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	common := 0
	for _, p := range a {
		if slices.Contains(b, p) {
			common++
		}
	}
	return 2 * float64(common) / float64(len(a)+len(b))
}
