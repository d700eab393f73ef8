package bot

import (
	"hash/fnv"
	"slices"

	"fenfu/bot/flow"
	"fenfu/bot/handoff"
)

// Strain is how little the bot was of help lately, outside of forms: those
// count the misses of a step themselves.
type Strain struct {
	Said  uint32 // a hash of the visitor's last words
	Times int    // messages in a row that were not understood, or the same
}

// maxStrain is how many of them bring a person.
const maxStrain = 3

// strain takes in what was made of the visitor's words, and reports whether it
// is time for a person. Who asks the same again was not helped by what the
// knowledge base said; who looks at the progress again was.
func (t *turn) strain(text string, actions []flow.Action) bool {
	answered := slices.ContainsFunc(actions, func(a flow.Action) bool { return a.Say != nil && a.Say.Answer })
	if !t.lost && !answered {
		t.s.Strain = Strain{}
		return false
	}
	h := fnv.New32a()
	h.Write([]byte(text))
	said := h.Sum32()
	s := &t.s.Strain
	switch {
	case s.Said == said:
		s.Times = max(s.Times, 1) + 1
	case t.lost:
		s.Times++
	default:
		s.Times = 0
	}
	if s.Said = said; s.Times < maxStrain {
		return false
	}
	*s = Strain{}
	return true
}

// why is the reason behind an action that hands over: whoever asks after a form
// has not understood them several times, asks because of that.
func (t *turn) why(action string) handoff.Reason {
	if t.s.Flow.Status == flow.Running && t.s.Flow.Misses >= maxStrain {
		return handoff.Misses
	}
	return handoff.Reason(action)
}
