package guard

import (
	"regexp"
	"strings"
)

// claim is a pattern of a kind. Its group "at" is what a negation before it
// negates; the whole match if there is none.
type claim struct {
	kind Kind
	re   *regexp.Regexp
	asks bool // said as a question it is no claim
}

// Pieces of the patterns.
const (
	number = `(?:\d+|[一二三四五六七八九十两几数百千万]+)`
	money  = `(?:\d{2,}|[一二三四五六七八九两几数上][十百千万]+|十万|\d[百千万kw])`
	win    = `(?:通过(?:率)?|过审|获批|批准|审批|批下来|办下来|下款|放款|到账|提额|开通|申请成功|成功|拿到|下来)`
)

var claimed = []claim{
	{Promise, regexp.MustCompile(`(?:一定|肯定|必定|必然|绝对|保证|担保|承诺|确保|铁定|妥妥|百分百|百分之百|100%|包你|包您|保你|保您|稳稳|放心|必能|定能|必会)(?:让|帮|给|给您|您|你|都|就|是|的|可以|能够|能|会|马上|立即|今天|当天|顺利|成功|够){0,4}` + win), true},
	{Promise, regexp.MustCompile(`(?:包|保|必|稳|秒|闪|直)(?:过|批|下款|到账|下)(?:$|[^程敏期来去])|秒开通|百分百过|包通过|必通过|包下|必下`), true},
	{Promise, regexp.MustCompile(`(?:马上|立刻|立即|当天|当场|今天|明天|几分钟|很快|一会儿?)(?:就|内|之内)?(?:能|会|可以)?(?:通过审|给您通过|通过$|通过,|获批|下款|放款|批下来|办下来|开通成功|批准)`), true},
	{Promise, regexp.MustCompile(`黑户(?:也|可|都)|(?:无视|不看|不查|不管)(?:征信|逾期|信用|黑白)|(?:免|无需|不用|不需要?)(?:任何)?(?:审核|评估|审批)|(?:人人|谁|所有人|每个人|大家|任何人|都)(?:都)?(?:能|可以|会)(?:通过|开通|获批|下款)`), true},
	{Promise, regexp.MustCompile(`内部(?:渠道|通道|名额|关系|人员)|强开|代开|(?:优先|加急|人工|特殊|后台)(?:帮您|帮你|给您|给你)?(?:通过|过审|放行|审批通过|开通)|(?:帮|替|给)(?:您|你)(?:直接|人工|强制|优先|搞定|刷|包装)+`), true},
	{Promise, regexp.MustCompile(`只要[^,?]{0,20},?[^,?]{0,6}(?:就|都|便)(?:一定)?(?:能|可以|会)(?:通过|开通|获批|过审|下款)`), true},
	{Promise, regexp.MustCompile(`(?:您|你)(?:的)?(?:申请|审核|资格|情况|条件|资质)?(?:已经|已|肯定|应该|完全|都|就)+(?:会|能|可以|是)?(?:通过|获批|符合|满足|没问题|够了)|(?:您|你)(?:这种|这个|的)(?:情况|条件|资质)(?:是)?(?:能|可以|会|没问题|没有问题)|恭喜(?:您|你)?,?[^,]{0,6}(?:通过|获批|成功)`), true},
	{Odds, regexp.MustCompile(`(?:通过率|成功率|获批率|下款率|概率|几率|机率|胜算|把握|可能性|机会)[^,?]{0,4}(?:很高|较高|极高|超高|高达|非常高|特别高|更高|挺高|比较高|很大|较大|非常大|最高|达到?\d|\d|%|百分之|[一二三四五六七八九]成)`), true},
	{Odds, regexp.MustCompile(`[一二三四五六七八九两\d]成(?:以上|左右|的|用户|人|都|机会|把握|能|可以|会|$|[,?])|十有八九|十拿九稳|(?:大部分|大多数|绝大多数|多数|基本|基本上|多半|大概率|很大概率|几乎)(?:的)?(?:人|用户|申请)?(?:都|上|是)?(?:都)?(?:能|会|可以)(?:通过|开通|过审|获批|成功|过)|(?:很|比较|非常|特别|相当|更)?容易(?:通过|过审|获批)|\d+(?:个)?人(?:里|中|当中)?(?:有|就)?\d+个?`), true},
	{Rate, regexp.MustCompile(`(?:年化|利率|日息|月息|年息|利息|费率|手续费|服务费|息费|违约金|罚息|滞纳金|会员费|irr|apr)[^,?]{0,10}?(?:\d+|%|[百千万]分之|万[一二三四五六七八九]|[一二三四五六七八九十两几半]+(?:元|块|厘|分|毛|角|个?点|%))`), false},
	{Rate, regexp.MustCompile(`\d+(?:%|个百分点)|[百千万]分之[零一二三四五六七八九十两几\d]+|(?:\d+|[一二三四五六七八九两几]+)(?:厘|分利|毛钱|毛|块钱)`), false},
	{Rate, regexp.MustCompile(`免息|(?:零|0)(?:利息|息|费用|手续费|利率|成本)|(?:无|没有?|不收|不要|不算|免)(?:任何)?(?:利息|息费|手续费)`), true},
	{Limit, regexp.MustCompile(`(?:额度|限额|授信|可借|能借|借到|贷到|拿到|到账|可用|借款)[^,?]{0,8}?` + money + `|` + money + `(?:元|块)?(?:钱)?(?:的)?(?:额度|授信|限额)|(?:最高|最多|至少|起码|高达|低至|最低)[^,?]{0,3}` + money), false},
	{Limit, regexp.MustCompile(`(?:\d+|[一二三四五六七八九十两几数][十百千万]+|[一二三四五六七八九两几]百)(?:多|来|余)?(?:元|块|万|千元|人民币|rmb|w)`), false},
	{Official, regexp.MustCompile(`(?:我们|我方|咱们|我|本人|本店|本平台|平台|本客服|本服务|这边|这里|此处|本公司|小助手|作为)[^,?]{0,8}?(?P<at>(?:是|为|属于|隶属|代表|来自|由|作为|的)?[^,?]{0,4}?(?:官方|腾讯|微信|财付通)[^,?]{0,6}?(?:客服|团队|人员|员工|专员|经理|助手|授权|平台|渠道|机构|合作|旗下|公司|提供|运营|指定|认证|代理|直营|部门|身份)?)`), true},
	{Official, regexp.MustCompile(`官方(?:认证|授权|合作|指定|直营|代理|通道|直通|内部|唯一)|(?:腾讯|微信|财付通)(?:公司)?(?:官方)?(?:授权|指定|旗下|合作)|由(?:腾讯|微信|财付通)|(?:是|属于)(?:腾讯|财付通)|^(?:微信|腾讯|财付通|分付)?(?:支付)?官方(?:客服|团队|助手|提醒|通知)|^(?:微信|腾讯|财付通)(?:支付)?(?:客服|团队|助手|提醒|通知)`), true},
}

