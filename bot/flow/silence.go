package flow

import (
	"strings"

	"fenfu/intents"
)

// Remind repeats the open question to a visitor who has fallen silent, with
// ways to go on or leave. The state must be Running.
func (b *Book) Remind(s State) (State, Say) {
	f := b.Of(s)
	r := &run{f: f, s: s.Clone()}
	r.s.Asking = AskRemind
	step := r.step()
	if step == nil { // the flow changed under the session; the next answer finds the step to go on with
		return r.s, Say{Text: f.Texts["remind"], Choices: f.choices("keep", "park", "cancel")}
	}
	text := strings.ReplaceAll(f.Texts["remind"], "{label}", step.Label)
	return r.s, Say{Text: text + "\n" + r.render(step.Short), Choices: f.choices("keep", "park", "cancel")}
}

// ParkSilent puts aside the form of a visitor who has not come back.
func (b *Book) ParkSilent(s State) (State, Say) {
	f := b.Of(s)
	s = s.Clone()
	s.Status, s.Asking, s.Misses = Parked, AskNothing, 0
	return s, Say{Text: f.Texts["parked_silent"], Choices: f.choices("keep")}
}

// Lapse forgets the details of a form that was left, and puts it aside at the
// first of them.
func (b *Book) Lapse(s State) State {
	s = s.Clone()
	s.Status, s.Asking, s.Misses, s.Refused, s.Details, s.Replaced, s.Again, s.Piece = Parked, AskNothing, 0, Refusal{}, nil, nil, nil, ""
	if f := b.Of(s); f != nil { // else the next answer finds the step to go on with
		s.Step = f.first(s).ID
	}
	return s
}

// reminded reads the answer to a reminder. A yes to going on is neither a
// consent nor a confirmation.
func reminded(m intents.Match) (Command, bool) {
	explicit := strings.Contains(m.Folded, "同意") || strings.Contains(m.Folded, "确认") || strings.Contains(m.Folded, "提交")
	switch fold := m.Folded; {
	case m.Act == intents.GoOn || fold == "需要" || fold == "要" || m.Act == intents.Affirm && !m.Question && !explicit:
		return Command{Verb: Repeat}, true
	case strings.Contains(fold, "稍后") || strings.Contains(fold, "晚点"):
		return Command{Verb: Wait, Later: true}, true
	case (m.Act == intents.Deny || fold == "不需要") && !explicit:
		return Command{Verb: Cancel}, true
	}
	return Command{}, false
}
