package flow

import (
	"fmt"
	"maps"
	"slices"

	"fenfu/bot/pii"
	"fenfu/bot/slot"
)

// Migration says how a run of an older version goes on with this one. Without
// one, a run stays on its version for as long as that is loaded.
type Migration struct {
	From  []int             `yaml:"from"`
	Steps map[string]string `yaml:"steps"` // ids of steps that are called otherwise now, old to new
	Again []string          `yaml:"again"` // steps of this version that ask again, as what they accept has changed
}

// Of returns the version of its flow that a session goes on with, nil if there
// is none: its own if that is loaded and no rule of the newest one takes over,
// else the newest.
func (b *Book) Of(s State) *Flow {
	newest := b.Flow(s.Flow)
	if newest == nil || newest.rule(s.Version) != nil {
		return newest
	}
	if own := b.version(s.Flow, s.Version); own != nil {
		return own
	}
	return newest
}

func (f *Flow) rule(from int) *Migration {
	for i := range f.Migrate {
		if slices.Contains(f.Migrate[i].From, from) {
			return &f.Migrate[i]
		}
	}
	return nil
}

// migrate takes the run over from another version, nil if that is not loaded
// any more. Everything that was given stays, but for details that no step asks
// for any more and those that a rule wants again. Where the visitor stood stays
// the open question, unless something before it is to be asked first.
func (r *run) migrate(old *Flow) {
	rule := r.f.rule(r.s.Version)
	if rule == nil {
		rule = &Migration{}
	}
	was := r.s.Step
	if to, ok := rule.Steps[was]; ok {
		was = to
	}
	for k := range r.s.Details {
		if s := r.f.stepFor(k); s == nil || slices.Contains(rule.Again, s.ID) {
			delete(r.s.Details, k)
		}
	}
	maps.DeleteFunc(r.s.Replaced, func(k slot.Kind, _ pii.Text) bool {
		s := r.f.stepFor(k)
		return s == nil || !s.answered(r.s)
	})
	for i, id := range r.s.Again {
		if to, ok := rule.Steps[id]; ok {
			r.s.Again[i] = to
		}
	}
	first := r.f.first(r.s)
	n, _ := r.f.number(first.ID)
	stood, _ := r.f.number(was)
	here := r.f.step(was)
	r.moved = here == nil || n < stood || here.Kind != DetailStep && (old == nil || old.step(r.s.Step) == nil || old.step(r.s.Step).Ask != here.Ask)
	if here == nil || n < stood {
		here = first
	}
	again := r.f.missing(r.s, rule.Again, stood)
	changed := here.ID != was || len(again) > 0
	if here.ID != r.s.Step {
		r.asking, r.s.Misses, r.s.Between = AskNothing, 0, nil
	}
	r.s.Version, r.s.Step = r.f.Version, here.ID
	switch {
	case len(again) > 0:
		r.say(Say{Text: r.items("migrated_again", again)})
	case changed || r.moved:
		r.say(Say{Text: r.f.Texts["migrated"]})
	default:
		return
	}
	r.due = full
}

// missing lists the labels of the steps that were answered before a run came to
// this version, or were not there then, and are to be answered now: those before
// the place where it stood, and those that are asked again.
func (f *Flow) missing(s State, again []string, stood int) []string {
	var out []string
	for i := range f.Steps {
		p := &f.Steps[i]
		wanted := p.Kind == ConsentStep || p.Kind == DetailStep
		if wanted && !f.satisfied(p, s) && (i+1 < stood || slices.Contains(again, p.ID) && i+1 <= stood) {
			out = append(out, p.Label)
		}
	}
	return out
}

// satisfied reports whether the step has what it asks for. A confirmation
// never is: it is asked for again after every change.
func (f *Flow) satisfied(step *Step, s State) bool {
	switch step.Kind {
	case ConsentStep:
		return slices.ContainsFunc(s.Consents, func(c Consent) bool {
			return c.ID == step.Consent.ID && c.Version == step.Consent.Version
		})
	case DetailStep:
		return step.answered(s)
	}
	return false
}

// first returns the first step that still wants something.
func (f *Flow) first(s State) *Step {
	step := &f.Steps[0]
	for f.satisfied(step, s) {
		step = f.step(step.Next)
	}
	return step
}

// migrations checks the rules of a flow for runs of older versions.
func (c *checker) migrations() {
	for i, m := range c.flow.Migrate {
		at := fmt.Sprintf("$.migrate[%d]", i)
		if len(m.From) == 0 {
			c.fail(at, "a migration needs the versions it is from")
		}
		for _, v := range m.From {
			if v < 1 || v >= c.flow.Version {
				c.fail(at+".from", "version %d is not before this one", v)
			}
		}
		for old, id := range m.Steps {
			if c.flow.step(id) == nil {
				c.fail(at+".steps."+old, "unknown step %q", id)
			}
		}
		for _, id := range m.Again {
			if s := c.flow.step(id); s == nil || s.Kind != DetailStep {
				c.fail(at+".again", "%q is no step that asks for a detail", id)
			}
		}
	}
}
