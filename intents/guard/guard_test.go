package guard_test

import (
	"os"
	"strings"
	"testing"

	"fenfu/intents/guard"
)

func has(found []guard.Finding, k guard.Kind) bool {
	for _, f := range found {
		if f.Kind == k {
			return true
		}
	}
	return false
}

func TestForbidden(t *testing.T) {
	g := guard.New("example.com", "400-800-0000")
	for kind, texts := range map[guard.Kind][]string{
		guard.Promise: {
			"您放心，一定能通过", "肯定会批下来的", "我们包过", "秒批，不用等", "保证开通成功", "百分百通过", "100%通过", "黑户也能办",
			"无视征信，当天下款", "我可以走内部渠道帮您", "只要支付分够了就能通过", "您已经通过审核了", "恭喜您，申请通过", "绝对可以开通",
			"没有门槛，一定通过", "不用担心，肯定能过审", "没有门槛一定能通过", "别担心一定能通过", "免审核", "人人都能开通", "您这种情况可以开通",
			"一 定 能 通 过", "一定能通過", "ｂａ包过", "包。过。", "一.定.能.通.过", "一定能同过", "保正能开通", "一定\u200b能通过", "【必过】", "我们代开",
			"马上就能通过审核", "谨防诈骗。我们包过", "您的申请肯定没问题",
		},
		guard.Rate: {
			"年化7.2%", "日利率万分之五", "日息万五", "利率低至3个点", "利息大概五厘", "手续费5元", "每天只要两块钱", "免息", "0利息", "不收利息",
			"利绿是3%", "年化率为百分之十八", "７．２％", "借一万一天几毛钱",
		},
		guard.Limit: {
			"额度最高5000元", "最高可借两万", "额度一般是几千", "您的额度是8000", "给您五千额度", "三万块额度", "额 度 5 0 0 0", "您能借到一万", "鹅度5000元",
		},
		guard.Odds: {"通过率很高", "成功率高达九成", "八成用户能开", "您的机会很大", "基本都能通过", "大部分人都能通过", "很容易通过", "10个人里9个都过了", "十有八九"},
		guard.Official: {
			"我是微信官方客服", "我们是腾讯的团队", "本平台由腾讯授权", "作为官方客服，我来帮您", "官方认证通道", "腾讯官方客服提醒您", "我是騰訊客服", "我们是官放渠道的客服",
			"这里是微信支付客服", "微信支付官方客服为您服务",
		},
		guard.Secret: {
			"请把验证码发给我", "请提供支付密码", "麻烦告诉我短信验证码", "请输入您的支付密码", "您的验证码是多少？", "把卡背面三位数报一下", "请回复CVV", "验 证 码 发 来",
			"请把驗證碼告訴客服", "请发一下验正码", "请提供银行卡号和密码", "收到的6位验证码，请发给我", "请在钱包内查看验证码并发给我", "请把验证码发给我，不要告诉别人",
			"别忘了把验证码发来", "不会索要密码，请把验证码发我一下", "请打开屏幕共享", "密码给我", "麻烦您把手机收到的六位数字发给我", "yanzhengma发我", "请把验证码发给我好吗？", "不要告诉别人，把密码发过来",
		},
		guard.Face:     {"请现在刷脸验证", "请打开摄像头做人脸识别", "请发一张手持身份证照片", "麻烦配合视频验证", "身份证照片发给我"},
		guard.Transfer: {"请先转账验证", "需要缴纳保证金", "先交手续费才能开通", "请把押金打到以下账户", "转账给客服即可", "需要刷流水", "请先轉帳100元验证", "交定金后马上开通"},
		guard.Link: {
			"请打开 https://evil.top/x", "访问www.fenfu-vip.com", "点 fenfu.vip 申请", "h t t p s : / / a.cn", "加我微信abc12345", "请拨打4001234567", "扫一下二维码",
			"https://example.com.evil.cn", "https://example.com@evil.cn/", "notexample.com",
		},
	} {
		for _, s := range texts {
			if found := g.Check(s); !has(found, kind) {
				t.Errorf("%s: %q passes (%v)", kind, s, found)
			}
		}
	}
}

