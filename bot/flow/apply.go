package flow

import (
	"slices"
	"strconv"
	"strings"

	"fenfu/bot/slot"
)

// apply carries out one command.
func (r *run) apply(c Command) {
	s := r.step()
	if r.s.Status != Running && (c.Verb != Ask || s == nil) { // an earlier one ended the run
		return
	}
	switch c.Verb {
	case Fill:
		r.fill(s, c)
	case Correct:
		r.correct(r.f.step(c.Step))
		if r.consented() && len(c.Others) > 0 {
			r.s.Again = c.Others
		}
	case Clear:
		r.clear(r.f.step(c.Step))
	case Cancel:
		r.askCancel()
	case StartOver:
		r.askRestart()
	case Back:
		r.back(s)
	case Ask:
		r.answer(s, c.Topic)
	case AskWhy:
		if named := r.f.step(c.Step); named != nil {
			s = named
		}
		r.say(Say{Text: s.Why})
		r.askAgain()
	case Skip:
		r.skip(s, r.f.step(c.Step))
	case GoOn:
		r.askAgain()
	case Repeat:
		r.example = s.Kind == DetailStep
		r.ask()
	case Wait:
		r.wait(c.Later)
	case HandOff:
		r.handoff()
	case Confirm:
		r.confirm(s, c.Plain)
	case Deny:
		r.deny(s)
	case Rights:
		r.out = append(r.out, Action{Right: c.Right})
		r.askAgain()
	}
}

// confirm is a yes to the open question.
func (r *run) confirm(s *Step, plain bool) {
	switch {
	case r.asking == AskCancel:
		r.cancel()
	case r.asking == AskRestart:
		r.restart()
	case s.Kind == DetailStep:
		r.askAgain()
	case r.moved, r.asking == AskEdit, r.due == full: // the yes was not for what is open now
		r.ask()
	case s.Kind == ConfirmStep:
		r.submit(s)
	case plain:
		r.agree(s)
	default:
		r.say(Say{Text: s.Explicit, Choices: r.f.choices("agree", "decline")})
	}
}

// deny is a no to the open question.
func (r *run) deny(s *Step) {
	switch {
	case r.asking == AskCancel || r.asking == AskRestart:
		r.askAgain(r.f.Texts["kept"])
	case s.Kind == ConsentStep && (r.moved || r.due == full):
		r.ask()
	case s.Kind == ConsentStep:
		r.decline(s)
	case s.Kind == ConfirmStep:
		r.correct(nil)
	case r.f.satisfied(s, r.s):
		r.advance(r.f.Texts["unchanged"])
	default:
		r.askAgain()
	}
}

func (r *run) agree(s *Step) {
	r.s.Consents = slices.DeleteFunc(r.s.Consents, func(c Consent) bool { return c.ID == s.Consent.ID })
	r.s.Consents = append(r.s.Consents, Consent{
		ID: s.Consent.ID, Version: s.Consent.Version, TextSHA256: textHash(s.Ask), At: r.in.Now,
	})
	r.advance()
}

func (r *run) decline(s *Step) {
	r.stop()
	r.say(Say{Text: s.Declined, Choices: r.f.choices("again")})
}

// submit ends the run, if everything before the confirmation still holds.
func (r *run) submit(s *Step) {
	if r.f.first(r.s).ID != s.ID {
		r.advance()
		return
	}
	end := r.f.step(s.Next)
	r.s.Status, r.s.Step, r.s.Misses, r.s.Replaced, r.s.Again = Done, end.ID, 0, nil, nil
	r.out = append(r.out, Action{Submit: true})
	r.say(Say{Text: end.Ask, Code: "application.submitted"})
}

// answer answers a question or small talk in between and comes back to the
// open question, at no cost of a try.
func (r *run) answer(s *Step, t Topic) {
	switch {
	case r.s.Status != Running && r.in.Answer == "":
	case r.in.Answer != "" && t == General:
		r.say(Say{Text: r.in.Answer, Answer: true})
		r.askAgain()
	case t == General:
		r.askAgain(r.f.Texts["unknown"])
	case r.s.Status != Running:
	case t == Progress:
		r.askAgain(r.progress(s)...)
	case t == Begin:
		r.askAgain(r.f.Texts["already"])
	default:
		r.askAgain(r.f.Texts[string(t)])
	}
}

