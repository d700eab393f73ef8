package bot_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fenfu/bot"
	"fenfu/bot/flow"
	"fenfu/bot/pii"
	"fenfu/bot/slot"
)

var update = flag.Bool("update", false, "rewrite the golden dialogues with what the bot says now")

// TestDialogues plays every dialogue of testdata. A file is a chat as a person
// reads it; its 访客： lines are the input, the rest is what must come back, but
// for the lines that set the stage (see stageMark).
// The session is read from the store anew before every turn.
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dialogues: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(want))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("the dialogue went another way (-want +got):\n%s", diff)
			}
		})
	}
}

// What visitors and those who took over say.
const (
	visitorMark = "访客："
	agentMark   = "客服："
)

// play runs the visitor's lines of a dialogue and writes it down anew.
func play(t *testing.T, script string) string {
	w := newWorld(t)
	ids := 0
	w.parts.KeepUnfinished = 7 * 24 * time.Hour
	w.parts.NewID = func() string { ids++; return fmt.Sprintf("%08d", ids) }
	var out strings.Builder
	n := 0
	lines := bufio.NewScanner(strings.NewReader(script))
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			out.WriteString(line + "\n")
			continue
		}
		if strings.HasPrefix(line, stageMark) {
			out.WriteString("\n" + line + "\n")
			w.stage(line, &out)
			continue
		}
		if said, ok := strings.CutPrefix(line, agentMark); ok {
			out.WriteString("\n" + line + "\n")
			w.agent(w.load().Agent, bot.Message{Kind: bot.Text, Text: pii.Text(said)}, &out)
			continue
		}
		said, ok := strings.CutPrefix(line, visitorMark)
		if !ok {
			continue
		}
		n++
		out.WriteString("\n" + line + "\n")
		w.now = w.now.Add(10 * time.Second)
		w.visitor(fmt.Sprintf("m%d", n), said, &out)
	}
	s := w.load()
	out.WriteString("\n= " + summary(s) + "\n")
	return out.String()
}

// visitor sends one line. 〔label〕 presses the button with that label.
func (w *world) visitor(id, said string, out *strings.Builder) {
	w.t.Helper()
	m := bot.Message{ID: id, From: bot.Visitor, Kind: bot.Text, Text: pii.Text(said)}
	if label, ok := strings.CutPrefix(said, "〔"); ok {
		label = strings.TrimSuffix(label, "〕")
		value, ok := w.buttons[label]
		if !ok {
			w.t.Fatalf("no button %q has been shown", label)
		}
		m.Kind, m.Text = bot.Choose, pii.Text(value)
	}
	w.send(m, said, out)
}

// send has a message handled, lets what falls due happen, and writes down what
// the log gained.
func (w *world) send(m bot.Message, said string, out *strings.Builder) {
	w.t.Helper()
	m.Session = w.session
	node, before := w.node(), w.seen
	if _, err := node.Handle(context.Background(), m); err != nil {
		fmt.Fprintf(out, "错误：%s\n", bot.ErrorMessage(err))
		return
	}
	s, err := node.Memory.Load(context.Background(), w.session)
	if err != nil {
		w.t.Fatal(err)
	}
	if !s.Due.IsZero() && !s.Due.After(w.now) {
		if err := node.Wake(context.Background(), w.session); err != nil {
			w.t.Fatal(err)
		}
	}
	for _, e := range w.events(before) {
		w.write(e, said, out)
		w.seen = e.Seq
	}
}

func (w *world) write(e bot.Event, said string, out *strings.Builder) {
	w.t.Helper()
	w.checkPrimary(e)
	who := map[bot.Author]string{bot.FromBot: "助手", bot.System: "系统"}[e.From]
	if e.Origin == bot.Knowledge {
		who = "知识"
	}
	if e.Origin == bot.AI {
		who = "AI"
	}
	text := e.Text.Reveal()
	if e.From == bot.Agent {
		if text == said {
			return
		}
		who = "客服记录"
	}
	if e.From == bot.Visitor {
		if text == said || "〔"+text+"〕" == said {
			return
		}
		who = "记录"
	}
	if e.Code != "" {
		who += "（" + e.Code + "）"
	}
	out.WriteString(who + "：" + strings.ReplaceAll(text, "\n", "\n    ") + "\n")
	if len(e.Choices) > 0 {
		out.WriteString("    ")
		for _, c := range e.Choices {
			out.WriteString("〔" + c.Label + "〕")
			w.buttons[c.Label] = c.Value
		}
		out.WriteString("\n")
	}
}

// checkPrimary fails on buttons of which the wrong one is set off from the others.
func (w *world) checkPrimary(e bot.Event) {
	w.t.Helper()
	primaries := 0
	for _, c := range e.Choices {
		if c.Primary {
			primaries++
		}
		if main := c.Value == "confirm.yes" || c.Label == "开始申请"; main != c.Primary {
			w.t.Errorf("〔%s〕 of %q: primary %t", c.Label, e.Text.Reveal(), c.Primary)
		}
	}
	if primaries > 1 {
		w.t.Errorf("%q has %d primary buttons", e.Text.Reveal(), primaries)
	}
}

// summary is the state that a dialogue must end in, masked.
func summary(s bot.Session) string {
	parts := []string{"status " + string(s.Flow.Status)}
	if s.Flow.Status == flow.Running {
		parts = append(parts, "step "+s.Flow.Step)
	}
	for _, k := range []slot.Kind{slot.Name, slot.ID, slot.Phone, slot.Email, slot.WeChat} {
		if d, ok := s.Flow.Details[k]; ok {
			parts = append(parts, string(k)+" "+slot.Mask(k, d.Value))
		}
	}
	for _, c := range s.Flow.Consents {
		parts = append(parts, "consent "+c.ID)
	}
	if a := s.Application; a != nil {
		parts = append(parts, "application "+string(a.Status)+" "+string(a.Result.Decision))
	}
	return strings.Join(parts, ", ")
}
