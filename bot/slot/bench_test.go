package slot_test

import (
	"strings"
	"testing"

	"fenfu/bot/slot"
)

func BenchmarkFindID(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := slot.ID.Find("我的身份证号是11010519491231002X", asOf); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFindPhone(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := slot.Phone.Find("138 1234 5678", asOf); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFindName(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := slot.Name.Find("我叫欧阳娜娜", asOf); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScanOrdinary(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if len(slot.Scan("请问分付的额度一般是多少，怎么样才能提高呢", asOf)) != 0 {
			b.Fatal("found something")
		}
	}
}

func BenchmarkRedactOrdinary(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		slot.Redact("请问分付的额度一般是多少，怎么样才能提高呢")
	}
}

func BenchmarkScanLong(b *testing.B) {
	text := strings.Repeat("请问分付的额度一般是多少，怎么样才能提高呢？", 8) + "我叫张三，身份证号11010519491231002X，手机138 1234 5678，微信zhangsan_88"
	b.ReportAllocs()
	for b.Loop() {
		if len(slot.Scan(text, asOf)) != 4 {
			b.Fatal("not all found")
		}
	}
}
