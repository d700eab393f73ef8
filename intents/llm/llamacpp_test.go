package llm_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"fenfu/intents"
	"fenfu/intents/guard"
	"fenfu/intents/llm"
	"fenfu/intents/llm/llmtest"
)

// llamaCpp starts the server of folder llamacpp, with a real llama.cpp and a
// tiny model in it, and returns its address.
func llamaCpp(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat("llamacpp/node_modules"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("llama.cpp is not installed: npm install --no-save --omit=optional in intents/llm/llamacpp")
		}
		t.Skip("llama.cpp is not installed: npm install --no-save --omit=optional in intents/llm/llamacpp")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	cmd := exec.CommandContext(ctx, "node", "server.js", t.TempDir())
	cmd.Dir = "llamacpp"
	var problems strings.Builder
	cmd.Stderr = &problems
	stdin, err := cmd.StdinPipe() // it ends when this does
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		_, _ = io.Copy(io.Discard, stdout) // until it has ended
		_ = cmd.Wait()
		cancel()
	})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if line := lines.Text(); strings.HasPrefix(line, "http://") {
			return line
		}
	}
	t.Fatalf("llama.cpp did not start: %s", problems.String())
	return ""
}

// TestLlamaCpp talks to a real llama.cpp: real tokens, some of them bytes of a
// character, streamed as they are computed, and stopped by a client that goes.
func TestLlamaCpp(t *testing.T) {
	base := llamaCpp(t)
	with := func(model string) *llm.Client {
		return newClient(t, &llmtest.Model{URL: base + "/v1"}, func(c *llm.Config) { c.Model, c.Guard = model, guard.New() })
	}
	text, cites, err := answer(t, with("answer"), "审核要等几天？")
	if text != "提交后由系统自动审核，通常较快。" || len(cites) != 1 || cites[0] != "review" || err != nil {
		t.Errorf("answer: %q from %v, %v", text, cites, err)
	}
	if text, _, err := answer(t, with("unknown"), "火星上能用吗"); text != "" || err != nil {
		t.Errorf("unknown: %q, %v", text, err)
	}
	if text, _, err := answer(t, with("promise"), "我能过吗"); reason(err) != llm.Refused {
		t.Errorf("promise: %q, %v", text, err)
	}
	if p, err := with("apply").Propose(context.Background(), "给我整上"); p != intents.ProposeApply || err != nil {
		t.Errorf("propose: %q, %v", p, err)
	}
	if _, _, err := answer(t, with("nobody"), "在吗"); reason(err) != llm.Failed {
		t.Errorf("no such model: %v", err)
	}
	endless := with("endless")
	if text, _, err := answer(t, endless, "能用钱包吗"); err != nil || text == "" || len([]rune(text)) > 360 {
		t.Errorf("endless: %q, %v", text, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	_, _, err = endless.Answer(ctx, "能用钱包吗", entries, func(string) { cancel() })
	if reason(err) != llm.Stopped {
		t.Errorf("cancelled: %v", err)
	}
	get(t, base+"/stopped/2") // llama.cpp does not go on with either
}

func get(t *testing.T, url string) {
	t.Helper()
	client := http.Client{Timeout: 20 * time.Second}
	defer client.CloseIdleConnections()
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}
