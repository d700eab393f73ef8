package flow

import (
	"slices"
	"strings"

	"fenfu/bot/slot"
	"fenfu/intents"
)

// together are the words by which several details are wrong, rather than one
// that is called after another: 身份证上的名字.
var together = [...]string{"和", "跟", "与", "还有", "以及", "也", "都", "、"}

// several is the correction of the steps with the ids, in their order. It asks
// which one is meant if that cannot be told.
func several(folded string, ids []string) Command {
	for _, w := range together {
		if strings.Contains(folded, w) {
			return Command{Verb: Correct, Step: ids[0], Others: ids[1:]}
		}
	}
	return Command{Verb: Correct}
}

// wrongToo is the correction of what a message says is wrong besides the
// details that it gives anew.
func (r *reader) wrongToo(m intents.Match, found []slot.Found) (Command, bool) {
	ids := r.f.namesSeveral(m.Folded)
	if m.Act != intents.Correct || m.Question || len(ids) < 2 {
		return Command{}, false
	}
	ids = slices.DeleteFunc(ids, func(id string) bool {
		return slices.ContainsFunc(found, func(f slot.Found) bool { return r.f.step(id).takes(f.Kind) })
	})
	if len(ids) == 0 {
		return Command{}, false
	}
	c := several(m.Folded, ids)
	return c, c.Step != ""
}

// namesSeveral returns the ids of the steps whose details a text names, in the
// order of the flow.
func (f *Flow) namesSeveral(folded string) (ids []string) {
	for i := range f.Steps {
		s := &f.Steps[i]
		for _, n := range detailWords() {
			if n.word != "号码" && s.takes(n.kind) && strings.Contains(folded, n.word) && !slices.Contains(ids, s.ID) {
				ids = append(ids, s.ID)
			}
		}
	}
	return ids
}