// progress says how far this is and what is left.
func (r *run) progress(s *Step) []string {
	n, total := r.f.number(s.ID)
	var left []string
	for i := range r.f.Steps {
		if p := &r.f.Steps[i]; p.Kind == DetailStep && !r.f.satisfied(p, r.s) {
			left = append(left, p.Label)
		}
	}
	words := strings.NewReplacer("{step}", strconv.Itoa(n), "{total}", strconv.Itoa(total), "{label}", s.Label).Replace(r.f.Texts["progress"])
	if len(left) == 0 {
		return []string{words, r.f.Texts["nothing_left"]}
	}
	return []string{words, r.items("left", left)}
}

// skip is a step, the named one or else the open one, that the visitor will not
// answer. None can be left out.
func (r *run) skip(s, named *Step) {
	switch {
	case named != nil && named.Kind == DetailStep && named.ID != s.ID:
		r.say(Say{Text: r.items("required", []string{named.Label}) + named.Why})
		r.askAgain()
	case s.Kind == ConsentStep:
		r.say(Say{Text: s.Explicit, Choices: r.f.choices("agree", "decline")})
	case s.Kind == ConfirmStep:
		r.askAgain()
	case r.f.satisfied(s, r.s):
		r.advance(r.f.Texts["unchanged"])
	default:
		r.refuse(s, WouldNot, 0)
		r.say(Say{Text: r.items("required", []string{s.Label}) + s.Why, Choices: r.f.choices("keep", "human", "park", "cancel")})
	}
}

func (r *run) wait(later bool) {
	if later {
		r.park()
		return
	}
	r.tell("wait")
}

// correct opens the step of the detail that is wrong, or asks which one it is.
// Before the consents nothing was given that could be.
func (r *run) correct(s *Step) {
	switch {
	case !r.consented():
		r.askAgain()
	case (s == nil || s.Kind != DetailStep) && len(r.s.Details) == 0:
		r.ask()
	case s == nil || s.Kind != DetailStep:
		r.s.Asking = AskEdit
		r.say(Say{Text: r.f.Texts["edit_ask"], Choices: r.f.edits()})
	case r.f.satisfied(s, r.s):
		r.open(s)
		r.ask(r.f.Texts["edit"])
	case s.ID == r.s.Step:
		r.ask()
	default:
		r.askAgain(r.f.Texts["not_given"])
	}
}

// clear forgets one detail and asks for it anew.
func (r *run) clear(s *Step) {
	if s == nil || s.Kind != DetailStep || !r.consented() || !r.f.satisfied(s, r.s) {
		r.correct(s)
		return
	}
	var items []string
	for _, k := range s.accepts() {
		if d, ok := r.s.Details[k]; ok {
			items = append(items, KindLabel(k)+" "+slot.Mask(k, d.Value))
			delete(r.s.Details, k)
		}
	}
	r.forgetReplaced(s)
	r.say(Say{Text: r.items("cleared", items)})
	r.advance()
}

// back opens the step before this one. What was given there stays until it is
// given anew.
func (r *run) back(s *Step) {
	for i := range r.f.Steps {
		if r.f.Steps[i].Next == s.ID {
			r.open(&r.f.Steps[i])
			r.ask(r.given())
			return
		}
	}
	r.askAgain(r.f.Texts["first"])
}

// given says what the open step was answered with before.
func (r *run) given() string {
	for _, k := range r.step().accepts() {
		if d, ok := r.s.Details[k]; ok && r.step().Kind == DetailStep {
			return r.items("given", []string{KindLabel(k) + " " + slot.Mask(k, d.Value)})
		}
	}
	return ""
}

func (r *run) askCancel() {
	if len(r.s.Details) == 0 || r.asking == AskCancel { // nothing to lose, or said twice
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
	if len(r.s.Details) == 0 || r.asking == AskRestart {
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
	r.s.Status, r.s.Misses = Parked, 0
	r.tell("parked")
}

func (r *run) handoff() { r.out = append(r.out, Action{Handoff: "asked"}) }
