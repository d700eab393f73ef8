package bot_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/flow"
	"fenfu/bot/pii"
	"fenfu/intents/guard"
	"fenfu/intents/llm"
	"fenfu/intents/llm/llmtest"
)

// odd is a question that the knowledge base has no answer to, and grounded an
// answer that passes.
const (
	odd      = "月球分店怎么审核"
	sentence = "结果出来会在本对话中通知您。"
	grounded = "依据：review.time\n" + sentence
)

// shown is what visitors see of answers in the making.
type shown struct {
	mu     sync.Mutex
	deltas []bot.Delta
	more   chan struct{} // a value for each delta
}

func (s *shown) show(d bot.Delta) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deltas = append(s.deltas, d)
	select {
	case s.more <- struct{}{}:
	default:
	}
}

func (s *shown) text(replyTo string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, d := range s.deltas {
		if d.ReplyTo == replyTo {
			b.WriteString(d.Text)
		}
	}
	return b.String()
}

func (s *shown) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, d := range s.deltas {
		b.WriteString(d.Text)
	}
	return b.String()
}

// withModel lets a fake model help the world's bot, by the real client and real
// HTTP.
func (w *world) withModel(say func(llmtest.Prompt) string) (*llmtest.Model, *shown) {
	w.t.Helper()
	m, c := w.withClient(say)
	s := &shown{more: make(chan struct{}, 100)}
	w.parts.Model, w.parts.AskLimit, w.parts.Show = c, 20, s.show
	return m, s
}

// withClient is withModel, for what nobody is shown.
func (w *world) withClient(say func(llmtest.Prompt) string) (*llmtest.Model, *llm.Client) {
	w.t.Helper()
	m := llmtest.Start(w.t, say)
	c, err := llm.New(llm.Config{URL: m.URL, Model: "fake", Guard: guard.New(), Now: func() time.Time { return w.now }})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(c.Close)
	w.parts.Model = c
	return m, c
}

// last returns the last event.
func (w *world) last() bot.Event {
	w.t.Helper()
	all := w.events(0)
	return all[len(all)-1]
}

func (w *world) origins(o bot.Origin) int {
	w.t.Helper()
	n := 0
	for _, e := range w.events(0) {
		if e.Origin == o {
			n++
		}
	}
	return n
}

func TestModelAnswers(t *testing.T) {
	w := newWorld(t)
	m, seen := w.withModel(llmtest.Extract)
	w.say(w.node(), odd)
	s := w.load()
	if s.Question == nil || s.Asked != 1 || !s.Due.Equal(w.now) || s.Seq != 1 || len(m.Requests()) != 0 {
		t.Fatalf("after the question: %+v, due %v, %d events, %d requests", s.Question, s.Due, s.Seq, len(m.Requests()))
	}
	id := s.Question.ID
	w.wake()
	s, e := w.load(), w.last()
	if s.Question != nil || !s.Due.IsZero() || s.Seq != 2 || e.From != bot.FromBot || e.Origin != bot.AI || e.Text == "" {
		t.Errorf("after the answer: %+v, due %v, %d events, the last %+v", s.Question, s.Due, s.Seq, e)
	}
	if got := seen.text(id); got != e.Text.Reveal() || seen.deltas[0].Text != "" {
		t.Errorf("answered %q, shown %q", e.Text.Reveal(), got)
	}
	if n := len(m.Requests()); n != 1 || !strings.Contains(m.Requests()[0], odd) {
		t.Errorf("%d requests", n)
	}
}

