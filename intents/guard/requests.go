package guard

import (
	"regexp"
	"strings"
)

// request is what may not be asked for: things, and the words that ask for
// them, before or after.
type request struct {
	kind          Kind
	thing         *pattern
	before, after *regexp.Regexp
	wallet        bool // in the wallet it is done, and may be told to
}

var requested = []request{
	{
		kind:   Secret,
		thing:  find(`(?:支付|取款|交易|登录|银行卡|微信|账户|账号|钱包)?密码|验证码|校验码|动态码|安全码|[四六46]位(?:的)?数字|短信(?:里|中)?的?(?:数字|内容)|口令|cvv2?|cvc2?|pin码?|卡背面|背面[^,?]{0,4}三位|后三位|mima|yanzhengma|yzm|银行卡号|卡号|(?:信用卡|银行卡)[^,?]{0,3}有效期|otp|passcode|password|\bcode\b|手势|(?:后面|背面|背后|末尾)[^,?]{0,4}[三3][位个]数字?|(?:付款|支付|输)[^,?]{0,6}[六6][位个]数字?`),
		before: regexp.MustCompile(`提供|发送|发来|发给|发到|发|输入|告知|告诉|回复|填写|填|报|说|上传|出示|索要|给我|给一下|给|念|读|截图|核对|核实|录入|留下|需要|要|打开|开启|登记|写|send|give|tell`),
		after:  regexp.MustCompile(`(?:发|报|告诉|告知|提供|说|念|输入|输|填写|填|回复|回|写|截图|转发|打|拍)(?:给|到|来|过来|我|小编|这边|一下|送|在这|在对话|在聊天|即可|客服|这里|上来|出来|下|吧|就行|就可以|$|,|\?)|是多少|是什么$|是什么[,?]|是几|是啥|多少(?:\?|$|[呀啊呢])|给我|给客服|给(?:一)?下|^呢(?:\?|$)`),
		wallet: true,
	},
	{
		kind:   Secret, // whatever name it has
		thing:  find(`短信(?:截图)?|[四六46几]位数|那串|[六6]个数字?|(?:^|[^二维条付收款编])码`),
		before: never,
		after:  regexp.MustCompile(`^[^,?]{0,4}(?:转发?|发|截图|念|读|说|告诉|报|给)(?:给|到|来给)?(?:我|客服|小编|这|聊天)`),
	},
	{
		kind:   Secret,
		thing:  find(`屏幕共享|共享屏幕|远程(?:控制|协助|操作|看)|会议软件`),
		before: regexp.MustCompile(`请(?:[^问]|$)|麻烦|打开|开启|下载|安装|我|需要|配合`),
		after:  regexp.MustCompile(`一下|我(?:来|再)?(?:教|帮|看)|即可`),
	},
	{
		kind:   Face,
		thing:  find(`刷脸|扫脸|人脸(?:识别|验证|认证|核验)?|面[部容](?:识别|验证|核验)|活体(?:检测|识别)|(?:手持|[拿举]着)身份证|对[着准](?:镜头|屏幕)(?:[^,?]{0,2}[眨摇点张扫])?|自拍|眨眨?眼|视频(?:验证|认证|核验|通话)|身份证(?:正反面|照片|原件)|摄像头|身份证[^,?]{0,3}拍|开个?视频|视频(?:一下|确认|聊)|录[^,?]{0,4}视频`),
		before: regexp.MustCompile(`请(?:[^问]|$)|麻烦|需要您|您需要|需要你|你需要|您要|现在|配合|打开|点开|上传|发|拍|提供|必须|得`),
		after:  regexp.MustCompile(`(?:发|传|拍)(?:给|到|来|过来|我|一下)|^给我|^(?:个|张)?照?[^,?]{0,2}发过来|一下|即可|就行|才能(?:继续|办理)|^,我看`),
		wallet: true,
	},
	{
		kind:   Face, // and what else of the body proves who somebody is
		thing:  find(`指纹|声纹|虹膜|掌纹`),
		before: regexp.MustCompile(`请(?:[^问]|$)|麻烦|需要您|您需要|配合|[录按扫](?:一下|个)?$`),
		after:  regexp.MustCompile(`^[^,?]{0,6}(?:一下|发|传|给我)|^[^,?]{0,9}发(?:给|过|来|到)|截图|结果`),
		wallet: true,
	},
	{
		kind:   Transfer, // before anything is had for it
		thing:  find(`费用|钱|一笔`),
		before: regexp.MustCompile(`(?:先|预|提前|事先)(?:交|支?付|缴|垫)[^,?清完还]{0,3}$`),
		after:  regexp.MustCompile(`^[^,?]{0,3}(?:先|预先|提前|事先)(?:交|支?付|缴|垫|打|转)(?:[^完清]|$)`),
	},
	{
		kind:   Transfer,
		thing:  find(`转账|汇款|打款|转钱|打钱|转给|刷流水|保证金|押金|解冻费|工本费|认证[金费]|会员费|定金|验资|手续费|服务费|代办费|激活费|开户费|资料费|材料费|加急费|中介费|辛苦费|好处费|红包|安全账户|监管账户|小钱|一分钱|办理费|审核费|评估费|申请费|[打转汇](?:点|些|一点|一笔)钱`),
		before: regexp.MustCompile(`请(?:[^问]|$)|麻烦|需要|需|先|必须|要|缴纳|缴|交|支付|(?:^|[^分])付|垫|买个|转到|转入|转|存到|往|把|发个|给个|让您|让你|得`),
		after:  regexp.MustCompile(`(?:给|到)(?:我|客服|这个|以下|下面|指定|该|对公)|过来|后(?:即可|就|才|马上|立即)|即可|就能|才能|^[^,?]{0,4}(?:激活|验证)`),
	},
	{
		kind:   Transfer, // a card may need it, and who says so asks for nothing
		thing:  find(`充值|充钱|买个?会员|[打转付]\d{2,12}(?:元|块)?|扫[^,?]{0,3}付`),
		before: regexp.MustCompile(`先|必须|给我`),
		after:  regexp.MustCompile(`(?:给|到)(?:我|客服|这个|以下|下面|指定|该|对公)|过来|就能|后(?:即可|就能|马上|立即)?(?:开通|激活|通过|返)|再?返还`),
	},
}

