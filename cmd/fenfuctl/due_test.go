package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/pii"
	"fenfu/sessions"
	"fenfu/sessions/embedded"
	"fenfu/sessions/redistest"
	"fenfu/sessions/seal"
)

const (
	testKeys = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	planted  = "张三丰11010519491231002X"
	patience = time.Minute
)

// place is a database, and the arguments that lead fenfuctl to it.
type place struct {
	args []string
	// with opens the database for a while. An embedded one is closed afterwards,
	// as when its server has been stopped.
	with func(t *testing.T, do func(redis.UniversalClient, func(context.Context) error))
}

func places() map[string]func(*testing.T) place {
	dialled := func(url func(*testing.T) string) func(*testing.T) place {
		return func(t *testing.T) place {
			u := url(t)
			return place{
				args: []string{"--redis-url", u, "--seal-keys", testKeys},
				with: func(t *testing.T, do func(redis.UniversalClient, func(context.Context) error)) {
					client, err := sessions.Dial(u)
					if err != nil {
						t.Fatal(err)
					}
					defer client.Close()
					do(client, nil)
				},
			}
		}
	}
	return map[string]func(*testing.T) place{
		"redis":   dialled(func(t *testing.T) string { return redistest.Redis(t).URL }),
		"cluster": dialled(func(t *testing.T) string { return redistest.Cluster(t).URL }),
		"embedded": func(t *testing.T) place {
			dir := t.TempDir()
			return place{
				args: []string{"--data-dir", dir, "--seal-keys", testKeys},
				with: func(t *testing.T, do func(redis.UniversalClient, func(context.Context) error)) {
					db, err := embedded.Open(dir)
					if err != nil {
						t.Fatal(err)
					}
					defer func() {
						if err := db.Close(); err != nil {
							t.Error(err)
						}
					}()
					do(db.Client(), db.Sync)
				},
			}
		},
	}
}

// node has a node work on the database whose clock is off by so much.
func (p place) node(t *testing.T, off time.Duration, do func(redis.UniversalClient, *sessions.Store)) {
	t.Helper()
	p.nodes(t, 1, off, func(client redis.UniversalClient, stores []*sessions.Store) { do(client, stores[0]) })
}

func (p place) nodes(t *testing.T, n int, off time.Duration, do func(redis.UniversalClient, []*sessions.Store)) {
	t.Helper()
	keys, err := seal.Parse(testKeys)
	if err != nil {
		t.Fatal(err)
	}
	p.with(t, func(client redis.UniversalClient, sync func(context.Context) error) {
		var stores []*sessions.Store
		for range n {
			store, err := sessions.Open(t.Context(), client, sessions.Options{
				Keys: keys, Sync: sync, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return time.Now().Add(off) },
			})
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			stores = append(stores, store)
		}
		do(client, stores)
	})
}

// due runs fenfuctl due.
func (p place) due(t *testing.T, args ...string) string {
	t.Helper()
	out, err := runLine(t, strings.NewReader(""), append(append([]string{"due"}, args...), p.args...)...)
	if err != nil {
		t.Fatalf("due %v: %v\n%s", args, err, out)
	}
	if strings.Contains(out, "张三丰") || strings.Contains(out, "11010519491231002X") {
		t.Errorf("due %v prints personal data:\n%s", args, out)
	}
	return out
}

func (p place) listed(t *testing.T, args ...string) listing {
	t.Helper()
	var l listing
	if err := json.Unmarshal([]byte(p.due(t, append([]string{"--json"}, args...)...)), &l); err != nil {
		t.Fatal(err)
	}
	return l
}

// put stores a session with an application in a given state.
func put(t *testing.T, s *sessions.Store, id string, due time.Time, a bot.Application) {
	t.Helper()
	was, err := s.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	a.ID = "app-" + id
	a.Request.Subject = eligibility.Subject{Name: pii.Text(planted)}
	was.Application, was.Due = &a, due
	if _, err := s.Commit(t.Context(), bot.Turn{Session: was, MessageID: "m1"}); err != nil {
		t.Fatal(err)
	}
}

