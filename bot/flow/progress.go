package flow

import "fenfu/bot/slot"

// Progress says how far a form is: the open step, the zero one if none is, and
// how many of its steps have what they ask for.
func (b *Book) Progress(s State) (open Heading, done, steps int) {
	f := b.Of(s)
	if f == nil {
		return open, 0, 0
	}
	for i := range f.Steps {
		step := &f.Steps[i]
		if s.Status == Running && step.ID == s.Step {
			open = step.heading()
		}
		if steps++; s.Status == Done || f.satisfied(step, s) {
			done++
		}
	}
	return open, done, steps
}

// StepFor returns the id of the step that asks for details of the kind, "" if
// none does.
func (b *Book) StepFor(s State, k slot.Kind) string {
	if f := b.Of(s); f != nil {
		return f.idFor(string(k))
	}
	return ""
}

// Kinds are the details that a form asks for, in its order: of a question that
// takes one of several, those that were given, or else the first.
func (b *Book) Kinds(s State) []slot.Kind {
	f := b.Of(s)
	if f == nil {
		return nil
	}
	var kinds []slot.Kind
	for i := range f.Steps {
		step := &f.Steps[i]
		if step.Kind != DetailStep {
			continue
		}
		given := false
		for _, k := range step.accepts() {
			if _, ok := s.Details[k]; ok {
				kinds, given = append(kinds, k), true
			}
		}
		if !given {
			kinds = append(kinds, step.accepts()[0])
		}
	}
	return kinds
}
