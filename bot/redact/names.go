package redact

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fenfu/bot/slot"
)

// cue says how plainly the words before a name say that one follows.
type cue uint8

const (
	noCue  cue = iota
	begins     // a clause begins, or somebody is spoken of or done something for: 帮…, 和…, 请问…
	isCue      // 我是…, 户主是…, 我妈…
	calls      // 叫…, 姓名是…
)

const relatives = `老公|丈夫|老婆|妻子|媳妇儿?|爱人|对象|男友|女友|男朋友|女朋友|爸爸?|妈妈?|父亲|母亲|爷爷|奶奶|外公|外婆|姥姥|姥爷|公公|婆婆|岳父|岳母|` +
	`儿子|女儿|闺女|孙子|孙女|哥哥?|弟弟?|姐姐?|妹妹?|叔叔?|伯伯|舅舅?|姑姑?|姨妈?|嫂子?|侄子|侄女|外甥|孩子|领导|店长|师傅|朋友|闺蜜|室友|邻居|亲戚|同事|同学|老师|老板|经理|主任|客服|销售|中介`

// cues are tried on what stands before a name, the plainest first.
var cues = []struct {
	cue
	re *regexp.Regexp
}{
	{calls, regexp.MustCompile(`(?:叫做?|(?:姓名|名字|户名)(?:写的|填的|登记的)?(?:是|叫|为|:|写|填):?)$`)},
	{isCue, regexp.MustCompile(`(?:(?:我|他|她|本人|户主|机主|持卡人|开户人|申请人|联系人|借款人|本名|真名|原名|卡主|账户|` + relatives + `)(?:就)?(?:是|:)|` + relatives + `|本人|用户|户主|机主|持卡人|开户人|申请人|联系人|姓名|名字|户名|名下|[“"「『《(])$`)},
	{begins, regexp.MustCompile(`(?:^|[^\p{Han}]|是|帮|给|替|为|和|跟|与|同|找|问|请|请问|问下|一下|您好|你好|让|把|被|由|用|我|叔|姨|的)$`)},
}

// after is how a sentence goes on behind a name.
var after = regexp.MustCompile(`^(?:$|[^\p{Han}]|[能可想要会有是的说跟和与在问办申开用怎为什吗呢今已没不也都去来给把被因这那就还又再如现以先需应该到查借贷绑注登逾符够通试满未属住身名个帮让叫她他我你您谁哪几多咋啥刚从对向且很太真老行做当欠想使而但]|女士|小姐|同志|电话|手机|号码|微信|一起|一下|本人)`)

// linking are the characters that hold a sentence together. They are seldom in a
// given name.
const linking = "的了吗呢吧啊么没不是有在和跟与能可会要想说问办申开用怎为什我你您他她它们这那哪谁几多都也就还又再给把被让从到来去个上下里中外前后行过点就很太但"

// slippery are the surnames that begin many ordinary words. Behind them a name is
// only taken for one where it is expected.
const slippery = "师付米衣边费闭高方金安常成白钱余于和时全公平关单连路计向华黄马程周段万文石江水夏钟汪田任何谢许曾易明国应强权石信支项相解习初从原包祝元左冷古欧干利展富管车农司党广步束储居但由都计印门开花经房宣阳阴同温毛水雷符顾冯邵项通商银能官充封查索晋容敬能巴幸鲜况那战危玉公束勾揭区盖练满闻位厉" +
	"强帅官尚宁童年季盛曲游时别申焦"