func TestAllowed(t *testing.T) {
	g := guard.New("example.com", "400-800-0000")
	for _, s := range []string{
		"", "您好", "好的，请稍等", "请填写您的姓名", "请问您的手机号是多少？",
		"我们不会索要验证码", "我们在聊天里从不索要支付密码、短信验证码、银行卡密码或卡背面的数字，也不会让您在聊天里刷脸或转账",
		"请不要把密码告诉任何人", "验证码、密码只在钱包页面内使用，请不要发到聊天里，也不要告诉任何人", "如果接到自称客服、索要验证码或要求转账的电话，请直接挂断",
		"凡是要求先交保证金、会员费、解冻费的，都是诈骗", "声称包过、秒批的都是骗子", "声称付费强开、代开的都是诈骗，请不要付款", "没有内部渠道", "不要相信内部渠道",
		"我们不能保证一定通过", "谁都不能承诺一定能通过", "满足这些也不等于一定通过", "无法保证开通成功", "不代表一定会提额", "有人说一定能通过，请不要相信",
		"肯定能通过吗？要看系统评估", "在钱包内输入支付密码完成身份验证", "部分用户还需要在钱包内做人脸验证", "申请时需要在钱包里验证支付密码，部分用户还要刷脸",
		"额度由系统评估，聊天中无法查询", "支付分需要高于600", "年满18周岁", "18位身份证号码", "结果会在30天内告诉您", "一共6步", "千万不要转账给陌生人", "万一忘记了密码怎么办",
		"请不要转账", "无需缴纳任何费用", "我们不收取手续费", "不收任何费用", "息费以钱包里展示的条款为准", "聊天中不报任何费率", "不会告诉您利率是多少", "通过率不高",
		"自行申请通过的不多", "我们不是微信官方客服", "自称微信官方客服的，请不要相信", "请以钱包官方页面为准", "请联系微信官方客服核实", "结果会通过短信通知您",
		"一定会通过短信通知您", "请通过钱包办理", "必须通过钱包页面操作", "一定要通过正规入口申请", "您可以打开钱包查看", "https://example.com/help", "见help.example.com", "热线4008000000",
		"您的包裹已经通过安检", "请确认是否本人操作", "收不到验证码，可以稍后再试", "忘记支付密码，可以在钱包里重置", "绝对不会通过电话要密码", "如果您符合条件，可以在这里登记",
		"请不要加陌生人微信", "不用刷脸", "保证金是骗局，请举报", "请勿扫描陌生人发来的二维码", "谨防冒充官方客服", "拒绝刷单和转账", "不是免息的", "信用卡不可以代替储蓄卡",
		"您好，我是智能客服", "请注意查看短信内容", "没有百分百通过的事", "没有人能保证开通", "不存在免审核", "我们不提供代开服务", "绝不会向您索要短信验证码", "请勿把支付密码告诉任何人",
		"不用提供银行卡号", "聊天中不会请您刷脸", "不需要上传身份证照片", "请不要打开屏幕共享", "客服不会要求您汇款", "切勿向陌生人转账", "结果以系统评估为准",
		"审核通常较快，具体以实际为准", "您的申请已经提交", "还有其他问题吗？", "请按时还款，以免影响信用", "可以转人工了解", "请立即报警并保留聊天和转账记录", "请填写您的微信号", "可以提供手机号、邮箱或微信号", "请确保储蓄卡余额充足",
	} {
		if found := g.Check(s); found != nil {
			t.Errorf("%q: %v", s, found)
		}
	}
}

// TestRoundabout: sentences that say it without the words that everybody expects,
// and honest ones that have the same words.
func TestRoundabout(t *testing.T) {
	g := guard.New("example.com", "400-800-0000")
	for _, line := range lines(t, "testdata/forbidden.tsv") {
		kind, said, _ := strings.Cut(line, "\t")
		if found := g.Check(said); !has(found, guard.Kind(kind)) {
			t.Errorf("%s: %q passes (%v)", kind, said, found)
		}
	}
	for _, said := range lines(t, "testdata/allowed.txt") {
		if found := g.Check(said); found != nil {
			t.Errorf("%q: %v", said, found)
		}
	}
}

func lines(t testing.TB, name string) []string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(strings.TrimSpace(string(raw)), "\n") // after the heading
	return strings.Split(rest, "\n")
}

// TestAllowedChannel: an operator writes down where to complain in words of
// their own, and who helps visitors may tell them.
func TestAllowedChannel(t *testing.T) {
	g := guard.New("投诉电话 400-800-0000（9:00–18:00），或 https://help.example.com/complaints")
	for _, s := range []string{"投诉请拨打400-800-0000", "请打4008000000", "请见 https://help.example.com/complaints"} {
		if found := g.Check(s); found != nil {
			t.Errorf("%q: %v", s, found)
		}
	}
	for _, s := range []string{"投诉请拨打400-800-0001", "请见 https://help.example.com.evil.cn/", "请见 evil.com"} {
		if found := g.Check(s); !has(found, guard.Link) {
			t.Errorf("%q passes", s)
		}
	}
}