// claims finds what a folded sentence claims.
func claims(s string) []Finding {
	var out []Finding
	for _, c := range claimed {
		for _, m := range c.re.FindAllStringSubmatchIndex(s, -1) {
			start, end := m[0], m[1]
			at := start
			if i := c.re.SubexpIndex("at"); i >= 0 && m[2*i] >= 0 {
				at = m[2*i]
			}
			if negated(s[:at]) || negatedInside(s[at:end]) || reported(s, start, end) || c.asks && asked(s, end) || !c.holds(s, start, end) {
				continue
			}
			out = append(out, Finding{c.kind, s[start:end]})
		}
	}
	return out
}

// holds takes back what only looks like the claim.
func (c claim) holds(s string, start, end int) bool {
	words, after := s[start:end], s[end:]
	switch c.kind {
	case Promise:
		// 通过 as a preposition: 一定会通过短信通知您
		if strings.HasSuffix(words, "通过") && byMeans.MatchString(after) {
			return false
		}
		return !conditional(s[:start])
	case Official:
		return !elsewhere.MatchString(words) && !elsewhere.MatchString(clauseBefore(s[:start])+words)
	}
	return true
}

var (
	byMeans   = regexp.MustCompile(`^(?:本|此|该|这)?(?:短信|电话|对话|钱包|页面|系统|人工|客服|这里|消息|服务|微信|账单|银行卡|聊天|通知|我|设置|入口)`)
	elsewhere = regexp.MustCompile(`(?:以|按|按照|参照|联系|咨询|查看|拨打|前往|登录|到|去|向|在)[^,?]{0,6}(?:官方|腾讯|微信)`)
	inWallet  = regexp.MustCompile(`(?:钱包|app|入口|页面|手机)(?:的)?[^,?]{0,6}?(?:内|里|中|上|页面)|在钱包|钱包页面|到钱包`)
)

// conditional reports whether the clause before is an if: 如果您符合条件.
func conditional(before string) bool {
	c := clauseBefore(before)
	return strings.HasSuffix(c, "如果") || strings.HasSuffix(c, "若") || strings.HasSuffix(c, "假如") || strings.HasSuffix(c, "是否") ||
		strings.HasSuffix(c, "当") || strings.HasSuffix(c, "等")
}
