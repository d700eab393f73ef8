package faq_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"fenfu/intents"
	"fenfu/intents/faq"
)

func book(t *testing.T) *faq.Book {
	t.Helper()
	b, err := faq.Default()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAnswer(t *testing.T) {
	b, m := book(t), intents.New()
	for text, want := range map[string]string{
		"分付是啥呀":          "what",
		"开通分付要啥条件":       "conditions",
		"怎么开通分付":         "how",
		"分付怎么申请呀":        "how",
		"收到邀请了怎么弄":       "steps.invited",
		"没有入口怎么办":        "steps.no_entry",
		"什么时候邀请我用分付":     "invite",
		"能邀请朋友一起开吗":      "invite.friend",
		"我17岁能开吗":        "minors",
		"未成年人可以开通吗":      "minors",
		"外国人能不能开":        "foreigners",
		"港澳居民可以申请吗":      "hmt",
		"可以用信用卡开通分付吗":    "card.credit",
		"要多少支付分":         "score",
		"支付分怎么提高":        "score.raise",
		"为什么我没通过":        "why_not",
		"分付开通不了怎么回事":     "why_not",
		"被拒后多久能再申请":      "reapply",
		"分付显示申请人太多":      "busy",
		"审核要多久":          "review.time",
		"額度是多少":          "limit",
		"怎么提额":           "limit.raise",
		"怎么还款":           "repay",
		"能提前还吗":          "repay.early",
		"还不上了怎么办":        "repay.overdue",
		"分付可以分期吗":        "repay.instalments",
		"自动还款怎么取消":       "repay.auto",
		"利率多少":           "fee",
		"怎么关闭份付":         "close",
		"关了还能再开吗":        "reopen",
		"商家收款怎么开通":       "merchant",
		"你们是骗子吧":         "safety",
		"分付安全吗":          "safety",
		"会不会泄露我的信息":      "privacy",
		"需要什么资料":         "details",
		"那会不会被拒呢":        "success",
		"会不会给我拒了":        "success",
		"我是台湾同胞":         "hmt",
		"我没有大陆的身份证":      "hmt",
		"我是外国籍的":         "foreigners",
		"你们是骗人的吧":        "safety",
		"要拍身份证照片吗":       "details",
		"有内部渠道吗":         "success",
		"开通要刷脸吗":         "verify",
		"客服电话多少":         "human",
		"你是机器人吗":         "bot",
		"申请了还能撤销吗":       "withdraw",
		"我有没有开通分付":       "state",
		"怎么没有电话打来":       "notice",
		"实名认证怎么弄":        "realname",
		"逾期还清了还能开通分付吗":   "credit",
		"提示账户有风险开不了分付":   "risk",
		"为什么这个订单不能用分付付款": "use",
	} {
		e, ok := b.Answer(text, m.Match(text))
		if !ok || e.ID != want {
			t.Errorf("%s: %q %v, want %q", text, e.ID, ok, want)
		}
	}
}

func TestNoAnswerIsBetterThanAWrongOne(t *testing.T) {
	b, m := book(t), intents.New()
	for _, text := range []string{
		"", "张三", "王建国", "沈清", "岁岁", "13812345678", "11010519491231002X", "zhang_san88", "好的", "不同意", "取消",
		"开通分付", "我要开通分付", "今天天气怎么样", "附近有什么好吃的", "帮我订机票好吗", "公司几点下班", "公司几点下班", "苹果手机怎么截图",
		"花呗怎么关闭", "你喜欢我吗", "我的快递到哪了", "一加一等于几", "给我讲个故事", "？？", "你好",
		"姓名张三，身份证11010519491231002X", strings.Repeat("今天天气怎么样", 2000),
	} {
		if e, ok := b.Answer(text, m.Match(text)); ok {
			t.Errorf("%.40s: answered by %q", text, e.ID)
		}
	}
}

// Every question form must find its own entry, or the form is of no use.
func TestEveryQuestionFormFindsItsEntry(t *testing.T) {
	b, m := book(t), intents.New()
	wrong, all := 0, 0
	for _, e := range b.Entries() {
		for _, q := range e.Questions {
			match := m.Match(q)
			if match.Decision == intents.Start {
				t.Errorf("%s: a question form that starts an application: %s", e.ID, q)
			}
			all++
			if got, ok := b.Answer(q, match); !ok || got.ID != e.ID {
				wrong++
				t.Logf("%s: %s is answered by %q", e.ID, q, got.ID)
			}
		}
	}
	if wrong*50 > all {
		t.Errorf("%d of %d question forms do not find their entry", wrong, all)
	}
}

// What is not ours is not answered, though it may be asked back.
func TestOtherThingsAreNotAnswered(t *testing.T) {
	b, m := book(t), intents.New()
	lines, err := os.ReadFile("elsewhere.txt")
	if err != nil {
		t.Fatal(err)
	}
	for text := range strings.Lines(string(lines)) {
		text = strings.TrimSpace(text)
		if e, ok := b.Answer(text, m.Match(text)); ok {
			t.Errorf("%s: answered by %q", text, e.ID)
		}
	}
}

func TestDefaultCoversTheTopics(t *testing.T) {
	b := book(t)
	if n := len(b.Entries()); n < 60 {
		t.Errorf("%d entries", n)
	}
	covered := map[intents.Intent]bool{}
	for _, e := range b.Entries() {
		for _, i := range e.DefaultFor {
			covered[i] = true
		}
	}
	for _, i := range []intents.Intent{intents.HowToOpen, intents.WhyNot, intents.Limit, intents.Repay, intents.Close, intents.Human, intents.Status} {
		if !covered[i] {
			t.Errorf("no default for %s", i)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	const good = "- id: a\n  intents: [limit]\n  questions: [额度多少]\n  answer: 在钱包里看\n  sources: [product]\n"
	if _, err := faq.Load(fstest.MapFS{"entries.yaml": {Data: []byte(good)}}, time.Now); err != nil {
		t.Fatalf("a good book: %v", err)
	}
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "no entries"},
		{"unknown key", good + "  colour: red\n", "6:3"},
		{"wrong type", "- id: a\n  questions: 7\n", "2"},
		{"no answer", "- id: a\n  questions: [额度多少]\n  sources: [product]\n", "entries.yaml:1:7"},
		{"same id twice", good + good, "entries.yaml:6:7"},
		{"unknown intent", strings.Replace(good, "limit", "limits", 1), `unknown intent "limits"`},
		{"unknown next", good + "  next: dance\n", `unknown next "dance"`},
		{"empty question", strings.Replace(good, "额度多少", `"？？"`, 1), "no word"},
		{"two defaults", strings.Replace(good, "intents", "default_for", 1) + strings.Replace(strings.Replace(good, "id: a", "id: b", 1), "intents", "default_for", 1), "already the default"},
		{"no date", good + "  valid_to: soon\n", "6"},
		{"dates the wrong way", good + "  valid_from: 2026-02-01\n  valid_to: 2026-01-01\n", "valid to a day before"},
		{"not YAML", "- id: [", "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := faq.Load(fstest.MapFS{"entries.yaml": {Data: []byte(c.text)}}, time.Now)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
	if _, err := faq.Load(fstest.MapFS{}, time.Now); err == nil {
		t.Error("no file: no error")
	}
}

// An entry answers on its days only, and those are days in China.
func TestEntriesAnswerOnTheirDays(t *testing.T) {
	const book = "- id: a\n  intents: [limit]\n  questions: [额度多少]\n  answer: 在钱包里看\n  sources: [product]\n  valid_from: 2026-11-01\n  valid_to: 2026-11-30\n"
	m := intents.New()
	for at, want := range map[string]bool{
		"2026-10-31T15:59:59Z": false, "2026-10-31T16:00:00Z": true, "2026-11-30T15:59:59Z": true, "2026-11-30T16:00:00Z": false,
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		b, err := faq.Load(fstest.MapFS{"entries.yaml": {Data: []byte(book)}}, func() time.Time { return now })
		if err != nil {
			t.Fatal(err)
		}
		_, answers := b.Answer("额度多少", m.Match("额度多少"))
		if _, known := b.Entry("a"); answers != want || known != want || (len(b.Retrieve("额度多少", 3)) > 0) != want {
			t.Errorf("at %s: answers %v, known %v, want %v", at, answers, known, want)
		}
	}
}

func TestFindAsksBack(t *testing.T) {
	b, m := book(t), intents.New()
	const text = "还款的卡和还款日怎么改"
	found := b.Find(text, m.Match(text))
	if found.Answer != nil || len(found.Near) < 2 || len(found.Near) > 3 || found.Near[0].Entry.ID != "repay.date" {
		t.Errorf("%+v", found)
	}
}

func BenchmarkAnswer(b *testing.B) {
	k, err := faq.Default()
	if err != nil {
		b.Fatal(err)
	}
	const text = "请问我的支付分已经够了，为什么还是开通不了分付呢？"
	m := intents.New().Match(text)
	b.ReportAllocs()
	for b.Loop() {
		k.Answer(text, m)
	}
}

func FuzzAnswer(f *testing.F) {
	k, err := faq.Default()
	if err != nil {
		f.Fatal(err)
	}
	m := intents.New()
	f.Add("怎么开通分付")
	f.Add("\xff？")
	f.Fuzz(func(t *testing.T, s string) {
		if e, ok := k.Answer(s, m.Match(s)); ok && e.Answer == "" {
			t.Fatalf("%q: an empty answer", s)
		}
	})
}
