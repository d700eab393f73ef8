package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fenfu/bot/flow"
	"fenfu/bot/pii"
	"fenfu/bot/redact"
	"fenfu/intents"
	"fenfu/intents/faq"
)

// Model is a language model that helps with what nothing else understands; see
// [fenfu/intents/llm.Client]. It is shown a question without personal details
// and entries of the knowledge base, and nothing else of the session.
type Model interface {
	// Answer answers from the entries. It gives sentences to show as they
	// come; with an error they are void. An empty text: no entry says it.
	Answer(ctx context.Context, question string, entries []faq.Entry, show func(string)) (text string, cites []string, err error)
	// Propose says what a text may mean, "" if it has no idea.
	Propose(ctx context.Context, text string) (intents.Proposal, error)
}

// Question is something a visitor said that waits for the model. It is asked
// outside the turn; what comes of it comes back as a message of kind Answered.
type Question struct {
	ID    string    // of the visitor's message, the latest one if there are several
	Text  pii.Text  // personal details taken out
	Guess bool      // it is no question: the model is to say what it may mean
	At    time.Time // of the message
	N     int       // of the session's questions
}

// key tells a question from all others of its session, also from those before
// the session's state expired.
func (q *Question) key() string { return fmt.Sprintf("%d.%d", q.At.UnixNano(), q.N) }

// Answer is what came of a question.
type Answer struct {
	Question string // its key
	Text     string // the model's, checked; "" if it has none
	Proposal intents.Proposal
}

// Delta is a part of an answer that is still being written. Text is what comes
// next, empty when the answer is begun. What was shown of an answer is void once
// an event of the bot follows: the event says it all, or something else.
type Delta struct {
	Session string
	ReplyTo string // the id of the visitor's message
	Text    string
}

// Bounds of what a model is asked.
const (
	maxQuestion = 300 // characters of a question; it is cut there
	maxEntries  = 4   // entries to answer from
	// nearEnough is how near an entry must come to a question to be shown for
	// want of an answer.
	nearEnough = 0.35
)

// ask leaves what the visitor said to the model, if there is one that may see
// it. The bot then says nothing in this turn. A question that still waits is
// asked again together with the new one.
func (t *turn) ask(in flow.Input) bool {
	if t.bot.Model == nil || in.Text == "" || t.s.Asked >= t.bot.AskLimit || flow.Secret(in.Text) {
		return false
	}
	guess := !in.Match.Question && in.Match.Intent == intents.None
	text := redact.Details(in.Text, t.s.known(), t.m.At)
	if guess && (text != in.Text || looksLikeDetail(in.Text, t.m.At)) || redact.Nothing(text) {
		return false // nobody's details are anybody's question
	}
	if before := t.s.Question; before != nil {
		text = before.Text.Reveal() + "\n" + text
		guess = guess && before.Guess
	}
	runes := []rune(text)
	text = string(runes[max(0, len(runes)-maxQuestion):])
	t.s.Asked++
	t.s.Question = &Question{ID: t.m.ID, Text: pii.Text(text), Guess: guess, At: t.m.At, N: t.s.Asked}
	return true
}

// askBetween leaves a question in the middle of a form to the model. It is only
// done while a consent is asked for and no detail was given yet: whatever is
// said after that may hold details that nobody can tell from other words.
func (t *turn) askBetween(in flow.Input) bool {
	f, m := t.bot.Book.Flow(t.s.Flow.Flow), in.Match
	if f == nil || in.Answer != "" || !m.Question || m.Act != intents.NoAct || m.Decision == intents.Start ||
		m.Intent != intents.None && m.Intent != intents.Other || len(t.s.Flow.Details) > 0 || t.s.Flow.Asking != flow.AskNothing {
		return false
	}
	consents := slices.ContainsFunc(f.Steps, func(s flow.Step) bool { return s.ID == t.s.Flow.Step && s.Kind == flow.ConsentStep })
	return consents && t.ask(in)
}

// waits reports whether the question still waits for the bot.
func (s *Session) waits(q *Question) bool {
	return s.Question != nil && s.Question.key() == q.key() && s.Owner != OwnerAgent && s.Owner != OwnerClosed
}

// answered takes in what came of a question. One that was asked anew, or erased,
// or that a person has taken over meanwhile, changes nothing that can be seen.
func (t *turn) answered() {
	a, q := t.m.Answer, t.s.Question
	if q == nil || q.key() != a.Question {
		t.nothing = true
		return
	}
	waits := t.s.waits(q)
	if t.s.Question = nil; !waits {
		return
	}
	switch {
	case a.Text != "":
		t.say(AI, a.Text)
	case a.Proposal != "":
		t.apply(t.didYouMean(a.Proposal))
	default:
		t.apply(t.forWant(q))
	}
	if t.s.Flow.Status == flow.Running { // and back to the form
		var actions []flow.Action
		t.s.Flow, actions = t.bot.Book.Next(t.s.Flow, flow.Input{Now: t.m.At, Match: intents.Match{Act: intents.Repeat}})
		t.apply(actions)
	}
}

// forWant says what there is to say when the model has no answer: the entry
// that comes nearest, or that the bot does not know.
func (t *turn) forWant(q *Question) []flow.Action {
	choices := []Choice{{Value: flow.HumanChoice, Label: "转人工"}}
	if t.s.Flow.Status == flow.Running {
		choices = nil // the form's own follow
	}
	if !q.Guess {
		if near := t.bot.FAQ.Retrieve(q.Text.Reveal(), 1); len(near) > 0 && near[0].Score >= nearEnough {
			return []flow.Action{
				{Say: &flow.Say{Text: "不确定是不是您要问的，供您参考：\n" + near[0].Entry.Answer, Answer: true, Choices: choices}},
			}
		}
	}
	if t.s.Flow.Status == flow.Running {
		return says("抱歉，这个问题我不确定。需要人工帮助，可以发送“转人工”。")
	}
	return t.fallback()
}

// didYouMean turns a guess of the model into a question of the bot's. Nothing
// happens unless the visitor presses the button.
func (t *turn) didYouMean(p intents.Proposal) []flow.Action {
	human := Choice{Value: flow.HumanChoice, Label: "转人工"}
	if t.s.Flow.Status == flow.Running {
		return t.forWant(&Question{Guess: true})
	}
	var meant Choice
	switch p {
	case intents.ProposeApply:
		meant = t.bot.startChoice()
	case intents.ProposeConditions:
		meant = Choice{Value: conditionsChoice, Label: "了解条件"}
	case intents.ProposeStatus:
		meant = Choice{Value: statusChoice, Label: "查询进度"}
	case intents.ProposeHuman:
		return says("不太确定您的意思。您是想找人工客服吗？", human)
	default:
		return t.fallback()
	}
	return says("不太确定您的意思。您是想"+meant.Label+"吗？", meant, human)
}
