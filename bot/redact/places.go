package redact

import "regexp"

// goesOn is where a sentence goes on behind a name or a place.
const goesOn = `(?:能|可以|可否|想|怎|吗|嘛|是不是|是否|有没有|会|的人|的话|怎么|为什么|收|办|开通|申请|用|上班|工作|[^\p{Han}\dA-Za-z#-]|$)`

// level is what an address has after the name of one of its parts.
const level = `(?:市|州|盟|旗|区|县|镇|乡|村|屯|街道|大道|路|街|巷|弄|胡同|小区|花园|家园|公寓|大厦|广场|苑)`

// said is where somebody is said to live or to be from: its words, the place,
// how it goes on.
var said = regexp.MustCompile(`((?:家?住在|家住|我住|我们住|现居|居住在|居住地|住址|地址|户籍|户口|籍贯|老家|家在|寄到|寄往|送到|收货地)(?:在|是|为|:)?)([\p{Han}\dA-Za-z#-]{2,40}?)(` + goesOn + `)`)

// works is where somebody is said to work.
var works = regexp.MustCompile(`(在)([\p{Han}\dA-Za-z]{2,12}?)(上班|工作|打工|任职|就职)`)

// nothing is in words that only look like one: 地址是对的.
var nothing = regexp.MustCompile(`^(?:[和跟与填能可会宿院房本簿证]|这|那|要|有|变)|[错对哪怎么不没吗了改弄]|什么`)

// places are recognised by themselves.
var places = []*regexp.Regexp{
	// From the larger to the smaller, in two steps at least.
	regexp.MustCompile(`\p{Han}{1,6}?(?:省|自治区|自治州|市|州|盟|旗|区|县|镇|乡|街道)(?:\p{Han}{1,7}?` + level + `|` + flat + `)+`),
	// A street and its number, a building and its flat.
	regexp.MustCompile(`\p{Han}{2,6}(?:大道|路|街|巷|弄|胡同|小区|花园|家园|公寓|大厦|新村|苑)(?:` + flat + `)+`),
	regexp.MustCompile(`[\d一二三四五六七八九十]{1,5}(?:号院|号楼|栋|幢|单元)(?:` + flat + `)*`),
	// Where somebody works.
	regexp.MustCompile(`\p{Han}{2,20}(?:有限责任公司|有限公司|股份公司|分公司|集团公司|事务所)`),
}

// flat is a number in an address.
const flat = `[\d一二三四五六七八九十百A-Za-z#-]{1,6}(?:号院|号楼|号|栋|幢|座|楼|层|单元|室|弄|组)(?:[\dA-Za-z#-]{1,6})?`

// withoutPlaces takes out addresses, and names of firms.
func withoutPlaces(text string) string {
	text = behind(works, behind(said, text))
	for _, re := range places {
		text = re.ReplaceAllString(text, hole)
	}
	return text
}

// withoutAccounts takes out what somebody says they are called elsewhere.
func withoutAccounts(text string) string { return behind(account, text) }

// behind takes out what stands between the words that announce it, the first
// group, and those that go on, the third.
func behind(announced *regexp.Regexp, text string) string {
	return announced.ReplaceAllStringFunc(text, func(s string) string {
		m := announced.FindStringSubmatch(s)
		if nothing.MatchString(m[2]) {
			return s
		}
		return m[1] + hole + m[3]
	})
}
