package bot

import (
	"strings"
	"time"

	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
	"fenfu/bot/handoff"
	"fenfu/bot/pii"
	"fenfu/bot/redact"
	"fenfu/bot/slot"
	"fenfu/intents"
)

// What the law lets a visitor ask at any time: to see what is kept of them, to
// have it deleted, to withdraw their consents, to have a person look at a
// decision. Each leaves a notice in the log that names the right and nothing
// of the visitor. A correction is the flow's: see flow.Correct.

// The buttons of rights that were asked about, not asked for.
const (
	eraseChoice    = "right.erase"
	withdrawChoice = "right.withdraw"
)

// rightOf returns the right that a message or button makes use of.
func rightOf(in flow.Input) intents.Right {
	switch in.Choice {
	case eraseChoice:
		return intents.EraseRight
	case withdrawChoice:
		return intents.WithdrawRight
	case reviewChoice:
		return intents.ReviewRight
	}
	return in.Match.Right
}

// right carries one out, and reports whether that ends what the message does.
func (t *turn) right(r intents.Right) bool {
	switch r {
	case intents.ViewRight:
		t.view()
		return false
	case intents.ReviewRight:
		return t.review()
	}
	if t.asks { // "can I have it deleted?" is no order
		t.offerErasure(r)
	} else {
		t.forget(r)
	}
	return true
}

// view shows what is kept, masked.
func (t *turn) view() {
	var lines []string
	for _, k := range [...]slot.Kind{slot.Name, slot.ID, slot.Phone, slot.Email, slot.WeChat} {
		if d, ok := t.s.Flow.Details[k]; ok {
			lines = append(lines, "・"+flow.KindLabel(k)+"："+slot.Mask(k, d.Value))
		}
	}
	for _, k := range [...]slot.Kind{slot.Name, slot.ID, slot.Phone, slot.Email, slot.WeChat} {
		if v, ok := t.s.Flow.Replaced[k]; ok {
			lines = append(lines, "・修改前的"+flow.KindLabel(k)+"："+slot.Mask(k, v)+"（提交后不再保留）")
		}
	}
	for _, c := range t.s.Flow.Consents {
		lines = append(lines, "・"+t.bot.Book.ConsentLabel(t.s.Flow, c.ID)+"："+c.At.In(china()).Format("2006-01-02 15:04"))
	}
	if h := t.s.Handoff; h != nil && h.Contact != "" {
		lines = append(lines, "・留言的联系方式："+slot.Redact(h.Contact.Reveal()))
	}
	if a := t.s.Application; a != nil {
		lines = append(lines, "・申请："+a.SubmittedAt.In(china()).Format("2006-01-02 15:04")+" 提交，"+a.standing())
	}
	if len(lines) == 0 {
		t.notice(CodeViewed, "目前没有保存您的个人信息。", nil)
		return
	}
	lines = append([]string{"这里保存的您的信息（已打码）："}, lines...)
	lines = append(lines, "需要更正，直接告诉我哪一项不对；需要删除，发送“删除我的信息”。")
	t.notice(CodeViewed, strings.Join(lines, "\n"), nil)
}

// standing says in a word where the application stands.
func (a *Application) standing() string {
	if a.held() {
		return "正在更正，等您重新确认"
	}
	if a.open() {
		return "正在核对"
	}
	switch a.Result.Decision {
	case eligibility.Eligible:
		return "已通过资格评估"
	case eligibility.NotEligible:
		return "未通过资格评估"
	}
	return "等待人工审核"
}

// offerErasure answers a polite question with what would happen, and a button.
func (t *turn) offerErasure(r intents.Right) {
	choices := []Choice{{Value: eraseChoice, Label: t.bot.label(eraseChoice)}}
	text := "可以的。删除后，您填写的信息和聊天内容都不再保留，没有办完的申请也会停止。确定要删除，请点下面的按钮。"
	if r == intents.WithdrawRight {
		choices[0] = Choice{Value: withdrawChoice, Label: t.bot.label(withdrawChoice)}
		text = "可以的。撤回同意后，我们会停止使用并删除您的信息，没有办完的申请也会停止。确定要撤回，请点下面的按钮。"
	}
	if t.s.Flow.Status == flow.Running {
		choices = append(choices, Choice{Value: flow.KeepChoice, Label: "继续填写"})
	}
	t.say(Script, text, choices...)
}

