package bot

import (
	"slices"

	"fenfu/bot/flow"
)

// Counts returns what a turn made of the visitor's form, for the funnel: nil if
// nothing. It is pure. What becomes of a form that was submitted already, and is
// corrected, counts for its steps only.
func (b *Bot) Counts(was Session, t Turn) []flow.Count {
	is := &t.Session
	counts := b.Book.Counts(was.Flow, is.Flow, t.Session.UpdatedAt)
	if was.Application.held() || is.Application.held() {
		counts = slices.DeleteFunc(counts, func(c flow.Count) bool { return c.What != flow.Corrected && c.What != flow.Retried })
	}
	if was.Flow.Status == flow.Running && was.Owner != OwnerAgent && t.digresses() {
		counts = append(counts, flow.Count{What: flow.Digressed, Step: was.Flow.Step})
	}
	a, before := is.Application, was.Application
	switch {
	case a == nil:
	case before == nil || before.ID != a.ID:
		counts = append(counts, flow.Count{What: flow.Submitted})
	case before.open() && !a.open():
		counts = append(counts, flow.Count{What: flow.Decided})
	}
	return counts
}

// digresses reports whether the visitor asks something of their own.
func (t *Turn) digresses() bool {
	return t.Asks || slices.ContainsFunc(t.Events, func(e Event) bool { return e.Origin == Knowledge })
}
