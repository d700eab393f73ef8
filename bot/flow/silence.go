package flow

import (
	"strings"

	"fenfu/intents"
)

// Remind repeats the open question to a visitor who has fallen silent, with
// ways to go on or leave. The state must be Running.
func (b *Book) Remind(s State) (State, Say) {
	f := b.flows[s.Flow]
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
	f := b.flows[s.Flow]
	s = s.Clone()
	s.Status, s.Asking, s.Misses = Parked, AskNothing, 0
	return s, Say{Text: f.Texts["parked_silent"], Choices: f.choices("keep")}
}

// reminded answers a message after a reminder, if it is about the reminder. A
// yes to going on is neither a consent nor a confirmation.
func (r *run) reminded() bool {
	m, fold := r.in.Match, r.in.Match.Folded
	explicit := strings.Contains(fold, "同意") || strings.Contains(fold, "确认") || strings.Contains(fold, "提交")
	switch {
	case Continues(fold) || fold == "需要" || fold == "要" || m.Act == intents.Affirm && !m.Question && !explicit:
		r.s.Asking = AskNothing
		r.ask()
	case strings.Contains(fold, "稍后") || strings.Contains(fold, "晚点"):
		r.park()
	case (m.Act == intents.Deny || fold == "不需要") && !explicit:
		r.askCancel()
	default:
		return false
	}
	return true
}