// forget deletes all that is kept of the visitor: details and consents, what an
// application holds of them, a check that is still to be made, and the words in
// the log.
func (t *turn) forget(r intents.Right) {
	a := t.s.Application
	had := len(t.s.Flow.Details) > 0 || a.open() || a != nil && a.Request.Subject != (eligibility.Subject{}) || t.s.Handoff != nil && t.s.Handoff.Contact != ""
	agreed := len(t.s.Flow.Consents) > 0 || a != nil
	lines := []string{"您的个人信息和之前的聊天内容已全部删除，对信息使用的同意也已撤回。"}
	switch {
	case r == intents.WithdrawRight && !agreed && !had:
		lines[0] = "目前没有您给过的同意，也没有保存您的个人信息，之前的聊天内容已删除。"
	case r == intents.WithdrawRight:
		lines[0] = "您的同意已撤回，我们已停止使用您的信息，并删除了您的个人信息和之前的聊天内容。"
	case !had:
		lines[0] = "目前没有保存您的个人信息，之前的聊天内容也已删除。"
	}
	switch {
	case a.open() && (a.Attempts > 0 || a.Version > 1):
		lines = append(lines, "申请已停止。之前发给审核方的核对请求无法收回，但我们不会再使用它的结果。")
	case a.open():
		lines = append(lines, "申请已停止，没有再发给审核方。")
	case a != nil && a.Status == Decided:
		lines = append(lines, "已经作出的评估结果不受影响。")
	}
	receipt := t.receipt()
	lines = append(lines, "回执编号："+receipt+"。如需查询这次处理，请提供这个编号。")
	said := intents.Normalize(t.m.Text.Reveal())
	told := t.m.Kind == Text && redact.Details(said, t.s.known(), t.m.At) != said
	t.s.Flow = flow.State{}
	t.erase()
	t.drop("")
	t.forgetHandoff()
	t.wipe = true
	code, order := CodeErased, eraseChoice
	if r == intents.WithdrawRight {
		code, order = CodeWithdrawn, withdrawChoice
	}
	t.notice(code, strings.Join(lines, "\n"), &Data{Receipt: receipt})
	if told { // somebody's details, with the order: they go with the rest
		t.events[0].Text = pii.Text(t.bot.label(order))
	}
}

// forgetHandoff takes what the visitor left for people and what these wrote
// beside the conversation, and whoever waits for them out of the queue. A conversation that is under way goes on.
func (t *turn) forgetHandoff() {
	if t.s.Handoff == nil {
		return
	}
	t.s.Scrub = t.m.At
	h := t.touch()
	h.Contact, h.Comment, h.Asks, h.Owed = "", "", AsksNothing, ""
	if t.s.Owner == OwnerWaiting {
		t.change(OwnerBot).EndedAt = t.m.At
	}
}

// receipt makes a number for the visitor to refer to. It says the day and
// nothing else.
func (t *turn) receipt() string {
	id := t.bot.NewID()
	return "DEL-" + t.m.At.In(china()).Format("20060102") + "-" + id[:min(len(id), 8)]
}

// reviewable reports whether there is a decision to look at.
func (t *turn) reviewable() bool { return t.s.Application != nil && !t.s.Application.open() }

// review asks for a person's look at a decision, if there is one.
func (t *turn) review() bool {
	a := t.s.Application
	switch {
	case a == nil && t.s.Flow.Status == flow.Running:
		t.say(Script, "申请提交并有了结果之后，才可以申请人工复核。")
		return false
	case a == nil:
		t.say(Script, "您还没有通过这里提交过申请，暂时没有可以复核的结果。", t.bot.startChoice())
	case a.open():
		t.say(Script, "您的申请还在核对，有了结果之后才可以申请人工复核。结果会在这里通知您。")
		return t.s.Flow.Status != flow.Running
	case t.s.Owner == OwnerAgent:
		t.notice(CodeReview, "已记下您的人工复核申请，正在为您服务的客服会看到。", &Data{Application: a.ID})
	default:
		t.notice(CodeReview, "已记下您的人工复核申请。", &Data{Application: a.ID})
		t.handoff(handoff.Appeal)
	}
	return true
}

// china is the time that visitors live by.
func china() *time.Location { return time.FixedZone("CST", 8*60*60) }

// erasedText stands in the log where words were deleted.
const erasedText = "（内容已删除）"

// Erased returns the event as it stays in the log when its session's visitor
// has had their data deleted: that it happened, and when, but neither what they
// or a person or a model wrote, nor any text that shows a detail, masked as it
// may be.
func (e Event) Erased() Event {
	if e.From == Visitor || e.From == Agent || e.Origin == AI || strings.Contains(e.Text.Reveal(), "*") {
		e.Text, e.Open = pii.Text(erasedText), false
	}
	return e
}
