package intents

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fold makes s comparable: [Normalize], lower case, simplified characters,
// without spaces, punctuation, emoji and the codes chat programs write for
// them (/大哭, [微笑]), and with the product's name in one spelling whatever
// was typed (份付, fen fu). For matching only, never to be shown or stored.
func Fold(s string) string {
	s = Normalize(s)
	f := folded{runes: make([]rune, 0, len(s)/2)}
	f.fold(s, MaxBytes)
	return string(repairProduct(f.runes))
}

// folded is a text ready for matching.
type folded struct {
	runes []rune // letters and digits only
	mark  bool   // there was a question mark
}

// fold is Fold on a normalized text, without the repair of spellings, and
// keeping what punctuation said. It stops after limit runes.
func (f *folded) fold(s string, limit int) {
	f.runes, f.mark = f.runes[:0], false
	for i := 0; i < len(s) && len(f.runes) < limit; {
		if s[i] == '/' || s[i] == '[' {
			if n := emojiCode(s[i:]); n > 0 {
				i += n
				continue
			}
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		f.add(r)
	}
}

func (f *folded) add(r rune) {
	switch {
	case r == '?':
		f.mark = true
	case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
		f.runes = append(f.runes, r)
	case r >= 0x4e00 && r <= 0x9fff:
		f.runes = append(f.runes, simplified(r))
	case unicode.IsLetter(r):
		f.runes = append(f.runes, simplified(unicode.ToLower(r)))
	case unicode.IsDigit(r):
		f.runes = append(f.runes, r)
	}
}

// simplified returns the simplified form of r, or r.
func simplified(r rune) rune {
	if r < t2s[0].from || r > t2s[len(t2s)-1].from {
		return r
	}
	lo, hi := 0, len(t2s)
	if r < 0xffff {
		lo, hi = int(t2sPages[r>>8]), int(t2sPages[r>>8+1])
	}
	for lo < hi {
		switch mid := (lo + hi) / 2; {
		case t2s[mid].from == r:
			return t2s[mid].to
		case t2s[mid].from < r:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return r
}

// emojiCode returns the length in bytes of the emoji code that s begins with,
// 0 if there is none.
func emojiCode(s string) int {
	body := s[1:]
	for _, name := range faces {
		if !strings.HasPrefix(body, name) {
			continue
		}
		if s[0] == '/' {
			return 1 + len(name)
		}
		if strings.HasPrefix(body[len(name):], "]") {
			return 2 + len(name)
		}
	}
	return 0
}

// faces are the names of emoji in the codes of Chinese chat programs, longer
// ones before those they begin with.
var faces = [...]string{
	"微笑", "撇嘴", "色", "发呆", "得意", "流泪", "害羞", "闭嘴", "睡", "大哭", "尴尬", "发怒", "调皮", "呲牙", "龇牙",
	"惊讶", "难过", "酷", "冷汗", "抓狂", "吐", "偷笑", "可爱", "愉快", "白眼", "傲慢", "饥饿", "困", "惊恐", "流汗",
	"憨笑", "悠闲", "大兵", "奋斗", "咒骂", "疑问", "嘘", "晕", "疯了", "折磨", "衰", "骷髅", "敲打", "再见", "擦汗",
	"抠鼻", "鼓掌", "糗大了", "坏笑", "左哼哼", "右哼哼", "哈欠", "鄙视", "委屈", "快哭了", "阴险", "亲亲", "吓",
	"可怜", "菜刀", "西瓜", "啤酒", "篮球", "乒乓", "咖啡", "饭", "猪头", "玫瑰", "凋谢", "示爱", "嘴唇", "爱心",
	"心碎", "蛋糕", "闪电", "炸弹", "刀", "足球", "瓢虫", "便便", "月亮", "太阳", "礼物", "拥抱", "强", "弱", "握手",
	"胜利", "抱拳", "勾引", "拳头", "差劲", "爱你", "爱情", "飞吻", "跳跳", "发抖", "怄火", "转圈", "磕头", "回头",
	"跳绳", "投降", "激动", "街舞", "献吻", "捂脸", "嘿哈", "奸笑", "机智", "皱眉", "耶", "吃瓜", "加油",
	"天啊", "社会社会", "旺柴", "打脸", "叹气", "苦涩", "裂开", "破涕为笑", "合十", "笑哭",
}

// repairProduct writes the product's name, however spelt, as 分付.
func repairProduct(t []rune) []rune {
	for i := 0; i < len(t); i++ {
		if n := productAt(t, i); n > 0 {
			t[i], t[i+1] = '分', '付'
			t = slices.Delete(t, i+2, i+n)
		}
	}
	return t
}

// productAt returns the number of runes at t[i] that spell the product's name
// by sound, 0 if they do not.
func productAt(t []rune, i int) int {
	n := 1
	if !isFen(t[i]) {
		if n = spelt(t[i:], "fen"); n == 0 {
			return 0
		}
	}
	if i+n == len(t) {
		return 0
	}
	m := 1
	if !isFu(t[i+n]) {
		if m = spelt(t[i+n:], "fu"); m == 0 {
			return 0
		}
	}
	if t[i] == '分' && t[i+n] != '付' && i > 0 && strings.ContainsRune("付用部十百积评得", t[i-1]) {
		return 0 // 支付分, 信用分, 部分, 十分 before a word that begins with fu
	}
	return n + m
}

// spelt returns how many runes a syllable takes if t begins with its letters,
// 0 if it does not.
func spelt(t []rune, letters string) int {
	if len(t) < len(letters) {
		return 0
	}
	for i := range len(letters) {
		if t[i] != rune(letters[i]) {
			return 0
		}
	}
	return len(letters)
}

// isFen reports whether r sounds like the first character of 分付 and is typed
// for it.
func isFen(r rune) bool {
	switch r {
	case '分', '份', '纷', '芬', '粉', '氛', '吩', '奋', '坟', '酚', '愤', '焚', '忿', '汾', '粪':
		return true
	}
	return false
}

// isFu is isFen for the second character. Those that begin or end common words
// of their own (服 复 福 夫 父) are left out.
func isFu(r rune) bool {
	switch r {
	case '付', '富', '附', '府', '负', '傅', '咐', '赋', '副', '缚', '芙', '苻', '驸':
		return true
	}
	return false
}
