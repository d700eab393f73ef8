package redact

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	numeral  = `[〇零洞一壹幺二贰两三叁四肆五伍六陆七柒拐八捌九玖勾]`
	digit    = `[\d〇零洞一壹幺二贰两三叁四肆五伍六陆七柒拐八捌九玖勾]`
	counting = `[〇零一壹二贰两三叁四肆五伍六陆七柒八捌九玖十拾廿百]`
)

// run is a number of three figures and more, typed or spoken, however they are
// parted: a telephone's, a code, a year.
var run = regexp.MustCompile(digit + `(?:[ ,.、·/*-]{0,3}` + digit + `){2,}`)

// short is a run that is judged as a number of a few figures is. What goes on
// with a numeral behind it is a word: 600一直.
var short = regexp.MustCompile(`^\d{1,3}(?:[ ,]?[一两三])?$`)

// withoutRuns takes out runs.
func withoutRuns(text string) string {
	return run.ReplaceAllStringFunc(text, func(s string) string {
		if short.MatchString(s) {
			return s
		}
		return hole
	})
}

// account is what somebody is called elsewhere.
var account = regexp.MustCompile(`((?i:微信|vx|wx|qq|抖音|快手|微博|旺旺)(?:(?:号码?|名|昵称|账号)(?:是|叫|:)|叫|:) ?|(?:昵称|网名)(?:是|叫|:) ?)([^ ,.?!]{2,20}?)(` + goesOn + `)`)

// figures tell by their shape, or by the words beside them, what they are of.
var figures = []*regexp.Regexp{
	// An age, but for the one that the conditions name.
	regexp.MustCompile(`(?:\d{1,3}|` + counting + `{1,4})多?(?:周岁|岁|歲)`),
	regexp.MustCompile(`(?:我|都|已经|快|刚|[爸妈爷奶公婆姥父母])(?:\d{2}|[二三四五六七八九]?十[一二三四五六七八九]?)多?了`),
	regexp.MustCompile(`(?:今年|年龄|年纪|虚岁|周岁|满)(?:是|有|才|刚)?(?:\d{1,2}|` + counting + `{2,3})`),
	// A day, or a year of birth.
	regexp.MustCompile(`(?:\d{1,4}|` + counting + `{1,4})年(?:\d{1,2}|` + counting + `{1,3})月(?:份|(?:\d{1,2}|` + counting + `{1,3})[日号]?)?`),
	regexp.MustCompile(`(?:\d{1,2}|` + counting + `{1,3})月(?:\d{1,2}|` + counting + `{1,3})[日号]?`),
	regexp.MustCompile(`(?:\d{2}|` + numeral + `{2}|[5-9五六七八九]0|[五六七八九]十)(?:年|后)(?:代|生|出生|的)?`),
	regexp.MustCompile(`(?:\d{1,2}|` + counting + `{1,3})月(?:份)?(?:出?生|的生日)`),
	regexp.MustCompile(`属[鼠牛虎兔龙蛇马羊猴鸡狗猪](?:的)?`),
	// What is left of a number: its beginning, its end.
	regexp.MustCompile(`(?:尾号|尾数|卡号|号码|[前后末][一二两三四五六七八九几\d]位(?:数字?|号)?)[是为:的 ]*(?:\d+|` + numeral + `{2,})`),
	regexp.MustCompile(`(?:\d+|` + numeral + `{2,})(?:开头|打头|结尾|收尾)`),
	// What somebody earns.
	regexp.MustCompile(`(?:工资|月薪|年薪|薪水|收入|薪资|月入|年入|挣|赚|欠了?|负债|存款)[^,。?\d]{0,4}?(?:\d[\d.]*|` + counting + `)[十百千万wk]?` + counting + `*`),
}

