package bot

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fenfu/bot/flow"
	"fenfu/bot/handoff"
	"fenfu/bot/pii"
)

// Person is somebody who acts for the operator.
type Person struct {
	ID   string `json:"id"`   // of the account
	Name string `json:"name"` // shown to the visitor
}

// Handoff is how a session stands with the operator's people. There is one for
// each time that they are asked for; it outlives the conversation with them.
type Handoff struct {
	Number  int // 1 for the session's first
	Reason  handoff.Reason
	Desk    string
	Since   time.Time // when people were asked for: its place in the queue
	WaitsAt time.Time // since when the visitor waits, this time
	Prefer  string    // the agent it was transferred to
	Offline bool      // nobody was there: the visitor leaves a message, and need not wait
	Asks    Asks      // what the visitor's next words are
	Contact pii.Text  // left with a message, for the answer to it

	Agent     Person // who has it, or had it last
	TakenAt   time.Time
	MetAt     time.Time     // when the first agent took it
	Waited    time.Duration // of the visitor until then, 0 if they had left a message and were not there
	AgentAt   time.Time     // of the agent's last words
	VisitorAt time.Time     // of the visitor's first words that the agent has not answered, or of the last ones that they have
	QuietAt   time.Time     // of the visitor's last words, if they need no answer
	WarnedAt  time.Time     // when the visitor was told that the conversation would end
	EndedAt   time.Time     // zero while it waits or somebody has it
	Left      Left          // where Agent left it, zero while they have it
	// Owed is why the operator's people have to look at the session, though it
	// was not what this handoff was asked for: Review, Failed, or none.
	Owed handoff.Reason

	Rating  int // 1 to 5, 0: none given
	Comment pii.Text

	Moved int64     // the version of the session that the desk's books must show at least, 0 once they do
	Next  time.Time // when to look after it
	Past  []PastHandoff
}

// PastHandoff is one that is over.
type PastHandoff struct {
	Reason  handoff.Reason
	Desk    string
	Agent   Person
	Since   time.Time
	EndedAt time.Time
	Left    Left
	Rating  int
}

// Left is where an agent left a conversation: ended it, passed it on, or lost it.
type Left struct {
	Seq int64 // of the last event that was theirs to read
	At  time.Time
}

// Asks is what the visitor was asked for, outside of any form.
type Asks string

// What may be asked.
const (
	AsksNothing Asks = ""
	AsksMessage Asks = "message" // to be answered later
	AsksComment Asks = "comment" // on a rating
)

// Desk keeps the books of the operator's desk. [fenfu/sessions.Desk] does.
type Desk interface {
	// Move enters where a conversation is; it may be called again.
	Move(ctx context.Context, p handoff.Place) error
	// Staffed reports whether somebody is there who serves a desk. It is asked
	// inside of turns, and answers from memory.
	Staffed(desk string) bool
}

// nobody is a desk without people.
type nobody struct{}

func (nobody) Move(context.Context, handoff.Place) error { return nil }
func (nobody) Staffed(string) bool                       { return false }

// maxPast is how many earlier handoffs a session remembers.
const maxPast = 10

// The buttons of a handoff.
const (
	leaveChoice  = "handoff.leave"
	skipChoice   = "handoff.skip" // leaves no message
	ratingChoice = "rating."      // and a number
)

func leaveButton() Choice { return Choice{Value: leaveChoice, Label: "取消排队"} }
func skipButton() Choice  { return Choice{Value: skipChoice, Label: "不留言了"} }

// open reports whether people are still asked for, or somebody is on it.
func (h *Handoff) open() bool { return h != nil && h.EndedAt.IsZero() }

// botSpeaks reports whether the visitor talks to the bot and waits for nobody.
func (s *Session) botSpeaks() bool {
	return s.Owner == OwnerBot || s.Owner == OwnerWaiting && s.Handoff != nil && s.Handoff.Offline
}

