package intents_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"fenfu/intents"
)

func TestNormalize(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "开通分付", "开通分付"},
		{"empty", "", ""},
		{"spaces around", " \t 开通 \n", "开通"},
		{"full width", "ＡＢＣ１２３！？", "ABC123!?"},
		{"full-width space", "开通　分付", "开通 分付"},
		{"zero width", "开\u200b通\u200d分\ufeff付\u2060", "开通分付"},
		{"bidi", "\u202e开通\u2066分付\u2069", "开通分付"},
		{"variation selector", "👌\ufe0f好", "👌好"},
		{"soft hyphen", "fen\u00adfu", "fenfu"},
		{"control", "a\x00b\x1bc\x7fd", "abcd"},
		{"line ends", "一\r\n二\r三\u2028四", "一\n二\n三\n四"},
		{"tab", "张三\t138", "张三 138"},
		{"invalid UTF-8", "开\xff\xfe通", "开通"},
		{"dashes", "138–1234—5678−9", "138-1234-5678-9"},
		{"middle dot stays", "阿卜杜拉·买买提", "阿卜杜拉·买买提"},
		{"other dots stay for slot", "阿里•买买提", "阿里•买买提"},
		{"traditional stays", "張國榮", "張國榮"},
		{"Hangul filler", "张\u3164三", "张三"},
		{"radical by NFKC", "⽤分付", "用分付"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := intents.Normalize(c.in); got != c.want {
				t.Errorf("Normalize(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestNormalizeCapsAtARuneBorder(t *testing.T) {
	for _, in := range []string{
		strings.Repeat("分", intents.MaxBytes), "a" + strings.Repeat("分", intents.MaxBytes),
		strings.Repeat("\u0600", 20000), strings.Repeat("ﷺ", 8000),
		strings.Repeat("\xe5", 2*intents.MaxBytes),
	} {
		got := intents.Normalize(in)
		if len(got) > intents.MaxBytes || !utf8.ValidString(got) {
			t.Errorf("Normalize of %d bytes: %d bytes, valid %v", len(in), len(got), utf8.ValidString(got))
		}
	}
}

func TestNormalizeAllocatesNothingForCleanText(t *testing.T) {
	const s = "我想开通分付、手机号是13812345678。"
	if n := testing.AllocsPerRun(100, func() { intents.Normalize(s) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestFold(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"開通分付！", "开通分付"},
		{"开 通 分 付", "开通分付"},
		{"开通分付/大哭/色", "开通分付"},
		{"开通分付[微笑]", "开通分付"},
		{"开通分付🙏🏻👨‍👩‍👧", "开通分付"},
		{"开.通。分、付", "开通分付"},
		{"OK", "ok"},
		{"[OK]", "ok"},
		{"Fen Fu 怎麼開", "分付怎么开"},
		{"开通份付", "开通分付"},
		{"开通粉富", "开通分付"},
		{"fen付", "分付"},
		{"支付分付款", "支付分付款"},
		{"支付分负面", "支付分负面"},
		{"部分附件", "部分附件"},
		{"請問怎樣開通呢", "请问怎样开通呢"},
		{"手机/福建", "手机福建"},
		{"1/2", "12"},
		{"", ""},
	} {
		if got := intents.Fold(c.in); got != c.want {
			t.Errorf("Fold(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"开通分付", "\u202e\ufeffＡ\xff", "ﷺ", "́a\u0301", "\u1160\u3164", "e\u200b\u0301", "\u2800 \u0345"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := intents.Normalize(s)
		if !utf8.ValidString(once) || len(once) > intents.MaxBytes {
			t.Fatalf("Normalize(%q) = %q: not valid, or too long", s, once)
		}
		if twice := intents.Normalize(once); twice != once {
			t.Fatalf("Normalize(%q) = %q, and again %q", s, once, twice)
		}
	})
}
