package intents

import "strings"

// clauseRunes is the longest text whose clauses are looked at one by one.
const clauseRunes = 60

// byClause gives a normalized text a second look that speaks of the product and of
// opening, but of more than that: "我要开通分付，不然还款多麻烦". If one of its
// clauses asks to start, and none speaks against it, that is what it means; if
// another does, starting is offered.
func (m *Matcher) byClause(whole Match, weak bool, s string, t *text) Match {
	if len(t.runes) > clauseRunes || !t.set.holds(m.clauses) || strings.IndexFunc(s, isBreak) < 0 {
		return whole
	}
	var request *rule
	against := false
	pieces := 0
	c := m.texts.Get().(*text)
	defer m.texts.Put(c)
	for piece := range strings.FieldsFuncSeq(s, isBreak) {
		m.read(piece, c)
		if len(c.runes) < 2 {
			continue
		}
		pieces++
		r := m.topics.first(c)
		switch {
		case r == nil:
			against = against || c.set.meets(m.asks) || c.runes[0] == '不'
		case r.result.Decision == Start && request == nil && c.set.holds(m.clauses):
			request = r
		case r.result.Intent == Repay || r.result.Intent == Limit || r.result.Intent == Other:
			against = against || c.set.meets(m.asks)
		case r.result.Intent != Greeting && r.result.Intent != Apply:
			against = true
		}
	}
	switch {
	case request == nil || pieces < 2:
		return whole
	case against || !weak && whole.Intent != Repay && whole.Intent != Other && whole.Intent != None:
		whole.Decision = Offer
		return whole
	}
	out := request.result
	out.Rule = "clause." + out.Rule
	return out
}

func isBreak(r rune) bool {
	switch r {
	case ' ', ',', '.', ';', '!', '?', '\n', '。', '、', '，', '；', '！', '？', '…':
		return true
	}
	return false
}