// place is what the desk's books are to show of a session.
func (s *Session) place() handoff.Place {
	h := s.Handoff
	p := handoff.Place{Session: s.ID, Version: s.Version, State: handoff.Over, Desk: h.Desk, Agent: h.Agent.ID, Since: h.Since, Queued: h.WaitsAt}
	if n := len(h.Past); n > 0 {
		p.Before = h.Past[n-1].Desk
	}
	switch s.Owner {
	case OwnerWaiting:
		p.State, p.Agent, p.Offline = handoff.InQueue, h.Prefer, h.Offline
	case OwnerAgent:
		p.State = handoff.Taken
	default:
		p.Ended = h.EndedAt
	}
	return p
}

// tend does what a handoff is due for: it brings the desk's books up to date, or
// looks whether somebody has been silent for too long.
func (b *Bot) tend(ctx context.Context, s Session) error {
	if s.Handoff.Moved == 0 {
		_, err := b.Handle(ctx, Message{Session: s.ID, ID: fmt.Sprintf("attend:%d", s.Version), From: System, Kind: Attend})
		return err
	}
	if err := b.Desk.Move(ctx, s.place()); err != nil {
		return fmt.Errorf("enter session %s into the desk's books: %w", s.ID, err)
	}
	_, err := b.Handle(ctx, Message{Session: s.ID, ID: fmt.Sprintf("moved:%d", s.Version), From: System, Kind: Entered, Version: s.Version})
	return err
}

// Resync enters a session into the desk's books as it is now.
func (b *Bot) Resync(ctx context.Context, session string) error {
	s, err := b.Memory.Load(ctx, session)
	if err != nil {
		return fmt.Errorf("load session: %w", err)
	}
	if s.Handoff == nil {
		return b.Desk.Move(ctx, handoff.Place{Session: session, Version: s.Version, State: handoff.Over})
	}
	return b.Desk.Move(ctx, s.place())
}

// touch makes the turn's own copy of the handoff.
func (t *turn) touch() *Handoff {
	h := *t.s.Handoff
	t.s.Handoff = &h
	return &h
}

// change does so for another owner, or another place, and has the books follow.
func (t *turn) change(owner Owner) *Handoff {
	h := t.touch()
	h.Moved = t.s.Version + 1
	switch {
	case owner == OwnerAgent:
		h.Left = Left{}
	case t.s.Owner == OwnerAgent:
		h.Left = Left{Seq: t.s.Seq + int64(len(t.events)) + 1, At: t.m.At} // the notice that says so is next
	}
	t.s.Owner = owner
	if t.s.Agent = ""; owner == OwnerAgent {
		t.s.Agent = h.Agent.ID
	}
	return h
}

// handoff asks for a person. Who waits or talks to one already is told so.
func (t *turn) handoff(reason handoff.Reason) { t.handTo(reason, t.bot.Desks.For(reason)) }

func (t *turn) handTo(reason handoff.Reason, desk handoff.Desk) {
	system := reason == handoff.Review || reason == handoff.Failed // the visitor did not ask, and is told otherwise
	here := t.bot.Desks.Open(desk.ID, t.m.At) && t.bot.Desk.Staffed(desk.ID)
	if h := t.s.Handoff; t.s.Owner == OwnerAgent || t.s.Owner == OwnerWaiting && (!h.Offline || !here) {
		switch {
		case system && h.owes() == "":
			t.touch().Owed = reason
		case !system && t.s.Owner == OwnerWaiting:
			t.stillWaiting()
		}
		return
	}
	next := Handoff{
		Number: 1, Reason: reason, Desk: desk.ID, Since: t.m.At, WaitsAt: t.m.At, Offline: system || !here,
	}
	if was := t.s.Handoff; was != nil {
		next.Number, next.Past = was.Number, was.Past
		if was.open() { // a message was left, and now somebody is there
			next.Since, next.Contact, next.Owed = was.Since, was.Contact, was.owes()
			next.MetAt, next.Waited = was.MetAt, was.Waited
		} else {
			next.Number++
			next.Past = was.past()
		}
	}
	t.s.Handoff = &next
	t.change(OwnerWaiting)
	switch {
	case system:
	case !here:
		t.away(desk)
	default:
		t.notice(CodeWaiting, waitingWords(reason)+"排队期间可以继续提问，填写过的内容都会保留。", nil, leaveButton())
	}
}

