package slot

import (
	"net/mail"
	"strings"
	"time"
)

// span is a detail of letters: an address or an account name.
type span struct {
	start, end int
	value      string
}

// nextEmail returns the first thing with an @ in text from byte offset from on,
// and whether there is one; the value is empty if it is no e-mail address.
func nextEmail(text string, from int) (span, bool) {
	at := strings.IndexByte(text[from:], '@')
	if at < 0 {
		return span{}, false
	}
	at += from
	s := span{start: at, end: at + 1}
	for s.start > from && isLocalByte(text[s.start-1]) {
		s.start--
	}
	for s.end < len(text) && isDomainByte(text[s.end]) {
		s.end++
	}
	for s.end > at+1 && (text[s.end-1] == '.' || text[s.end-1] == '-') {
		s.end--
	}
	s.value = email(text[s.start:s.end])
	return s, true
}

// email returns the normalised address, "" if s is none.
func email(s string) string {
	local, domain, _ := strings.Cut(s, "@")
	if len(local) == 0 || len(local) > 64 || len(domain) > 253 || strings.Contains(s, "..") {
		return ""
	}
	dot := strings.LastIndexByte(domain, '.')
	if dot < 1 || len(domain)-dot < 3 || allDigits(domain[dot+1:]) {
		return ""
	}
	for _, label := range strings.Split(domain, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return ""
		}
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s {
		return ""
	}
	return local + "@" + strings.ToLower(domain)
}

func isLocalByte(c byte) bool {
	return isAlnum(c) || strings.IndexByte("._%+-", c) >= 0
}

func isDomainByte(c byte) bool { return isAlnum(c) || c == '.' || c == '-' }

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// findEmail returns the one address in text.
func findEmail(text string) (span, string) {
	var got span
	reason := "no_number"
	for at := 0; ; at = got.end {
		s, ok := nextEmail(text, at)
		switch {
		case !ok:
			return got, reason
		case s.value == "" && reason != "":
			got.end, reason = s.end, "bad_email"
		case s.value == "" || reason == "" && s.value == got.value:
			got.end = s.end
		case reason == "" && !replaces(text[got.end:s.start]):
			return span{}, "ambiguous"
		default:
			got, reason = s, ""
		}
	}
}

// isWeChat reports whether s is a WeChat ID: a letter or _ first, 6 to 20 long.
func isWeChat(s string) bool {
	if len(s) < 6 || len(s) > 20 || !isLetter(rune(s[0])) && s[0] != '_' {
		return false
	}
	for i := range len(s) {
		if !isAlnum(s[i]) && s[i] != '_' && s[i] != '-' {
			return false
		}
	}
	return true
}

// weChatLabels are the words that a WeChat ID follows in a message.
var weChatLabels = [...]string{"微信号", "微信", "wechat", "Wechat", "WeChat", "weixin", "vx", "VX", "Vx", "V信", "v信"}

// labelledWeChat finds the account name that stands behind a label. ok reports
// a label with something like an account name behind; the value is empty if that
// is no WeChat ID.
func labelledWeChat(text string) (s span, ok bool) {
	for _, label := range weChatLabels {
		for from := 0; ; {
			i := strings.Index(text[from:], label)
			if i < 0 {
				break
			}
			from += i + len(label)
			if isLetter(rune(label[len(label)-1])) && account(text[from:min(from+1, len(text))]) != "" {
				continue // the label is the beginning of an account name itself
			}
			if s, ok := accountAfter(text, from); ok {
				return s, true
			}
		}
	}
	return span{}, false
}

// accountAfter reads an account name from byte offset i on, behind ":", "是"
// and the like.
func accountAfter(text string, i int) (span, bool) {
	for cut := true; cut; {
		cut = false
		for _, filler := range [...]string{" ", ":", "：", "号", "是", "为", "ID", "id", "Id", "改成", "改为", "换成", "，", ",", "=", "我的", "账号"} {
			if strings.HasPrefix(text[i:], filler) && !isWeChat(account(text[i:min(i+24, len(text))])) {
				i, cut = i+len(filler), true
			}
		}
	}
	a := account(text[i:])
	if a == "" || a[0] >= '0' && a[0] <= '9' || i+len(a) < len(text) && text[i+len(a)] == '@' {
		return span{}, false // a number is a phone's, or not known to be anything
	}
	s := span{start: i, end: i + len(a)}
	if isWeChat(a) {
		s.value = a
	}
	return s, true
}

