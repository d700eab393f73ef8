package bot

import (
	"slices"
	"strings"

	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
	"fenfu/bot/pii"
	"fenfu/bot/slot"
	"fenfu/intents"
)

// Words are the texts of the bot outside a flow that depend on the operator.
type Words struct {
	Product   string // what is applied for, as the visitor calls it
	Complaint string // the operator's complaint channel
}

// The buttons outside a flow.
const (
	conditionsChoice = "ask.conditions"
	statusChoice     = "ask.status"
	reviewChoice     = "review.request"
	anotherChoice    = "flow.start.another"
)

func (b *Bot) startChoice() Choice {
	return Choice{Value: flow.StartChoice, Label: "开始申请", Primary: true}
}

func (t *turn) menu() []Choice {
	b := t.bot
	first := b.startChoice()
	if t.s.Application.open() { // there is nothing to start
		first = Choice{Value: statusChoice, Label: b.label(statusChoice)}
	}
	return []Choice{first, {Value: conditionsChoice, Label: "了解条件"}, {Value: flow.HumanChoice, Label: "转人工"}}
}

func (b *Bot) label(value string) string {
	switch value {
	case conditionsChoice:
		return "了解条件"
	case statusChoice:
		return "查询进度"
	case reviewChoice:
		return "申请人工复核"
	case flow.StartChoice:
		return "开始申请"
	case eraseChoice:
		return "删除我的信息"
	case withdrawChoice:
		return "撤回同意"
	case anotherChoice:
		return "换一位申请人"
	case leaveChoice:
		return leaveButton().Label
	case skipChoice:
		return skipButton().Label
	}
	if n := ratingOf(value); n > 0 {
		return grades[n-1]
	}
	if e, ok := b.entry(value); ok {
		return e.Title()
	}
	return b.Book.Label(value)
}

// idle answers while no flow is running.
func (t *turn) idle(in flow.Input) []flow.Action {
	b, m := t.bot, in.Match
	offered := t.s.Flow.Offered
	t.s.Flow = t.s.Flow.Clone()
	t.s.Flow.Offered = false
	switch in.Choice {
	case "":
	case flow.StartChoice:
		return t.start(in)
	case flow.KeepChoice:
		if t.s.Flow.Status == flow.Parked {
			return t.start(in)
		}
		return t.stale()
	case anotherChoice:
		return t.begin(in)
	case flow.HumanChoice:
		return []flow.Action{{Handoff: "asked"}}
	case statusChoice:
		return t.progress()
	case conditionsChoice:
		in.Text, in.Match = "开通条件", b.Matcher.Match("开通条件")
		if e, ok := b.FAQ.Answer(in.Text, in.Match); ok {
			return t.offer(e.Answer)
		}
		return t.fallback()
	default:
		return t.stale()
	}
	switch {
	case m.Decision == intents.Start,
		offered && m.Act == intents.Affirm && !m.Question,
		t.s.Flow.Status == flow.Parked && (m.Act == intents.GoOn || m.Act == intents.Affirm && !m.Question && sends(m.Folded)):
		return t.start(in)
	case t.asksNext(m):
		return t.whatNext()
	case m.Act == intents.Correct && t.s.Application != nil && t.s.Flow.Status == flow.Done:
		return t.correct(in)
	case m.Act == intents.Correct && m.Slot == "" && m.Intent == intents.None && !m.Question && t.s.Flow.Status == flow.Idle:
		return says("这里目前没有保存您的信息，没有可以更正的内容。", t.menu()...)
	case m.Act == intents.Correct && t.s.Flow.Status == flow.Parked && !m.Question:
		return t.progress()
	case m.Act == intents.Cancel && !m.Question && t.s.Flow.Status == flow.Parked:
		var actions []flow.Action
		t.s.Flow, actions = b.Book.Cancel(t.s.Flow, in.Now)
		return actions
	case m.Act == intents.Cancel && !m.Question && t.s.Application.open():
		return says("您的申请已经提交，正在核对。不想办了的话，可以撤回同意：这次申请会停止，您的信息会删除。",
			Choice{Value: withdrawChoice, Label: b.label(withdrawChoice)}, Choice{Value: statusChoice, Label: b.label(statusChoice)})
	case m.Intent == intents.Human:
		return []flow.Action{{Handoff: "asked"}}
	case m.Intent == intents.Status || m.Act == intents.Progress:
		return t.progress()
	case in.Answer != "" && m.Decision == intents.Offer && t.near == nil:
		return t.offer(in.Answer)
	case in.Answer != "" && (t.near == nil || m.Intent != intents.Apply):
		return []flow.Action{{Say: &flow.Say{Text: in.Answer, Answer: true, Choices: t.next}}}
	case m.Decision == intents.Offer && m.Intent != intents.Apply && m.Intent != intents.HowToOpen && t.ask(in):
		return nil
	case m.Decision == intents.Offer:
		t.near, t.s.Flow.Offered = nil, true
		return says("您是想现在申请开通，还是先了解条件？", t.menu()...)
	}
	return t.smallTalk(in)
}

// stale answers a button whose time is over. Pressed once more, that of a
// confirmation confirms nothing: what was confirmed is under way.
func (t *turn) stale() []flow.Action {
	if t.s.Application.open() {
		return says("您的申请已经提交，正在核对，不需要重复操作。结果会在这里通知您。")
	}
	return says("这个按钮已经过期了。请问有什么可以帮您？", t.menu()...)
}