// ordinary are words that begin with a surname's character, in the language of
// this trade.
var ordinary = regexp.MustCompile(`^(?:白[户名天条领屏]|门槛|罗斯|冷僻|凌晨|封[停个顶]|普通|钱[该提取转退还能往出打去来被都回没不花会要]|张[发结口临]|史料|成[年功人本绩为交]|公[务积司共告布]|平[时常台安均板]|程序|周[一二三四五六日天几期末边年岁]|万[元一事]|文[化明件字本档]|` +
	`石油|江[苏西南]|夏[天季]|钟[点头]|任[何务意]|时[间候刻常]|高[利中级却管考校铁龄额低等风职压兴手额]|余[额款下]|金[融额卡钱服币]|` +
	`安[全卓装排心徽静慰]|常[见用规常住州]|全[部国家款额球年天新是都职]|单[位身子亲独笔次个号]|连[续接带不]|路[由上边过]|计[算划入息]|` +
	`向[日上我您]|华[为北东南夏]|黄[色金牛]|马[上来云]|段时|水[电费平]|田地|何[时必况处人事]|谢谢|许[多可久]|曾经|` +
	`明[天年白细显明确]|国[家内外企庆籍际]|关[掉于闭系上停机心联注]|应[该用届收付当]|强[制行烈]|权[限益利]|信[用息任誉]|支[付持行]|` +
	`项目|相[关同信比]|解[除决绑释冻约]|习惯|初[次中始]|从[来前业没]|原[来因件则]|包[括含月年]|祝[好您]|元旦|左[右边]|冷[静却]|` +
	`利[息率用滚]|展示|富裕|管[理用]|车[主贷险票位子辆]|农[民村业行户商信]|司[机法]|党员|广[告东州]|步骤|储[蓄户]|居[民住然]|由于|` +
	`印章|门[店票口]|花[呗钱费]|经[常过济理营]|房[贷子产租东]|同[时事意样学步]|温馨|毛病|雷同|符合|顾客|通[过知常用道]|` +
	`商[家户品城业量]|银[行联]|官[方网]|查[询看不]|索取|容易|区[别块]|盖章|满[足意]|位置|宁[愿可夏]|尚未|季[度节]|盛大|` +
	`游[戏客]|申[请诉报]|年[龄费轻]|王[者牌]|李子|杨树|罗列|宋体|唐突|韩[国元]|董事|苏[州宁]|沈阳|卢布|陆续|龙卡|林[业地]|` +
	`郑[重州]|胡[乱说]|徐州|孙[子女]|丁点|范[围本]|方[便式法面案向]|陶瓷|严[重格]|莫[名非]|康复|施工|齐全|易懂|颜色|庄稼|` +
	`章[节程]|岳[父母]|欧[洲元]|兰州|焦[急虑]|柳州|甘肃|童[年装]|毕[业竟]|谷歌|蓝[色牙]|辛苦|蒙古|艾特|吉[林利]|简[单介称]|` +
	`景[点区]|费[用率]|宗旨|桂林|师傅|沙发|荣[耀誉]|仲裁|麻[烦将]|迟[到早]|谈[到及]|惠[民及]|乐[意趣于]|郁闷|南[方京宁昌]|` +
	`班[级主]|楼[主上下房]|盘点|海[外南关底]|豆[瓣包]|廉价|祖[国父母]|丰富|云[闪南端]|浦[发东]|薄弱|阿[里姨]|母亲|史上|武汉|` +
	`鲁班|付[款费钱完了错给过]|米[粉饭]|衣[服柜]|边[上界]|审核|于[是此])`)

// within are words that a surname's character ends: what follows is no name.
var within = regexp.MustCompile(`(?:[分支预代垫应到对缴交托]付|[关倒]闭|[缴免运扣消收话学房水电路]费|[这那旁两一身]边|[暂及随平临那同何小按准]时|[开接普流沟]通|[对官地双大]方|[金余限]额|[为如任]何|[等由关在对]于|[保不健]全|[平]方|[资现奖基]金|[日经]常|[上一连]段|[数现]量|[公单]司|[作成]为|[问答]题|[可所]以|[电]话|[上下]周|[银]行|[进]程|[流课]程|[提]示|[网]上|[芝]麻|[大小]米|[毛上]衣|[介]绍|[亲]戚|[历]史|[值加]班|[优实普]惠|一张|[普]通)$`)

// spaced is a name whose characters are parted.
var spaced = regexp.MustCompile(`(?:^|[^\p{Han}]|[是叫姓名])\p{Han}(?:[ 、.·/_-]\p{Han}){1,3}`)

// foreign is a name that was written down by its sound, as minorities have.
var foreign = regexp.MustCompile(`[阿迪丽热巴古力娜扎买提木江汗吐尔逊艾合麦库依帕夏玛努比娅米吾甫拉伊斯哈德卡萨尼克苏莱曼卓西次仁格桑措顿珠旺多吉达瓦姆加央卜杜堆孜肉祖农亥]{4,}`)

// dotted is a name of two parts, as minorities have.
var dotted = regexp.MustCompile(`\p{Han}{2,8}(?:·\p{Han}{2,8})+`)

// apart are surname and given name, each said to be one.
var apart = regexp.MustCompile(`姓(\p{Han}{1,2}),?名(?:是|叫)?(\p{Han}{1,2})`)

// titled is a surname before a form of address.
var titled = regexp.MustCompile(`(\p{Han}{1,2})(先生|女士|小姐|师傅|阿姨|叔叔|大哥|大姐|同志|某某?)`)

