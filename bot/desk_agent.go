package bot

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"fenfu/bot/flow"
	"fenfu/bot/handoff"
	"fenfu/bot/pii"
	"fenfu/bot/slot"
	"fenfu/intents"
)

// agent takes in what somebody at the desk does or says. Whoever does not have
// the session can only take it.
func (t *turn) agent() error {
	h := t.s.Handoff
	if t.m.Kind == Take {
		return t.take()
	}
	seized := t.m.Kind == Transfer && t.m.Seize && (t.s.Owner == OwnerAgent || t.s.Owner == OwnerWaiting)
	if !seized && (t.s.Owner != OwnerAgent || h.Agent.ID != t.m.By.ID) {
		return &Error{Code: Conflict, Message: "这个会话现在不由您接待。"}
	}
	switch t.m.Kind {
	case Text:
		return t.agentSays()
	case Transfer:
		return t.transfer()
	case Return:
		t.release("人工服务已结束，接下来由智能客服为您服务。", CodeReturned)
		t.apply(t.resume())
	case Close:
		t.park()
		t.release("本次人工服务已结束。之后有问题，随时可以在这里继续问。", CodeEnded)
	}
	return nil
}

// take makes a waiting session somebody's, or one that a colleague has, if a
// supervisor joins. To take what one has already changes nothing.
func (t *turn) take() error {
	h := t.s.Handoff
	switch {
	case t.s.Owner == OwnerAgent && h.Agent.ID == t.m.By.ID:
		t.nothing = true
		return nil
	case t.s.Owner == OwnerAgent && !t.m.Seize:
		return &Error{Code: Conflict, Message: "这个会话已被其他同事接入。"}
	case t.s.Owner != OwnerWaiting && t.s.Owner != OwnerAgent:
		return &Error{Code: Conflict, Message: "这个会话已经不在排队了。"}
	}
	offline := h.Offline
	t.touch().Agent = t.m.By
	h = t.change(OwnerAgent)
	h.Prefer, h.Offline, h.Asks, h.TakenAt = "", false, AsksNothing, t.m.At
	h.WarnedAt, h.QuietAt = time.Time{}, time.Time{}
	if h.MetAt.IsZero() {
		if h.MetAt = t.m.At; !offline {
			h.Waited = max(t.m.At.Sub(h.WaitsAt), time.Millisecond)
		}
	}
	if h.VisitorAt = t.m.At; offline {
		h.VisitorAt = h.WaitsAt // the visitor is not there, and need not be
	}
	t.notice(CodeTaken, "客服“"+t.m.By.Name+"”为您服务。", &Data{Agent: t.m.By.Name})
	return nil
}

// agentSays puts the agent's words in the log. A detail in them, which the
// agent may have been shown, is masked like everywhere.
func (t *turn) agentSays() error {
	text := strings.TrimSpace(t.m.Text.Reveal())
	if text == "" || utf8.RuneCountInString(text) > MaxText {
		return &Error{Code: Invalid, Message: "消息为空或太长，请修改后再发送。"}
	}
	h := t.touch()
	h.AgentAt, h.WarnedAt = t.m.At, time.Time{}
	t.events = append(t.events, Event{Kind: Text, From: Agent, Origin: Human, Text: pii.Text(t.echo(text, nil)), ID: t.m.ID})
	return nil
}

// transfer puts the session back into a queue, for another desk or for a
// colleague. It keeps its place.
func (t *turn) transfer() error {
	desk := t.s.Handoff.Desk
	if t.m.Desk != "" {
		if _, ok := t.bot.Desks.Desk(t.m.Desk); !ok {
			return &Error{Code: Invalid, Message: "没有这个服务组。"}
		}
		desk = t.m.Desk
	} else if t.m.Colleague == "" || t.m.Colleague == t.m.By.ID {
		return &Error{Code: Invalid, Message: "请选择要转给的服务组或同事。"}
	}
	h := t.change(OwnerWaiting)
	h.Desk, h.Prefer, h.WaitsAt = desk, t.m.Colleague, t.m.At
	if h.Offline { // its visitor is not there, and need not wait
		t.notice(CodeTransferred, "已转给其他客服跟进，回复会显示在这里。", nil, skipButton())
		return nil
	}
	if h.Prefer == "" && !(t.bot.Desks.Open(desk, t.m.At) && t.bot.Desk.Staffed(desk)) {
		h.Offline, h.Asks = true, AsksMessage
		t.notice(CodeTransferred, "已为您转给负责这类问题的同事，他们现在不在线，上线后会在这里回复，您下次打开对话就能看到。您不需要重复说明；有要补充的，可以直接写在下面。", nil, skipButton())
		return nil
	}
	t.notice(CodeTransferred, "正在为您转接其他客服，请稍候。您不需要重复说明，之前的内容对方都能看到。", nil, leaveButton())
	return nil
}

// release ends the conversation with people, and asks how it was. What another
// desk has to look at goes on to that.
func (t *turn) release(text, code string) {
	h := t.change(OwnerBot)
	h.EndedAt = t.m.At
	owed := h.Owed
	if owed != "" && t.bot.Desks.For(owed).ID == h.Desk {
		owed = ""
	}
	var stars []Choice
	if owed == "" && h.rateable() {
		text += "\n方便的话，请为这次服务打个分。"
		stars = ratings()
	}
	t.notice(code, text, nil, stars...)
	if owed != "" {
		t.handoff(owed)
	}
}

