package guard

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

var (
	link = regexp.MustCompile(`(?:(?:https?|hxxps?|ftp|weixin|alipays?)[:：]?//|www\.)[^\s,，。；、）)」”"'<>]+|` +
		`[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|top|xyz|vip|cc|io|me|info|app|shop|site|link|club|online|ltd|tech|wang|icu|fun|pro|ink|work|mobi|tk|ly|gd|im|apk|中国|公司|网址)(?:[/?:][^\s,，。；、）)」”"'<>]*)?|\b\d{1,3}(?:\.\d{1,3}){3}\b(?:[/:][^\s,，。；、）)」”"'<>]*)?`)
	phone   = regexp.MustCompile(`\d(?:[ -]?\d){6,}`)
	spoken  = regexp.MustCompile(`[〇零一幺二两三四五六七八九]{7,}`)
	account = regexp.MustCompile(`(?:加|添加|联系|搜|搜索|关注)(?:我|我的|客服|一下|这个|客服的)*(?:微信(?:[^官支客团钱内里]|$)|qq|vx|wx|v信|薇信|扣扣|企鹅|telegram|电报|飞机|公众号|whatsapp)|` +
		`(?:扫|识别|长按)(?:一下|这个|下方|下面|此|上方|图中)*(?:二维码|码)|(?:微信号|qq号?|vx|v信|薇信)[:：是]?[a-z0-9_-]{5,}|` +
		`(?:微信|[薇威]信|卫星)(?:号|搜)?[:：是]?[a-z][a-z0-9_-]{5,}|(?:^|加|加一下|[^a-z])v[:：][a-z][a-z0-9_-]{5,}`)
	atTill = regexp.MustCompile(`^扫码(?:付款|支付|消费|购物|时)`)
	host   = regexp.MustCompile(`^(?:[a-z]+[:：]?//)?(?:[^@/]*@)?([^/:?#]+)`)
	space  = strings.NewReplacer(" ", "", "\n", "", "。", ".", "点com", ".com", "点cn", ".cn", "点net", ".net", "点top", ".top", "点vip", ".vip", "点cc", ".cc", "点xyz", ".xyz", "[.]", ".", "(.)", ".")
)

// links finds what leads out of the chat.
func (g *Guard) links(normal string) []Finding {
	var out []Finding
	text := strings.ToLower(normal)
	for _, m := range link.FindAllString(text, -1) {
		if !g.host(m) {
			out = append(out, Finding{Link, m})
		}
	}
	tight := space.Replace(text)
	if out == nil { // taken apart to hide it
		for _, m := range link.FindAllString(tight, -1) {
			if !g.host(m) {
				out = append(out, Finding{Link, m})
			}
		}
	}
	for _, m := range phone.FindAllString(text, -1) {
		if d := digits(m); !slices.Contains(g.allowed, d) {
			out = append(out, Finding{Link, d})
		}
	}
	tight = strings.Map(func(c rune) rune {
		if unicode.In(c, unicode.So, unicode.Sk, unicode.Mn) {
			return -1 // pictures between the characters of a word
		}
		return c
	}, tight)
	for _, m := range spoken.FindAllString(plainNumerals.Replace(tight), -1) {
		out = append(out, Finding{Link, m})
	}
	for _, m := range account.FindAllStringIndex(tight, -1) {
		if !negated(tight[:m[0]]) && !atTill.MatchString(tight[m[0]:]) {
			out = append(out, Finding{Link, tight[m[0]:m[1]]})
		}
	}
	return out
}

// host reports whether the link's host is allowed.
func (g *Guard) host(l string) bool {
	m := host.FindStringSubmatch(l)
	if m == nil {
		return false
	}
	return slices.ContainsFunc(g.allowed, func(a string) bool { return m[1] == a || strings.HasSuffix(m[1], "."+a) })
}

// digits returns the digits of s if it has nothing else but spaces, dashes and
// a plus, "" otherwise.
func digits(s string) string {
	if strings.Trim(s, "0123456789 -+") != "" {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}
