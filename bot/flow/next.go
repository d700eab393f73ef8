package flow

import (
	"strings"
	"time"

	"fenfu/bot/pii"
	"fenfu/bot/slot"
	"fenfu/intents"
)

// Choice is a button: Value comes back when it is pressed. Primary is the one
// that most visitors look for; never an answer to a consent, whose answers stand
// side by side as equals.
type Choice struct {
	Value   string `json:"value" yaml:"value"`
	Label   string `json:"label" yaml:"label"`
	Primary bool   `json:"primary,omitempty" yaml:"primary"`
}

// Action is something a flow wants done, in order. Exactly one field is set,
// but for Words.
type Action struct {
	Say     *Say
	Hide    []slot.Found  // the parts of Input.Text that are details
	Submit  bool          // send what was confirmed to the check
	Erase   bool          // forget every detail and consent, in the application too
	Words   bool          // with Erase: what was said before, too
	Handoff string        // ask for a person; the reason
	Right   intents.Right // make use of a right to the data
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

// run is one call of Start, Resume, Next or Apply. The open question is put
// once, after everything else has been done.
type run struct {
	f       *Flow
	s       State
	in      Input
	out     []Action
	asking  Asking   // the question about the flow itself that the message may answer
	piece   pii.Text // of the answer, from the message before
	moved   bool     // to another version of the flow, so no yes is for what is open now
	due     question // is to be put at the end
	words   []string // before it
	example bool     // after it
}

// question is a form of the open step's question.
type question int

const (
	noQuestion question = iota
	short
	full
)

// Start begins the newest version of the flow with the id, forgetting what an
// earlier run was given. A run that is open or parked is taken up again instead.
// What the message that starts it gives away already is not kept.
func (b *Book) Start(s State, id string, in Input) (State, []Action) {
	if s.Flow == id && (s.Status == Running || s.Status == Parked) {
		return b.Resume(s, in.Now)
	}
	f := b.Flow(id)
	if f == nil {
		return s, nil
	}
	r := &run{f: f, s: State{Flow: id, Version: f.Version, Status: Running}, in: in}
	words := []string{f.Texts["begin"]}
	if found := slot.Scan(in.Text, in.Now); len(found) > 0 {
		r.hide(found)
		words = append(words, f.Texts["consent_first"])
	}
	r.advance(words...)
	r.settle()
	return r.s, r.out
}

// Resume takes up a parked run, or repeats the question of an open one.
func (b *Book) Resume(s State, now time.Time) (State, []Action) {
	r := b.run(s, Input{Now: now})
	if r == nil {
		return s, nil
	}
	words := r.f.Texts["already"]
	if s.Status == Parked {
		words, r.s.Since = r.f.Texts["resume"], now
	}
	r.s.Misses = 0
	r.ask(words)
	r.settle()
	return r.s, r.out
}

// Cancel takes up a parked run to give it up. It is asked about first, like
// that of an open one.
func (b *Book) Cancel(s State, now time.Time) (State, []Action) {
	r := b.run(s, Input{Now: now})
	if r == nil {
		return s, nil
	}
	r.s.Misses, r.s.Since = 0, now
	r.askCancel()
	return r.s, r.out
}

// Next answers one message to a running flow: the next state and what is to be
// done. It is pure: same arguments, same results, no I/O, and s is left as it is.
func (b *Book) Next(s State, in Input) (State, []Action) {
	if s.Status != Running {
		return s, nil
	}
	r := b.run(s, in)
	if r == nil {
		return s, nil
	}
	if in.Choice != "" {
		r.choice()
		r.settle()
	} else {
		open := r.s
		open.Asking = r.asking
		if !r.moved {
			open.Piece = r.piece
		}
		r.carryOut(b.Understand(open, in))
	}
	return r.s, r.out
}

// carryOut does what a message comes to, and then puts the open question.
func (r *run) carryOut(commands []Command) {
	for _, c := range commands {
		r.apply(c)
	}
	r.settle()
}

// run opens the session's run on the version of the flow that it goes on with;
// nil if there is none.
func (b *Book) run(s State, in Input) *run {
	f := b.Of(s)
	if f == nil || s.Status != Running && s.Status != Parked {
		return nil
	}
	r := &run{f: f, s: s.Clone(), in: in, asking: s.Asking, piece: s.Piece}
	r.s.Status, r.s.Asking, r.s.Piece = Running, AskNothing, ""
	if s.Version != f.Version || f.step(s.Step) == nil {
		r.migrate(b.version(s.Flow, s.Version))
	}
	return r
}

// settle puts the question that is due, or says that nothing was understood.
func (r *run) settle() {
	switch {
	case len(r.out) == 0 && r.due == noQuestion:
		r.puzzled()
	case r.s.Status != Running:
		return
	}
	if r.due == noQuestion {
		return
	}
	s := r.step()
	text := s.Short
	if r.due == full {
		text = s.Ask
	}
	if r.example && r.due == full {
		text += "\n" + s.Example
	}
	lines := r.words[:0:0]
	for _, l := range append(r.words, r.render(text)) {
		if l != "" {
			lines = append(lines, l)
		}
	}
	say := Say{Text: strings.Join(lines, "\n")}
	switch s.Kind {
	case ConsentStep:
		say.Choices = r.f.choices("agree", "decline")
	case ConfirmStep:
		say.Choices = r.f.choices("confirm", "edit", "cancel")
		say.Choices[0].Primary = true
	}
	r.say(say)
}

// puzzled answers what says nothing to the open question.
func (r *run) puzzled() {
	if s := r.step(); s.Kind == ConsentStep {
		r.say(Say{Text: s.Explicit, Choices: r.f.choices("agree", "decline")})
		return
	}
	r.askAgain()
}

// step returns the step whose question is open.
func (r *run) step() *Step { return r.f.step(r.s.Step) }

// advance opens the first step that still wants something and asks it.
func (r *run) advance(words ...string) {
	s := r.f.first(r.s)
	for s.Kind == ConfirmStep && len(r.s.Again) > 0 {
		again := r.f.step(r.s.Again[0])
		if r.s.Again = r.s.Again[1:]; again != nil && again.Kind == DetailStep {
			s = again
			words = append(words, r.f.Texts["edit"])
		}
	}
	r.open(s)
	r.ask(words...)
}

// open makes the step's question the open one.
func (r *run) open(s *Step) {
	if s.ID != r.s.Step {
		r.s.Misses, r.s.Since, r.s.Between = 0, r.in.Now, nil
	}
	r.s.Step = s.ID
}

// ask lets the open step's question follow, after the words if there are any.
func (r *run) ask(words ...string) {
	r.words = append(r.words, words...)
	r.due = full
}

// askAgain lets the open step's question follow in its short form.
func (r *run) askAgain(words ...string) {
	r.words = append(r.words, words...)
	r.due = max(r.due, short)
}

func (r *run) say(s Say) { r.out = append(r.out, Action{Say: &s}) }

// tell says one of the flow's texts with buttons.
func (r *run) tell(key string, buttons ...string) {
	r.say(Say{Text: r.f.Texts[key], Choices: r.f.choices(buttons...)})
}

// stop ends the run: nothing that was given is kept.
func (r *run) stop() {
	r.s = State{Flow: r.s.Flow, Version: r.s.Version}
	r.words, r.due = nil, noQuestion
	r.out = append(r.out, Action{Erase: true})
}
