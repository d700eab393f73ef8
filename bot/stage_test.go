package bot_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
	"fenfu/bot/handoff"
	"fenfu/bot/pii"
)

// stageMark stands before a line of a dialogue that sets the stage instead of
// saying something:
//
//	@ at STEP     what leads to the step has been said, as happyPath says it
//	@ flows F G   these versions of the flow are loaded from now on: apply is
//	              the built-in one, others are testdata/flows/*.yaml
//	@ check slow  the eligibility check accepts applications and decides none
//	@ window 720h a second application of a person finds the first for so long
//	@ elsewhere   the happy path is walked to its end in another session
//	@ person      somebody at the desk takes over, though nobody asked
//	@ model extract   a fake language model helps from now on: it answers with the
//	              first entry it is given; or is down, promises, knows nothing,
//	              or says just what stands here
//	@ staffed     somebody is at every desk from now on
//	@ unstaffed   nobody is
//	@ desk        how the session stands with the operator's people
//	@ take li     an agent takes the conversation
//	@ return      gives it back to the bot
//	@ close       ends it
//	@ transfer review, @ transfer @wang    passes it on
//	@ gone        the agent's connection is gone for good
//	@ packet      what an agent sees of the visitor's form
//	@ later 26h   so much time passes, and what falls due in it happens
const stageMark = "@ "

// happyPath is said to get to a step.
var happyPath = []string{"开通分付", "同意", "同意", "林小满", "110199199005219903", "13800138000", "确认提交"}

func (w *world) stage(line string, out *strings.Builder) {
	w.t.Helper()
	what, arg, _ := strings.Cut(strings.TrimPrefix(line, stageMark), " ")
	switch {
	case what == "at":
		w.at(arg)
	case what == "flows":
		w.parts.Book = w.flows(strings.Fields(arg)...)
	case what == "check" && arg == "slow":
		w.parts.Checker = slowCheck{}
	case what == "window":
		w.window = w.duration(arg)
	case what == "elsewhere":
		here, seen := w.session, w.seen
		w.session, w.seen = "s"+rand.Text()[:25], 0
		w.at("submitted")
		w.session, w.seen = here, seen
	case what == "model":
		w.model(arg)
	case what == "person":
		w.takeOver()
	case what == "staffed":
		w.desk.staffed = true
	case what == "unstaffed":
		w.desk.staffed = false
	case what == "desk":
		s := w.load()
		if s.Handoff == nil {
			fmt.Fprintf(out, "    %s\n", s.Owner)
			break
		}
		fmt.Fprintf(out, "    %s, %d. handoff at %s because of %s", s.Owner, s.Handoff.Number, s.Handoff.Desk, s.Handoff.Reason)
		if s.Handoff.Offline {
			out.WriteString(", nobody waits")
		}
		if h := s.Handoff; h.Rating > 0 {
			fmt.Fprintf(out, ", rated %d %s", h.Rating, h.Comment.Reveal())
		}
		out.WriteString("\n")
	case what == "take":
		w.agent(arg, bot.Message{Kind: bot.Take}, out)
	case what == "return":
		w.agent(w.load().Agent, bot.Message{Kind: bot.Return}, out)
	case what == "close":
		w.agent(w.load().Agent, bot.Message{Kind: bot.Close}, out)
	case what == "transfer":
		m := bot.Message{Kind: bot.Transfer}
		if m.Colleague, _ = strings.CutPrefix(arg, "@"); m.Colleague == arg {
			m.Desk, m.Colleague = arg, ""
		}
		w.agent(w.load().Agent, m, out)
	case what == "gone":
		w.send(bot.Message{ID: fmt.Sprint("gone", w.seen), From: bot.System, Kind: bot.Gone, By: bot.Person{ID: w.load().Agent}}, "", out)
	case what == "packet":
		w.packet(out)
	case what == "later":
		w.pass(w.duration(arg), out)
	default:
		w.t.Fatalf("no such stage direction: %s", line)
	}
}

