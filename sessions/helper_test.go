package sessions_test

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"fenfu/bot"
	"fenfu/bot/pii"
	"fenfu/sessions"
	"fenfu/sessions/embedded"
	"fenfu/sessions/redistest"
	"fenfu/sessions/seal"
)

func TestMain(m *testing.M) {
	runCrashChild()
	goleak.VerifyTestMain(m)
}

// patience bounds every wait of a test; none of them waits that long when
// things are right.
const patience = time.Minute

// planted stands for personal data; it must be found nowhere in the clear.
const planted = "张三丰11010519491231002X"

const testKeys = "k2:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=,k1:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="

func keyring(tb testing.TB) *seal.Keyring {
	tb.Helper()
	k, err := seal.Parse(testKeys)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

// world is a database under test.
type world struct {
	name   string
	client func(testing.TB) redis.UniversalClient // a client as a node of its own would have
	sync   func(context.Context) error
}

// backends are the databases that a store must behave the same on.
func backends() map[string]func(testing.TB) *world {
	return map[string]func(testing.TB) *world{
		"embedded": embeddedWorld,
		"redis": func(tb testing.TB) *world {
			return dialWorld("redis", redistest.Redis(tb).URL)
		},
		"sentinel": func(tb testing.TB) *world {
			return dialWorld("sentinel", redistest.Sentinel(tb).URL)
		},
		"cluster": func(tb testing.TB) *world {
			return dialWorld("cluster", redistest.Cluster(tb).URL)
		},
	}
}

func embeddedWorld(tb testing.TB) *world {
	db, err := embedded.Open(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return &world{
		name:   "embedded",
		client: func(testing.TB) redis.UniversalClient { return db.Client() },
		sync:   db.Sync,
	}
}

func dialWorld(name, url string) *world {
	return &world{name: name, client: func(tb testing.TB) redis.UniversalClient {
		c, err := sessions.Dial(url)
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { c.Close() })
		return c
	}}
}

// node opens a store as another node would.
func (w *world) node(tb testing.TB, change ...func(*sessions.Options)) *sessions.Store {
	tb.Helper()
	return openStore(tb, w.client(tb), append([]func(*sessions.Options){func(o *sessions.Options) { o.Sync = w.sync }}, change...)...)
}

func openStore(tb testing.TB, rdb redis.UniversalClient, change ...func(*sessions.Options)) *sessions.Store {
	tb.Helper()
	o := sessions.Options{Keys: keyring(tb), Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	for _, c := range change {
		c(&o)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s, err := sessions.Open(ctx, rdb, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	eventually(tb, "ready", func() error { return s.Ready(ctx) })
	return s
}

func newID() string {
	var b [16]byte
	rand.Read(b[:])
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

// turn is what a bot makes of a message: the message's event and one reply
// per further text.
func turn(s bot.Session, id string, texts ...string) bot.Turn {
	t := bot.Turn{Session: s, MessageID: id}
	t.Session.UpdatedAt = time.Unix(1700000000, 5).UTC()
	for i, text := range texts {
		e := bot.Event{Seq: s.Seq + 1 + int64(i), Kind: bot.Text, From: bot.FromBot, Origin: bot.Script, Text: pii.Text(text), At: time.Unix(1700000000, int64(i)).UTC()}
		if i == 0 {
			e.From, e.Origin, e.ID = bot.Visitor, "", id
		}
		t.Events = append(t.Events, e)
	}
	return t
}

func load(tb testing.TB, s *sessions.Store, id string) bot.Session {
	tb.Helper()
	got, err := s.Load(tb.Context(), id)
	if err != nil {
		tb.Fatal(err)
	}
	return got
}

// say loads, decides and commits, as the bot does.
func say(tb testing.TB, s *sessions.Store, id, message string, texts ...string) int64 {
	tb.Helper()
	for {
		got, err := s.Load(tb.Context(), id)
		if err != nil {
			tb.Error(err)
			return 0
		}
		seq, err := s.Commit(tb.Context(), turn(got, message, texts...))
		switch {
		case errors.Is(err, bot.ErrConflict):
			continue
		case err != nil:
			tb.Errorf("commit %s: %v", message, err)
		}
		return seq
	}
}

// follower reads a feed whenever it is woken, until it has what it wants.
type follower struct {
	bot.Feed
	woken chan struct{}
	got   []bot.Event
}

func follow(tb testing.TB, s *sessions.Store, id string, after int64) *follower {
	tb.Helper()
	f := &follower{woken: make(chan struct{}, 1)}
	feed, err := s.Follow(tb.Context(), id, after, func() {
		select {
		case f.woken <- struct{}{}:
		default:
		}
	})
	if err != nil {
		tb.Fatal(err)
	}
	f.Feed = feed
	tb.Cleanup(feed.Close)
	return f
}

// upTo reads until the event numbered last, and checks that each came once and
// in order.
func (f *follower) upTo(tb testing.TB, last int64) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	for f.last() < last {
		events, err := f.Next(ctx, 16)
		if err != nil {
			tb.Fatal(err)
		}
		for _, e := range events {
			if len(f.got) > 0 && e.Seq != f.last()+1 {
				tb.Fatalf("event %d after event %d", e.Seq, f.last())
			}
			f.got = append(f.got, e)
		}
		if len(events) > 0 {
			continue
		}
		select {
		case <-f.woken:
		case <-ctx.Done():
			tb.Fatalf("heard up to event %d, want %d", f.last(), last)
		}
	}
}

func (f *follower) last() int64 {
	if len(f.got) == 0 {
		return 0
	}
	return f.got[len(f.got)-1].Seq
}

func eventually(tb testing.TB, what string, ok func() error) {
	tb.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ok()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			tb.Fatalf("%s: %v", what, err)
		}
	}
}

// clock is a clock that moves when told to: by itself too, unless it stands at
// an instant.
type clock struct {
	at    time.Time
	ahead atomic.Int64
}

func (c *clock) now() time.Time {
	now := c.at
	if now.IsZero() {
		now = time.Now()
	}
	return now.Add(time.Duration(c.ahead.Load()))
}

func (c *clock) move(by time.Duration) { c.ahead.Add(int64(by)) }

// trips counts the round trips of a client: calls and pipelines. It leaves out
// the registrations that a node renews by itself.
type trips struct {
	mu    sync.Mutex
	calls []string
}

func (h *trips) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h *trips) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if !registers(cmd) {
			h.add(cmd.Name())
		}
		return next(ctx, cmd)
	}
}

func (h *trips) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		n, wait := len(cmds), 0
		for _, cmd := range cmds {
			if registers(cmd) {
				n--
			} else if cmd.Name() == "wait" {
				wait++
			}
		}
		if n > wait {
			h.add(fmt.Sprintf("%d in a pipeline", n))
		}
		return next(ctx, cmds)
	}
}

// registers reports whether a command registers a node for commits.
func registers(cmd redis.Cmder) bool {
	args := cmd.Args()
	if len(args) < 4 || !strings.HasPrefix(cmd.Name(), "eval") {
		return false
	}
	key, _ := args[3].(string)
	return strings.HasSuffix(key, ":nodes")
}

func (h *trips) add(call string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, call)
}

func (h *trips) reset() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = nil
}

func (h *trips) list() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.calls...)
}
