package intents

import "strings"

// Matcher says what texts mean. It never changes and is safe for use by many.
type Matcher struct{}

// New returns a Matcher with the embedded rules.
func New() *Matcher { return &Matcher{} }

// Match says what text means. It normalizes text itself.
func (m *Matcher) Match(text string) Match {
	t := Fold(text)
	switch {
	case t == "开通分付":
		return Match{Intent: Apply, Decision: Start, Rule: "keyword"}
	case t == "是" || t == "好的":
		return Match{Act: Affirm, Rule: "affirm"}
	case strings.Contains(t, "转人工"):
		return Match{Intent: Human, Rule: "human"}
	}
	return Match{}
}
