package intents_test

import (
	"strings"
	"testing"

	"fenfu/intents"
)

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		intents.New()
	}
}

func BenchmarkMatch(b *testing.B) {
	m := intents.New()
	for _, c := range []struct{ name, text string }{
		{"keyword", "开通分付"},
		{"name", "欧阳娜娜"},
		{"details", "姓名张三，身份证11010519491231002X，手机13812345678"},
		{"question", "请问我的支付分已经够了，为什么还是开通不了分付呢？"},
		{"clauses", "我要开通分付，之前的欠款都还清了，麻烦尽快"},
		{"long", strings.Repeat("今天天气不错，我想随便聊聊。", 1000)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Match(c.text)
			}
		})
	}
}

func BenchmarkNormalize(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		intents.Normalize("请问我的支付分已经够了、为什么还是开通不了分付呢")
	}
}