// claim has the node take on what is due, which is these sessions, and come to
// nothing.
func claim(t *testing.T, s *sessions.Store, ids ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	left := map[string]bool{}
	for _, id := range ids {
		left[id] = true
	}
	err := s.Work(ctx, 1, func(_ context.Context, id string) error {
		if delete(left, id); len(left) == 0 {
			cancel()
		}
		return errors.New("no answer")
	})
	if err != nil || len(left) > 0 {
		t.Fatalf("not taken on: %v, %v", left, err)
	}
}

// fill puts one session of each sort into the database.
func fill(t *testing.T, p place) {
	t.Helper()
	now := time.Now()
	unavailable := eligibility.Unavailable("c")
	p.node(t, -10*time.Minute, func(_ redis.UniversalClient, s *sessions.Store) {
		put(t, s, "stuck", now.Add(-10*time.Minute), bot.Application{Status: bot.Queued})
		claim(t, s, "stuck")
	})
	p.node(t, 0, func(client redis.UniversalClient, s *sessions.Store) {
		put(t, s, "leased", now, bot.Application{Status: bot.Pending, Attempts: 3})
		claim(t, s, "stuck", "leased")
		put(t, s, "waiting", now.Add(-10*time.Second), bot.Application{Status: bot.Queued, Attempts: 2, Failures: 1})
		put(t, s, "overdue", now.Add(-6*time.Minute), bot.Application{Status: bot.Queued})
		put(t, s, "later", now.Add(time.Hour), bot.Application{Status: bot.Pending, Attempts: 1})
		put(t, s, "lost", now.Add(-20*time.Second), bot.Application{Status: bot.Queued})
		put(t, s, "unreadable", now.Add(-30*time.Second), bot.Application{Status: bot.Queued})
		put(t, s, "given-up", time.Time{}, bot.Application{Status: bot.Decided, Result: unavailable, Attempts: 8, DecidedAt: now.Add(-time.Hour)})
		put(t, s, "decided", time.Time{}, bot.Application{Status: bot.Decided, Result: eligibility.Result{Decision: eligibility.Eligible}, DecidedAt: now})
		for _, key := range keysOf(t, client) {
			var err error
			switch {
			case strings.HasSuffix(key, ":due"):
				err = client.ZRem(t.Context(), key, "lost").Err()
			case strings.HasSuffix(key, ":s:unreadable"):
				err = client.HSet(t.Context(), key, "s", "no sealed state").Err()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func keysOf(t *testing.T, client redis.UniversalClient) []string {
	t.Helper()
	var mu sync.Mutex
	var keys []string
	scan := func(ctx context.Context, c *redis.Client) error {
		got, err := c.Keys(ctx, "*").Result()
		mu.Lock()
		defer mu.Unlock()
		keys = append(keys, got...)
		return err
	}
	var err error
	switch c := client.(type) {
	case *redis.ClusterClient:
		err = c.ForEachMaster(t.Context(), scan)
	case *redis.Client:
		err = scan(t.Context(), c)
	}
	if err != nil || len(keys) == 0 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	return keys
}

func TestDueLists(t *testing.T) {
	for name, start := range places() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			fill(t, p)
			all := map[string]string{
				"stuck": "stuck check", "leased": "leased poll", "waiting": "due check", "overdue": "due check",
				"lost": "stuck check", "unreadable": "stuck unknown", "given-up": "given-up check", "later": "later poll",
			}
			expect(t, p.listed(t, "--all"), all)
			delete(all, "later")
			all["leased"] = anyState // by now the lease may have run out
			expect(t, p.listed(t), all)
			expect(t, p.listed(t, "--late", "5m"), map[string]string{"stuck": "stuck check", "overdue": "due check"})
			delete(all, "given-up")
			delete(all, "lost")
			l := p.listed(t, "--queue-only")
			expect(t, l, all)
			if got := *l.Kinds["check"]; got.Due != 2 || got.Stuck != 1 || got.OldestLagS < 599 {
				t.Errorf("checks: %+v", got)
			}
			later := 0
			for _, of := range l.Partitions {
				later += of.Later
			}
			if later != 1 {
				t.Errorf("%d are due later, want 1", later)
			}
			if l := p.listed(t, "--limit", "1"); len(l.Rows) != 1 || l.Rows[0].Session != "given-up" || l.NotListed != 6 {
				t.Errorf("with a limit: %+v", l)
			}
			table := p.due(t)
			for _, want := range []string{"app-waiting", "10m", "SYSTEM_UNAVAILABLE", "cannot be read", "in no queue", "OLDEST LAG"} {
				if !strings.Contains(table, want) {
					t.Errorf("%q is not in\n%s", want, table)
				}
			}
		})
	}
}

const anyState = "any"

func expect(t *testing.T, l listing, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for _, r := range l.Rows {
		if got[r.Session] != "" {
			t.Errorf("%s is listed twice", r.Session)
		}
		if got[r.Session] = r.State + " " + r.For; want[r.Session] == anyState {
			got[r.Session] = anyState
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("listed %v\nwant   %v", got, want)
	}
}

func TestDueRequeuesWhatIsStuck(t *testing.T) {
	for name, start := range places() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			fill(t, p)
			out := p.due(t, "requeue", "leased", "later", "decided")
			for _, want := range []string{"leased\tdue again", "later\tnot due before", "decided\twants nothing"} {
				if !strings.Contains(out, want) {
					t.Errorf("%q is not in\n%s", want, out)
				}
			}
			out, err := runLine(t, strings.NewReader(""), append([]string{"due", "requeue", "--stuck"}, p.args...)...)
			if err == nil || !strings.Contains(err.Error(), "1 of 3") || !strings.Contains(out, "unreadable\tread a stored session") {
				t.Errorf("with one that cannot be read: %v\n%s", err, out)
			}
			now := map[string]string{}
			for _, r := range p.listed(t).Rows {
				now[r.Session] = r.State
			}
			if now["leased"] != "due" || now["stuck"] != "due" || now["lost"] != "due" || now["unreadable"] != "stuck" {
				t.Errorf("requeued: %v", now)
			}
		})
	}
}