// owes returns why the operator's people have to look at the session, whatever
// its visitor does: what the check left to them. None: they need not.
func (h *Handoff) owes() handoff.Reason {
	if h.Reason == handoff.Review || h.Reason == handoff.Failed {
		return h.Reason
	}
	return h.Owed
}

// past returns the handoffs before the next one, this one included.
func (h *Handoff) past() []PastHandoff {
	past := append([]PastHandoff{}, h.Past...)
	past = append(past, PastHandoff{Reason: h.Reason, Desk: h.Desk, Agent: h.Agent, Since: h.Since, EndedAt: h.EndedAt, Left: h.Left, Rating: h.Rating})
	return past[max(0, len(past)-maxPast):]
}

func waitingWords(reason handoff.Reason) string {
	switch reason {
	case handoff.Misses:
		return "看来我没能帮上忙，正在为您转接人工客服。"
	case handoff.Frustrated:
		return "让您久等了，非常抱歉。正在为您转接人工客服。"
	case handoff.Rule:
		return "您反映的问题需要人工处理，正在为您转接人工客服。"
	case handoff.Appeal:
		return "正在为您转接审核人员，由他们复核这次结果。"
	}
	return "正在为您转接人工客服。"
}

func (t *turn) stillWaiting() {
	if t.s.Handoff.Offline {
		t.touch().Asks = AsksMessage
		t.say(Script, "您的请求已经登记，客服上线后会在这里回复您。还有要补充的，直接发给我就可以。", skipButton())
		return
	}
	t.say(Script, "您已经在排队了，前面的人数显示在对话上方，有变化会随时更新。排队期间也可以继续提问。", leaveButton())
}

// away says that nobody is there, when somebody will be, and asks for a message.
func (t *turn) away(desk handoff.Desk) {
	t.touch().Asks = AsksMessage
	var b strings.Builder
	if t.bot.Desks.Open(desk.ID, t.m.At) {
		b.WriteString("客服现在都不在线。")
	} else {
		b.WriteString("现在不是人工服务时间")
		if at, ok := t.bot.Desks.Opens(desk.ID, t.m.At); ok {
			b.WriteString("，" + day(at, t.m.At) + "恢复服务")
		}
		b.WriteString("。")
	}
	b.WriteString("请直接写下您的问题，客服上线后会在这里回复，您下次打开对话就能看到。需要用别的方式联系您的话，可以附上手机号或邮箱，只用于回复这条留言。")
	if c := t.bot.Words.Complaint; c != "" {
		b.WriteString("\n事情紧急，也可以联系：" + c + "。")
	}
	t.notice(CodeOffline, b.String(), nil, skipButton())
}

// day says an instant as visitors would.
func day(at, now time.Time) string {
	now = now.In(at.Location())
	switch at.Format(time.DateOnly) {
	case now.Format(time.DateOnly):
		return at.Format("今天 15:04 ")
	case now.AddDate(0, 0, 1).Format(time.DateOnly):
		return at.Format("明天 15:04 ")
	}
	return at.Format("1月2日 15:04 ")
}

// leave gives up waiting.
func (t *turn) leave() []flow.Action {
	text := "已取消排队。需要人工时，随时发送“转人工”。"
	if t.s.Handoff.Offline {
		text = "好的。需要人工时，随时发送“转人工”。"
	}
	owed := t.s.Handoff.owes()
	if owed != "" && t.s.Handoff.Offline { // it is not the visitor's to end
		t.touch().Asks = AsksNothing
		t.notice(CodeLeft, text, nil)
		return t.resume()
	}
	h := t.change(OwnerBot)
	h.EndedAt, h.Asks = t.m.At, AsksNothing
	t.notice(CodeLeft, text, nil)
	if owed != "" {
		t.handoff(owed)
	}
	return t.resume()
}

// resume puts the question of an open form again: it is where it was.
func (t *turn) resume() []flow.Action {
	if t.s.Flow.Status != flow.Running {
		return nil
	}
	var actions []flow.Action
	t.s.Flow, actions = t.bot.Book.Resume(t.s.Flow, t.m.At)
	return actions
}
