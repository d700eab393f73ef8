package sessions_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/flow"
	"fenfu/bot/pii"
	"fenfu/bot/slot"
	"fenfu/sessions/redistest"
)

// benchTurn is a turn in the middle of a dialogue.
func benchTurn(s bot.Session, id string) bot.Turn {
	at := time.Unix(1700000000, 0).UTC()
	s.Flow = flow.State{
		Flow: "apply", Version: 1, Status: flow.Running, Step: "contact",
		Details: map[slot.Kind]flow.Detail{
			slot.Name: {Value: "张三丰", At: at},
			slot.ID:   {Value: "11010519491231002X", At: at},
		},
		Consents: []flow.Consent{
			{ID: "collect", Version: "1", TextSHA256: strings.Repeat("ab", 32), At: at},
			{ID: "disclose", Version: "1", TextSHA256: strings.Repeat("cd", 32), At: at},
		},
	}
	s.UpdatedAt = at
	return bot.Turn{Session: s, MessageID: id, Events: []bot.Event{
		{Seq: s.Seq + 1, Kind: bot.Text, From: bot.Visitor, Text: "我的手机号是 138****5678", ID: id, At: at},
		{
			Seq: s.Seq + 2, Kind: bot.Choices, From: bot.FromBot, Origin: bot.Script,
			Text:    pii.Text(strings.Repeat("请核对下面的信息，", 8)),
			Choices: []bot.Choice{{Value: "confirm", Label: "确认提交"}, {Value: "edit", Label: "修改"}}, At: at,
		},
	}}
}

// BenchmarkCommit commits turns of one or of many visitors at once. cpu-µs/op
// is what this process used, without Redis.
func BenchmarkCommit(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *world{
		"redis":    func(tb testing.TB) *world { return dialWorld("redis", redistest.Redis(tb).URL) },
		"embedded": embeddedWorld,
	} {
		for _, visitors := range []int{1, 256} {
			b.Run(fmt.Sprintf("%s/visitors=%d", name, visitors), func(b *testing.B) {
				s := open(b).node(b)
				b.ReportAllocs()
				before := cpuTime()
				b.ResetTimer()
				var left atomic.Int64
				left.Store(int64(b.N))
				var group sync.WaitGroup
				for range visitors {
					group.Go(func() {
						var session bot.Session
						for n := 0; left.Add(-1) >= 0; n++ {
							if n%20 == 0 {
								session = load(b, s, newID())
							}
							if _, err := s.Commit(b.Context(), benchTurn(session, strconv.Itoa(n))); err != nil {
								b.Error(err)
								return
							}
							session = load(b, s, session.ID)
						}
					})
				}
				group.Wait()
				b.ReportMetric(float64((cpuTime()-before).Microseconds())/float64(b.N), "cpu-µs/op")
			})
		}
	}
}

// cpuTime is what this process has used so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
