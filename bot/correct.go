package bot

import (
	"time"

	"fenfu/bot/flow"
	"fenfu/bot/pii"
	"fenfu/bot/slot"
)

// correct takes in that a detail of what was submitted is wrong. While there is
// no decision, the check is given up: its version is over, whatever it answers,
// and the next one begins when the visitor has confirmed anew.
func (t *turn) correct(in flow.Input) []flow.Action {
	a := t.s.Application
	if a.Status == Decided {
		return says("结果是按您当时确认的信息得出的，现在更正信息不会改变它。如果当时确实填错了，可以申请人工复核。",
			Choice{Value: reviewChoice, Label: t.bot.label(reviewChoice)}, Choice{Value: flow.HumanChoice, Label: "转人工"})
	}
	if in.Text != "" {
		answer := in.Answer
		in = flow.Read(t.bot.Matcher, in.Text, in.Now)
		in.Answer = answer
	}
	state, actions := t.bot.Book.Reopen(t.s.Flow, in)
	if state.Status != flow.Running && len(actions) == 0 { // its flow is gone
		return []flow.Action{{Handoff: "asked"}}
	}
	t.s.Flow = state
	if state.Status == flow.Running {
		t.hold()
		actions = append(says("好的，之前提交的信息已停止核对。更正并重新确认之后，才会再次提交。"), actions...)
	}
	return actions
}

// hold stops the application's check until its details are confirmed anew.
func (t *turn) hold() {
	a := *t.s.Application
	a.Version++
	a.Status, a.Failures, a.Next = Held, 0, time.Time{}
	a.Request.CheckID = checkID(t.s.ID, &a)
	t.s.Application = &a
}

// resubmit sends what was corrected, or confirmed as it was.
func (t *turn) resubmit() {
	a := t.s.Application
	t.queue(&Application{ID: a.ID, Version: a.Version})
	t.notice(CodeCorrected, "之前提交的那一份不再作数，以这次确认的信息为准。", &Data{Application: a.ID})
}

// giveUpCorrection sends what was submitted before, if the visitor has left
// without changing any of it, and reports whether it did.
func (t *turn) giveUpCorrection() bool {
	a := t.s.Application
	if a == nil || a.Status != Held || !t.s.Flow.Has(map[slot.Kind]pii.Text{
		slot.Name: a.Request.Subject.Name, slot.ID: a.Request.Subject.IDNumber, slot.Phone: a.Request.Subject.Phone,
		slot.Email: a.Request.Subject.Email, slot.WeChat: a.Request.Subject.WeChat,
	}) {
		return false
	}
	t.s.Flow = t.bot.Book.Finish(t.s.Flow)
	t.queue(&Application{ID: a.ID, Version: a.Version})
	t.notice(CodeCorrected, "您没有更正信息，我们按之前确认的内容继续核对。结果会在这里通知您。", &Data{Application: a.ID})
	return true
}
