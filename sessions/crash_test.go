package sessions_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"fenfu/bot"
	"fenfu/sessions"
	"fenfu/sessions/embedded"
	"fenfu/sessions/seal"
)

const crashDir = "FENFU_TEST_CRASH_DIR"

// runCrashChild is what the process that is going to be killed does: it
// commits, durably and not, and prints what was acknowledged.
func runCrashChild() {
	dir := os.Getenv(crashDir)
	if dir == "" {
		return
	}
	if err := crashChild(dir); err != nil {
		fmt.Println("child:", err)
	}
	os.Exit(1)
}

func crashChild(dir string) error {
	db, err := embedded.Open(dir)
	if err != nil {
		return err
	}
	keys, err := seal.Parse(testKeys)
	if err != nil {
		return err
	}
	ctx := context.Background()
	s, err := sessions.Open(ctx, db.Client(), sessions.Options{Keys: keys, Sync: db.Sync})
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	var out sync.Mutex
	for n := range 4 {
		group.Go(func() {
			id := fmt.Sprintf("crash%d", n)
			for m := 0; ; m++ {
				got, err := s.Load(ctx, id)
				if err != nil {
					return
				}
				tr := turn(got, fmt.Sprint(m), "text", "reply")
				if _, err := s.Commit(ctx, tr); err != nil {
					return
				}
				out.Lock()
				fmt.Println("acked", id, m)
				out.Unlock()
			}
		})
	}
	group.Wait()
	return fmt.Errorf("stopped committing")
}

// TestKilled kills a process with SIGKILL in the middle of its commits: what
// was acknowledged is all there, and no session is there in part.
func TestKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	acked := killChild(t, dir, 60)

	db, err := embedded.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s := openStore(t, db.Client())
	for n := range 4 {
		id := fmt.Sprintf("crash%d", n)
		got := load(t, s, id)
		events, err := s.Events(t.Context(), id, 0, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if got.Version*2 != int64(len(events)) {
			t.Errorf("%s: version %d with %d events: stored in part", id, got.Version, len(events))
		}
		if last, ok := acked[id]; ok && int64(last) >= got.Version {
			t.Errorf("%s: message %d was acknowledged, %d are there", id, last, got.Version)
		}
		if acked[id] == 0 {
			t.Errorf("%s: nothing was acknowledged, so nothing was tested", id)
		}
		// It goes on where it was.
		if seq := say(t, s, id, "later", "x"); seq != got.Seq+1 {
			t.Errorf("%s: next event is %d, want %d", id, seq, got.Seq+1)
		}
		var first bot.Event
		if len(events) > 0 {
			first = events[0]
		}
		if first.Text.Reveal() != "text" {
			t.Errorf("%s: the first event reads %q", id, first.Text.Reveal())
		}
	}
}

// killChild starts a child, kills it after it has acknowledged so many, and
// returns the last one acknowledged of each session.
func killChild(t *testing.T, dir string, after int) map[string]int {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	acked := make(map[string]int)
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		var id string
		var m int
		if _, err := fmt.Sscanf(lines.Text(), "acked %s %d", &id, &m); err != nil {
			t.Errorf("child says: %s", lines.Text())
			break
		}
		acked[id] = m
		if n == after {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("child ended: %v", err)
	}
	return acked
}
