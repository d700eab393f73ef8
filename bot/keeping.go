package bot

import (
	"time"

	"fenfu/bot/flow"
)

// Keeping is how long the details of a form that was not submitted have been
// kept. It is the zero value while there are none: those of a decided
// application go with the session.
type Keeping struct {
	Since time.Time // of the visitor's last message
	// Next is when to look at it, zero while a person sees to the session. Like
	// Silence.Next it may be too early, and is then put off.
	Next time.Time
}

// unfinished reports whether the session holds details that nobody may ever
// submit.
func (t *turn) unfinished() bool {
	return t.bot.KeepUnfinished > 0 && len(t.s.Flow.Details) > 0 &&
		(t.s.Flow.Status == flow.Running || t.s.Flow.Status == flow.Parked)
}

// keep works out when unfinished details have been kept for long enough.
func (t *turn) keep() {
	k := &t.s.Keeping
	if !t.unfinished() {
		*k = Keeping{}
		return
	}
	if t.m.From == Visitor || k.Since.IsZero() {
		k.Since = t.m.At
	}
	next := k.Since.Add(t.bot.KeepUnfinished)
	switch {
	case t.s.Owner == OwnerAgent: // it is in use
		k.Next = time.Time{}
	case k.Next.IsZero() || k.Next.After(next):
		k.Next = next
	}
}

// purge deletes the details of a form that its visitor has left. How far the
// form had come stays, and so do the consents: who comes back is told, and goes
// on with the first detail. Like remind it finds out anew whether it is called
// for.
func (t *turn) purge() {
	k := &t.s.Keeping
	if k.Next.IsZero() || k.Next.After(t.m.At) {
		t.nothing = true
		return
	}
	k.Next = time.Time{} // worked out anew when the turn ends
	if !t.unfinished() || t.s.Owner == OwnerAgent || k.Since.Add(t.bot.KeepUnfinished).After(t.m.At) || t.giveUpCorrection() {
		return
	}
	text := "您有一段时间没有继续申请，为保护您的个人信息，之前填写的内容已自动删除。想继续办理时，发送“继续”或“开通" + t.bot.Words.Product + "”，重新填写就可以。"
	if t.s.Application.held() {
		text = "您有一段时间没有确认更正，为保护您的个人信息，填写的内容已自动删除，那次申请也已停止。想继续办理时，发送“继续”或“开通" + t.bot.Words.Product + "”，重新填写就可以。"
	}
	t.erase()
	t.s.Flow = t.bot.Book.Lapse(t.s.Flow)
	t.notice(CodeLapsed, text, nil, Choice{Value: flow.KeepChoice, Label: t.bot.label(flow.KeepChoice)})
}
