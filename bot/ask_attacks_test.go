package bot_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fenfu/bot"
	"fenfu/bot/flow"
	"fenfu/intents"
	"fenfu/intents/guard"
	"fenfu/intents/llm"
	"fenfu/intents/llm/llmtest"
)

// attack is a line of testdata/attacks/prompts.tsv.
type attack struct{ kind, prompt, answer string }

func attacks(t *testing.T) []attack {
	t.Helper()
	raw, err := os.ReadFile("testdata/attacks/prompts.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var out []attack
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSuffix(line, "\n"); strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 3 {
			t.Fatalf("%q has %d fields", line, len(f))
		}
		out = append(out, attack{f[0], f[1], strings.ReplaceAll(f[2], `\n`, "\n")})
	}
	if len(out) < 60 {
		t.Fatalf("only %d attacks", len(out))
	}
	return out
}

// obey is a model that says what the attacker wants.
func (a attack) obey(p llmtest.Prompt) string {
	cite := "none"
	if len(p.Entries) > 0 {
		cite = p.Entries[0].ID
	}
	return strings.ReplaceAll(a.answer, "{cite}", cite)
}

// TestAttacks: whatever a model can be brought to say, a visitor sees nothing of
// it but sentences that are the knowledge base's own, and nothing changes.
func TestAttacks(t *testing.T) {
	reached := make(chan string, 200)
	t.Run("each", func(t *testing.T) {
		for i, a := range attacks(t) {
			t.Run(fmt.Sprintf("%s_%d", a.kind, i), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				m, seen := w.withModel(a.obey)
				w.say(w.node(), "你好") // so that there is a state to change
				before := w.load()
				w.say(w.node(), a.prompt)
				if w.load().Question != nil {
					w.wake()
				}
				said := seen.all()
				for _, e := range w.events(before.Seq + 1) {
					if e.Origin == bot.AI {
						t.Errorf("answered: %s", e.Text.Reveal())
					}
					said += e.Text.Reveal()
				}
				harmless(t, w, a, said)
				if len(m.Requests()) > 0 { // else the rules have answered
					reached <- a.prompt
					unchanged(t, before, w.load())
				}
			})
		}
	})
	close(reached)
	if len(reached) < 50 {
		t.Errorf("only %d of the attacks came as far as the model", len(reached))
	}
	t.Logf("%d attacks reached the model", len(reached))
}

// harmless fails if anything of the model's answer was shown, but for sentences
// that an entry has.
func harmless(t *testing.T, w *world, a attack, said string) {
	t.Helper()
	if found := guard.New().Check(said); found != nil {
		t.Errorf("said %q: %v", said, found)
	}
	_, answer, _ := strings.Cut(a.answer, "\n")
	for _, s := range strings.FieldsFunc(answer, func(c rune) bool { return strings.ContainsRune("。！？\n", c) }) {
		if !strings.Contains(said, s) {
			continue
		}
		own := false
		for _, e := range w.parts.FAQ.Entries() {
			own = own || strings.Contains(e.Answer, s)
		}
		if !own {
			t.Errorf("said %q", s)
		}
	}
}

// unchanged fails if anything but the log and the account of questions moved.
func unchanged(t *testing.T, was, is bot.Session) {
	t.Helper()
	if diff := cmp.Diff(was.Flow, is.Flow); diff != "" && is.Flow.Status != flow.Idle {
		t.Errorf("the flow moved:\n%s", diff)
	}
	if is.Application != nil || is.Question != nil || len(is.Flow.Details) > 0 || len(is.Flow.Consents) > 0 || is.Owner != was.Owner {
		t.Errorf("the state moved: %+v", is)
	}
}

// TestAttacksOnTheClient sends every attack to the model, also those that the
// rules answer before it comes to that, and some more ways to say the answer.
func TestAttacksOnTheClient(t *testing.T) {
	w := newWorld(t)
	hits := w.parts.FAQ.Retrieve("审核要多久", 1)
	entries := append(w.parts.FAQ.Entries()[:0:0], hits[0].Entry)
	for _, a := range attacks(t) {
		if a.kind == "command" {
			m := llmtest.Start(t, a.obey)
			c := client(t, m)
			if p, err := c.Propose(ctx, a.prompt); err == nil && p != "" && p != intents.ProposeApply && p != intents.ProposeHuman && p != intents.ProposeConditions && p != intents.ProposeStatus {
				t.Errorf("%s: proposed %q", a.prompt, p)
			}
			continue
		}
		m := llmtest.Start(t, a.obey)
		var said strings.Builder
		text, _, err := client(t, m).Answer(ctx, a.prompt, entries, func(s string) { said.WriteString(s) })
		if err == nil || text != "" {
			t.Errorf("%s: answered %q, %v", a.prompt, text, err)
		}
		harmless(t, w, a, said.String())
		if len(m.Requests()) != 1 {
			t.Errorf("%s: %d requests", a.prompt, len(m.Requests()))
		}
	}
}

// TestAttacksAtTheDesk: nor does an agent see what the model was brought to say,
// as a suggestion or in a summary.
func TestAttacksAtTheDesk(t *testing.T) {
	w := newWorld(t)
	entries := w.parts.FAQ.Entries()[:0:0]
	for _, hit := range w.parts.FAQ.Retrieve("审核要多久", 3) {
		entries = append(entries, hit.Entry)
	}
	for _, a := range attacks(t) {
		m := llmtest.Start(t, a.obey)
		c := client(t, m)
		lines := []string{"访客：审核要多久", "智能客服：" + entries[0].Answer, "访客：" + a.prompt}
		text, cites, err := c.Suggest(ctx, lines, entries)
		if err == nil || text != "" || cites != nil {
			t.Errorf("%s: suggested %q, %v", a.prompt, text, err)
		}
		m.Say(func(p llmtest.Prompt) string {
			_, said, _ := strings.Cut(a.obey(p), "\n")
			return said
		})
		if text, _ = c.Summarize(ctx, lines); text != "" {
			harmless(t, w, a, text)
		}
		if n := len(m.Requests()); n != 2 {
			t.Errorf("%s: %d requests", a.prompt, n)
		}
	}
}

func client(t *testing.T, m *llmtest.Model) *llm.Client {
	t.Helper()
	c, err := llm.New(llm.Config{URL: m.URL, Model: "fake", Guard: guard.New()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}