// park puts an open form aside: it can be taken up again.
func (t *turn) park() {
	if t.s.Flow.Status == flow.Running {
		t.s.Flow = t.s.Flow.Clone()
		t.s.Flow.Status = flow.Parked
	}
}

var grades = [...]string{"很不满意", "不满意", "一般", "满意", "很满意"}

func ratings() []Choice {
	var all []Choice
	for i := len(grades); i > 0; i-- {
		all = append(all, Choice{Value: ratingChoice + strconv.Itoa(i), Label: grades[i-1]})
	}
	return all
}

// ratingOf returns the rating that a button means, 0 if it means none.
func ratingOf(choice string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(choice, ratingChoice))
	if err != nil || !strings.HasPrefix(choice, ratingChoice) || n < 1 || n > len(grades) {
		return 0
	}
	return n
}

// written is a rating in words: a number, or what stands on a button.
var written = regexp.MustCompile(`^我?[给打评]{0,2}([1-5一二三四五])(?:分|星|颗星)?[.!。~]*$`)

// ratingIn returns the rating that a text is, and nothing else; 0 if it is none.
func ratingIn(text string) int {
	if m := written.FindStringSubmatch(text); m != nil {
		for _, digits := range [...]string{"12345", "一二三四五"} {
			if i := strings.Index(digits, m[1]); i >= 0 {
				return i/len(m[1]) + 1
			}
		}
	}
	switch text = strings.Trim(text, ".!。~"); text {
	case "非常满意", "十分满意", "好评", "五星好评":
		return 5
	case "还行", "还可以":
		return 3
	case "非常不满意", "差评":
		return 1
	}
	return slices.Index(grades[:], text) + 1
}

// rateable reports whether there is something to rate: nobody rates whoever said
// nothing, and nobody twice.
func (h *Handoff) rateable() bool {
	return h != nil && !h.open() && !h.AgentAt.IsZero() && h.Rating == 0
}

// rate takes in how the visitor liked the last conversation with people.
func (t *turn) rate(n int) []flow.Action {
	h := t.change(t.s.Owner) // those who look at it see it
	h.Rating, h.Asks = n, AsksComment
	t.notice(CodeRated, "谢谢您的评价。有什么想补充的，可以直接写在下面。", nil)
	return nil
}

// asked takes a message as what was asked for, outside of any form, and reports
// whether it is.
func (t *turn) asked(in flow.Input) ([]flow.Action, bool) {
	h := t.s.Handoff
	if h == nil || h.Asks == AsksNothing || in.Choice != "" {
		return nil, false
	}
	what, m := h.Asks, in.Match
	if what == AsksMessage && m.Intent == intents.Human && utf8.RuneCountInString(in.Text) <= maxCall {
		return nil, false // a person is asked for again, and there is still nobody: that is no message
	}
	h = t.touch()
	h.Asks = AsksNothing
	plain := !m.Question && m.Intent == intents.None && m.Act == intents.NoAct && !t.answers(in)
	if m.Decision == intents.Start || what == AsksComment && !plain {
		return nil, false
	}
	if what == AsksComment {
		t.change(t.s.Owner).Comment = pii.Text(cut(in.Text, maxComment))
		return append(says("收到，谢谢您的补充。"), t.resume()...), true
	}
	for _, f := range slot.Scan(in.Text, t.m.At) {
		if f.Kind == slot.Phone || f.Kind == slot.Email {
			h.Contact = f.Value
		}
	}
	return says("已收到您的留言。客服上线后会在这里回复，您下次打开对话就能看到。还有要补充的，可以继续发给我。"), true
}

// answers reports whether the open form can make something of a message.
func (t *turn) answers(in flow.Input) bool {
	if t.s.Flow.Status != flow.Running {
		return false
	}
	next, _ := t.bot.Book.Next(t.s.Flow.Clone(), in)
	return next.Step != t.s.Flow.Step || next.Misses <= t.s.Flow.Misses
}

// maxCall is how long a message is, in runes, that asks for a person and leaves
// no word for them.
const maxCall = 10

// maxComment is how much of a comment on a rating is kept, in runes.
const maxComment = 500

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// wantsPerson hands over whoever asks for a person without saying so, and
// reports whether it did. What the knowledge base answers is a question.
func (t *turn) wantsPerson(in flow.Input) bool {
	if in.Text == "" {
		return false
	}
	if t.s.Owner == OwnerWaiting && !t.s.Handoff.Offline {
		if handoff.Sounds(in.Text) || handoff.AsksWait(in.Text) {
			t.stillWaiting()
			return true
		}
		return false
	}
	if in.Match.Question && in.Answer != "" && !handoff.Calls(in.Text) {
		return false
	}
	if desk, ok := t.bot.Desks.Rule(in.Text); ok {
		t.handTo(handoff.Rule, desk)
		return true
	}
	if handoff.Sounds(in.Text) || handoff.Calls(in.Text) {
		t.handoff(handoff.Frustrated)
		return true
	}
	return false
}