// TestWithoutAnswer: whatever the model does, the visitor gets the entry that
// comes nearest, or hears that the bot does not know; and the way to a person.
func TestWithoutAnswer(t *testing.T) {
	for name, serve := range map[string]http.HandlerFunc{
		"silent": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"silent after a sentence": func(w http.ResponseWriter, r *http.Request) {
			llmtest.Stream(w, grounded+"也请")
			<-r.Context().Done()
		},
		"429":      func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "30"); w.WriteHeader(429) },
		"HTML 502": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502); llmtest.Raw(w, "<html>") },
		"cut":      func(w http.ResponseWriter, _ *http.Request) { llmtest.Stream(w, grounded) },
		"keep-alives": func(w http.ResponseWriter, r *http.Request) {
			llmtest.Stream(w)
			for r.Context().Err() == nil {
				llmtest.Raw(w, ": ping\n\n")
			}
		},
		"empty": func(w http.ResponseWriter, _ *http.Request) { llmtest.Stream(w); llmtest.Finish(w, "stop") },
		"endless": func(w http.ResponseWriter, r *http.Request) {
			for llmtest.Stream(w); r.Context().Err() == nil; {
				llmtest.Stream(w, "你一定能通过")
			}
		},
		"a promise": func(w http.ResponseWriter, _ *http.Request) {
			llmtest.Stream(w, "依据：review.time\n您一定能通过审核。")
			llmtest.Finish(w, "stop")
		},
		"does not know": func(w http.ResponseWriter, _ *http.Request) {
			llmtest.Stream(w, "依据：无")
			llmtest.Finish(w, "stop")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m, seen := w.withModel(nil)
			m.Misbehave(serve)
			w.say(w.node(), odd)
			asked := w.load().Question.At
			w.now = w.now.Add(5900 * time.Millisecond) // so that little is left, and the test does not take long
			w.wake()
			s, e := w.load(), w.last()
			if s.Question != nil || !s.Due.IsZero() || e.From != bot.FromBot || e.Origin == bot.AI || e.At.Sub(asked) > 8*time.Second {
				t.Errorf("question %+v, due %v, last event %+v", s.Question, s.Due, e)
			}
			if len(e.Choices) == 0 || e.Choices[len(e.Choices)-1].Value != flow.HumanChoice {
				t.Errorf("no way to a person: %+v", e)
			}
			if text := seen.all(); guard.New().Check(text) != nil {
				t.Errorf("shown: %s", text)
			}
		})
	}
}

// TestStaleQuestion: a node died on it, and its lease has run out.
func TestStaleQuestion(t *testing.T) {
	w := newWorld(t)
	m, _ := w.withModel(llmtest.Extract)
	w.say(w.node(), odd)
	w.now = w.now.Add(31 * time.Second)
	w.wake()
	if e := w.last(); w.load().Question != nil || e.From != bot.FromBot || e.Origin == bot.AI || len(m.Requests()) != 0 {
		t.Errorf("%+v, %d requests", e, len(m.Requests()))
	}
}

// TestModelIsGone: it was switched off with a question pending.
func TestModelIsGone(t *testing.T) {
	w := newWorld(t)
	w.withModel(llmtest.Extract)
	w.say(w.node(), odd)
	w.parts.Model = nil
	w.wake()
	if e := w.last(); w.load().Question != nil || e.From != bot.FromBot {
		t.Errorf("%+v", e)
	}
}

// gate is a model that answers when it is let.
type gate struct {
	asked chan struct{} // a value for each request
	open  chan struct{} // closed: it answers
	gone  chan struct{} // a value for each request that was given up
}

func newGate(m *llmtest.Model) *gate {
	g := &gate{make(chan struct{}, 9), make(chan struct{}), make(chan struct{}, 9)}
	m.Misbehave(func(w http.ResponseWriter, r *http.Request) {
		llmtest.Stream(w, grounded)
		g.asked <- struct{}{}
		select {
		case <-g.open:
			llmtest.Finish(w, "stop")
		case <-r.Context().Done():
			g.gone <- struct{}{}
		}
	})
	return g
}