// never is no word at all.
var never = regexp.MustCompile(`[^\x00-\x{10FFFF}]`)

// How far from the thing the words that ask for it may stand, in bytes of
// Chinese.
const (
	farBefore = 14 * 3
	farAfter  = 12 * 3
)

// record follows a thing that is only spoken of: 保留转账记录, 把钱转给对方了吗.
var record = regexp.MustCompile(`^(?:记录|凭证|流水|功能|页面|错误|锁定|拦截|对方|别人|他人|陌生|骗子)`)

// others are who else asks for it: 您是不是被要求提供验证码了. stops is that it is to end: 请关闭屏幕共享;
// paying is when it is asked for by right: 付款时要输支付密码.
var (
	paying = regexp.MustCompile(`(?:付款|支付|消费)的?时候?[^,?]{0,4}$`)
	others = regexp.MustCompile(`(?:被|有人|对方|别人|他们)[^,?我]{0,6}$`)
	stops  = regexp.MustCompile(`关闭|停止|退出|结束`)
)

// requests finds what a folded sentence asks for.
func requests(t *text) []Finding {
	var out []Finding
	for _, r := range requested {
		for _, m := range t.all(r.thing) {
			if record.MatchString(t.s[m[1]:]) {
				continue
			}
			if words := r.at(t, m[0], m[1]); words != "" {
				out = append(out, Finding{r.kind, words})
			}
		}
	}
	return out
}

// at returns the words that ask for the thing at s[start:end], "" if none do.
func (r request) at(t *text, start, end int) string {
	s := t.s
	if t.reported(start, end) {
		return ""
	}
	clause := clauseBefore(s[:start])
	from := start - min(len(clause), farBefore)
	for from < start && s[from]&0xc0 == 0x80 {
		from++
	}
	if m := lastVerb(r.before, s[from:start]); m >= 0 {
		verb := from + m
		if !negated(s[:verb]) && !negatedInside(s[verb:start]) && !negated(s[:start]) && !others.MatchString(tail(s[:verb], 2+6)) && !stops.MatchString(s[verb:start]) && !paying.MatchString(tail(s[:verb], 4+4)) && !r.inWallet(t, verb, end) {
			return s[verb:end]
		}
	}
	to := min(len(s), end+farAfter)
	for to < len(s) && s[to]&0xc0 == 0x80 {
		to--
	}
	for _, m := range r.after.FindAllStringIndex(s[end:to], -1) {
		verb := end + m[0]
		if !negated(s[:verb]) && !r.inWallet(t, start, end+m[1]) {
			return s[start : end+m[1]]
		}
	}
	return ""
}

var toUs = regexp.MustCompile(`发给|给我|告诉我|告知我|给客服|告诉客服|发来|发送|发到|回复|提供|报一下|说一下|聊天`)

// inWallet reports whether the sentence says that it is done in the wallet,
// and not told to anybody.
func (r request) inWallet(t *text, start, end int) bool {
	return r.wallet && t.speaksOfWallet() && !toUs.MatchString(t.s[start:end]) && !toUs.MatchString(clauseBefore(t.s[:start]))
}

// speaksOfWallet reports whether the sentence names the wallet or a page of it.
func (t *text) speaksOfWallet() bool {
	if t.wallet == nil {
		is := inWallet.MatchString(t.s)
		t.wallet = &is
	}
	return *t.wallet
}

// lastVerb returns where the last word that asks begins, -1 if there is none.
// One that says which thing is meant asks for nothing: 您发的内容里有卡号.
func lastVerb(verbs *regexp.Regexp, s string) int {
	last := -1
	for _, m := range verbs.FindAllStringIndex(s, -1) {
		if !strings.HasPrefix(s[m[1]:], "的") {
			last = m[0]
		}
	}
	return last
}