// threshold is an age that the conditions name, in words that speak of them or of
// nobody.
var threshold = regexp.MustCompile(`(?:^|[ ,.?!])(?:18|十八)(?:周岁|岁)|(?:满|未满|不满|不到|未到|没到|没满|低于|小于|大于|超过)(?:18|十八)(?:周岁|岁)?|(?:\d{2}|` + counting + `{2,3})(?:周岁|岁)(?:以[上下]|之[上下])`)

// device is what a telephone or its system is called.
var device = regexp.MustCompile(`(?i:(?:iphone|ios|android|安卓|鸿蒙|苹果|华为|小米|红米|荣耀|三星|oppo|vivo|一加|魅族|mate|nova|win(?:dows)?) ?(?:mate|nova|note|reno|find|pura)? ?[a-z]?\d{1,2}(?:\.\d)?(?:pro|max|plus|ultra|s|x)*|[2-5]g)`)

// number is one in figures; kept are the words around one that may stay: it
// counts something, or is a score's.
var (
	number = regexp.MustCompile(`\d[\d ,.·/-]*\d|\d`)
	counts = regexp.MustCompile(`^多?(?:号(?:[^楼院线]|$)|个|次|天|遍|步|张|种|期|周(?:[^岁]|$)|家|笔|条|项|位|折|%|分|小时|点|秒|元|块|年(?:[^生代前后出]|$))`)
	scores = regexp.MustCompile(`(?:分|分数|超过|大于|高于|低于|至少|满|过|第|不到|没到|提到|涨到|够|刚好|正好)(?:是|要|到|为|才|有)?$`)
)

// maxCount is the most digits of a number that may stay.
const maxCount = 3

// latin is a word in Latin script with what belongs to it in addresses and
// accounts, of any script but Chinese.
var latin = regexp.MustCompile(`[^\P{L}\p{Han}](?:[^\P{L}\p{Han}]|[\d._%+@-])*`)

// everyday are the words in Latin script that people write among Chinese ones,
// and that name nobody.
var everyday = regexp.MustCompile(`^(?i:[a-d]|app|ios\d{0,2}|android|iphone\d{0,2}|s?vip|id|pc|wi-?fi|nfc|atm|pos|sim|etc|qq|wechat|wx|vx|v|pay|ai|bug|ok|hi|hello|yes|no|oppo|vivo|x)$`)

// withoutFigures takes out figures and words in Latin script.
func withoutFigures(text string) string {
	at := 0
	var b strings.Builder
	stay := append(threshold.FindAllStringIndex(text, -1), devices(text)...)
	slices.SortFunc(stay, func(a, b []int) int { return a[0] - b[0] })
	for _, m := range stay {
		if m[0] < at {
			continue
		}
		b.WriteString(hideFigures(text[at:m[0]]))
		b.WriteString(text[m[0]:m[1]])
		at = m[1]
	}
	b.WriteString(hideFigures(text[at:]))
	return b.String()
}

// devices finds those that are not part of a longer word or number.
func devices(text string) [][]int {
	return slices.DeleteFunc(device.FindAllStringIndex(text, -1), func(m []int) bool {
		before, _ := utf8.DecodeLastRuneInString(text[:m[0]])
		after, _ := utf8.DecodeRuneInString(text[m[1]:])
		return before < utf8.RuneSelf && isWord(before) || after < utf8.RuneSelf && (isWord(after) || after == '-')
	})
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func hideFigures(text string) string {
	for _, re := range figures {
		text = re.ReplaceAllString(text, hole)
	}
	text = latin.ReplaceAllStringFunc(text, func(word string) string {
		if everyday.MatchString(word) {
			return word
		}
		return hole
	})
	var b strings.Builder
	at := 0
	for _, m := range number.FindAllStringIndex(text, -1) {
		b.WriteString(text[at:m[0]])
		if figure := text[m[0]:m[1]]; len(figure) <= maxCount && (counts.MatchString(text[m[1]:]) || scores.MatchString(text[:m[0]])) {
			b.WriteString(figure)
		} else {
			b.WriteString(hole)
		}
		at = m[1]
	}
	return b.String() + text[at:]
}
