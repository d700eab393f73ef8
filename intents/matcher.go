package intents

import (
	"fmt"
	"sync"
)

// Matcher says what texts mean. It never changes and is safe for use by many.
type Matcher struct {
	words   *lexicon
	speech  *speller
	acts    ruleBook
	topics  ruleBook
	asks    bits // concepts that make a text a question
	clauses bits // concepts of texts worth reading clause by clause
	slots   []slotConcept
	mark    concept // stands for a question mark
	learned *learned
	texts   sync.Pool // of *text, to read into
}

// New returns a Matcher with the embedded rules. It panics if they are broken,
// which a test excludes.
func New() *Matcher {
	m, err := load()
	if err != nil {
		panic(fmt.Sprintf("intents: embedded rules: %v", err))
	}
	return m
}

func load() (*Matcher, error) {
	var f lexiconFile
	if err := decode(data, "lexicon.yaml", &f); err != nil {
		return nil, err
	}
	homophones, err := data.ReadFile("homophones.txt")
	if err != nil {
		return nil, err
	}
	m := &Matcher{words: newLexicon(), texts: sync.Pool{New: newText}}
	if m.speech, err = newSpeller(f, string(homophones)); err != nil {
		return nil, fmt.Errorf("lexicon.yaml: %w", err)
	}
	if err := m.words.load(f); err != nil {
		return nil, fmt.Errorf("lexicon.yaml: %w", err)
	}
	if m.mark, err = m.words.concept("mark"); err != nil {
		return nil, err
	}
	if m.topics, err = m.words.rules(data, "topics.yaml"); err != nil {
		return nil, err
	}
	if m.acts, err = m.words.rules(data, "acts.yaml"); err != nil {
		return nil, err
	}
	if m.asks, err = m.words.set([]string{"ask"}); err != nil {
		return nil, err
	}
	if m.clauses, err = m.words.set([]string{"product", "open"}); err != nil {
		return nil, err
	}
	for _, slot := range []string{"id_number", "wechat", "email", "name", "phone", "contact"} {
		if _, err := m.words.set([]string{"slot_" + slot}); err != nil {
			return nil, err
		}
		m.slots = append(m.slots, slotConcept{slot, m.words.names["slot_"+slot]})
	}
	if m.learned, err = newLearned(learnedModel, m.words, m.clauses); err != nil {
		return nil, err
	}
	if name := m.words.unused(f.Opaque); name != "" {
		return nil, fmt.Errorf("lexicon.yaml: no rule uses concept %s", name)
	}
	return m, nil
}

// slotConcept is a detail and the concept of the words for it.
type slotConcept struct {
	slot string
	c    concept
}

// maxRunes is how much of a text is looked at. Nobody asks for a product on
// the second page.
const maxRunes = 200

// read finds the words of a normalized text.
func (m *Matcher) read(s string, t *text) {
	t.fold(s, maxRunes)
	t.runes = m.speech.repair(t.runes)
	t.runes = t.runes[:min(len(t.runes), maxRunes)]
	t.hits, t.set = t.hits[:0], bits{}
	t.mark = t.mark || asksAtEnd(t.runes)
	if t.mark {
		t.set.add(m.mark)
	}
	m.words.scan(t)
}

// Match says what text means. It normalizes text itself.
func (m *Matcher) Match(s string) Match {
	s = Normalize(s)
	t := m.texts.Get().(*text)
	defer m.texts.Put(t)
	m.read(s, t)
	if len(t.runes) == 0 {
		return sign(s, t.mark)
	}
	out := Match{Decision: Nothing}
	topic := m.topics.first(t)
	if topic != nil {
		out = topic.result
	}
	if out.Decision != Start {
		out = m.byClause(out, topic != nil && topic.weak, s, t)
	}
	act := m.acts.first(t)
	if act == nil || act.result.Intent == None && act.result.Right == NoRight && t.set.meets(m.clauses) {
		out = m.learned.weigh(out, topic, t)
	}
	if act != nil {
		out = m.act(out, act.result, t)
	}
	out.Question = t.mark || t.set.meets(m.asks)
	out.Folded = t.string(s)
	return out
}

// act adds to a topic what the text does to the dialogue.
func (m *Matcher) act(topic, act Match, t *text) Match {
	topic.Act, topic.Right = act.Act, act.Right
	if act.Intent != None {
		topic.Intent, topic.Decision = act.Intent, act.Decision
	}
	if topic.Rule != "" {
		topic.Rule += "+"
	}
	topic.Rule += act.Rule
	switch act.Act {
	case Correct, Clear, Why, Refuse, Skip:
		topic.Slot = m.slot(t, act.Slot)
	}
	return topic
}

// slot returns the detail that the text names, or if it names none, the one
// given.
func (m *Matcher) slot(t *text, none string) string {
	for _, s := range m.slots {
		if t.set.has(s.c) {
			return s.slot
		}
	}
	return none
}
