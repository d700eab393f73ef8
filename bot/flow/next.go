package flow

import (
	"slices"
	"strings"
	"time"

	"fenfu/bot/slot"
	"fenfu/intents"
)

// Choice is a button: Value comes back when it is pressed.
type Choice struct {
	Value string `json:"value" yaml:"value"`
	Label string `json:"label" yaml:"label"`
}

// Input is one message to a flow, already cleaned and understood.
type Input struct {
	Now    time.Time
	Text   string        // by intents.Normalize; "" if a button was pressed
	Choice string        // the value of the button pressed
	Match  intents.Match // what Text means
	Answer string        // what the knowledge base says to Text, "" if nothing
}

// Action is something a flow wants done, in order. Exactly one field is set.
type Action struct {
	Say     *Say
	Hide    []slot.Found // the parts of Input.Text that are details
	Submit  bool         // send what was confirmed to the check
	Erase   bool         // forget every detail and consent, in the application too
	Handoff string       // ask for a person; the reason
}

// Say is something to tell the visitor.
type Say struct {
	Text    string // details in it are masked
	Choices []Choice
	Code    string // for a notice, "" for ordinary text
	Answer  bool   // the text is from the knowledge base, not from the flow
}

// maxMisses is how many unusable answers in a row a step takes before the
// visitor is offered a way out.
const maxMisses = 3

// run is one call of Start, Resume or Next.
type run struct {
	f   *Flow
	s   State
	in  Input
	out []Action
}

// Start begins the flow with the id, forgetting what an earlier run was given.
// A run that is open or parked is taken up again instead.
func (b *Book) Start(s State, id string, now time.Time) (State, []Action) {
	if s.Flow == id && (s.Status == Running || s.Status == Parked) {
		return b.Resume(s, now)
	}
	f := b.flows[id]
	if f == nil {
		return s, nil
	}
	r := &run{f: f, s: State{Flow: id, Version: f.Version, Status: Running}, in: Input{Now: now}}
	r.advance(f.Texts["begin"])
	return r.s, r.out
}

// Resume takes up a parked run, or repeats the question of an open one.
func (b *Book) Resume(s State, now time.Time) (State, []Action) {
	f := b.flows[s.Flow]
	if f == nil || (s.Status != Parked && s.Status != Running) {
		return s, nil
	}
	r := &run{f: f, s: s.Clone(), in: Input{Now: now}}
	words := f.Texts["already"]
	if s.Status == Parked {
		words = f.Texts["resume"]
	}
	r.s.Status, r.s.Asking, r.s.Misses = Running, AskNothing, 0
	r.ask(words)
	return r.s, r.out
}

// Next answers one message to a running flow: the next state and what is to be
// done. It is pure: same arguments, same results, no I/O, and s is left as it is.
func (b *Book) Next(s State, in Input) (State, []Action) {
	f := b.flows[s.Flow]
	if f == nil || s.Status != Running {
		return s, nil
	}
	r := &run{f: f, s: s.Clone(), in: in}
	r.s.Version = f.Version
	r.handle()
	return r.s, r.out
}

func (r *run) handle() {
	if r.f.step(r.s.Step) == nil { // the flow changed under the session
		r.advance("")
		return
	}
	if r.in.Choice != "" {
		r.choice()
		return
	}
	if r.subAnswer() {
		return
	}
	r.s.Asking = AskNothing
	switch step := r.step(); step.Kind {
	case ConsentStep:
		r.consent(step)
	case DetailStep:
		r.detail(step)
	case ConfirmStep:
		r.confirm(step)
	}
}

// step returns the step whose question is open.
func (r *run) step() *Step { return r.f.step(r.s.Step) }

// advance opens the first step that still wants something and asks it.
func (r *run) advance(words ...string) {
	s := &r.f.Steps[0]
	for r.satisfied(s) {
		s = r.f.step(s.Next)
	}
	if s.ID != r.s.Step {
		r.s.Misses = 0
	}
	r.s.Step, r.s.Asking = s.ID, AskNothing
	r.ask(words...)
}

// satisfied reports whether the step has what it asks for. A confirmation
// never is: it is asked for again after every change.
func (r *run) satisfied(s *Step) bool {
	switch s.Kind {
	case ConsentStep:
		return slices.ContainsFunc(r.s.Consents, func(c Consent) bool {
			return c.ID == s.Consent.ID && c.Version == s.Consent.Version
		})
	case DetailStep:
		for _, k := range s.accepts() {
			if _, ok := r.s.Details[k]; ok {
				return true
			}
		}
	}
	return false
}

// ask puts the open step's question, after the words if there are any.
func (r *run) ask(words ...string) { r.put(r.step().Ask, words) }

// askAgain puts the open step's question in its short form.
func (r *run) askAgain(words ...string) { r.put(r.step().Short, words) }

func (r *run) put(question string, words []string) {
	s := r.step()
	lines := slices.DeleteFunc(append(words, r.render(question)), func(l string) bool { return l == "" })
	say := Say{Text: strings.Join(lines, "\n")}
	switch s.Kind {
	case ConsentStep:
		say.Choices = r.f.choices("agree", "decline")
	case ConfirmStep:
		say.Choices = r.f.choices("confirm", "edit", "cancel")
	}
	r.say(say)
}

func (r *run) say(s Say) { r.out = append(r.out, Action{Say: &s}) }

// tell says one of the flow's texts with buttons.
func (r *run) tell(key string, buttons ...string) {
	r.say(Say{Text: r.f.Texts[key], Choices: r.f.choices(buttons...)})
}

// stop ends the run: nothing that was given is kept.
func (r *run) stop() {
	r.s = State{Flow: r.s.Flow, Version: r.s.Version}
	r.out = append(r.out, Action{Erase: true})
}
