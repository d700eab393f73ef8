package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/sessions/redistest"
)

// TestReminders leaves a form alone on two nodes, one of which is killed: two
// reminders and the form is put aside, each once, shown to whoever looks. What
// came before the visitor's last word does not count: on a slow machine there
// may be a reminder between two of them.
func TestReminders(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	args := []string{
		"--redis-url", "redis://" + redistest.Redis(t).Addr, "--seal-keys", "k1:" + key(t), "--token-key", key(t), "--data-dir", t.TempDir(),
		"--remind-after", "2s,2s",
	}
	nodes := []*process{startServer(t, args...), startServer(t, args...)}
	v := newVisitor(t, nodes[1])
	for _, text := range []string{"开通分付", "同意", "同意"} {
		v.say(ctx, text)
	}
	lastWord := v.acked[fmt.Sprintf("m%03d", v.sent)]
	v.waitFor(ctx, bot.CodeReminder)
	nodes[0].kill()
	v.waitFor(ctx, bot.CodeParked)
	count := map[string]int{}
	for seq, f := range v.events {
		if seq > lastWord {
			count[f.Code]++
		}
	}
	if count[bot.CodeReminder] != 2 || count[bot.CodeParked] != 1 {
		t.Errorf("%d reminders, put aside %d times", count[bot.CodeReminder], count[bot.CodeParked])
	}
	for _, text := range []string{"继续", "林小满", "110199199005219903", "13800138000", "[confirm.yes]"} {
		v.say(ctx, text)
	}
	v.waitFor(ctx, bot.CodeDecided)
	v.audit(ctx)
}