func (w *world) duration(s string) time.Duration {
	w.t.Helper()
	d, err := time.ParseDuration(s)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// pass lets time pass, does what falls due meanwhile, and writes down what the
// log gained.
func (w *world) pass(d time.Duration, out *strings.Builder) {
	w.t.Helper()
	end := w.now.Add(d)
	for s := w.load(); !s.Due.IsZero() && !s.Due.After(end); s = w.load() {
		w.now = later(w.now, s.Due)
		if err := w.node().Wake(ctx, w.session); err != nil {
			w.t.Fatal(err)
		}
		for _, e := range w.events(s.Seq) {
			w.write(e, "", out)
			w.seen = e.Seq
		}
	}
	w.now = end
}

// at says what leads to a step.
func (w *world) at(step string) {
	w.t.Helper()
	node := w.node()
	for i, said := range happyPath {
		m := bot.Message{Session: w.session, ID: fmt.Sprintf("at%d", i), From: bot.Visitor, Kind: bot.Text, Text: pii.Text(said)}
		w.now = w.now.Add(10 * time.Second)
		if _, err := node.Handle(ctx, m); err != nil {
			w.t.Fatal(err)
		}
		s, err := node.Memory.Load(ctx, w.session)
		if err == nil && !s.Due.IsZero() && !s.Due.After(w.now) {
			err = node.Wake(ctx, w.session)
		}
		if err != nil {
			w.t.Fatal(err)
		}
		if s.Flow.Step != step {
			continue
		}
		for _, e := range w.events(0) { // the buttons are known from here on
			w.write(e, "", new(strings.Builder))
			w.seen = e.Seq
		}
		return
	}
	w.t.Fatalf("the happy path does not come by %q", step)
}

func (w *world) flows(names ...string) *flow.Book {
	w.t.Helper()
	files := fstest.MapFS{}
	for _, name := range names {
		data, err := os.ReadFile("testdata/flows/" + name + ".yaml")
		if name == "apply" {
			data, err = fs.ReadFile(flow.Embedded(), "apply.yaml")
		}
		if err != nil {
			w.t.Fatal(err)
		}
		files[name+".yaml"] = &fstest.MapFile{Data: data}
	}
	book, err := flow.Load(files, flowVars)
	if err != nil {
		w.t.Fatal(err)
	}
	return book
}

// takeOver has a person take over.
func (w *world) takeOver() {
	w.t.Helper()
	w.visitor(fmt.Sprint("person", w.seen), "转人工", new(strings.Builder))
	w.agent("li", bot.Message{Kind: bot.Take}, new(strings.Builder))
}

// agent has somebody at the desk do something.
func (w *world) agent(id string, m bot.Message, out *strings.Builder) {
	w.t.Helper()
	w.now = w.now.Add(10 * time.Second)
	m.ID, m.From, m.By = fmt.Sprint("a", w.seen), bot.Agent, bot.Person{ID: id, Name: "客服" + id}
	w.send(m, m.Text.Reveal(), out)
}

// packet writes down how the details stand.
func (w *world) packet(out *strings.Builder) {
	w.t.Helper()
	for _, d := range w.node().Packet(w.load()).Details {
		fmt.Fprintf(out, "    %s", strings.Join(slices.DeleteFunc([]string{d.Label, string(d.State), d.Masked, d.Reason}, func(s string) bool { return s == "" }), " "))
		out.WriteString("\n")
	}
}

// books stand for the desk's: only whether somebody is there matters to a
// dialogue.
type books struct {
	staffed bool
	moves   []handoff.Place
}

func (b *books) Move(_ context.Context, p handoff.Place) error {
	b.moves = append(b.moves, p)
	return nil
}

func (b *books) Staffed(string) bool { return b.staffed }

// slowCheck accepts every application and decides none.
type slowCheck struct{}

func (slowCheck) Check(context.Context, eligibility.Request) (eligibility.Answer, error) {
	return eligibility.Answer{Pending: true, After: time.Hour}, nil
}

func (slowCheck) Poll(context.Context, string) (eligibility.Answer, error) {
	return eligibility.Answer{Pending: true, After: time.Hour}, nil
}
