package guard_test

import (
	"strings"
	"testing"

	"fenfu/intents/guard"
)

// BenchmarkCheck is of honest texts as long as they come: of many sentences, and
// of one that never ends.
func BenchmarkCheck(b *testing.B) {
	raw := strings.Join(lines(b, "testdata/allowed.txt"), "")
	long := raw[:6000]
	g := guard.New("example.com", "400-800-0000")
	for name, text := range map[string]string{
		"sentences": long,
		"clauses":   strings.ReplaceAll(long, "。", "，"),
		"clause":    strings.NewReplacer("。", "", "，", "", "？", "", "：", "").Replace(raw)[:6000],
		"short":     "您好，您的申请已经提交了，正在等待审核，请留意通知。",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				g.Check(text)
			}
		})
	}
}