// during asks the odd question and calls do while the model is at it.
func during(t *testing.T, do func(w *world, b *bot.Bot, g *gate)) (*world, *llmtest.Model, *shown) {
	w := newWorld(t)
	m, seen := w.withModel(nil)
	g := newGate(m)
	b := w.node()
	w.say(b, odd)
	done := make(chan error)
	go func() { done <- b.Wake(ctx, w.session) }()
	<-g.asked
	do(w, b, g)
	select {
	case <-g.open:
	default:
		close(g.open)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return w, m, seen
}

// TestNextMessageIsNotHeldUp while the model thinks.
func TestNextMessageIsNotHeldUp(t *testing.T) {
	w, _, _ := during(t, func(w *world, b *bot.Bot, _ *gate) {
		w.say(b, "谢谢")
		if e := w.last(); e.From != bot.FromBot || e.Origin != bot.Script {
			t.Errorf("no answer to the next message: %+v", e)
		}
	})
	if e := w.last(); e.Origin != bot.AI || w.load().Question != nil {
		t.Errorf("no answer to the question: %+v", e)
	}
}

// TestFormBegunMeanwhile: the answer comes into the form, and the form's
// question after it.
func TestFormBegunMeanwhile(t *testing.T) {
	w, _, _ := during(t, func(w *world, b *bot.Bot, _ *gate) { w.say(b, "开通分付") })
	all := w.events(0)
	ai, after := all[len(all)-2], all[len(all)-1]
	if ai.Origin != bot.AI || after.Origin != bot.Script || len(after.Choices) == 0 || w.load().Flow.Step != "collect" {
		t.Errorf("%+v\n%+v\nstep %s", ai, after, w.load().Flow.Step)
	}
}

// seize lets a person take the session over.
func (w *world) seize(b *bot.Bot) {
	w.t.Helper()
	s, err := b.Memory.Load(ctx, w.session)
	if err != nil {
		w.t.Fatal(err)
	}
	s.Owner, s.Agent = bot.OwnerAgent, "agent-1"
	if _, err := b.Memory.Commit(ctx, bot.Turn{Session: s, MessageID: "seize"}); err != nil {
		w.t.Fatal(err)
	}
}

func TestPersonTakesOverMeanwhile(t *testing.T) {
	w, _, _ := during(t, func(w *world, b *bot.Bot, _ *gate) { w.seize(b) })
	if s := w.load(); w.origins(bot.AI) != 0 || s.Question != nil || !s.Due.IsZero() {
		t.Errorf("%d AI answers, question %v, due %v", w.origins(bot.AI), s.Question, s.Due)
	}
}

// TestNothingIsShownOverAPerson: sentences that come after somebody took over.
func TestNothingIsShownOverAPerson(t *testing.T) {
	w := newWorld(t)
	m, seen := w.withModel(nil)
	first, taken := make(chan struct{}), make(chan struct{})
	m.Misbehave(func(rw http.ResponseWriter, r *http.Request) {
		llmtest.Stream(rw, grounded)
		close(first)
		<-taken
		llmtest.Stream(rw, "具体用时以实际为准。", "也请留意消息提醒。")
		<-r.Context().Done() // it is given up, for nobody wants it
	})
	b := w.node()
	w.say(b, odd)
	done := make(chan error)
	go func() { done <- b.Wake(ctx, w.session) }()
	<-first
	<-seen.more // begun
	<-seen.more // the first sentence
	id := w.load().Question.ID
	w.seize(b)
	close(taken)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if text := seen.text(id); text != sentence || w.origins(bot.AI) != 0 {
		t.Errorf("shown %q, %d AI answers", text, w.origins(bot.AI))
	}
}

func TestErasedMeanwhile(t *testing.T) {
	w, m, _ := during(t, func(w *world, b *bot.Bot, _ *gate) { w.say(b, "删除我的信息") })
	if s := w.load(); w.origins(bot.AI) != 0 || s.Question != nil || !s.Due.IsZero() || len(m.Requests()) != 1 {
		t.Errorf("%d AI answers, question %v, due %v", w.origins(bot.AI), s.Question, s.Due)
	}
}

// TestAskedAgainMeanwhile: the newer question is asked together with the older,
// at once, and there is one answer.
func TestAskedAgainMeanwhile(t *testing.T) {
	w, m, seen := during(t, func(w *world, b *bot.Bot, g *gate) {
		w.now = w.now.Add(time.Second)
		w.say(b, "火星那边久吗")
		if s := w.load(); !s.Due.Equal(w.now) {
			t.Errorf("due in %v", s.Due.Sub(w.now))
		}
		done := make(chan error)
		go func() { done <- b.Wake(ctx, w.session) }()
		<-g.asked
		<-g.gone // the older
		close(g.open)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	last := m.Requests()[1]
	if !strings.Contains(last, odd) || !strings.Contains(last, "火星") || w.origins(bot.AI) != 1 || w.load().Question != nil {
		t.Errorf("%d AI answers to\n%s", w.origins(bot.AI), last)
	}
	if n := len(seen.deltas); n < 3 {
		t.Errorf("%d deltas", n)
	}
}

// TestNodeStops: nobody has to wait for a lease to run out.
func TestNodeStops(t *testing.T) {
	w := newWorld(t)
	m, _ := w.withModel(nil)
	g := newGate(m)
	b := w.node()
	w.say(b, odd)
	stopping, stop := context.WithCancel(ctx)
	done := make(chan error)
	go func() { done <- b.Wake(stopping, w.session) }()
	<-g.asked
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if e := w.last(); e.From != bot.FromBot || e.Origin == bot.AI || w.load().Question != nil {
		t.Errorf("%+v", e)
	}
}

// TestSeveralNodesAnswer the same question: there is one answer.
func TestSeveralNodesAnswer(t *testing.T) {
	w := newWorld(t)
	w.withModel(llmtest.Extract)
	w.say(w.node(), odd)
	var group sync.WaitGroup
	for range 4 {
		b := w.node()
		group.Go(func() {
			if err := b.Wake(ctx, w.session); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := w.origins(bot.AI); n != 1 {
		t.Errorf("%d answers", n)
	}
}

// TestCheckDoesNotHoldUpAQuestion, nor the other way round.
func TestCheckDoesNotHoldUpAQuestion(t *testing.T) {
	w, c := submitted(t, pending, eligible)
	w.withModel(llmtest.Extract)
	w.say(w.node(), odd)
	if s := w.load(); !s.Due.Equal(s.Question.At) {
		t.Errorf("due %v, asked %v", s.Due, s.Question.At)
	}
	w.wake()
	if w.origins(bot.AI) != 1 || len(c.checks) != 0 {
		t.Errorf("%d answers, %d checks", w.origins(bot.AI), len(c.checks))
	}
	w.wake()
	w.wake()
	if w.count(bot.CodeDecided) != 1 {
		t.Error("not decided")
	}
}

func TestLimitOfASession(t *testing.T) {
	w := newWorld(t)
	m, _ := w.withModel(llmtest.Extract)
	w.parts.AskLimit = 2
	for i := range 4 {
		w.say(w.node(), fmt.Sprintf("%s%s", odd, strings.Repeat("?", i)))
		if w.load().Question != nil {
			w.wake()
		}
	}
	if n := len(m.Requests()); n != 2 || w.origins(bot.AI) != 2 || w.last().From != bot.FromBot {
		t.Errorf("%d requests, %d answers", n, w.origins(bot.AI))
	}
}

// TestProposals: whatever the model proposes becomes a button or nothing.
func TestProposals(t *testing.T) {
	for said, want := range map[string]string{
		"apply": flow.StartChoice, "human": flow.HumanChoice, "conditions": "ask.conditions", "status": "ask.status",
		"none": flow.StartChoice, "confirm.yes": flow.StartChoice, "consent.agree": flow.StartChoice, // the menu
	} {
		w := newWorld(t)
		m, _ := w.withModel(func(llmtest.Prompt) string { return said })
		w.say(w.node(), "那个整两斤")
		if w.load().Question == nil {
			t.Fatal("not asked")
		}
		w.wake()
		s, e := w.load(), w.last()
		if len(e.Choices) == 0 || e.Choices[0].Value != want || s.Flow.Status != flow.Idle || s.Flow.Offered || e.Origin != bot.Script {
			t.Errorf("%s: %+v, flow %+v", said, e, s.Flow)
		}
		for _, c := range e.Choices {
			if err := press(w, c.Value); err != nil {
				t.Errorf("%s: button %s: %v", said, c.Value, err)
			}
		}
		if n := len(m.Requests()); n != 1 {
			t.Errorf("%d requests", n)
		}
	}
}

func press(w *world, value string) error {
	_, err := w.node().Handle(ctx, bot.Message{Session: w.session, ID: "press-" + value, From: bot.Visitor, Kind: bot.Choose, Text: pii.Text(value)})
	return err
}
