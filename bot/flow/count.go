package flow

import "time"

// Count is one thing that became of a form, or of one of its steps.
type Count struct {
	What  Counted
	Step  string        // "" with Started, Submitted and Decided
	After time.Duration // with Filled: since the step was opened; 0 if the answer came before the question
}

// Counted is what is counted of forms.
type Counted string

// What is counted. Digressed, Submitted and Decided are not a flow's to see:
// package bot counts them.
const (
	Started   Counted = "started"
	Asked     Counted = "asked"     // the step was opened for the first time
	Filled    Counted = "filled"    // it got its answer
	Retried   Counted = "retried"   // it got one that was of no use
	Corrected Counted = "corrected" // it got another one than it had
	Digressed Counted = "digressed" // the visitor asked something instead, or as well
	Abandoned Counted = "abandoned" // the form was put aside or given up here
	Resumed   Counted = "resumed"   // it was taken up again here
	Submitted Counted = "submitted"
	Decided   Counted = "decided"
)

// Counts returns what came of a form between two states of it, nil if nothing
// did. It is pure, and needs nothing but what the states hold.
func (b *Book) Counts(was, is State, at time.Time) []Count {
	f := b.Of(is)
	if f == nil {
		f = b.Of(was)
	}
	if f == nil {
		return nil
	}
	c := counter{f: f, was: was, is: is, at: at}
	c.whole()
	if is.Status == Running || is.Status == Done {
		c.steps()
	}
	return c.out
}

// counter is one call of Counts.
type counter struct {
	f       *Flow
	was, is State
	at      time.Time
	out     []Count
}

func (c *counter) add(what Counted, step string) {
	c.out = append(c.out, Count{What: what, Step: step})
}

// whole counts what became of the form as such.
func (c *counter) whole() {
	begins := c.is.Status == Running && c.is.fresh() && (!c.was.live() || !c.was.fresh())
	ends := c.was.Status == Running && (begins || c.is.Status == Idle || c.is.Status == Parked)
	if ends {
		c.add(Abandoned, c.was.Step)
	}
	switch {
	case begins:
		c.add(Started, "")
		c.add(Asked, c.is.Step)
	case c.was.Status == Parked && c.is.Status == Running:
		c.add(Resumed, c.was.Step)
	case c.was.Status == Running && c.is.Status == Running && c.advanced():
		c.add(Asked, c.is.Step)
	}
}

// live reports whether the run may still come to its end.
func (s *State) live() bool { return s.Status == Running || s.Status == Parked }

// fresh reports whether nothing was given yet.
func (s *State) fresh() bool { return len(s.Details) == 0 && len(s.Consents) == 0 }

// advanced reports whether another step was opened because the one before it
// has its answer. Who comes back from a correction is not asked anew.
func (c *counter) advanced() bool {
	before, now := c.f.step(c.was.Step), c.f.step(c.is.Step)
	return before != nil && now != nil && before != now && !c.f.satisfied(before, c.was) && !c.f.satisfied(now, c.is)
}

// steps counts what became of the steps.
func (c *counter) steps() {
	for i := range c.f.Steps {
		s := &c.f.Steps[i]
		switch {
		case c.was.Status == Running && c.filled(s):
			n := Count{What: Filled, Step: s.ID}
			if s.ID == c.was.Step && !c.was.Since.IsZero() {
				n.After = c.at.Sub(c.was.Since)
			}
			c.out = append(c.out, n)
		case s.Kind == DetailStep && s.corrected(c.is) > s.corrected(c.was):
			c.add(Corrected, s.ID)
		}
	}
	tries := c.is.Refused.Tries
	if c.is.Refused.Step == c.was.Refused.Step {
		tries -= c.was.Refused.Tries
	}
	if tries > 0 {
		c.add(Retried, c.is.Refused.Step)
	}
}

// filled reports whether the step has its answer now, and had none before.
func (c *counter) filled(s *Step) bool {
	if s.Kind == ConfirmStep {
		return c.is.Status == Done
	}
	return !c.f.satisfied(s, c.was) && c.f.satisfied(s, c.is)
}

// corrected is how often the step's answer has taken the place of another one.
func (s *Step) corrected(in State) int {
	n := 0
	for _, k := range s.accepts() {
		n = max(n, in.Details[k].Corrected)
	}
	return n
}

// Heading is a step as it is called in front of people.
type Heading struct{ ID, Label, LabelEN string }

func (s *Step) heading() Heading { return Heading{ID: s.ID, Label: s.Label, LabelEN: s.LabelEN} }

// Steps returns the steps of the newest version of the flow with the id, in
// their order and without the submission; nil if there is no such flow.
func (b *Book) Steps(id string) []Heading {
	f := b.Flow(id)
	if f == nil {
		return nil
	}
	var all []Heading
	for i := range f.Steps {
		if s := &f.Steps[i]; s.Kind != SubmitStep {
			all = append(all, s.heading())
		}
	}
	return all
}
