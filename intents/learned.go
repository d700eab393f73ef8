package intents

import (
	_ "embed"
	"fmt"

	"fenfu/intents/learn"
)

// learnedModel is made of examples by `go test ./intents -run TestLearned
// -update`; a test holds it against them.
//
//go:embed learned.bin
var learnedModel []byte

// How much what was learned counts beside the rules, as likelihoods. Tried on
// each quarter of the examples, with what the other three had taught.
const (
	minLearned = 4    // characters of a text that is weighed; a shorter one may be anything,
	maxLearned = 60   // and a longer one a story
	maxDigits  = 4    // of what no rule knows; with more it may be a detail
	byRule     = 6    // times as likely is a topic that a rule names
	known      = 0.5  // it takes to give a topic to what no rule knows
	ruleStart  = 0.5  // of a request it takes to start where a rule says so,
	wishStart  = 0.7  // where no rule says anything but there is a word that wishes,
	bareStart  = 0.9  // and elsewhere, if the product or opening is spoken of;
	someOffer  = 0.03 // and to offer to, if they are,
	bareOffer  = 0.2  // and if not
)

// wishing are the concepts of words that ask for something.
var wishing = []string{"help", "help_q", "want", "i_want", "req", "plea", "invite_me", "want_one", "want_product"}

// learned is a classifier of a text by its characters and the concepts in it.
// Rules are sure of what they were written for and know nothing of the rest;
// it has an idea of everything.
type learned struct {
	model    *learn.Model
	topics   []Intent
	apply    int  // the number of Apply among them
	wishes   bits // concepts
	about    bits // concepts of the product and of opening
	concepts [maxConcepts]learn.Feature
}

func newLearned(b []byte, words *lexicon, about bits) (*learned, error) {
	model, err := learn.Read(b)
	if err != nil {
		return nil, fmt.Errorf("learned.bin: %w", err)
	}
	l := &learned{model: model, apply: -1, about: about}
	for i, name := range model.Labels {
		l.topics = append(l.topics, Intent(name))
		if Intent(name) == Apply {
			l.apply = i
		}
	}
	if l.apply < 0 {
		return nil, fmt.Errorf("learned.bin: no label %s", Apply)
	}
	if l.wishes, err = words.set(wishing); err != nil {
		return nil, err
	}
	for name, c := range words.names {
		l.concepts[c] = learn.Name(name)
	}
	return l, nil
}

// features adds those of a text to fs. Figures are all the same.
func (l *learned) features(fs []learn.Feature, t *text) []learn.Feature {
	t.plain = t.plain[:0]
	for i, r := range t.runes {
		if digit := r >= '0' && r <= '9'; !digit {
			t.plain = append(t.plain, r)
		} else if i == 0 || t.runes[i-1] < '0' || t.runes[i-1] > '9' {
			t.plain = append(t.plain, '0')
		}
	}
	fs = learn.Chars(fs, t.plain)
	for c := range t.set.all() {
		fs = append(fs, l.concepts[c])
	}
	return fs
}

// weigh holds what the rules make of a text against what was learned. by is
// the rule that matched the whole of it, if one did.
func (l *learned) weigh(out Match, by *rule, t *text) Match {
	if n := len(t.runes); n < minLearned || n > maxLearned || out.Intent == None && t.digits() > maxDigits {
		return out
	}
	t.features = l.features(t.features[:0], t)
	likely := t.likely[:len(l.topics)]
	l.model.Score(t.features, likely)
	best, sum := 0, 0.0
	for i, topic := range l.topics {
		if topic == out.Intent && (by == nil || !by.weak) {
			likely[i] *= byRule
		}
		sum += likely[i]
		if likely[i] > likely[best] {
			best = i
		}
	}
	topic := l.topics[best]
	if topic != out.Intent && (out.Intent != None || topic != Other && likely[best] >= known*sum) {
		out.Intent, out.Rule = topic, "learned"
	}
	if by == nil || !by.against {
		out.Decision = l.decide(out, likely[l.apply]/sum, t)
	}
	return out
}

// decide says whether a text starts the application, by how likely it asks to.
func (l *learned) decide(out Match, asks float64, t *text) Decision {
	about := t.set.meets(l.about)
	switch {
	case asks >= ruleStart && out.Decision == Start,
		asks >= bareStart && about,
		asks >= wishStart && about && out.Decision == Nothing && t.set.meets(l.wishes):
		return Start
	case asks >= bareOffer, asks >= someOffer && about, out.Decision != Nothing, out.Intent == HowToOpen:
		return Offer
	}
	return Nothing
}
