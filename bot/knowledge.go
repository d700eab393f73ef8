package bot

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"fenfu/bot/flow"
	"fenfu/bot/slot"
	"fenfu/intents"
	"fenfu/intents/faq"
)

// entryChoice begins the value of a button that asks for an entry of the
// knowledge base; its id follows.
const entryChoice = "faq."

// entry returns the entry that a button asks for, as long as it is valid.
func (b *Bot) entry(value string) (faq.Entry, bool) {
	id, ok := strings.CutPrefix(value, entryChoice)
	if !ok {
		return faq.Entry{}, false
	}
	return b.FAQ.Entry(id)
}

// picked is the input of a visitor who picked an entry: its question, asked.
func (t *turn) picked(e faq.Entry) flow.Input {
	in := t.question(e.Title(), e.Answer)
	t.lead(e)
	if e.Next == faq.ToApply && t.s.Flow.Status != flow.Running {
		in.Match.Decision = intents.Offer
	}
	return in
}

// askedBack is the ids of the entries that choices stand for.
func askedBack(choices []Choice) string {
	var ids []string
	for _, c := range choices {
		if id, ok := strings.CutPrefix(c.Value, entryChoice); ok {
			ids = append(ids, id)
		}
	}
	return strings.Join(ids, " ")
}

var (
	ordinal = regexp.MustCompile(`^(?:就|是|选|要|我选|我要|我问)?第?([1-4一二两三四])(?:个|项|条|种|号)?(?:问题|吧|啊|呀|呢|的)*$`)
	noneOf  = regexp.MustCompile(`^(?:以上)?(?:都不是|都不对|都没有|不是|没有一个)(?:这个|这些|这几个|我要的|我要问的|我想问的|我问的)?(?:的|啊|呀|呢|吧)*$`)
)

// chosen is the input of a visitor who was asked which entry is meant, and
// answers with its number, or that it is none.
func (t *turn) chosen(text string) (flow.Input, bool) {
	ids := strings.Fields(t.s.Near)
	if text == "" || len(ids) == 0 || t.s.Flow.Asking != flow.AskNothing {
		return flow.Input{}, false
	}
	said := intents.Fold(text)
	if noneOf.MatchString(said) {
		t.next = []Choice{{Value: flow.HumanChoice, Label: "转人工"}}
		return t.question(text, "好的，请换个说法再问一次，也可以转人工咨询。"), true
	}
	n := ordinal.FindStringSubmatch(said)
	if n == nil {
		return flow.Input{}, false
	}
	i := map[string]int{"2": 1, "二": 1, "两": 1, "3": 2, "三": 2, "4": 3, "四": 3}[n[1]]
	if i == len(ids) {
		return flow.Input{Now: t.m.At, Choice: flow.HumanChoice}, true // the last button
	}
	if i > len(ids) {
		return flow.Input{}, false
	}
	e, ok := t.bot.FAQ.Entry(ids[i])
	if !ok {
		return flow.Input{}, false
	}
	return t.picked(e), true
}

// question is the input of a visitor who asked something that has this answer.
func (t *turn) question(text, answer string) flow.Input {
	in := flow.Input{Now: t.m.At, Text: text, Answer: answer}
	in.Match = intents.Match{Intent: intents.Other, Decision: intents.Nothing, Question: true, Folded: intents.Fold(text)}
	return in
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// lead notes what the entry leads to, unless it is the application, which an
// offer of its own asks about.
func (t *turn) lead(e faq.Entry) {
	if e.Next == faq.ToHuman {
		t.next = []Choice{{Value: flow.HumanChoice, Label: "转人工"}}
	}
}

// declines reports whether a message only says that its writer does not want to.
func declines(m intents.Match) bool {
	no := m.Act == intents.Deny || m.Act == intents.Refuse || m.Act == intents.Cancel
	return no && !m.Question && (m.Intent == intents.None || m.Intent == intents.Other)
}

// mayState reports whether a text that asks nothing may be meant as a question
// even so, rather than as a reply in a form or a name.
func mayState(q flow.Part) bool {
	n := utf8.RuneCountInString(q.Match.Folded)
	return q.Match.Act == intents.NoAct && n >= 3 && (n >= 5 || slot.Surname(q.Match.Folded) == "")
}

// answer returns what the knowledge base says to the message, or, if several
// entries may be meant, the question which one; their buttons are then in
// t.near. It is not asked about what is no question: a request to start, or an
// answer to the flow's, unless that is word for word a form of an entry.
func (t *turn) answer(q flow.Part) string {
	m := q.Match
	running := t.s.Flow.Status == flow.Running
	topic := m.Question || m.Intent != intents.None && m.Intent != intents.Greeting && m.Intent != intents.Human
	states := running && !topic // 我是外国人 asks as much as 外国人可以吗
	if q.Text == "" || m.Decision == intents.Start || states && !mayState(q) || declines(m) || !strings.ContainsFunc(q.Text, unicode.IsLetter) {
		return ""
	}
	text := q.Text
	if !strings.ContainsFunc(text, isHan) && strings.ContainsFunc(m.Folded, isHan) { // an quan ma, as it was understood
		text = m.Folded
	}
	found := t.bot.FAQ.Find(text, m)
	switch {
	case states && (found.Answer == nil || !found.Answer.Exact()):
		return ""
	case found.Answer != nil:
		t.lead(found.Answer.Entry)
		return found.Answer.Entry.Answer
	case len(found.Near) == 0 || t.bot.Model != nil && !running: // the model may know
		return ""
	}
	for _, h := range found.Near {
		t.near = append(t.near, Choice{Value: entryChoice + h.Entry.ID, Label: h.Entry.Title()})
	}
	t.near = append(t.near, Choice{Value: flow.HumanChoice, Label: "都不是，转人工"})
	if len(found.Near) == 1 {
		return "您想问的是这个吗？"
	}
	return "您想问的是下面哪一个？"
}
