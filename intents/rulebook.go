package intents

import (
	"fmt"
	mathbits "math/bits"
)

// maxRules is how many rules a ruleBook holds.
const maxRules = 256

type ruleSet [maxRules / 64]uint64

// ruleBook is rules in order, by the concepts that a text needs for them.
type ruleBook struct {
	rules []rule
	by    [maxConcepts]ruleSet // rules that a text with this concept may match
}

func newRuleBook(rules []rule) (ruleBook, error) {
	b := ruleBook{rules: rules}
	if len(rules) > maxRules {
		return b, fmt.Errorf("more than %d rules", maxRules)
	}
	for i := range rules {
		need := rules[i].need()
		if need.empty() {
			return b, fmt.Errorf("rule %s: needs no concept", rules[i].result.Rule)
		}
		for c := range need.all() {
			b.by[c][i/64] |= 1 << (i % 64)
		}
	}
	return b, nil
}

// need returns concepts of which a text has at least one if the rule matches.
func (r *rule) need() bits {
	switch {
	case len(r.near) > 0:
		var b bits
		for _, n := range r.near {
			b.add(n.then)
		}
		return b
	case !r.any.empty():
		return r.any
	case !r.all.empty():
		var b bits
		for c := range r.all.all() { // one will do
			b.add(c)
			break
		}
		return b
	case !r.and.empty():
		return r.and
	}
	return r.only
}

// first returns the first rule that matches t, nil if none does.
func (b *ruleBook) first(t *text) *rule {
	var may ruleSet
	for i, w := range t.set {
		for ; w != 0; w &= w - 1 {
			by := &b.by[i*64+mathbits.TrailingZeros64(w)]
			for j := range may {
				may[j] |= by[j]
			}
		}
	}
	for i, w := range may {
		for ; w != 0; w &= w - 1 {
			if r := &b.rules[i*64+mathbits.TrailingZeros64(w)]; r.matches(t) {
				return r
			}
		}
	}
	return nil
}