// withoutNames takes out what is likely a name.
func withoutNames(text string, now time.Time) string {
	text = dotted.ReplaceAllStringFunc(text, withoutDotted)
	text = spaced.ReplaceAllStringFunc(text, withoutSpaced)
	text = foreign.ReplaceAllStringFunc(text, func(s string) string {
		if strings.Contains(s, "阿里巴巴") {
			return s
		}
		return hole
	})
	text = apart.ReplaceAllString(text, "姓"+hole+"名"+hole)
	text = titled.ReplaceAllStringFunc(text, func(s string) string {
		_, size := utf8.DecodeLastRuneInString(s)
		for i := range s[:len(s)-size] {
			if surname := slot.Surname(s[i:]); surname != "" && titled.MatchString("某"+s[i+len(surname):]) {
				return s[:i] + hole + s[i+len(surname):]
			}
		}
		return s
	})
	var b strings.Builder
	for i := 0; i < len(text); {
		if n := max(nameAt(text, i, now), givenAt(text, i)); n > 0 {
			b.WriteString(hole)
			i += n
			continue
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		b.WriteString(text[i : i+size])
		i += size
	}
	return b.String()
}

// withoutDotted takes out a dotted name, but for words that lead to it and on
// from it.
func withoutDotted(s string) string {
	first, last := strings.Index(s, "·"), strings.LastIndex(s, "·")
	start, end := 0, len(s)
	for i := range s[:first] {
		if c := cueOf(s[:i]); i > 0 && c >= isCue {
			start = i
		}
	}
	for i := range s[last:] {
		if i > len("·一") && after.MatchString(s[last+i:]) {
			end = last + i
			break
		}
	}
	return s[:start] + hole + s[end:]
}

// withoutSpaced takes out characters that stand apart and may be a name.
func withoutSpaced(s string) string {
	start := 0
	if r, size := utf8.DecodeRuneInString(s); !unicode.Is(unicode.Han, r) || strings.ContainsRune("是叫姓名", r) {
		start = size
	}
	if slot.Surname(s[start:]) == "" {
		return s
	}
	return s[:start] + hole
}

// cueOf says what the words before a name make of it.
func cueOf(before string) cue {
	before = tail(before, 8)
	for _, c := range cues {
		if c.re.MatchString(before) {
			return c.cue
		}
	}
	return noCue
}

// tail returns the last characters of s.
func tail(s string, n int) string {
	at := len(s)
	for range n {
		_, size := utf8.DecodeLastRuneInString(s[:at])
		at -= size
	}
	return s[at:]
}

// nameAt returns how many bytes a name that begins at i takes, 0 if none does.
func nameAt(text string, i int, now time.Time) int {
	if !beginsHan(text[i:]) {
		return 0
	}
	surname := slot.Surname(text[i:])
	if last, _ := utf8.DecodeLastRuneInString(text[:i]); surname == "" && !strings.ContainsRune("叫做是为写填:", last) {
		return 0 // quickly, for most
	}
	if asks := text[:i]; strings.HasSuffix(asks, "什么叫") || strings.HasSuffix(asks, "啥叫") {
		return 0
	}
	c := cueOf(text[:i])
	if surname == "" {
		if c == calls {
			return called(text[i:], now)
		}
		return 0
	}
	if c < calls && strings.Contains(linking, surname) {
		return 0
	}
	if strings.HasSuffix(text[:i], "姓") && after.MatchString(text[i+len(surname):]) {
		return len(surname)
	}
	if c < calls && within.MatchString(tail(text[:i+len(surname)], 2)) {
		return 0
	}
	slips := strings.Contains(slippery, surname)
	if nick := text[:i]; !slips && (strings.HasSuffix(nick, "小") || strings.HasSuffix(nick, "老")) && after.MatchString(text[i+len(surname):]) {
		return len(surname)
	}
	opens := c == begins && !endsHan(text[:i])
	for _, given := range [...]int{2, 1, -2, -1, 3} {
		n, ok := take(text[i:], len(surname), given)
		// A clause of its own is expected to be a name, as well.
		short := slips && c < isCue && !(opens && (!beginsHan(text[i+n:]) || given == 1 && isGivenEnd(text[:i+n]) && applies.MatchString(text[i+n:])))
		switch name := text[i : i+n]; {
		case !ok || !after.MatchString(text[i+n:]):
		case c < calls && ordinary.MatchString(name), c < isCue && brands.MatchString(text[i:]):
		case given == 3 && c < calls, given == 1 && (c == noCue || short), short && c == noCue, given < 0 && (c == noCue || short):
		case !likeName(name, now):
		default:
			return n
		}
	}
	if c == calls {
		return called(text[i:], now)
	}
	return 0
}

func endsHan(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.Is(unicode.Han, r)
}

func beginsHan(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.Is(unicode.Han, r)
}

// take returns how many bytes a surname of so many bytes and a given name of so
// many characters have; with fewer than none also characters that link words.
func take(s string, surname, given int) (int, bool) {
	end := surname
	for range max(given, -given) {
		r, size := utf8.DecodeRuneInString(s[end:])
		if size == 0 || !unicode.Is(unicode.Han, r) || given > 0 && strings.ContainsRune(linking, r) {
			return 0, false
		}
		end += size
	}
	return end, true
}

// called returns the bytes of a name that is said to be one: up to where the
// sentence goes on.
func called(s string, now time.Time) int {
	const longest = 10
	n := 0
	for i := range s {
		if n >= 2 && after.MatchString(s[i:]) && likeName(s[:i], now) {
			return i
		}
		if n++; n > longest {
			return 0
		}
	}
	if n >= 2 && likeName(s, now) {
		return len(s)
	}
	return 0
}

// likeName reports whether slot would take it for one.
func likeName(name string, now time.Time) bool {
	f, err := slot.Name.Find(name, now)
	return err == nil && f.Value.Reveal() == name
}
