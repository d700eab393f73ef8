package guard

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// denials are negations; linked are words that may stand between one and what is
// negated. What else stands there ends its reach: 没有门槛一定通过 promises.
var (
	denials = endings("不会 不得 不能 不可 不可以 不用 不需 不需要 不必 不应 不应该 不该 不要 不敢 不是 不等于 不代表 不意味 不意味着 不再 不 " +
		"从不 绝不 决不 并不 从未 未 没有 没法 没办法 没 并非 非 无法 无需 无须 切勿 请勿 勿 别 严禁 禁止 谨防 警惕 当心 小心 防止 拒绝 " +
		"难以 谁都不 谁也不 不存在 杜绝")
	linked = endings("我们 我 客服 工作人员 人员 系统 机器人 本平台 平台 任何 所谓 什么 哪个 一个 一种 有人 人 谁 个 会 能 可以 要求 要 让 " +
		"叫 请 索要 索取 主动 再 把 将 也 都 还 在 聊天 对话 电话 短信 通过 这里 中 里 内 向 跟 对 和 与 及 或者 或 以及 " +
		"您 你 用户 客户 提供 告知 告诉 发送 输入 泄露 透露 转发 说 讲 报 谈 查 进行 做 开展 收取 收 给 为 替 先 保证 承诺 " +
		"确保 担保 代表 等于 意味着 就 的 是 有 验证码 支付密码 密码 银行卡 卡号 卡背面 数字 刷脸 人脸 识别 验证 转账 汇款 付款 " +
		"付费 短信验证码 任何形式 相信 轻信 信")
)

// endings sorts words by their last character.
func endings(words string) map[rune][]string {
	by := map[rune][]string{}
	for _, w := range strings.Fields(words) {
		last, _ := utf8.DecodeLastRuneInString(w)
		by[last] = append(by[last], w)
	}
	return by
}

// denied reports whether a text ends in a negation, or in one and words that may
// follow it.
func denied(text string) bool {
	// Bit n is set if such words stand behind the n last bytes before at.
	for at, reached := len(text), uint64(1); reached != 0; at, reached = at-1, reached>>1 {
		if reached&1 == 0 {
			continue
		}
		rest := text[:at]
		last, _ := utf8.DecodeLastRuneInString(rest)
		for _, w := range denials[last] {
			if strings.HasSuffix(rest, w) {
				return true
			}
		}
		for _, w := range linked[last] {
			if strings.HasSuffix(rest, w) {
				reached |= 1 << len(w)
			}
		}
	}
	return false
}

// void are negations that deny nothing: 别忘了把验证码发来.
var void = regexp.MustCompile(`(?:不得不|不能不|不会不|无不|没有不|忘|不要不|别不|不如|不妨|不仅|不但|不只|是不是|要不要|能不能|会不会|可不可以)[^,?]{0,12}$`)

// negated reports whether the words before deny what follows.
func negated(before string) bool {
	c := clauseBefore(before)
	return denied(c) && !void.MatchString(tail(c, 4+12))
}

// insideDeny is a negation between the words of a claim: 绝对不会通过.
var insideDeny = regexp.MustCompile(`不(?:会|能|可|是|等|代|高|大|容|一|在|属)|没有?(?:通过|成功|把握)|无法|未`)

func negatedInside(words string) bool {
	return insideDeny.MatchString(words)
}

// clauseBefore returns the text from the last clause border on.
func clauseBefore(s string) string { return s[strings.LastIndexAny(s, ",?")+1:] }

// clauseAfter returns the text up to the next clause border.
func clauseAfter(s string) string {
	if i := strings.IndexAny(s, ",?"); i >= 0 {
		return s[:i]
	}
	return s
}

// tail returns the end of s, of n characters or a few more.
func tail(s string, n int) string {
	at := max(0, len(s)-n*utf8.UTFMax)
	for at < len(s) && !utf8.RuneStart(s[at]) {
		at++
	}
	return s[at:]
}

var (
	reporters = strings.Fields("声称 自称 号称 宣称 谎称 冒充 假冒 伪装 凡是 凡 如果有人 若有人 有人 遇到 遇见 接到 收到 碰到 对方 陌生 他人 别人 他们 " +
		"网上 中介 黄牛 要是有人 广告")
	warning = regexp.MustCompile(`(?:都是|就是|属于|均为|均属|是|都属于|全是|多半是|可能是)(?:[^,?]{0,4})(?:诈骗|骗局|骗子|骗人|假的|假冒|虚假|骗术)|(?:不要|切勿|请勿|勿|别|不可|不能)(?:再)?(?:相信|轻信|理会|上当|付款|转账|操作|点击|回复|信|提供|告诉)|挂断|举报|报警|停止操作|受骗|被骗|拒绝|不可信`)
	caution = regexp.MustCompile(`(?:谨防|警惕|当心|小心|防范|不要相信|不要轻信|切勿相信|切勿轻信|请勿相信|请勿轻信|别信|别相信|勿信|勿轻信|拒绝)[^,?]{0,16}$`)
	speaker = regexp.MustCompile(`(?:我们|我|咱们|本平台|这里|这边)(?:能|会|可以|保证|承诺|是|就|都|帮|给|,|$)`)
)

// reported reports whether the sentence tells of others who say so, and warns
// of them: 声称包过的都是诈骗.
func (t *text) reported(start, end int) bool {
	before, after := t.s[:start], t.s[end:]
	if speaker.MatchString(clauseBefore(before)) || strings.HasPrefix(t.s[start:], "我") {
		return false
	}
	if caution.MatchString(tail(before, 4+16)) {
		return true
	}
	return (t.reporter() <= start || strings.HasPrefix(after, "都是") || strings.HasPrefix(after, "的都是")) && t.warning() >= end
}

// reporter returns where the first word for others ends.
func (t *text) reporter() int {
	if t.others == 0 {
		t.others = len(t.s) + 1
		for _, w := range reporters {
			if i := strings.Index(t.s, w); i >= 0 {
				t.others = min(t.others, i+len(w))
			}
		}
	}
	return t.others
}

// warning returns where the last warning begins, -1 if nowhere.
func (t *text) warning() int {
	if t.warns == 0 {
		t.warns = -1
		for at := 0; at < len(t.s); {
			m := warning.FindStringIndex(t.s[at:])
			if m == nil {
				break
			}
			t.warns = at + m[0]
			_, n := utf8.DecodeRuneInString(t.s[t.warns:])
			at = t.warns + n
		}
	}
	return t.warns
}

// asked reports whether the clause goes on into a question: 肯定能通过吗?
var asks = regexp.MustCompile(`^[^,?]{0,6}(?:吗|么|\?|呢\?)`)

func asked(s string, end int) bool { return asks.MatchString(s[end:]) }
