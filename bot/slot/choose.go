package slot

import "strings"

// choice is what came of choosing among the details of one kind in a text.
type choice uint8

const (
	none      choice = iota
	chosen           // one is meant
	several          // more than one, and the text does not say which
	retracted        // there was one, but the text says it is not it
)

// choose picks the number of the wanted sort that the visitor means. Where the
// text holds two different ones, only explicit words decide: "not A but B", "A
// is wrong, make it B", "A is no longer used".
func choose(text string, all []entry, want sort) (entry, choice) {
	var got entry
	verdict := none
	for i, e := range all {
		if e.sort != want {
			continue
		}
		until := len(text)
		if i+1 < len(all) {
			until = all[i+1].start
		}
		if denied(text[:e.start]) || disowned(text[e.end:until]) {
			if verdict == none {
				verdict = retracted
			}
			continue
		}
		switch {
		case verdict == none || verdict == retracted:
			got, verdict = e, chosen
		case got.value == e.value:
		case replaces(text[got.end:e.start]):
			got, verdict = e, chosen
		default:
			return entry{}, several
		}
	}
	return got, verdict
}

// denied reports whether what stands before a value says that it is not the one.
func denied(before string) bool {
	before = trimLabel(before)
	return hasSuffix(before, "不是", "不要用", "别用", "不要", "不用", "并非", "不再用") && !hasSuffix(before, "是不是", "要不要", "用不用")
}

// disowned reports whether what stands behind a value says that it is not the
// one (any more).
func disowned(after string) bool {
	if c, _, ok := strings.Cut(after, "\n"); ok {
		after = c
	}
	for cut := true; cut; {
		cut = false
		for _, filler := range [...]string{" ", "（", "(", "这个", "那个", "号码", "号", "手机", "是", "已经", "已", "我", "都", "早就", "的", "现在"} {
			if rest, ok := strings.CutPrefix(after, filler); ok {
				after, cut = rest, true
			}
		}
	}
	return saysWrong(after) || hasPrefix(after, "不用了", "不再用", "不能用", "停用", "停机", "作废", "注销", "旧", "以前", "之前用", "原来", "过期")
}

// replaces reports whether the words between two values put the second in the
// place of the first.
func replaces(between string) bool {
	if saysWrong(strings.TrimLeft(between, " ，,。.；;！!…~～\n哦啊呃额")) {
		return true
	}
	words := trimLabel(between)
	for _, marker := range correctionMarkers {
		if before, ok := strings.CutSuffix(words, marker); ok {
			return !hasSuffix(before, "不", "别", "不要", "不用", "没")
		}
	}
	return false
}

// correctionMarkers are the words that the right value follows.
var correctionMarkers = [...]string{
	"改成", "改为", "换成", "换为", "更正为", "更改为", "变更为", "修改为", "修改成",
	"应该是", "应为", "正确的是", "而是", "现在是", "改用", "其实是",
}

func saysWrong(s string) bool {
	return hasPrefix(s, "错了", "错的", "写错", "填错", "输错", "打错", "说错", "发错", "弄错", "搞错", "不对", "不正确", "有误")
}

// trimLabel drops the name of the detail, and what is put between it and the
// value, from the end of s.
func trimLabel(s string) string {
	for cut := true; cut; {
		cut = false
		for _, label := range [...]string{
			" ", ":", "：", "\"", "“", "‘", "「", "（", "(", "身份证号码", "身份证号", "身份证", "手机号码", "手机号", "手机", "电话号码", "电话",
			"号码", "新号", "新的", "我的", "微信号", "微信", "邮箱", "名字", "姓名", "这个", "用", "叫",
		} {
			if rest, ok := strings.CutSuffix(s, label); ok && rest != "" {
				if label == "用" && hasSuffix(rest, "不", "别", "改", "要") {
					return s
				}
				s, cut = rest, true
			}
		}
	}
	return s
}

func hasPrefix(s string, any ...string) bool {
	for _, p := range any {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

func hasSuffix(s string, any ...string) bool {
	for _, p := range any {
		if strings.HasSuffix(s, p) {
			return true
		}
	}
	return false
}
