package audit_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"fenfu/intents"
	"fenfu/intents/faq"
	"fenfu/intents/faq/audit"
)

var now = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

func TestEmbeddedEntriesAreSound(t *testing.T) {
	found, err := audit.Check(faq.Embedded(), intents.New(), now)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range found {
		t.Error(p)
	}
}

const facts = `
sources: {product: 说明}
paths: [我 → 钱包 → 分付]
labels: [钱包]
commands: [转人工]
numbers: [{name: 支付分, pattern: '支付分高于(\d+)', value: '600'}]
never: [{fact: product, pattern: '外籍[^，。不]*可以开通'}]
`

const sound = `
- id: limit
  intents: [limit]
  questions: [分付额度是多少]
  keywords: [额度]
  answer: 在「我」→「钱包」（有的叫「钱包」）→「分付」里看，或者发送「转人工」。支付分高于600。
  sources: [product]
`

func folder(entries string) fs.FS {
	return fstest.MapFS{"facts.yaml": {Data: []byte(facts)}, "a.yaml": {Data: []byte(entries)}}
}

func TestCheckFinds(t *testing.T) {
	m := intents.New()
	if found, err := audit.Check(folder(sound), m, now); err != nil || len(found) > 0 {
		t.Fatalf("a sound folder: %v, %v", found, err)
	}
	other := strings.Replace(strings.Replace(sound, "id: limit", "id: other", 1), "在「我」", "请在「我」", 1)
	weak := strings.NewReplacer("[limit]", "[repay]", "[额度]", "[其他]").Replace(other)
	for _, c := range []struct{ name, entries, want string }{
		{"unknown source", strings.Replace(sound, "[product]", "[rumour]", 1), `a.yaml:2:7: limit: source "rumour"`},
		{"promise", strings.Replace(sound, "里看", "里看，一定能通过", 1), "(promise): 一定能通过"},
		{"asks for a code", strings.Replace(sound, "里看", "里看，请提供验证码", 1), "(secret)"},
		{"link", strings.Replace(sound, "里看", "里看 https://a.example/x ", 1), "(link)"},
		{"another number", strings.Replace(sound, "600", "650", 1), "says 650 for 支付分, elsewhere it is 600"},
		{"no such way", strings.Replace(sound, "→「分付」", "→「设置」", 1), "there is no way 我 → 钱包 → 设置"},
		{"no such label", strings.Replace(sound, "（有的叫「钱包」）", "（有的叫「皮夹」）", 1), "「皮夹」"},
		{"no such command", strings.Replace(sound, "「转人工」", "「转机器」", 1), "「转机器」"},
		{"expired", sound + "  valid_to: 2026-11-22\n", "expired on 2026-11-22"},
		{"same question", sound + other, "other: 分付额度是多少 asks the same as"},
		{"finds another", strings.Replace(sound, "[额度]", "[分付额度是多少]", 1) + weak, "finds limit first"},
		{"not found", strings.Replace(sound, "是多少]", "是多少, 请问]", 1), "请问 does not find it"},
		{"contradiction", strings.Replace(sound, "里看", "里看，外籍人士也可以开通", 1), "外籍人士也可以开通, which contradicts the source \"product\": 说明"},
		{"long answer", strings.Replace(sound, "里看", "里看"+strings.Repeat("很长", 80), 1), "at most 160"},
		{"long title", strings.Replace(sound, "分付额度是多少", strings.Repeat("分付额度是多少", 3), 1), "at most 20"},
		{"form twice", strings.Replace(sound, "是多少]", "是多少, 分付额度是多少？]", 1), "分付额度是多少？ is there twice"},
		{"starts", strings.Replace(sound, "[分付额度是多少]", "[我要开通分付]", 1), "starts an application"},
	} {
		t.Run(c.name, func(t *testing.T) {
			found, err := audit.Check(folder(c.entries), m, now)
			if err != nil {
				t.Fatal(err)
			}
			var all strings.Builder
			for _, p := range found {
				all.WriteString(p.String() + "\n")
			}
			if !strings.Contains(all.String(), c.want) {
				t.Errorf("no %q in\n%s", c.want, all.String())
			}
		})
	}
}

// Two answers to one question are no contradiction if one follows the other.
func TestOneAnswerAfterAnother(t *testing.T) {
	next := strings.Replace(strings.Replace(sound, "id: limit", "id: next", 1), "在「我」", "请在「我」", 1)
	found, err := audit.Check(folder(sound+"  valid_to: 2026-12-31\n"+next+"  valid_from: 2027-01-01\n"), intents.New(), now)
	if err != nil || len(found) > 0 {
		t.Errorf("%v, %v", found, err)
	}
}

func TestCheckRefuses(t *testing.T) {
	for name, fsys := range map[string]fs.FS{
		"no entries": fstest.MapFS{"facts.yaml": {Data: []byte(facts)}},
		"no facts":   fstest.MapFS{"a.yaml": {Data: []byte(sound)}},
		"bad facts":  fstest.MapFS{"a.yaml": {Data: []byte(sound)}, "facts.yaml": {Data: []byte("colour: red\n")}},
		"bad never":  fstest.MapFS{"a.yaml": {Data: []byte(sound)}, "facts.yaml": {Data: []byte(facts + "  - {fact: rumour, pattern: a}\n")}},
		"no group":   fstest.MapFS{"a.yaml": {Data: []byte(sound)}, "facts.yaml": {Data: []byte("numbers: [{name: a, pattern: a, value: b}]\n")}},
	} {
		if _, err := audit.Check(fsys, intents.New(), now); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