func TestDueRefuses(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ args, want string }{
		{"due --data-dir " + dir, "none given, and no demo's own"},
		{"due --seal-keys " + testKeys + " --data-dir " + dir, "there is no store in"},
		{"due --seal-keys x --redis-url redis://localhost:1", "--seal-keys"},
		{"due --seal-keys " + testKeys + " --redis-url http://localhost", "redis URL"},
		{"due requeue --seal-keys " + testKeys + " --redis-url redis://localhost:1", "name sessions"},
		{"due --all --queue-only", "can't be used together"},
	} {
		_, err := runLine(t, strings.NewReader(""), strings.Fields(c.args)...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.args, err, c.want)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("it made %v", left)
	}
}

// TestDueNeedsAnEmbeddedStoreForItself: its server must be stopped.
func TestDueNeedsAnEmbeddedStoreForItself(t *testing.T) {
	p := places()["embedded"](t)
	p.node(t, 0, func(redis.UniversalClient, *sessions.Store) {
		_, err := runLine(t, strings.NewReader(""), append([]string{"due"}, p.args...)...)
		if err == nil || !strings.Contains(err.Error(), "in use by another process") || !strings.Contains(err.Error(), "server is stopped") {
			t.Errorf("while the server runs: %v", err)
		}
	})
	p.due(t)
}

func TestMain(m *testing.M) {
	for _, name := range []string{"FENFU_REDIS_URL", "FENFU_SEAL_KEYS", "FENFU_DATA_DIR"} {
		os.Unsetenv(name)
	}
	os.Exit(m.Run())
}
