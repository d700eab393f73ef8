package flow

import (
	"strconv"
	"strings"

	"fenfu/bot/slot"
	"fenfu/intents"
)

// choice answers a button.
func (r *run) choice() {
	s, v := r.step(), r.in.Choice
	if id, ok := strings.CutPrefix(v, editPrefix); ok {
		if target := r.f.step(id); target != nil && target.Kind == DetailStep && r.consented() {
			r.edit(target)
			return
		}
		r.stale()
		return
	}
	switch v {
	case buttonValues["agree"], buttonValues["decline"]:
		if s.Kind != ConsentStep {
			r.stale()
		} else if v == buttonValues["agree"] {
			r.agree(s)
		} else {
			r.decline(s)
		}
	case buttonValues["confirm"]:
		if s.Kind != ConfirmStep {
			r.stale()
			return
		}
		r.submit(s)
	case buttonValues["edit"]:
		if !r.consented() {
			r.stale()
			return
		}
		r.correct("")
	case buttonValues["cancel"]:
		r.askCancel()
	case buttonValues["cancel_yes"]:
		r.cancel()
	case KeepChoice:
		r.s.Asking = AskNothing
		r.ask()
	case buttonValues["park"]:
		r.park()
	case buttonValues["restart_yes"]:
		r.restart()
	case HumanChoice:
		r.handoff("asked")
	case StartChoice:
		r.askAgain(r.f.Texts["already"])
	default:
		r.stale()
	}
}

// stale answers a button that belongs to a question already answered: nothing
// changes, and the open question comes again.
func (r *run) stale() {
	r.s.Asking = AskNothing
	r.ask(r.f.Texts["stale"])
}

// consented reports whether every consent of the flow is given.
func (r *run) consented() bool {
	for i := range r.f.Steps {
		if s := &r.f.Steps[i]; s.Kind == ConsentStep && !r.satisfied(s) {
			return false
		}
	}
	return true
}

// subAnswer answers a question about the flow itself, if one is open and the
// message is an answer to it.
func (r *run) subAnswer() bool {
	act := r.in.Match.Act
	keeps := act == intents.Deny || Continues(r.in.Match.Folded)
	switch r.s.Asking {
	case AskCancel, AskRestart:
		switch {
		case keeps:
			r.s.Asking = AskNothing
			r.askAgain(r.f.Texts["kept"])
		case r.s.Asking == AskCancel && (act == intents.Affirm || act == intents.Cancel):
			r.cancel()
		case r.s.Asking == AskRestart && (act == intents.Affirm || act == intents.StartOver):
			r.restart()
		default:
			return false
		}
		return true
	case AskStuck:
		if Continues(r.in.Match.Folded) {
			r.s.Asking = AskNothing
			r.ask()
			return true
		}
		if fold := r.in.Match.Folded; strings.Contains(fold, "稍后") || strings.Contains(fold, "晚点") {
			r.park()
			return true
		}
	case AskRemind:
		return r.reminded()
	case AskEdit:
		fold := r.in.Match.Folded
		for i := range r.f.Steps {
			s := &r.f.Steps[i]
			if s.Kind == DetailStep && (fold == s.Label || fold == s.editLabel() || fold == "改"+s.Label) {
				r.edit(s)
				return true
			}
		}
	}
	return false
}

// Continues reports whether a message, in the form of intents.Fold, asks to go on with a parked or
// questioned application.
func Continues(folded string) bool {
	switch folded {
	case "继续", "继续填", "继续填写", "继续办理", "继续申请", "接着填", "接着办", "接着来":
		return true
	}
	return false
}

// command carries out what the message asks of the dialogue itself.
func (r *run) command(s *Step) bool {
	m := r.in.Match
	if m.Intent == intents.Human {
		r.handoff("asked")
		return true
	}
	switch m.Act {
	case intents.Cancel:
		r.askCancel()
	case intents.StartOver:
		r.askRestart()
	case intents.Back:
		r.back(s)
	case intents.Why:
		r.why(s, m.Slot)
	case intents.Refuse:
		r.say(Say{Text: s.Why, Choices: r.f.choices("keep", "human", "park", "cancel")})
	case intents.Wait:
		r.tell("wait")
	case intents.Repeat:
		r.ask()
	case intents.Progress:
		r.progress(s)
	case intents.Thanks:
		r.askAgain(r.f.Texts["thanks"])
	default:
		return false
	}
	return true
}

// digress answers a question or small talk in between and comes back to the
// open question, at no cost of a try.
func (r *run) digress() bool {
	m := r.in.Match
	switch {
	case m.Intent == intents.Apply:
		r.askAgain(r.f.Texts["already"])
	case m.Intent == intents.Status:
		r.progress(r.step())
	case m.Intent == intents.Greeting:
		r.askAgain(r.f.Texts["hello"])
	case r.in.Answer != "":
		r.say(Say{Text: r.in.Answer, Answer: true})
		r.askAgain()
	case m.Question || m.Intent != intents.None:
		r.askAgain(r.f.Texts["unknown"])
	default:
		return false
	}
	return true
}

func (r *run) progress(s *Step) {
	n, total := r.f.number(s.ID)
	words := strings.NewReplacer("{step}", strconv.Itoa(n), "{total}", strconv.Itoa(total), "{label}", s.Label).
		Replace(r.f.Texts["progress"])
	r.askAgain(words)
}

func (r *run) why(s *Step, kind string) {
	if named := r.f.stepFor(slot.Kind(kind)); named != nil {
		s = named
	}
	r.say(Say{Text: s.Why})
	r.askAgain()
}

// back opens the step before this one. What was given there stays until it is
// given anew.
func (r *run) back(s *Step) {
	for i := range r.f.Steps {
		if r.f.Steps[i].Next == s.ID {
			r.s.Step, r.s.Misses = r.f.Steps[i].ID, 0
			r.ask()
			return
		}
	}
	r.askAgain(r.f.Texts["first"])
}

func (r *run) askCancel() {
	if len(r.s.Details) == 0 { // nothing to lose, so nothing to ask
		r.cancel()
		return
	}
	r.s.Asking = AskCancel
	r.tell("cancel_ask", "cancel_yes", "keep", "park")
}

func (r *run) cancel() {
	r.stop()
	r.tell("cancelled", "again")
}

func (r *run) askRestart() {
	if len(r.s.Details) == 0 {
		r.restart()
		return
	}
	r.s.Asking = AskRestart
	r.tell("restart_ask", "restart_yes", "keep")
}

func (r *run) restart() {
	r.stop()
	r.s.Status = Running
	r.advance(r.f.Texts["restarted"])
}

func (r *run) park() {
	r.s.Status, r.s.Asking, r.s.Misses = Parked, AskNothing, 0
	r.tell("parked")
}

func (r *run) handoff(reason string) {
	r.s.Asking = AskNothing
	r.out = append(r.out, Action{Handoff: reason})
}
