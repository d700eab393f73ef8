package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/sessions/redistest"
)

const (
	checkerToken   = "token-of-the-test"
	callbackSecret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
)

// startChecker runs cmd/checker in a process of its own and returns its URL.
func startChecker(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(build(t, "checker"), append([]string{"--listen", "127.0.0.1:0", "--record", "--allow-private",
		"--token", checkerToken, "--webhook-secret", callbackSecret}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if i := strings.Index(lines.Text(), "http://127.0.0.1:"); i >= 0 {
			return strings.Fields(lines.Text()[i:])[0]
		}
	}
	t.Fatal("the checker does not say where it listens")
	return ""
}

// TestRemoteCheck lets visitors apply against the reference service while it
// takes its time, fails, cuts answers off, calls back twice and signs wrongly,
// and kills the server in the middle. Each confirmed application is one check
// there and one decision here.
func TestRemoteCheck(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	checker := startChecker(t, "--delay", "500ms", "--fail-times", "1", "--callback-delay", "1s",
		"--mode", "decide,pending-callback,pending-poll,fail,cut,duplicate-callback,late-callback,bad-signature")
	p := startServer(t, "--data-dir", t.TempDir(), "--redis-url", "redis://"+redistest.Redis(t).Addr,
		"--checker-url", checker, "--checker-token", checkerToken, "--checker-allow-private",
		"--callback-url", "http://{addr}/v1/callbacks/checks", "--callback-secrets", callbackSecret,
		"--duplicate-window", "0s") // they are all the same person

	const visitors = 24
	var wg sync.WaitGroup
	var half sync.WaitGroup // half of the visitors have confirmed
	half.Add(visitors / 2)
	for i := range visitors {
		wg.Go(func() {
			v := newVisitor(t, p)
			for _, text := range []string{"开通分付", "同意", "同意", "林小满", "110199199005219903", "13800138000", "[confirm.yes]"} {
				v.say(ctx, text)
			}
			if i < visitors/2 {
				half.Done()
			}
			v.waitFor(ctx, bot.CodeDecided)
			v.audit(ctx)
			for _, e := range v.events {
				if e.Code == bot.CodeDecided && e.Data.Decision != "eligible" && e.Data.Decision != "manual_review" {
					t.Errorf("visitor %d: decision %s", i, e.Data.Decision)
				}
			}
			v.cut()
		})
	}
	half.Wait()
	p.kill()
	p.start()
	wg.Wait()

	received := receivedBy(t, checker)
	if len(received) != visitors {
		t.Errorf("the service has %d checks, want %d", len(received), visitors)
	}
	for id, n := range received {
		if n.Accepted != 1 || n.Mismatched != 0 {
			t.Errorf("check %s: %+v", id, n)
		}
	}
	for _, secret := range []string{"林小满", "110199199005219903", checkerToken, callbackSecret} {
		if strings.Contains(p.output(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// TestDrainFinishesChecks ends the server while a check is being answered: the
// answer is taken in before the process ends, and no other try is needed.
func TestDrainFinishesChecks(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	checker := startChecker(t, "--delay", "1s", "--mode", "slow")
	p := startServer(t, "--data-dir", t.TempDir(), "--redis-url", redistest.Redis(t).URL,
		"--checker-url", checker, "--checker-token", checkerToken, "--checker-allow-private")
	v := newVisitor(t, p)
	for _, text := range []string{"开通分付", "同意", "同意", "林小满", "110199199005219903", "13800138000", "[confirm.yes]"} {
		v.say(ctx, text)
	}
	v.cut()
	for len(receivedBy(t, checker)) == 0 {
		time.Sleep(10 * time.Millisecond) // the next look, not a wait for something to be over
	}
	if err := p.stop(); err != nil {
		t.Fatal(err)
	}
	p.start()
	v.connect(ctx)
	end := v.client.Welcome.Seq
	v.until(ctx, func() bool { return v.last >= end })
	if !v.has(bot.CodeDecided) {
		t.Error("the answer was not waited for")
	}
	v.audit(ctx)
	for id, n := range receivedBy(t, checker) {
		if n.Requests != 1 {
			t.Errorf("check %s was asked for %d times", id, n.Requests)
		}
	}
}

type counts struct{ Requests, Accepted, Mismatched, Polls, Callbacks int }

func receivedBy(t *testing.T, checker string) map[string]counts {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, checker+"/v1/received", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+checkerToken)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body struct {
		Checks []struct {
			CheckID string `json:"check_id"`
			counts
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET /v1/received: %s %v", resp.Status, err)
	}
	received := make(map[string]counts)
	for _, c := range body.Checks {
		received[c.CheckID] = c.counts
	}
	return received
}
