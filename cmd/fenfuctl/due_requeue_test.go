package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/pii"
	"fenfu/sessions"
)

// checker refuses everything until it is mended, and counts what it is asked.
type checker struct {
	mu     sync.Mutex
	mended bool
	asked  map[string]int
}

func (c *checker) Check(_ context.Context, r eligibility.Request) (eligibility.Answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[r.CheckID]++
	if !c.mended {
		return eligibility.Answer{}, &eligibility.RefusedError{Status: 401, Problem: "token"}
	}
	return eligibility.Answer{Result: eligibility.Result{CheckID: r.CheckID, Decision: eligibility.Eligible}}, nil
}

func (c *checker) Poll(context.Context, string) (eligibility.Answer, error) {
	return eligibility.Answer{}, errors.New("nothing is pending")
}

// botWith is a server's bot with this checker.
func botWith(t *testing.T, s *sessions.Store, c *checker) *bot.Bot {
	t.Helper()
	b, err := newBot(s, "")
	if err != nil {
		t.Fatal(err)
	}
	config := b.Config
	config.Checker = c
	if b, err = bot.New(config); err != nil {
		t.Fatal(err)
	}
	return b
}

// apply walks the whole dialogue.
func apply(t *testing.T, b *bot.Bot, session string) {
	t.Helper()
	for i, text := range []string{"开通分付", "同意", "同意", "林小满", "110199199005219903", "13800138000", "[confirm.yes]"} {
		m := bot.Message{Session: session, ID: fmt.Sprint("m", i), From: bot.Visitor, Kind: bot.Text, Text: pii.Text(text)}
		if value, ok := strings.CutPrefix(text, "["); ok {
			m.Kind, m.Text = bot.Choose, pii.Text(strings.TrimSuffix(value, "]"))
		}
		if _, err := b.Handle(t.Context(), m); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

// work lets several nodes work until each session's application is decided.
func work(t *testing.T, s *sessions.Store, ids []string, brains ...*bot.Bot) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var group sync.WaitGroup
	for _, b := range brains {
		group.Go(func() {
			if err := b.Memory.(*sessions.Store).Work(ctx, 4, b.Wake); err != nil {
				t.Error(err)
			}
		})
	}
	for _, id := range ids {
		for {
			e, err := s.Inspect(ctx, id)
			if err != nil {
				t.Fatalf("%s is not decided: %v", id, err)
			}
			if a := e.Session.Application; a != nil && a.Status == bot.Decided {
				break
			}
		}
	}
	cancel()
	group.Wait()
}

// TestARequeuedCheckIsDecidedOnce gives applications up, has them requeued more
// often than need be, and counts what came of it.
func TestARequeuedCheckIsDecidedOnce(t *testing.T) {
	for name, start := range places() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			c := &checker{asked: map[string]int{}}
			ids := []string{"anna", "berta", "clara", "dora"}
			p.nodes(t, 2, 0, func(_ redis.UniversalClient, s []*sessions.Store) {
				watcher, b := s[0], botWith(t, s[1], c)
				for _, id := range ids {
					apply(t, b, id)
				}
				work(t, watcher, ids, b)
			})
			want := map[string]string{}
			for _, id := range ids {
				want[id] = "given-up check"
			}
			l := onlyGivenUp(p.listed(t))
			expect(t, l, want)
			for _, r := range l.Rows {
				if r.Trouble != eligibility.ReasonRefused || r.Attempts != 1 {
					t.Errorf("%+v", r)
				}
			}
			p.node(t, 0, func(_ redis.UniversalClient, s *sessions.Store) {
				if _, err := botWith(t, s, c).Handle(t.Context(), bot.Message{
					Session: "dora", ID: "m9", From: bot.Visitor, Kind: bot.Text, Text: "删除我的信息",
				}); err != nil {
					t.Fatal(err)
				}
			})

			if out := p.due(t, "requeue", "--given-up"); strings.Count(out, "checked anew") != 3 || !strings.Contains(out, "dora\tleft alone") {
				t.Errorf("requeue says\n%s", out)
			}
			if out := p.due(t, "requeue", "--given-up", "anna", "berta"); strings.Count(out, "due again") != 2 || strings.Contains(out, "anew") {
				t.Errorf("once more it says\n%s", out)
			}
			c.mended = true
			p.nodes(t, 3, 0, func(_ redis.UniversalClient, s []*sessions.Store) {
				work(t, s[0], ids[:3], botWith(t, s[1], c), botWith(t, s[2], c))
				for _, id := range ids[:3] {
					decidedOnce(t, s[0], id)
				}
			})
			p.due(t, "requeue", ids[0]) // it may want something else, but no check
			expect(t, onlyGivenUp(p.listed(t)), map[string]string{"dora": "given-up check"})
			if len(c.asked) != 4+3 {
				t.Errorf("%d checks, want 4 that were refused and 3 anew: %v", len(c.asked), c.asked)
			}
			for id, n := range c.asked {
				if n != 1 {
					t.Errorf("check %s was asked for %d times", id, n)
				}
			}
		})
	}
}

// decidedOnce counts the notices in a session's log.
func decidedOnce(t *testing.T, s *sessions.Store, id string) {
	t.Helper()
	events, err := s.Events(t.Context(), id, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range events {
		switch e.Code {
		case bot.CodeDecided:
			got = append(got, string(e.Data.Decision))
		case bot.CodeResumed:
			got = append(got, "resumed")
		}
	}
	if fmt.Sprint(got) != "[manual_review resumed eligible]" {
		t.Errorf("%s: %v", id, got)
	}
}

// onlyGivenUp leaves out what the sessions want besides.
func onlyGivenUp(l listing) listing {
	l.Rows = slices.DeleteFunc(l.Rows, func(r row) bool { return r.State != stateGivenUp })
	return l
}
