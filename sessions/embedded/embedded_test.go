package embedded_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"fenfu/sessions/embedded"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, dir string) *embedded.DB {
	t.Helper()
	db, err := embedded.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// TestReopen: every type of key, in order and with its TTL, is there again.
func TestReopen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "by open")
	ctx := t.Context()
	const short = time.Millisecond
	db := open(t, dir)
	c := db.Client()
	script := `redis.call('HSET', KEYS[1], 'a', ARGV[1], 'b', '') redis.call('PEXPIRE', KEYS[1], 90000) return 1`
	raw := string([]byte{0, 255, 10, 13})
	_, err := c.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Eval(ctx, script, []string{"h"}, raw)
		p.RPush(ctx, "l", "1", raw, "1")
		p.ZAdd(ctx, "z", redis.Z{Score: 1700000000123, Member: "m"}, redis.Z{Score: -0.5, Member: "n"})
		p.Set(ctx, "s", "v", time.Hour)
		p.Set(ctx, "gone", "v", time.Hour)
		p.Del(ctx, "other", "gone")
		p.Set(ctx, "short", "v", short)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	// What was left of the TTL when the journal was closed passes while nobody
	// has it open.
	time.Sleep(2 * short)

	c = open(t, dir).Client()
	if diff := cmp.Diff(map[string]string{"a": raw, "b": ""}, c.HGetAll(ctx, "h").Val()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"1", raw, "1"}, c.LRange(ctx, "l", 0, -1).Val()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]redis.Z{{Score: -0.5, Member: "n"}, {Score: 1700000000123, Member: "m"}}, c.ZRangeWithScores(ctx, "z", 0, -1).Val()); diff != "" {
		t.Error(diff)
	}
	if got := c.Get(ctx, "s").Val(); got != "v" {
		t.Errorf("string is %q", got)
	}
	if n := c.Exists(ctx, "gone", "short").Val(); n != 0 {
		t.Errorf("%d keys that are gone are back", n)
	}
	for key, want := range map[string]time.Duration{"h": 90 * time.Second, "s": time.Hour, "l": -1} {
		if got := c.PTTL(ctx, key).Val(); got > want || got < want-time.Minute {
			t.Errorf("TTL of %s is %s, want about %s", key, got, want)
		}
	}
}

// TestSyncIsOnDisk copies the file behind the database's back after a Sync, as
// a crash would leave it.
func TestSyncIsOnDisk(t *testing.T) {
	dir, copied := t.TempDir(), t.TempDir()
	ctx := t.Context()
	db := open(t, dir)
	var group sync.WaitGroup
	for n := range 50 {
		group.Go(func() {
			db.Client().Set(ctx, "k"+strconv.Itoa(n), "v", time.Hour)
			if err := db.Sync(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	file, err := os.ReadFile(filepath.Join(dir, "sessions.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(copied, "sessions.db"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	if n := open(t, copied).Client().DBSize(ctx).Val(); n != 50 {
		t.Errorf("%d keys are on disk, want 50", n)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	db.Client().Set(ctx, "more", "v", time.Hour)
	if err := db.Sync(gone); err != nil && gone.Err() == nil {
		t.Error(err)
	}
}

func TestOneProcess(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	_, err := embedded.Open(dir)
	if err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("opened twice: %v", err)
	}
}

func TestTTLsPass(t *testing.T) {
	db := open(t, t.TempDir())
	ctx := t.Context()
	if err := db.Client().Set(ctx, "k", "v", 300*time.Millisecond).Err(); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(time.Minute)
	for db.Client().Exists(ctx, "k").Val() == 1 {
		select {
		case <-deadline:
			t.Fatal("it did not expire")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// TestLargePipeline is larger than any buffer on the way.
func TestLargePipeline(t *testing.T) {
	db := open(t, t.TempDir())
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	value := strings.Repeat("x", 4096)
	_, err := db.Client().Pipelined(ctx, func(p redis.Pipeliner) error {
		for range 200 {
			p.Set(ctx, "k", value, time.Hour)
			p.Get(ctx, "k")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestDamagedJournal(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "sessions.db"), []byte(strings.Repeat("no journal ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := embedded.Open(dir); err == nil {
		t.Error("opened a file that is no journal")
	}
}

// TestDeafSubscriber does not read what is published to it; nobody minds.
func TestDeafSubscriber(t *testing.T) {
	db := open(t, t.TempDir())
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	sub := db.Client().Subscribe(ctx, "c")
	defer sub.Close()
	if _, err := sub.Receive(ctx); err != nil {
		t.Fatal(err)
	}
	for n := range 100 {
		if err := db.Client().Publish(ctx, "c", strconv.Itoa(n)).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 100 {
		if m, err := sub.ReceiveMessage(ctx); err != nil || m.Payload != strconv.Itoa(n) {
			t.Fatalf("message %d: %v, %v", n, m, err)
		}
	}
}
