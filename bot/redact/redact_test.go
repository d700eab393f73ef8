package redact_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"fenfu/bot/pii"
	"fenfu/bot/redact"
	"fenfu/intents/faq"
)

// TestTakenOut: what an attacker, or somebody who does not think, would write.
func TestTakenOut(t *testing.T) {
	for _, c := range []struct{ said, want string }{
		{"手机幺三八,零零幺三,八零零零能开通吗", "手机〔已隐去〕能开通吗"},
		{"一 三 八 零 零 一 三 八 零 零 零 能开吗", "〔已隐去〕 能开吗"},
		{"壹叁捌零零壹叁捌零零零能开吗", "〔已隐去〕能开吗"},
		{"１３８　００１３　８０００能开吗", "〔已隐去〕能开吗"},
		{"138·0013·8000能开吗", "〔已隐去〕能开吗"},
		{"138,0013,8000能开吗", "〔已隐去〕能开吗"},
		{"138a0013b8000能开吗", "〔已隐去〕a〔已隐去〕b〔已隐去〕能开吗"},
		{"电话是壹三八*零零壹三*八零零零", "电话是〔已隐去〕"},
		{"①③⑧⓪⓪①③⑧⓪⓪⓪能开吗", "〔已隐去〕能开吗"},
		{"138****8000能开吗", "〔已隐去〕能开吗"},
		{"尾号八零零零的手机能开吗", "尾号〔已隐去〕的手机能开吗"},
		{"尾号808能开吗", "〔已隐去〕能开吗"},
		{"后3位是456的卡能用吗", "〔已隐去〕的卡能用吗"},
		{"工行6222 开头的卡能用吗", "工行〔已隐去〕 开头的卡能用吗"},
		{"信用卡cvv是123吗", "信用卡〔已隐去〕是〔已隐去〕吗"},
		{"验证码四九 二八 一七", "验证码〔已隐去〕"},
		{"密码忘了是123456还是654321", "密码忘了是〔已隐去〕还是〔已隐去〕"},
		{"我1990年5月21日出生能开吗", "我〔已隐去〕年〔已隐去〕出生能开吗"},
		{"生日是5月21号能开吗", "生日是〔已隐去〕能开吗"},
		{"我八八年的能不能开", "我〔已隐去〕能不能开"},
		{"我85后能开吗", "我〔已隐去〕能开吗"},
		{"我今年十七岁能开吗", "我今年〔已隐去〕能开吗"},
		{"我17能开吗", "我〔已隐去〕能开吗"},
		{"我二十五了能开吗", "〔已隐去〕能开吗"},
		{"工资8500能开吗", "工资〔已隐去〕能开吗"},
		{"月薪八千五能开吗", "〔已隐去〕能开吗"},
		{"微信wangxiaoer能开吗", "微信〔已隐去〕能开吗"},
		{"微信号:林小满520能开吗", "微信号:〔已隐去〕能开吗"},
		{"邮箱linxiaoman艾特qq点com能开吗", "邮箱〔已隐去〕艾特qq点〔已隐去〕能开吗"},
		{"Lin Xiaoman能开通吗", "〔已隐去〕能开通吗"},
		{"Лин能开通吗", "〔已隐去〕能开通吗"},
		{"护照E12345678能开吗", "护照〔已隐去〕能开吗"},
		{"住在北京市朝阳区建国路88号院3号楼2单元501能开吗", "住在〔已隐去〕能开吗"},
		{"浙江省杭州市西湖区文三路的人可以开通吗", "〔已隐去〕的人可以开通吗"},
		{"快递寄到余杭仓前街道可以吗", "快递寄到〔已隐去〕可以吗"},
		{"幸福里小区5幢收不到短信", "〔已隐去〕收不到短信"},
		{"公司是深圳市腾飞科技有限公司可以吗", "〔已隐去〕可以吗"},
		{"我在腾飞科技上班能开吗", "我在〔已隐去〕上班能开吗"},
		{"在哪里上班的人能开", "在哪里上班的人能开"},
		{"我住望京能开吗", "我住〔已隐去〕能开吗"},
		{"我爸六十多了能开吗", "我〔已隐去〕能开吗"},
		{"欠了两万网贷能开吗", "〔已隐去〕网贷能开吗"},
		{"我是阿卜杜热西提能开吗", "我是〔已隐去〕能开吗"},
		{"次仁旺堆可以申请吗", "〔已隐去〕可以申请吗"},
		{"每月10号还款吗", "每月10号还款吗"},
		{"芝麻分高有用吗", "芝麻分高有用吗"},
		{"林 小 满能开通吗", "〔已隐去〕能开通吗"},
		{"阿依古丽·买买提能开通吗", "〔已隐去〕能开通吗"},
		{"迪丽热巴能开通吗", "〔已隐去〕能开通吗"},
		{"我姓欧阳,名修明,能办吗", "我姓〔已隐去〕名〔已隐去〕,能办吗"},
		{"王女士可以开吗", "〔已隐去〕女士可以开吗"},
		{"我是老李想咨询分付", "我是老〔已隐去〕想咨询分付"},
		{"\uE000林小满能开吗\uE000", "〔已隐去〕能开吗"},
	} {
		if got := details(c.said); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.said, got, c.want)
		}
	}
}

