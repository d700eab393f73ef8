package intents

import "strings"

// clauseRunes is the longest text whose clauses are looked at one by one.
const clauseRunes = 60

// byClause gives a normalized text a second look that speaks of the product and of
// opening, but of more than that: "我要开通分付，不然还款多麻烦". If one of its
// clauses asks to start, and none asks something or speaks against it, that is
// what it means; if one does, starting is offered.
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
		asks := c.set.meets(m.asks)
		r := m.topics.first(c)
		switch {
		case r == nil:
			against = against || asks || c.runes[0] == '不'
		case request == nil && (r.result.Decision == Start || r.result.Intent == Apply && !asks):
			request = r
		case !asks && (r.result.Intent == HowToOpen || r.weak): // how things are, before what is wanted
		case r.against:
			against = true
		case r.result.Intent == Repay || r.result.Intent == Limit || r.result.Intent == Other:
			against = against || asks
		case r.result.Intent != Greeting && r.result.Intent != Apply:
			against = true
		}
	}
	switch {
	case request == nil || pieces < 2:
		return whole
	case against || whole.Intent == WhyNot && !weak,
		whole.Intent == Close || whole.Intent == Limit || whole.Intent == Status || whole.Intent == Human:
		whole.Decision = Offer
		return whole
	}
	out := request.result
	out.Decision = Start
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
