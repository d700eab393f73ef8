package bot_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/sessions"
	"fenfu/sessions/redistest"
)

// TestReplyLost loses Redis' answer to each commit of the way from the
// confirmation to the decision, and to the claim in between, each of which was
// applied. The visitor sends the confirmation again from two tabs, workers on
// two nodes wake the session again: one check, one submission, one decision.
func TestReplyLost(t *testing.T) {
	t.Parallel()
	for _, lost := range []string{"visitor:confirm", "system:check:", "fenfu:id:", "system:notify:"} {
		t.Run(lost, func(t *testing.T) {
			t.Parallel()
			server := redistest.Redis(t)
			w := newWorld(t)
			c, told := &decided{decision: eligibility.Eligible}, &told{}
			w.parts.Checker, w.parts.Notifier, w.parts.DuplicateWindow = c, told, month
			if id, ok := strings.CutPrefix(lost, "visitor:"); ok { // which stands there as a keyed hash
				lost = hashed(t, w, "visitor:"+id+"0")
			}
			var faults redistest.Faults
			node := func() *bot.Bot {
				client := redis.NewClient(&redis.Options{Addr: server.Addr, Dialer: faults.Dial, MaxRetries: -1, ContextTimeoutEnabled: true,
					DialTimeout: time.Minute, ReadTimeout: time.Minute, DisableIdentity: true})
				t.Cleanup(func() { client.Close() })
				store, err := sessions.Open(ctx, client, sessions.Options{Keys: w.keys, Now: w.parts.Now, Logger: slog.New(slog.DiscardHandler)})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { store.Close() })
				p := w.parts
				p.Memory = store
				if p.Index, err = store.Index(); err != nil {
					t.Fatal(err)
				}
				b, err := bot.New(p)
				if err != nil {
					t.Fatal(err)
				}
				return b
			}
			nodes := []*bot.Bot{node(), node()}
			for i, text := range []string{"开通分付", "同意", "同意", "林小满", "110199199005219903", "13800138000"} {
				if _, err := nodes[0].Handle(ctx, w.text(fmt.Sprint("m", i), text)); err != nil {
					t.Fatal(err)
				}
			}
			gone := faults.LoseReply([]byte(lost))
			until := func(what string, do func() error) {
				for try := 0; ; try++ {
					err := do()
					if err == nil {
						return
					}
					if try == 20 {
						t.Errorf("%s: %v", what, err)
						return
					}
				}
			}
			var group sync.WaitGroup
			for i, b := range nodes { // two tabs, each sends its own until there is an answer
				group.Go(func() {
					until("confirm", func() error { _, err := b.Handle(ctx, w.text(fmt.Sprint("confirm", i), "确认")); return err })
				})
			}
			group.Wait()
			for range 4 { // the check, the notification, and whatever was to be done again
				w.now = w.now.Add(time.Minute)
				for _, b := range nodes {
					group.Go(func() { until("wake", func() error { return b.Wake(ctx, w.session) }) })
				}
				group.Wait()
			}
			select {
			case <-gone:
			default:
				t.Fatal("no answer was lost")
			}
			w.audit(t, nodes[1], c, told)
		})
	}
}

// hashed is what the store makes of the id of a message.
func hashed(t *testing.T, w *world, id string) string {
	keys, err := w.keys.Subkeys("message ids")
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, keys[0].Key)
	fmt.Fprint(mac, w.session, " ", id)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))[:16]
}

// audit counts what came of one confirmed application.
func (w *world) audit(t *testing.T, b *bot.Bot, c *decided, r *told) {
	t.Helper()
	events, err := b.Memory.(*sessions.Store).Events(ctx, w.session, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, e := range events {
		count[e.Code]++
	}
	if count[bot.CodeSubmitted] != 1 || count[bot.CodeDecided] != 1 {
		t.Errorf("%d submissions, %d decisions", count[bot.CodeSubmitted], count[bot.CodeDecided])
	}
	for _, id := range c.checks {
		if id != c.checks[0] {
			t.Errorf("more than one check: %v", c.checks)
		}
	}
	for _, n := range r.tries {
		if n.ID != r.tries[0].ID {
			t.Errorf("more than one notification: %+v", r.tries)
		}
	}
	if len(c.checks) == 0 || len(r.tries) == 0 {
		t.Errorf("%d checks, %d notifications", len(c.checks), len(r.tries))
	}
	s, err := b.Memory.Load(ctx, w.session)
	if err != nil || !s.Due.IsZero() {
		t.Errorf("left due at %v, %v", s.Due, err)
	}
}
