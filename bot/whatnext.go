package bot

import (
	"regexp"
	"unicode/utf8"

	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
	"fenfu/intents"
)

// What a visitor says who does not know what to do now, and nothing else:
// 那到底要怎么弄, 然后呢, 下一步怎么办.
var (
	lostFor  = regexp.MustCompile(`怎么[弄办做搞整]|咋[弄办做搞整]|[做干]什么|[干做弄][啥嘛]|接下来|然后|下一步|之后呢|后面呢|去哪[里儿]?[看弄办]`)
	lostOnly = regexp.MustCompile(`^(?:那么?|这|所以|好的?|嗯|哦|行|请问|我|你|您|到底|究竟|现在|目前|接下来|接着|下一步|下面|后面|之后|然后|还|就|又|是|该|要|应该|需要|得|可以|能|有|的|了|怎么[弄办做搞整]|咋[弄办做搞整]|[做干]什么|[干做弄][啥嘛]|去哪[里儿]?[看弄办]|谢谢|呢|啊|呀|吗|吧|才好|才行|才对)+$`)
)

// maxLost is how long such a message is, in runes.
const maxLost = 16

// asksNext reports whether a message asks what to do next, once an application
// was submitted.
func (t *turn) asksNext(m intents.Match) bool {
	return t.s.Application != nil && t.s.Flow.Status == flow.Done && m.Right == intents.NoRight &&
		utf8.RuneCountInString(m.Folded) <= maxLost && lostFor.MatchString(m.Folded) && lostOnly.MatchString(m.Folded)
}

// whatNext says what there is to do as things stand with the application.
func (t *turn) whatNext() []flow.Action {
	a := t.s.Application
	human := Choice{Value: flow.HumanChoice, Label: t.bot.label(flow.HumanChoice)}
	if a.open() {
		return says("您的申请已经提交，正在核对，现在不用做什么。有了结果会在这里通知您，关闭页面也没关系，下次打开就能看到。填错了可以直接告诉我，例如“手机号填错了”。",
			Choice{Value: statusChoice, Label: t.bot.label(statusChoice)}, human)
	}
	title, text := t.bot.decisionText(a.Result)
	if a.Result.Decision == eligibility.ManualReview { // which is no result yet
		return says(title+"。\n"+text, human)
	}
	return says("您的申请已有结果："+title+"。\n"+text, reviewOrHuman(a.Result.Decision))
}
