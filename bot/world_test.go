package bot_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
	"fenfu/intents"
	"fenfu/intents/faq"
	"fenfu/sessions"
	"fenfu/sessions/embedded"
	"fenfu/sessions/seal"
)

// start is when every test begins: noon in China.
var start = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// world is a bot with everything real behind it: the embedded store, the
// built-in flow, knowledge, rules and demo applicants. Only the clock is set.
type world struct {
	t       testing.TB
	session string
	now     time.Time
	buttons map[string]string // label → value of every button seen
	seen    int64             // the last event written down
	keys    *seal.Keyring
	db      *embedded.DB
	parts   bot.Config
	desk    *books
	window  time.Duration // in which a second application of a person finds the first; 0: it does not
}

func newWorld(t testing.TB) *world {
	t.Helper()
	db, err := embedded.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	key, err := seal.Generate("test")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.Parse(key)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, session: "s" + rand.Text()[:25], now: start, buttons: map[string]string{}, keys: keys, db: db}
	w.parts, w.desk = parts(t, func() time.Time { return w.now }), &books{}
	w.parts.Desk = w.desk
	return w
}

// flowVars fill the placeholders of the flow.
var flowVars = map[string]string{
	"operator": "示例机构", "checker": "示例审核方", "product": "分付", "complaint": "示例热线", "retention": "30", "unfinished": "7",
}

// matcher and builtIn are what takes long to make and never changes.
var (
	matcher = sync.OnceValue(intents.New)
	builtIn = sync.OnceValues(faq.Default)
)

// parts are the built-in parts of a bot, without a memory.
func parts(t testing.TB, now func() time.Time) bot.Config {
	t.Helper()
	book, err := flow.Load(flow.Embedded(), flowVars)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := eligibility.LoadRules(eligibility.Files, "rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	applicants, err := eligibility.LoadApplicants(eligibility.Files, "applicants.yaml")
	if err != nil {
		t.Fatal(err)
	}
	knowledge, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	return bot.Config{
		Book: book, Flow: "apply", Matcher: matcher(), FAQ: knowledge,
		Checker: eligibility.Immediate{Checker: eligibility.NewEmbedded(rules, applicants, now)}, Rules: rules,
		Words: bot.Words{Product: "分付", Complaint: "示例热线"},
		Now:   now, NewID: rand.Text,
		RemindAfter: []time.Duration{5 * time.Minute, 20 * time.Minute},
	}
}

// store opens the store anew, as a node that has just started would: nothing
// of the session is in memory.
func (w *world) store() *sessions.Store {
	w.t.Helper()
	s, err := sessions.Open(context.Background(), w.db.Client(), sessions.Options{
		Keys: w.keys, Now: func() time.Time { return w.now }, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { s.Close() })
	return s
}

// node returns a bot that has just started.
func (w *world) node() *bot.Bot {
	w.t.Helper()
	c, store := w.parts, w.store()
	c.Memory = store
	if w.window > 0 {
		index, err := store.Index()
		if err != nil {
			w.t.Fatal(err)
		}
		c.Index, c.DuplicateWindow = index, w.window
	}
	b, err := bot.New(c)
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

func (w *world) load() bot.Session {
	w.t.Helper()
	s, err := w.store().Load(context.Background(), w.session)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) events(after int64) []bot.Event {
	w.t.Helper()
	events, err := w.store().Events(context.Background(), w.session, after, 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	return events
}
