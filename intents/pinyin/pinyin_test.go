package pinyin_test

import (
	"testing"

	"fenfu/intents/pinyin"
)

func TestAlike(t *testing.T) {
	p := pinyin.New()
	for _, c := range []struct {
		a, b rune
		want bool
	}{
		{'款', '宽', true}, {'证', '正', true}, {'账', '帐', true}, {'还', '环', true}, {'重', '虫', true},
		{'是', '四', true}, {'应', '因', true}, {'款', '款', true}, {'a', 'a', true}, {'龘', '龘', true},
		{'款', '钱', false}, {'a', 'b', false}, {'龘', '龖', false}, {'。', '，', false}, {'一', '鿿', false},
	} {
		if got := p.Alike(c.a, c.b); got != c.want {
			t.Errorf("%c %c: %v, want %v", c.a, c.b, got, c.want)
		}
	}
	if p.Sound('鿿') != 0 || p.Sound('x') != 0 || p.Sound('款') == 0 {
		t.Error("sounds of characters that have none, or none of one that has")
	}
}
