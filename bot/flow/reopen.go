package flow

import (
	"fenfu/bot/pii"
	"fenfu/bot/slot"
)

// Reopen opens a finished run at its confirmation, and lets it answer a message
// that says that something of what was confirmed is wrong.
func (b *Book) Reopen(s State, in Input) (State, []Action) {
	f := b.Of(s)
	if f == nil || s.Status != Done {
		return s, nil
	}
	s.Status, s.Step, s.Asking, s.Misses, s.Since = Running, f.confirmation().ID, AskNothing, 0, in.Now
	return b.Next(s, in)
}

// Finish ends a run that was opened again and changed nothing, without asking
// for its confirmation again.
func (b *Book) Finish(s State) State {
	if f := b.Of(s); f != nil {
		s.Status, s.Step, s.Asking, s.Misses = Done, f.confirmation().Next, AskNothing, 0
	}
	return s
}

// confirmation returns the flow's confirmation, which every flow has.
func (f *Flow) confirmation() *Step {
	for i := range f.Steps {
		if f.Steps[i].Kind == ConfirmStep {
			return &f.Steps[i]
		}
	}
	return &f.Steps[0]
}

// Has reports whether the run has these details and no others; empty ones are
// none.
func (s State) Has(want map[slot.Kind]pii.Text) bool {
	n := 0
	for k, v := range want {
		if v == "" {
			continue
		}
		if n++; s.Details[k].Value != v {
			return false
		}
	}
	return n == len(s.Details)
}
