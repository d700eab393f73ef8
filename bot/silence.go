package bot

import (
	"time"

	"fenfu/bot/flow"
)

// Silence is how an open form waits for its visitor. It is the zero value
// while no form is open, or a person sees to the session.
type Silence struct {
	Since    time.Time // of the visitor's last message, or of the last reminder
	Reminded int       // reminders since that message
	// Next is when to look at it. It may be too early, and is then put off:
	// an instant that moved with every message would cost the store a write.
	Next time.Time
}

// asking reports whether a form of the bot's is open, and silence to be noticed.
func (t *turn) asking() bool {
	return len(t.bot.RemindAfter) > 0 && t.s.botSpeaks() &&
		t.s.Flow.Status == flow.Running && t.bot.Book.Flow(t.s.Flow.Flow) != nil
}

// listen starts the wait anew with every message of the visitor, and ends it
// with the form. Who has asked for time is spared the first reminder.
func (t *turn) listen() {
	s := &t.s.Silence
	if !t.asking() {
		*s = Silence{}
		return
	}
	if t.m.From == Visitor || s.Since.IsZero() {
		s.Since, s.Reminded = t.m.At, 0
		if t.waits {
			s.Reminded = min(1, len(t.bot.RemindAfter)-1)
		}
	}
	if next := t.patience(); s.Next.IsZero() || s.Next.After(next) || t.waits {
		s.Next = next
	}
}

// patience is when the present silence has lasted long enough.
func (t *turn) patience() time.Time {
	after := t.bot.RemindAfter
	return t.s.Silence.Since.Add(after[min(t.s.Silence.Reminded, len(after)-1)])
}

// remind asks a silent visitor whether to go on, and puts the form aside when
// reminding has not helped. It finds out anew whether it is called for: the
// visitor may have come back, or a person may have taken over, meanwhile.
func (t *turn) remind() {
	s := &t.s.Silence
	switch {
	case s.Next.IsZero() || s.Next.After(t.m.At):
		t.nothing = true
	case !t.asking(): // and so the wait ends
	case t.patience().After(t.m.At):
		s.Next = t.patience()
	case s.Reminded < len(t.bot.RemindAfter):
		var say flow.Say
		t.s.Flow, say = t.bot.Book.Remind(t.s.Flow)
		t.notice(CodeReminder, say.Text, nil, say.Choices...)
		s.Since, s.Reminded = t.m.At, s.Reminded+1
		s.Next = t.patience()
	case t.giveUpCorrection():
	default:
		var say flow.Say
		t.s.Flow, say = t.bot.Book.ParkSilent(t.s.Flow)
		t.notice(CodeParked, say.Text, nil, say.Choices...)
	}
}
