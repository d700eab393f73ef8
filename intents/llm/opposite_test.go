package llm_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"fenfu/intents/faq"
	"fenfu/intents/llm/llmtest"
)

// opposites are sentences in an entry's own words that say the opposite of it:
// a negation is left out, or put in, or the question that it answers is said as
// if it were so.
var opposites = []struct{ entry, said string }{
	{"minors", "未成年人能开通。"},
	{"minors", "未成年人可以开通分付。"},
	{"foreigners", "外籍人士（包括持永久居留证的）能开通。"},
	{"foreigners", "外国人可以开通分付。"},
	{"card.credit", "可以用信用卡开通分付。"},
	{"card.credit", "只绑信用卡满足条件。"},
	{"card.holder", "用别人的卡满足条件。"},
	{"card.holder", "可以绑别人的银行卡。"},
	{"card", "不需要绑定一张本人的储蓄卡。"},
	{"realname", "不需要完成实名认证，并且是您本人的身份信息。"},
	{"success", "自行申请通过的情况多，由系统的综合评估决定。"},
	{"success", "有内部渠道，谁都能承诺结果。"},
	{"invite.friend", "分付能代他人申请，需要通过朋友邀请。"},
	{"why.details", "联系方式用来通知您结果，作别的用途。"},
	{"close.effect", "关闭会免除已经用掉的款项，该还的不用按时还清。"},
	{"review.human", "复核能承诺结果。"},
	{"repay.unused", "开通之后不使用不会产生费用。"},
	{"fee", "在这里登记和咨询收取任何费用。"},
	{"score.raise", "它不需要时间积累，有付费提分的渠道。"},
}

func TestOppositesAreRefused(t *testing.T) {
	book, err := faq.Default()
	if err != nil {
		t.Fatal(err)
	}
	all := book.Entries()
	for _, c := range opposites {
		i := slices.IndexFunc(all, func(e faq.Entry) bool { return e.ID == c.entry })
		if i < 0 {
			t.Fatalf("no entry %s", c.entry)
		}
		m := llmtest.Start(t, func(llmtest.Prompt) string { return "依据：" + c.entry + "\n" + c.said })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		text, _, err := newClient(t, m).Answer(ctx, "问题", all[i:i+1], func(string) {})
		cancel()
		if err == nil {
			t.Errorf("%s: %s", c.entry, text)
		}
	}
}

// TestEveryEntryCanBeSaid: what an entry says word for word is an answer.
func TestEveryEntryCanBeSaid(t *testing.T) {
	book, err := faq.Default()
	if err != nil {
		t.Fatal(err)
	}
	m := llmtest.Start(t, llmtest.Extract)
	c := newClient(t, m)
	all := book.Entries()
	for i := range all {
		if text, _, err := c.Answer(t.Context(), "问题", all[i:i+1], func(string) {}); err != nil || text == "" {
			t.Errorf("%s: %q, %v", all[i].ID, text, err)
		}
	}
}