func (t *turn) smallTalk(in flow.Input) []flow.Action {
	b, m := t.bot, in.Match
	switch {
	case m.Intent == intents.Greeting && (t.s.Flow.Status == flow.Parked || t.s.Application.open()):
		return t.progress()
	case m.Intent == intents.Greeting:
		return says("您好，我是"+b.Words.Product+"智能客服。想办理开通，可以点“开始申请”；有问题也可以直接问我。", t.menu()...)
	case m.Act == intents.Thanks:
		return says("不客气，还有问题随时找我。")
	case m.Act == intents.Affirm || m.Act == intents.Wait:
		return says("好的，有需要随时告诉我。")
	case m.Act == intents.Deny || m.Act == intents.Cancel || m.Act == intents.Refuse:
		return says("好的，不办理也没关系。有问题随时找我。")
	case !m.Question && t.s.Owner == OwnerBot && gives(in):
		return t.unasked()
	case t.ask(in):
		return nil
	case b.Model != nil: // but it may not be asked: what it would have been asked from is left
		return t.forWant(&Question{Text: pii.Text(in.Text), Guess: !m.Question})
	}
	return t.fallback()
}

// sends reports whether a yes is one to the form's own question, as on its
// buttons, and not just polite. A form that is put aside is taken up by it.
func sends(folded string) bool {
	for _, w := range []string{"提交", "确认", "同意", "下一步"} {
		if strings.Contains(folded, w) {
			return true
		}
	}
	return false
}

// gives reports whether a message holds a number of somebody's.
func gives(in flow.Input) bool {
	return slices.ContainsFunc(slot.Scan(in.Text, in.Now), func(f slot.Found) bool { return f.Kind == slot.ID || f.Kind == slot.Phone })
}

// unasked answers who gives details though no form is open: nothing is kept.
func (t *turn) unasked() []flow.Action {
	switch {
	case t.s.Application.open():
		return says("您的申请已经提交，正在核对，不用再填写，刚才发来的内容没有保存。要更正的话，请告诉我哪一项错了，例如“手机号填错了”。", t.menu()...)
	case t.s.Flow.Status == flow.Parked:
		return append(says("您的申请还没有接着填，所以刚才发来的内容没有保存。"), t.progress()...)
	case t.s.Application != nil:
		return says("您的申请已有结果，不用再填写，刚才发来的内容没有保存。", Choice{Value: statusChoice, Label: t.bot.label(statusChoice)},
			Choice{Value: flow.HumanChoice, Label: "转人工"})
	}
	t.s.Flow.Offered = true
	return says("现在没有在填写申请，所以刚才发来的内容没有保存。需要我现在帮您提交开通申请吗？", t.menu()...)
}

func (t *turn) fallback() []flow.Action {
	t.lost = true
	return says("抱歉，这个问题我不确定，需要转人工吗？您也可以换个说法再问。", t.menu()...)
}

// start begins or takes up the application, unless one is still being checked,
// or was decided a while ago.
func (t *turn) start(in flow.Input) []flow.Action {
	if t.s.Flow.Status != flow.Parked && t.stands() {
		return t.standing()
	}
	return t.begin(in)
}

// standing says that the decision on the session's application stands.
func (t *turn) standing() []flow.Action {
	a := t.s.Application
	title, _ := t.bot.decisionText(a.Result)
	return says("您的申请已有结果："+title+"。近期不需要重复申请，以这个结果为准。如果情况有变化，或者认为结果有误，可以申请人工复核。",
		reviewOrHuman(a.Result.Decision), Choice{Value: anotherChoice, Label: t.bot.label(anotherChoice)})
}

// begin begins or takes up the application, unless one is still being checked.
func (t *turn) begin(in flow.Input) []flow.Action {
	if t.s.Application.open() && !t.s.Application.held() {
		return says("您的申请已经提交，正在核对，不需要重复申请。结果会在这里通知您。")
	}
	var actions []flow.Action
	t.s.Flow, actions = t.bot.Book.Start(t.s.Flow, t.bot.Flow, in)
	return actions
}

// offer answers and asks whether to start.
func (t *turn) offer(answer string) []flow.Action {
	if t.s.Application.open() || t.stands() {
		return []flow.Action{{Say: &flow.Say{Text: answer, Answer: true}}}
	}
	t.s.Flow.Offered = true
	return []flow.Action{
		{Say: &flow.Say{Text: answer, Answer: true}},
		{Say: &flow.Say{Text: "需要我现在帮您提交开通申请吗？", Choices: []Choice{
			t.bot.startChoice(), {Value: flow.HumanChoice, Label: "转人工"},
		}}},
	}
}

// progress says where the application stands.
func (t *turn) progress() []flow.Action {
	a := t.s.Application
	switch {
	case t.s.Flow.Status == flow.Parked:
		return says("您有一份没填完的申请，发送“继续”就可以接着填。", Choice{Value: flow.KeepChoice, Label: "继续填写"})
	case a == nil:
		return says("您还没有通过这里提交过申请。如果是在钱包里自己申请的，请在钱包的分付页面查看进度。", t.bot.startChoice())
	case a.open():
		return says("您的申请已经提交，正在核对开通条件。结果会在这里通知您。")
	}
	title, _ := t.bot.decisionText(a.Result)
	if a.Result.Decision == eligibility.ManualReview {
		return says(title+"。审核完成后，结果会在这里通知您。", Choice{Value: flow.HumanChoice, Label: "转人工"})
	}
	return says("您的申请已有结果："+title+"。", reviewOrHuman(a.Result.Decision))
}

// reviewOrHuman is the way to a person that fits a decision.
func reviewOrHuman(d eligibility.Decision) Choice {
	if d == eligibility.NotEligible {
		return Choice{Value: reviewChoice, Label: "申请人工复核"}
	}
	return Choice{Value: flow.HumanChoice, Label: "转人工"}
}

func says(text string, choices ...Choice) []flow.Action {
	return []flow.Action{{Say: &flow.Say{Text: text, Choices: choices}}}
}
