package intents_test

import (
	"testing"

	"fenfu/intents"
)

// TestAsksAtEnd: the 不 and 没 that end a question make it one, those that are
// an answer do not.
func TestAsksAtEnd(t *testing.T) {
	m := intents.New()
	for text, want := range map[string]bool{
		"要刷脸不": true, "安全不": true, "能过不": true, "查征信不": true, "上征信不嘛": true, "打电话不啊": true, "批了没": true,
		"看到我发的没": true, "安全伐": true, "an quan ma": true, "wo mama": false, "需要不": true,
		"不": false, "我不": false, "就不": false, "我偏不": false, "都不": false, "不不不": false, "还没": false, "我还没": false,
		"真没": false, "没": false, "不要": false, "可不": false,
	} {
		if got := m.Match(text).Question; got != want {
			t.Errorf("%q is a question: %v", text, got)
		}
	}
}
