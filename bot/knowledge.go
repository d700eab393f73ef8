package bot

import (
	"strings"
	"unicode"

	"fenfu/bot/flow"
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
	in := flow.Input{Now: t.m.At, Text: e.Title(), Answer: e.Answer}
	t.lead(e)
	in.Match = intents.Match{Intent: intents.Other, Decision: intents.Nothing, Question: true, Folded: intents.Fold(e.Title())}
	if e.Next == faq.ToApply && t.s.Flow.Status != flow.Running {
		in.Match.Decision = intents.Offer
	}
	return in
}

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

// answer returns what the knowledge base says to the message, or, if several
// entries may be meant, the question which one; their buttons are then in
// t.near. It is not asked about what is no question: an answer to the flow's,
// or a request to start.
func (t *turn) answer(q flow.Part) string {
	m := q.Match
	running := t.s.Flow.Status == flow.Running
	topic := m.Question || m.Intent != intents.None && m.Intent != intents.Greeting && m.Intent != intents.Human
	if q.Text == "" || m.Decision == intents.Start || running && !topic || declines(m) || !strings.ContainsFunc(q.Text, unicode.IsLetter) {
		return ""
	}
	found := t.bot.FAQ.Find(q.Text, m)
	switch {
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