// account returns the letters, digits, _ and - that s begins with.
func account(s string) string {
	i := 0
	for i < len(s) && (isAlnum(s[i]) || s[i] == '_' || s[i] == '-') {
		i++
	}
	return s[:i]
}

// saysSameAsPhone returns where text says that the WeChat ID is the mobile
// number.
func saysSameAsPhone(text string) (start, end int, ok bool) {
	if !strings.Contains(text, "微信") && !strings.Contains(text, "同号") {
		return 0, 0, false
	}
	for _, words := range [...]string{
		"微信同号", "微信号同手机", "微信同手机", "手机微信同号", "手机同微信", "同微信号", "同微信", "手机号就是微信号", "手机号就是微信",
		"手机就是微信", "电话就是微信", "微信号就是手机号", "微信就是手机号", "微信就是手机", "微信就是这个", "微信号就是这个", "微信也是这个",
		"微信号也是这个", "微信也是手机号", "微信跟手机号一样", "微信和手机号一样", "微信和手机一样", "微信号和手机号一样", "微信一样", "微信同步",
		"手机号也是微信号", "手机号也是微信", "手机号是微信号", "微信号是手机号", "微信是手机号", "号码就是微信", "这个号就是微信", "微信号同上", "微信同上",
		"也是微信号", "也是微信", "就是微信号", "就是微信",
	} {
		if i := strings.Index(text, words); i >= 0 && !hasSuffix(text[:i], "不是", "不") && !strings.HasPrefix(text[i+len(words):], "支付") {
			return i, i + len(words), true
		}
	}
	return 0, 0, false
}

// findWeChat returns the WeChat ID that text answers with.
func findWeChat(text string, now time.Time) (s span, note, reason string) {
	if start, end, ok := saysSameAsPhone(text); ok {
		s = span{start: start, end: end}
		if e, why := findPhone(text, now); why == "" {
			s.value = e.value
		}
		return s, SameAsPhone, ""
	}
	if s, ok := labelledWeChat(text); ok {
		if s.value == "" {
			return s, "", "bad_wechat"
		}
		return s, "", ""
	}
	return bareWeChat(text)
}

// bareWeChat looks for the only account name in text.
func bareWeChat(text string) (got span, note, reason string) {
	reason = "no_number"
	for i := 0; i < len(text); i++ {
		a := account(text[i:])
		if a == "" {
			continue
		}
		s := span{start: i, end: i + len(a), value: a}
		i = s.end
		switch {
		case isEnglishWord(a):
		case dotted(text, s): // lin.xiaoman at qq.com
			return span{}, "", "bad_wechat"
		case !isWeChat(a):
			if reason == "no_number" && len(a) > 2 {
				reason = "bad_wechat"
			}
		case reason == "" && got.value != a && !replaces(text[got.end:s.start]):
			return span{}, "", "ambiguous"
		default:
			got, reason = s, ""
		}
	}
	return got, "", reason
}

// dotted reports whether a dot joins the letters at s to others, as in an
// address and never in an account name.
func dotted(text string, s span) bool {
	joins := func(at, next int) bool {
		return at >= 0 && next >= 0 && at < len(text) && next < len(text) && text[at] == '.' && isLetter(rune(text[next]))
	}
	return joins(s.start-1, s.start-2) || joins(s.end, s.end+1)
}

// isEnglishWord reports whether s is a word of conversation that could pass for
// an account name.
func isEnglishWord(s string) bool {
	switch strings.ToLower(s) {
	case "thanks", "please", "cancel", "mobile", "number", "wechat", "weixin", "e-mail", "goodbye", "contact", "nothing",
		"payment", "support", "service", "thankyou", "hello", "sorry", "phone", "email":
		return true
	}
	return false
}
