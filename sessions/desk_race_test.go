package sessions_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
	"fenfu/bot/handoff"
	"fenfu/bot/pii"
	"fenfu/intents"
	"fenfu/intents/faq"
	"fenfu/sessions"
	"fenfu/sessions/redistest"
)

// floor is a bot with its real parts, its store and its desk.
type floor struct {
	store *sessions.Store
	desk  *sessions.Desk
	bot   *bot.Bot
}

func newFloor(tb testing.TB, w *world) *floor {
	tb.Helper()
	book, err := flow.Load(flow.Embedded(), map[string]string{
		"operator": "示例机构", "checker": "示例审核方", "product": "分付", "complaint": "示例热线", "retention": "30", "unfinished": "7",
	})
	if err != nil {
		tb.Fatal(err)
	}
	rules, err := eligibility.LoadRules(eligibility.Files, eligibility.RulesFile)
	if err != nil {
		tb.Fatal(err)
	}
	knowledge, err := faq.Default()
	if err != nil {
		tb.Fatal(err)
	}
	desks, err := handoff.Load(handoff.Files, handoff.DesksFile)
	if err != nil {
		tb.Fatal(err)
	}
	desks.AlwaysOpen()
	f := &floor{store: w.node(tb), desk: deskOf(tb, w)}
	f.bot, err = bot.New(bot.Config{
		Memory: f.store, Book: book, Flow: "apply", Matcher: intents.New(), FAQ: knowledge, Rules: rules,
		Checker: eligibility.Immediate{Checker: eligibility.NewEmbedded(rules, &eligibility.Applicants{}, time.Now)},
		Words:   bot.Words{Product: "分付"}, Now: time.Now, NewID: rand.Text, Logger: slog.New(slog.DiscardHandler),
		RemindAfter: []time.Duration{time.Millisecond, time.Millisecond}, Desks: desks, Desk: f.desk,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

// Assign, TakeBack and Resync are what the desk asks for while it works.
func (f *floor) Assign(ctx context.Context, session, agent, name string) error {
	_, err := f.bot.Handle(ctx, bot.Message{Session: session, ID: "assign:" + rand.Text(), From: bot.Agent, Kind: bot.Take, By: bot.Person{ID: agent, Name: name}})
	return err
}

func (f *floor) TakeBack(ctx context.Context, session, agent string) error {
	_, err := f.bot.Handle(ctx, bot.Message{Session: session, ID: "gone:" + rand.Text(), From: bot.System, Kind: bot.Gone, By: bot.Person{ID: agent}})
	return err
}

func (f *floor) Resync(ctx context.Context, session string) error {
	if _, err := f.store.Look(ctx, session); err != nil {
		return err
	}
	return f.bot.Resync(ctx, session)
}

func (f *floor) says(ctx context.Context, session, text string) error {
	_, err := f.bot.Handle(ctx, bot.Message{Session: session, ID: rand.Text(), From: bot.Visitor, Kind: bot.Text, Text: pii.Text(text)})
	return err
}

// take is what 接入 does: a place is kept, then the session decides.
func (f *floor) take(ctx context.Context, session, agent string, capacity int) (bool, error) {
	err := f.desk.Reserve(ctx, session, agent, capacity)
	if err == nil {
		if err = f.Assign(ctx, session, agent, "坐席"); err == nil {
			return true, nil
		}
		err = errors.Join(f.desk.Release(ctx, session, agent), err)
	}
	if bot.ErrorCode(err) == bot.Conflict {
		return false, nil
	}
	return false, err
}

const (
	racers    = 4
	roomOfOne = 6 // conversations that one may have
)

// race has takeovers happen, each wanted by all agents at once, while the visitor
// talks, a reminder fires and a decision comes; then gives the conversation back,
// and begins again.
type race struct {
	*floor
	wanted   int64
	taken    atomic.Int64
	held     [racers]atomic.Int64
	mostHeld atomic.Int64
}

// round is one takeover of a session; it ends with the session the bot's again.
func (r *race) round(ctx context.Context, session string) error {
	if err := r.says(ctx, session, "转人工"); err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	s, err := r.store.Load(ctx, session)
	if err != nil || s.Owner != bot.OwnerWaiting {
		return fmt.Errorf("asked, and it is %s: %w", s.Owner, err)
	}
	if err := r.bot.Wake(ctx, session); err != nil { // into the books
		return fmt.Errorf("enter: %w", err)
	}
	var group sync.WaitGroup
	var failed atomic.Pointer[error]
	fail := func(err error) {
		if err != nil && bot.ErrorCode(err) != bot.Conflict {
			failed.CompareAndSwap(nil, &err)
		}
	}
	won := make(chan int, racers)
	for i := range racers {
		group.Go(func() {
			ok, err := r.take(ctx, session, fmt.Sprint("a", i), roomOfOne)
			if fail(err); !ok {
				return
			}
			n := r.held[i].Add(1)
			for most := r.mostHeld.Load(); n > most && !r.mostHeld.CompareAndSwap(most, n); most = r.mostHeld.Load() {
			}
			won <- i
		})
	}
	for _, text := range []string{"分付怎么还款", "开通分付"} {
		group.Go(func() { fail(r.says(ctx, session, text)) })
	}
	for _, m := range []bot.Message{
		{Kind: bot.Remind, ID: "remind:" + rand.Text()},
		{Kind: bot.Answered, ID: "answer:" + rand.Text(), Answer: &bot.Answer{}},
		{Kind: bot.Outcome, ID: "try:" + rand.Text(), Outcome: &bot.Try{CheckID: "none", Pending: true}},
		{Kind: bot.Attend, ID: "attend:" + rand.Text()},
	} {
		group.Go(func() {
			m.Session, m.From = session, bot.System
			_, err := r.bot.Handle(ctx, m)
			fail(err)
		})
	}
	group.Wait()
	close(won)
	if err := failed.Load(); err != nil {
		return *err
	}
	return r.giveBack(ctx, session, won)
}

func (r *race) giveBack(ctx context.Context, session string, won <-chan int) error {
	winners := []int{}
	for i := range won {
		winners = append(winners, i)
	}
	if len(winners) > 1 {
		return fmt.Errorf("%d agents have one conversation", len(winners))
	}
	if len(winners) == 0 { // all full: the visitor leaves, and comes again
		_, err := r.bot.Handle(ctx, bot.Message{Session: session, ID: rand.Text(), From: bot.Visitor, Kind: bot.Choose, Text: "handoff.leave"})
		return errors.Join(err, r.bot.Wake(ctx, session))
	}
	r.taken.Add(1)
	if err := r.says(ctx, session, "在吗"); err != nil {
		return err
	}
	id := fmt.Sprint("a", winners[0])
	for _, m := range []bot.Message{{Kind: bot.Text, Text: "您好"}, {Kind: bot.Return}} {
		m.Session, m.ID, m.From, m.By = session, rand.Text(), bot.Agent, bot.Person{ID: id, Name: "坐席"}
		if _, err := r.bot.Handle(ctx, m); err != nil {
			return fmt.Errorf("%s: %w", m.Kind, err)
		}
	}
	r.held[winners[0]].Add(-1) // before the books hear of it: they may only keep more
	return r.bot.Wake(ctx, session)
}

// silentBot fails if the bot spoke between a takeover and its end.
func silentBot(ctx context.Context, s *sessions.Store, session string) (takeovers, spoken int, err error) {
	taken := false
	for after := int64(0); ; {
		events, err := s.Events(ctx, session, after, 500)
		if err != nil || len(events) == 0 {
			return takeovers, spoken, err
		}
		for _, e := range events {
			switch {
			case e.Code == bot.CodeTaken:
				taken = true
				takeovers++
			case e.Code == bot.CodeReturned, e.Code == bot.CodeReleased, e.Code == bot.CodeTransferred, e.Code == bot.CodeEnded:
				taken = false
			case taken && e.From == bot.FromBot:
				spoken++
			}
		}
		after = events[len(events)-1].Seq
	}
}

// Ten thousand takeovers, each fought for by four agents while everything else
// happens: one gets it, nobody has more than they may, and the bot says nothing.
func TestTenThousandTakeovers(t *testing.T) {
	for name, open := range map[string]func(testing.TB) *world{
		"embedded": embeddedWorld,
		"redis":    func(tb testing.TB) *world { return dialWorld("redis", redistest.Redis(tb).URL) },
	} {
		t.Run(name, func(t *testing.T) {
			r := &race{floor: newFloor(t, open(t)), wanted: 10_000}
			if name == "embedded" || testing.Short() { // it writes every turn to the disk
				r.wanted = 300
			}
			r.run(t)
		})
	}
}

func (r *race) run(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var working sync.WaitGroup
	defer working.Wait()
	defer cancel()
	online(t, r.desk, "full", 0) // somebody is there, who takes nobody
	working.Go(func() { r.desk.Work(ctx, r.floor) })
	eventually(t, "somebody is there", func() error {
		if !r.desk.Staffed("service") {
			return errors.New("nobody")
		}
		return nil
	})
	var visitors sync.WaitGroup
	var all sync.Map
	var begun atomic.Int64
	for range racers * roomOfOne {
		visitors.Go(func() {
			session, rounds := "", 0
			for r.taken.Load() < r.wanted && !t.Failed() && ctx.Err() == nil {
				if rounds++; session == "" || rounds%100 == 0 { // a log has an end
					session = fmt.Sprintf("race%022d", begun.Add(1))
					all.Store(session, true)
				}
				if err := r.round(ctx, session); err != nil {
					t.Errorf("%s: %v", session, err)
				}
			}
		})
	}
	visitors.Wait()
	if most := r.mostHeld.Load(); most > roomOfOne {
		t.Errorf("somebody had %d conversations, and may have %d", most, roomOfOne)
	}
	takeovers, spoken := 0, 0
	for session := range all.Range {
		n, words, err := silentBot(ctx, r.store, session.(string))
		if err != nil {
			t.Fatal(err)
		}
		takeovers, spoken = takeovers+n, spoken+words
	}
	t.Logf("%d takeovers, %d words of the bot's after one, at most %d conversations with one agent", takeovers, spoken, r.mostHeld.Load())
	if int64(takeovers) != r.taken.Load() || int64(takeovers) < r.wanted {
		t.Errorf("%d takeovers in the logs, %d were answered, %d wanted", takeovers, r.taken.Load(), r.wanted)
	}
	if spoken > 0 {
		t.Errorf("the bot spoke %d times after a takeover", spoken)
	}
}

// BenchmarkAssign measures how long it takes from an agent's coming free until a
// visitor is given to them, with a hundred waiting.
func BenchmarkAssign(b *testing.B) {
	for _, name := range []string{"embedded", "redis"} {
		b.Run(name, func(b *testing.B) {
			w := embeddedWorld(b)
			if name == "redis" {
				w = dialWorld("redis", redistest.Redis(b).URL)
			}
			benchAssign(b, newFloor(b, w))
		})
	}
}

func benchAssign(b *testing.B, f *floor) {
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()
	got := make(chan string, 1)
	online(b, f.desk, "full", 0)
	group.Go(func() { f.desk.Work(ctx, assigned{f, got}) })
	group.Go(func() { f.store.Work(ctx, 16, f.bot.Wake) })
	eventually(b, "somebody is there", func() error {
		if !f.desk.Staffed("service") {
			return errors.New("nobody")
		}
		return nil
	})
	n := 0
	wait := func() {
		n++
		if err := f.says(ctx, fmt.Sprintf("wait%022d", n), "转人工"); err != nil {
			b.Fatal(err)
		}
	}
	for range 100 {
		wait()
	}
	eventually(b, "a hundred wait", func() error {
		if q := queued(b, f.desk); len(q) != 100 {
			return fmt.Errorf("%d", len(q))
		}
		return nil
	})
	online(b, f.desk, "free", 1)
	session := <-got
	var took []time.Duration
	for b.Loop() {
		wait()
		begun := time.Now()
		_, err := f.bot.Handle(ctx, bot.Message{Session: session, ID: rand.Text(), From: bot.Agent, Kind: bot.Close, By: bot.Person{ID: "free", Name: "坐席"}})
		if err != nil {
			b.Fatal(err)
		}
		session = <-got
		took = append(took, time.Since(begun))
	}
	reportTimes(b, took)
}

// assigned tells who is given away.
type assigned struct {
	*floor
	got chan string
}

func (a assigned) Assign(ctx context.Context, session, agent, name string) error {
	err := a.floor.Assign(ctx, session, agent, name)
	if err == nil && strings.HasPrefix(agent, "free") {
		a.got <- session
	}
	return err
}

func reportTimes(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	at := func(share float64) float64 {
		return float64(took[int(share*float64(len(took)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(at(.5), "ms-p50")
	b.ReportMetric(at(.99), "ms-p99")
}
