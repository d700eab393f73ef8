package handoff

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// frustration are words of somebody who has had enough of a machine.
var frustration = [...]string{
	"人呢", "有人吗", "有没有人", "没人吗", "怎么没人", "没人理", "没人管", "没有人回", "别再自动回复", "老是自动回复", "又是机器人", "又是自动回复",
	"答非所问", "听不懂人话", "听不懂我", "说人话", "什么破", "垃圾客服", "太差劲", "气死", "烦死", "浪费时间", "到底管不管",
}

// calls are words that miss somebody and ask nothing else, with what may stand
// after them taken off.
var calls = [...]string{"人呢", "没人", "没人吗", "没有人吗", "怎么没人", "都没人吗", "没人在吗", "人去哪了", "人都去哪了"}

// Calls reports whether a message misses somebody, and is no question that
// knowledge answers. The text is normalised.
func Calls(text string) bool {
	text = strings.TrimRight(text, "?!.。…~ 啊呀呢哦")
	return slices.Contains(calls[:], text) || slices.Contains(calls[:], text+"呢")
}

// Sounds reports whether a message sounds as if its writer had enough: marks
// and nothing else, or words that say so. The text is normalised.
func Sounds(text string) bool {
	if utf8.RuneCountInString(text) >= 3 && strings.Trim(text, "?!？！.。…~ ") == "" && strings.ContainsAny(text, "?!？！") {
		return true
	}
	for _, w := range frustration {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// AsksWait reports whether somebody who waits asks how long it will take. The
// text is normalised.
func AsksWait(text string) bool {
	for _, w := range [...]string{"等多久", "还要多久", "要多久", "多长时间", "多久能", "前面还有", "几个人", "几位", "多少人", "排到", "轮到", "排队"} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
