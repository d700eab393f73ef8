package bot

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"fenfu/bot/flow"
	"fenfu/bot/redact"
	"fenfu/intents"
)

// Bounds of what a model may read of a conversation.
const (
	maxLines = 40  // the latest
	maxLine  = 200 // characters; a line is cut there
	maxBot   = 100 // of the bot's, which the agent knows
)

// told are the notices as a model reads them: their own texts may show details,
// or name an agent. A decision is the visitor's and the agent's business.
var told = map[string]string{
	CodeSubmitted: "申请已提交", CodePending: "申请还在核对", CodeDelayed: "申请的核对推迟了", CodeDecided: "申请有了结果",
	CodeCorrected: "申请有更正", CodeResumed: "申请重新核对", CodeErased: "访客删除了个人信息", CodeWithdrawn: "访客撤回了同意",
	CodeReview: "访客申请人工复核", CodeParked: "申请表暂时放下", CodeLapsed: "没有提交的信息过期删除", CodeWaiting: "访客在排队等人工", CodeOffline: "人工不在线",
	CodeLeft: "访客取消了排队", CodeTaken: "人工客服接入", CodeTransferred: "转接给其他客服", CodeReleased: "客服长时间没有回复",
	CodeReturned: "交还智能客服", CodeEnded: "人工服务结束",
}

var (
	// asksFor and wanted: the visitor's next words may be a detail.
	asksFor = regexp.MustCompile(`请|麻烦|提供|告诉|发|说|报|留|填|核对|核实|确认|多少|什么|哪|吗|呢|[?？]`)
	wanted  = regexp.MustCompile(`姓名|名字|称呼|贵姓|叫什么|证件|身份|手机|电话|联系|号码|微信|邮箱|邮件|地址|住|卡|账号|户名|生日|出生|年龄|密码|验证码|单位|公司|职业|收入`)
)

// Lines are what a language model may read of a conversation, one line each
// with who says it first, and the visitor's latest question, "" if that is
// nothing for a model. It is only what was said while no detail was awaited
// ([Event.Open]), neither by a form nor by an agent, with details taken out as
// of a question to the model, and that something happened.
func (b *Bot) Lines(s Session, events []Event) (lines []string, question string) {
	awaited := false
	for _, e := range events {
		if e.Kind == Notice {
			if text, ok := told[e.Code]; ok {
				lines = append(lines, "系统："+text)
			}
			continue
		}
		text := ""
		if e.Open && !(e.From == Visitor && awaited) {
			text = readable(&s, e)
		}
		switch e.From {
		case Visitor:
			question = text
		case Agent:
			said := e.Text.Reveal()
			awaited = asksFor.MatchString(said) && wanted.MatchString(said)
		}
		if text != "" {
			lines = append(lines, authors[e.From]+"："+text)
		}
	}
	return slices.Clone(lines[max(0, len(lines)-maxLines):]), question
}

// readable is an event's text without details, "" if there is nothing but them.
func readable(s *Session, e Event) string {
	text := intents.Normalize(e.Text.Reveal())
	if e.From == Visitor && (looksLikeDetail(text, e.At) || flow.Secret(text)) {
		return ""
	}
	most := maxLine
	if e.From == FromBot {
		text, most = redact.Shapes(text, s.known(), e.At), maxBot
	} else {
		text = redact.Details(text, s.known(), e.At)
	}
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most])
	}
	if redact.Nothing(text) {
		return ""
	}
	return text
}

// open reports whether no detail is awaited of the visitor: not by a form, once
// it has asked for the first one, and not beside it.
func (t *turn) open(s *Session) bool {
	return !t.awaits(&s.Flow) && (s.Handoff == nil || s.Handoff.Asks == AsksNothing)
}

// awaits reports whether a form is between the first detail that it asks for
// and its end.
func (t *turn) awaits(s *flow.State) bool {
	if s.Status != flow.Running {
		return false
	}
	f := t.bot.Book.Of(*s)
	return f == nil || len(s.Details) > 0 || s.Asking != flow.AskNothing ||
		!slices.ContainsFunc(f.Steps, func(step flow.Step) bool { return step.ID == s.Step && step.Kind == flow.ConsentStep })
}
