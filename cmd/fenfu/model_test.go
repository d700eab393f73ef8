package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/intents/llm/llmtest"
	"fenfu/sessions/redistest"
	"fenfu/web/ws"
)

// TestModel runs the server with a language model, over real HTTP and sockets:
// an answer comes in sentences and then as an event that says it is an AI's; a
// model that hangs costs neither the next message nor the answer; and no detail
// goes out to it.
func TestModel(t *testing.T) {
	t.Parallel()
	m := llmtest.Start(t, llmtest.Extract)
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("llm-key-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := startServer(t, "--data-dir", t.TempDir(), "--llm-url", m.URL, "--llm-model", "fake", "--llm-key-file", key)
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	v := newVisitor(t, p)
	v.say(ctx, "月球分店怎么审核")
	v.until(ctx, func() bool { return len(v.of(bot.AI)) == 1 })
	if text, shown := v.of(bot.AI)[0], v.shown["m001"]; text == "" || text != shown {
		t.Errorf("answered %q, shown %q", text, shown)
	}

	hang := make(chan struct{}, 9)
	m.Misbehave(func(_ http.ResponseWriter, r *http.Request) {
		hang <- struct{}{}
		<-r.Context().Done()
	})
	v.say(ctx, "我是余重阳，13800138123，火星分店审核吗")
	<-hang
	v.say(ctx, "谢谢") // handled while the model hangs
	// Then comes the answer without the model, with a way to a person.
	v.until(ctx, func() bool { e := v.events[v.last]; return e.From == bot.FromBot && len(e.Choices) > 0 })
	if len(v.of(bot.AI)) != 1 || !slices.ContainsFunc(v.of(bot.Script), func(s string) bool { return strings.HasPrefix(s, "不客气") }) {
		t.Errorf("AI: %q, script: %q", v.of(bot.AI), v.of(bot.Script))
	}
	for _, r := range m.Requests() {
		clean(t, "a request to the model", r)
		if !strings.Contains(r, "Bearer llm-key-1") {
			t.Error("a request without the key")
		}
	}
	if n := len(m.Requests()); n != 2 {
		t.Errorf("%d requests", n)
	}
	if strings.Contains(p.output(), "llm-key-1") {
		t.Error("the key is in the log")
	}
}

// of returns the texts of a kind of origin, in order.
func (v *visitor) of(o bot.Origin) []string {
	var out []string
	for seq := int64(1); seq <= v.last; seq++ {
		if e := v.events[seq]; e.Type == ws.Event && e.Origin == o {
			out = append(out, e.Text.Reveal())
		}
	}
	return out
}

// TestModelBudget: the day's budget is one of two nodes, and a restart does not
// give it back. Who is not answered by the model is answered all the same.
func TestModelBudget(t *testing.T) {
	m := llmtest.Start(t, llmtest.Extract)
	db := redistest.Redis(t)
	args := []string{
		"--redis-url", "redis://" + db.Addr, "--seal-keys", "one:" + key(t), "--token-key", key(t),
		"--llm-url", m.URL, "--llm-model", "fake", "--llm-daily-limit", "2",
	}
	node := func() *process { return startServer(t, append([]string{"--data-dir", t.TempDir()}, args...)...) }
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	asks := func(p *process) (byModel bool) {
		v := newVisitor(t, p)
		v.say(ctx, "月球分店怎么审核")
		v.until(ctx, func() bool { e := v.events[v.last]; return e.From == bot.FromBot && e.Text != "" })
		return v.events[v.last].Origin == bot.AI
	}
	one, other := node(), node()
	got := []bool{asks(one), asks(other), asks(one), asks(other)}
	if err := one.stop(); err != nil {
		t.Fatal(err)
	}
	got = append(got, asks(node()))
	if want := []bool{true, true, false, false, false}; !slices.Equal(got, want) || len(m.Requests()) != 2 {
		t.Errorf("answered by the model: %v, want %v, with %d requests", got, want, len(m.Requests()))
	}
}
