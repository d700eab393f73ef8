package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/sessions/redistest"
)

// TestSecondApplication: of two visitors on two nodes with the same ID number,
// one is checked. When the first has its details deleted, the next one is a
// first again.
func TestSecondApplication(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	args := []string{
		"--redis-url", "redis://" + redistest.Redis(t).Addr, "--seal-keys", "k1:" + key(t), "--token-key", key(t), "--data-dir", t.TempDir(),
	}
	nodes := []*process{startServer(t, args...), startServer(t, args...)}
	apply := func(p *process) *visitor {
		v := newVisitor(t, p)
		for _, text := range []string{"开通分付", "同意", "同意", "林小满", "110199199005219903", "13800138000", "[confirm.yes]"} {
			v.say(ctx, text)
		}
		v.waitFor(ctx, bot.CodeDecided)
		return v
	}
	decision := func(v *visitor) eligibility.Decision {
		for _, f := range v.events {
			if f.Code == bot.CodeDecided {
				if strings.Contains(f.Text.Reveal(), "通过") != (f.Data.Decision == eligibility.Eligible) {
					t.Errorf("%s: %s", f.Data.Decision, f.Text)
				}
				return f.Data.Decision
			}
		}
		return ""
	}
	first, second := apply(nodes[0]), apply(nodes[1])
	if a, b := decision(first), decision(second); a != eligibility.Eligible || b != eligibility.NotEligible {
		t.Fatalf("decisions %s, then %s", a, b)
	}
	first.say(ctx, "删除我的信息")
	first.waitFor(ctx, bot.CodeErased)
	for decision(apply(nodes[1])) != eligibility.Eligible { // until the worker has been there
		if ctx.Err() != nil {
			t.Fatal("the index still knows who had the details deleted")
		}
	}
	for _, p := range nodes {
		p.stop()
	}
}
