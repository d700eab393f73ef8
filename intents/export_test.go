package intents

import "fenfu/intents/learn"

// Features returns what is learned of a text by.
func (m *Matcher) Features(s string) []learn.Feature {
	t := newText().(*text)
	m.read(Normalize(s), t)
	return m.learned.features(nil, t)
}
