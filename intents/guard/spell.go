package guard

import (
	"strings"
	"unicode/utf8"

	"fenfu/intents/pinyin"
)

// speller writes words that matter here as they are written, if they were
// typed by sound, with other characters or in Latin letters.
type speller struct {
	table   *pinyin.Table
	words   map[uint16][][]rune // by the sound of the first character
	spelled map[uint16][][]rune // those that are only repaired in Latin letters
	keep    map[string]bool
}

// watched are words that are repaired when one or more of their characters are
// replaced by others of the same sound. One character must be the right one.
var watched = strings.Fields("验证码 校验码 动态码 安全码 密码 口令 额度 利率 利息 年化 日息 月息 费率 手续费 保证 保证金 承诺 肯定 " +
	"一定能 一定会 绝对 通过 过审 必过 包过 保过 稳过 秒批 秒过 秒下 通过率 成功率 概率 百分百 百分之 万分之 转账 汇款 打款 官方 腾讯 微信 " +
	"财付通 客服 刷脸 人脸 审批 下款 放款 内部渠道 强开 代开")

// meant are words that sound like watched ones and are not.
var meant = strings.Fields("包裹 威信 维信 观方 通国 客户 克服 利润 例率 立即 利己 必果 保国 报过 抱过 代看 带开 待开 打开 钱开 年华 通告 下款 " +
	"问过 审判 肯顶 宝证 刷连 承若 日系 月夕 月系 日席")

// spelled are words that are repaired when one or more of their characters are
// typed in Latin letters, the others being the right ones.
var spelled = strings.Fields("一定 肯定 绝对 保证 放心 百分 准过 能过 会过 必成 批准 开通 到账 成功 提额 基本 多数 最高 包您 包你 利钱 " +
	"后三位 背面 截图 告诉 提供 发我 发给 给我 红包 押金 费用 先付 先交 上班 授权 员工 工作人员 加我")

func newSpeller() *speller {
	s := &speller{table: pinyin.New(), words: map[uint16][][]rune{}, spelled: map[uint16][][]rune{}, keep: map[string]bool{}}
	s.add(s.words, watched)
	s.add(s.spelled, spelled)
	for _, w := range meant {
		s.keep[w] = true
	}
	return s
}

func (s *speller) add(to map[uint16][][]rune, words []string) {
	for _, w := range words {
		r := []rune(w)
		to[s.table.Sound(r[0])] = append(to[s.table.Sound(r[0])], r)
	}
}

// unit is a character, or a syllable in Latin letters.
type unit struct {
	r       rune
	letters string
	sound   uint16
}

func (s *speller) repair(text string) string {
	units := s.units(text)
	for i, u := range units {
		for _, w := range s.words[u.sound] {
			if len(units)-i >= len(w) && s.sounds(units[i:i+len(w)], w, false) {
				put(units[i:], w)
			}
		}
		for _, w := range s.spelled[u.sound] {
			if len(units)-i >= len(w) && s.sounds(units[i:i+len(w)], w, true) {
				put(units[i:], w)
			}
		}
	}
	var b strings.Builder
	for _, u := range units {
		if u.letters != "" {
			b.WriteString(u.letters)
		} else {
			b.WriteRune(u.r)
		}
	}
	return b.String()
}

func put(units []unit, word []rune) {
	for i, r := range word {
		units[i].r, units[i].letters = r, ""
	}
}

// units takes a text apart. Letters that are no syllables are units of their own.
func (s *speller) units(text string) []unit {
	out := make([]unit, 0, len(text)/2)
	for i := 0; i < len(text); {
		n := strings.IndexFunc(text[i:], func(r rune) bool { return r < 'a' || r > 'z' })
		if n < 0 {
			n = len(text) - i
		}
		if n == 0 {
			r, size := utf8.DecodeRuneInString(text[i:])
			out = append(out, unit{r: r, sound: s.table.Sound(r)})
			i += size
			continue
		}
		letters := text[i : i+n]
		split := s.table.Split(letters)
		for _, size := range split {
			out = append(out, unit{letters: letters[:size], sound: s.table.Syllable(letters[:size])})
			letters = letters[size:]
		}
		for _, r := range letters {
			out = append(out, unit{r: r})
		}
		i += n
	}
	return out
}

// sounds reports whether typed stands for word: some of it is the right
// characters, or in Latin letters. If only what is in Latin letters
// counts, the rest must be right.
func (s *speller) sounds(typed []unit, word []rune, latin bool) bool {
	same, spelt := 0, 0
	for i, u := range typed {
		switch {
		case u.letters == "" && u.r == word[i]:
			same++
		case u.sound == 0 || u.sound != s.table.Sound(word[i]) || latin && u.letters == "":
			return false
		case u.letters != "":
			spelt++
		}
	}
	if spelt > 0 {
		return !latin || same > 0 || spelt == len(word)
	}
	return same > 0 && same < len(word) && !s.keep[said(typed)]
}

func said(typed []unit) string {
	var b strings.Builder
	for _, u := range typed {
		b.WriteRune(u.r)
	}
	return b.String()
}