// TestKnownIsTakenOut wherever it stands, and a name without its surname, too.
func TestKnownIsTakenOut(t *testing.T) {
	for _, said := range []string{"把小暑的改一下", "问罗小暑的进度", "安全罗小暑安全", "卡在罗小暑名下怎么办"} {
		if got := details(said, "罗小暑", ""); strings.Contains(got, "小暑") || !strings.Contains(got, redact.Placeholder) {
			t.Errorf("%s: %s", said, got)
		}
	}
	if got := redact.Shapes("已收到罗小暑的申请,尾号8123,编号DEL-20261122-ab,评分要超过600", []pii.Text{"罗小暑"}, now); got != "已收到〔已隐去〕的申请,尾号〔已隐去〕,编号〔已隐去〕,评分要超过600" {
		t.Errorf("%s", got)
	}
}

// TestWordsStay: ordinary questions are asked as they are.
func TestWordsStay(t *testing.T) {
	said := strings.Fields("余额不足怎么办 高龄可以申请吗 白户能开通吗 任何人都能开吗 金额不够怎么办 于是我就开通了对吗 何时能开通 方便开通一下吗 " +
		"常见问题有哪些 我是学生能开通吗 我是老用户能开通吗 我是农民能不能开 我叫不出名字的那个功能在哪 我老公的能开吗 我妈妈能用吗 " +
		"我朋友都有为什么我没有 帮我查查进度怎么样 姓名和银行卡不一致怎么办 名字改了怎么办 哪些城市可以开通 住院了还不上怎么办 住宿消费可以用分付吗 " +
		"未满18岁可以开通吗 18岁以下可以开吗 满18周岁就能开吗 支付分要601才能开吗 分期3期和6期有什么区别 要等3个工作日吗 审核要24小时吗 " +
		"我地址填错了能改吗 分付付款失败是为什么 支付密码忘了怎么办 关掉以后还能开吗 审核通过了吗 周末能审核吗 程序员能开吗 公务员可以开通吗 " +
		"成年人能开吗 安卓手机能开吗 高利贷是什么 平时用得少能开吗 单身能开吗 华为手机能开吗 app闪退怎么办 微信没有分付入口 老师能开通吗 司机能开吗")
	knowledge, err := faq.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range knowledge.Entries() {
		said = append(said, e.Questions...)
	}
	var wrecked []string
	for _, s := range said {
		if got := details(s); strings.Contains(got, redact.Placeholder) {
			wrecked = append(wrecked, s+" → "+got)
		}
	}
	if len(wrecked)*60 > len(said) { // somebody's age is in some
		t.Errorf("%d of %d:\n%s", len(wrecked), len(said), strings.Join(wrecked, "\n"))
	}
}

// TestNumbersInDisguise writes numbers in all ways at once: no four figures of
// one stay together, however one reads them.
func TestNumbersInDisguise(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	ways := [10][]string{}
	for d := range ways {
		ways[d] = []string{fmt.Sprint(d), fmt.Sprint(d), string(rune('０' + d)), string([]rune("零一二三四五六七八九")[d]), string([]rune("〇壹贰叁肆伍陆柒捌玖")[d])}
	}
	ways[1] = append(ways[1], "幺", "①")
	gaps := []string{"", "", "", "", " ", "-", ".", " - ", "　", "·", "/", "，", "、"}
	for range 500 {
		number := fmt.Sprintf("13%09d", random.IntN(1e9))
		var b strings.Builder
		for _, d := range number {
			all := ways[d-'0']
			b.WriteString(all[random.IntN(len(all))] + gaps[random.IntN(len(gaps))])
		}
		got := details("我的号是" + b.String() + "能开通吗")
		left := 0
		for _, r := range got {
			if slices.ContainsFunc(ways[:], func(w []string) bool { return slices.Contains(w, string(r)) }) {
				left++
			}
		}
		if left > 3 {
			t.Errorf("%s: %s", b.String(), got)
		}
	}
}

func BenchmarkDetails(b *testing.B) {
	for b.Loop() {
		details("我和朋友都想开通,他的卡是我老婆何谷雨的,尾号八零零零,请问可以申请吗")
	}
}
