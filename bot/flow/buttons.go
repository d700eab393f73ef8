package flow

import "strings"

// choice answers a button. It is not read like a text: it means one thing,
// and only while the question that it belongs to is open.
func (r *run) choice() {
	s, v := r.step(), r.in.Choice
	if id, ok := strings.CutPrefix(v, editPrefix); ok {
		if target := r.f.step(id); target != nil && target.Kind == DetailStep && r.consented() {
			r.correct(target)
			return
		}
		r.stale()
		return
	}
	switch v {
	case buttonValues["agree"], buttonValues["decline"]:
		switch {
		case s.Kind != ConsentStep || r.moved:
			r.stale()
		case v == buttonValues["agree"]:
			r.agree(s)
		default:
			r.decline(s)
		}
	case buttonValues["confirm"]:
		if s.Kind == DetailStep && !r.moved && r.f.satisfied(s, r.s) { // like the word, in the middle of a correction
			r.deny(s)
			return
		}
		if s.Kind != ConfirmStep || r.moved {
			r.stale()
			return
		}
		r.submit(s)
	case buttonValues["edit"]:
		if !r.consented() {
			r.stale()
			return
		}
		r.correct(nil)
	case buttonValues["cancel"]:
		r.asking = AskNothing // pressed twice in a hurry it is not an answer
		r.askCancel()
	case buttonValues["cancel_yes"]:
		r.askCancel() // the question may have been another one for long
	case KeepChoice:
		r.ask()
	case buttonValues["park"]:
		r.park()
	case buttonValues["restart_yes"]:
		r.askRestart()
	case HumanChoice:
		r.handoff()
	case StartChoice:
		r.askAgain(r.f.Texts["already"])
	default:
		r.stale()
	}
}

// stale answers a button that belongs to a question already answered: nothing
// changes, and the open question comes again.
func (r *run) stale() { r.ask(r.f.Texts["stale"]) }

// consented reports whether every consent of the flow is given.
func (r *run) consented() bool {
	for i := range r.f.Steps {
		if s := &r.f.Steps[i]; s.Kind == ConsentStep && !r.f.satisfied(s, r.s) {
			return false
		}
	}
	return true
}
