package redact_test

import (
	"strings"
	"testing"
	"time"

	"fenfu/bot/pii"
	"fenfu/bot/redact"
	"fenfu/intents"
	"fenfu/intents/faq"
)

var now = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

func details(text string, known ...pii.Text) string {
	return redact.Details(intents.Normalize(text), known, now)
}

// invented are names of every make: surnames that begin ordinary words and such
// that do not, one and two characters of each.
var invented = strings.Fields("张三丰 李建国 王秀英 赵铁柱 陈小明 刘子轩 孙晓梅 何谷雨 余重阳 林小满 高晓松 方文山 金大川 安雨桐 常远山 成志远 钱多多 于小舟 时雨晴 " +
	"关山月 单雄飞 华清泉 马晓东 程思远 周杰轮 段誉之 万里晴 文静怡 石中玉 江海潮 夏雨荷 钟灵毓 汪小菲 田甜甜 任盈盈 谢雨欣 许仙林 曾国强 明月华 " +
	"张三 李四 王五 赵柳 陈晨 刘洋 欧阳修明 司马相如 诸葛青云 上官婉儿 慕容雪 令狐冲 李开复 吴有福 张永和 郑可欣 周能贵")

// introduced are sentences that say that a name is one.
var introduced = []string{
	"我是%能开通吗", "我叫%想问问怎么还款", "我老公%的能开吗", "帮我妈%问一下能不能开通", "我朋友%说可以开通是真的吗", "给我爸%办一个要什么条件",
	"名字写的是%为什么不行", "替我媳妇%问问额度", "身份证姓名是%跟银行卡不一致怎么办", "银行卡是我老婆%的可以吗", "户主是%行不行", "经理%跟我说包过是真的吗",
	"我本人%的分付开不了", "姓名:%,能开通吗", "我儿子%今年上大学能开吗", "持卡人%不是我可以吗", "名字叫%怎么改", "我的名字是%为什么说不符合",
}

// besides are sentences in which a name stands like any other word.
var besides = []string{"%能开通吗", "请问%可以申请吗", "我和%一起申请可以吗", "帮%问一下怎么开通", "我想给%办一个", "%,能开通吗"}

// TestMaskNames: what people are shown has no name that is said to be one, and
// ordinary questions as they are.
func TestMaskNames(t *testing.T) {
	for _, sentence := range introduced {
		for _, name := range invented {
			text := strings.Replace(sentence, "%", name, 1)
			if got := redact.MaskNames(text, now); strings.Contains(got, name) {
				t.Errorf("%s: %s", text, got)
			}
		}
	}
	knowledge, err := faq.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range knowledge.Entries() {
		for _, q := range e.Questions {
			if q := intents.Normalize(q); redact.MaskNames(q, now) != q {
				t.Errorf("%s: %s", q, redact.MaskNames(q, now))
			}
		}
	}
}

func TestNamesAreTakenOut(t *testing.T) {
	for _, sentence := range introduced {
		for _, name := range invented {
			text := strings.Replace(sentence, "%", name, 1)
			if got := details(text); strings.Contains(got, name) || !strings.Contains(got, redact.Placeholder) {
				t.Errorf("%s: %s", text, got)
			}
		}
	}
	missed := 0
	for _, sentence := range besides {
		for _, name := range invented {
			text := strings.Replace(sentence, "%", name, 1)
			if got := details(text); strings.Contains(got, name) {
				missed++
				t.Logf("%s: %s", text, got)
			}
		}
	}
	if all := len(besides) * len(invented); missed*15 > all {
		t.Errorf("%d of %d names without words that introduce them stay", missed, all)
	}
}
