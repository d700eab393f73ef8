package guard

import (
	"slices"
	"strings"
	"unicode/utf8"

	"fenfu/intents"
	"fenfu/intents/pinyin"
)

// sentences returns the sentences of a normalized text, folded: letters and
// digits, with a comma between clauses, a question mark where there was one,
// and percent signs kept. A list (、 or "或") is one clause.
func (g *Guard) sentences(normal string) []string {
	out := join(strings.FieldsFunc(normal, func(r rune) bool { return strings.ContainsRune("。!;\n…", r) }))
	for i, raw := range out {
		out[i] = g.clauses(raw)
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// clauses folds one sentence.
func (g *Guard) clauses(raw string) string {
	var parts []string
	rest := raw
	for rest != "" {
		i := strings.IndexAny(rest, ",:?")
		if i < 0 {
			parts = append(parts, g.fold(rest))
			break
		}
		part := g.fold(rest[:i])
		if rest[i] == '?' {
			part += "?"
		}
		parts = append(parts, part)
		rest = rest[i+1:]
	}
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	return g.sounds.repair(strings.Join(join(parts), ","))
}

// join puts pieces of a single character together with what stands before
// them, if that is short: nobody writes such sentences but to hide a word
// (包。过).
func join(parts []string) []string {
	var out []string
	short := false
	for _, p := range parts {
		one := utf8.RuneCountInString(p) == 1
		if len(out) > 0 && one && short {
			out[len(out)-1] += p
			continue
		}
		out, short = append(out, p), utf8.RuneCountInString(p) <= 2
	}
	return out
}

// plainNumerals writes the numerals of cheques as everybody does.
var plainNumerals = strings.NewReplacer("壹", "一", "贰", "二", "叁", "三", "肆", "四", "伍", "五", "陆", "六", "柒", "七", "捌", "八", "玖", "九",
	"拾", "十", "佰", "百", "仟", "千", "萬", "万")

// fold is intents.Fold that keeps percent signs, and digits in one piece.
func (g *Guard) fold(s string) string {
	s = plainNumerals.Replace(s)
	if !strings.ContainsAny(s, "%‰") {
		return intents.Fold(s)
	}
	var b strings.Builder
	for s != "" {
		i := strings.IndexAny(s, "%‰")
		if i < 0 {
			b.WriteString(intents.Fold(s))
			break
		}
		b.WriteString(intents.Fold(s[:i]))
		b.WriteByte('%')
		_, n := utf8.DecodeRuneInString(s[i:])
		s = s[i+n:]
	}
	return b.String()
}

// speller writes words that matter here as they are written, if they were
// typed by sound.
type speller struct {
	table *pinyin.Table
	words map[uint16][][]rune // by the sound of the first character
	keep  map[string]bool
}

// watched are words that are repaired when one or more of their characters are
// replaced by others of the same sound. One character must be the right one.
var watched = strings.Fields("验证码 校验码 动态码 安全码 密码 口令 额度 利率 利息 年化 日息 月息 费率 手续费 保证 保证金 承诺 肯定 " +
	"一定能 一定会 绝对 通过 过审 必过 包过 保过 稳过 秒批 秒过 秒下 通过率 成功率 概率 百分百 百分之 万分之 转账 汇款 打款 官方 腾讯 微信 " +
	"财付通 客服 刷脸 人脸 审批 下款 放款 内部渠道 强开 代开")

// meant are words that sound like watched ones and are not.
var meant = strings.Fields("包裹 威信 维信 观方 通国 客户 克服 利润 例率 立即 利己 必果 保国 报过 抱过 代看 带开 待开 打开 年华 通告 下款 " +
	"问过 审判 肯顶 宝证 刷连 承若 日系 月夕 月系 日席")

func newSpeller() *speller {
	s := &speller{table: pinyin.New(), words: map[uint16][][]rune{}, keep: map[string]bool{}}
	for _, w := range watched {
		r := []rune(w)
		s.words[s.table.Sound(r[0])] = append(s.words[s.table.Sound(r[0])], r)
	}
	for _, w := range meant {
		s.keep[w] = true
	}
	return s
}

func (s *speller) repair(text string) string {
	t := []rune(text)
	for i := range t {
		for _, w := range s.words[s.table.Sound(t[i])] {
			if len(t)-i >= len(w) && s.sounds(t[i:i+len(w)], w) {
				copy(t[i:], w)
			}
		}
	}
	return string(t)
}

// sounds reports whether typed stands for word.
func (s *speller) sounds(typed, word []rune) bool {
	same := 0
	for i, r := range typed {
		if !s.table.Alike(r, word[i]) {
			return false
		}
		if r == word[i] {
			same++
		}
	}
	return same > 0 && same < len(word) && !s.keep[string(typed)]
}
