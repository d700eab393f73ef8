package slot_test

import (
	"strings"
	"testing"

	"fenfu/bot/slot"
)

func TestFindName(t *testing.T) {
	testFind(t, slot.Name, []findCase{
		{text: "张三", value: "张三"},
		{text: "我叫张三", value: "张三"},
		{text: "叫我张三吧", value: "张三"},
		{text: "我是张三", value: "张三"},
		{text: "本人张三", value: "张三"},
		{text: "我的名字是欧阳娜娜", value: "欧阳娜娜"},
		{text: "姓名：王小明，手机13812345678", value: "王小明"},
		{text: "姓名:王小明 身份证:11010519491231002X", value: "王小明"},
		{text: "阿卜杜拉·买买提", value: "阿卜杜拉·买买提"},
		{text: "阿卜杜拉•买买提", value: "阿卜杜拉·买买提"},
		{text: "阿卜杜拉・买买提", value: "阿卜杜拉·买买提"},
		{text: "我叫阿卜杜拉 · 买买提", value: "阿卜杜拉·买买提"},
		{text: "阿卜杜拉.买买提", value: "阿卜杜拉·买买提"},
		{text: "买买提", value: "买买提"},
		{text: "那就张三吧", value: "张三"},
		{text: "名字写张三", value: "张三"},
		{text: "名字：张三 不对 李四", value: "李四"},
		{text: "张三不对", reason: "no_name"},
		{text: "不是张三", reason: "no_name"},
		{text: "帮我", reason: "not_a_name"},
		{text: "身份证11010519491231002X", reason: "no_name"},
		{text: "阿依古丽", value: "阿依古丽"},
		{text: "扎西次仁", value: "扎西次仁"},
		{text: "你好，我叫阿依古丽", value: "阿依古丽"},
		{text: "张 三", value: "张三"},
		{text: "余 重 阳", value: "余重阳"},
		{text: "我叫欧阳 修 明", value: "欧阳修明"},
		{text: "王 芳 啊", value: "王芳"},
		{text: "什么叫完全民事行为能力", reason: "not_a_name"},
		{text: "欧阳 娜娜", value: "欧阳娜娜"},
		{text: "张 小 三", value: "张小三"},
		{text: "欧 阳 娜 娜", value: "欧阳娜娜"},
		{text: "张 三 李四", reason: "ambiguous"},
		{text: "阿依古丽 买买提", reason: "ambiguous"}, // which half is left out is not for us to say
		{text: "我叫阿依古丽 买买提", reason: "ambiguous"},
		{text: "姓张名三", value: "张三"},
		{text: "我姓张，叫小三", value: "张小三"},
		{text: "我姓张，名字叫张小三", value: "张小三"},
		{text: "我姓高，叫高兴", value: "高兴"},
		{text: "我叫高兴", value: "高兴"},
		{text: "姓名：马上", value: "马上"},
		{text: "名字改成安静", value: "安静"},
		{text: "我叫何必", value: "何必"},
		{text: "我叫张某", reason: "not_a_name"},
		{text: "名字是应该的", reason: "not_a_name"},
		{text: "叫我小张就行", reason: "not_a_name"},
		{text: "我叫买买提阿卜杜热西提", value: "买买提阿卜杜热西提"},
		{text: "張國榮", value: "張國榮"},
		{text: "𬀩𮯠", value: "𬀩𮯠"},
		{text: "李想", value: "李想"},
		{text: "王可", value: "王可"},
		{text: "那英", value: "那英"},
		{text: "谢谢你，张三", value: "张三"},
		{text: "好的，张三", value: "张三"},
		{text: "张三，谢谢", value: "张三"},
		{text: "张三先生", value: "张三"},
		{text: "张三13812345678", value: "张三"},
		{text: "我叫张三身份证11010519491231002X", value: "张三"},
		{text: "名字改成李四", value: "李四"},
		{text: "把张三改成李四", value: "李四"},
		{text: "名字写错了，改成王小明", value: "王小明"},
		{text: "名字写错了应该是王小明", value: "王小明"},
		{text: "不是张三是张珊", value: "张珊"},
		{text: "不是张三，是张珊", value: "张珊"},
		{text: "是张珊不是张三", value: "张珊"},
		{text: "我叫张三，不对，我叫李四", value: "李四"},
		{text: strings.Repeat("阿卜·", 8) + "买", value: strings.Repeat("阿卜·", 8) + "买"},
		{text: "", reason: "bad_length"},
		{text: "张", reason: "bad_length"},
		{text: strings.Repeat("阿卜·", 8) + "买提", reason: "bad_length"},
		{text: "张3", reason: "mixed"},
		{text: "张san", reason: "mixed"},
		{text: "John Smith", reason: "mixed"},
		{text: "김철수", reason: "bad_char"},
		{text: "张三 李四", reason: "ambiguous"},
		{text: "12345678", reason: "no_name"},
		{text: "👌", reason: "no_name"},
		{text: "张先生", reason: "not_a_name"},
		{text: "老王", reason: "not_a_name"},
	})
}

func TestNotAName(t *testing.T) {
	for _, text := range []string{
		"为什么要名字", "要名字干嘛", "怎么开通", "开通分付", "我不想说", "不告诉你", "你好", "您好", "谢谢", "好的", "是的", "对的", "可以",
		"嗯嗯", "转人工", "人工客服", "取消", "返回上一步", "同意", "不同意", "重新开始", "查询进度", "删除我的信息", "哈哈哈", "随便", "保密", "你猜",
		"稍等", "等一下", "我叫什么", "叫什么名字", "名字是什么", "名字不对", "名字写错了", "手机号填错了", "额度多少", "安全吗", "你是机器人吗", "测试",
		"今天天气不错", "我是学生", "还是姓苏", "姓欧阳", "我是外国人", "我是四川人", "我是德国籍", "我叫你", "上海", "武汉", "高兴", "方便", "钱包", "余额", "利息高不高", "有人吗", "身份证号", "微信支付", "不用了", "算了",
		"没有", "张三是谁", "你叫什么名字？", "我姓什么", "我姓张，叫什么", "什么叫居民身份证", "什么叫平台", "要我的名字做什么", "必须填吗", "可以不填吗", "姓名必须真实吗", "还没想好", "任何人", "什么时候", "马上",
	} {
		if f, err := slot.Name.Find(text, asOf); err == nil {
			t.Errorf("%q is taken for the name %q", text, f.Value.Reveal())
		}
		for _, f := range slot.Scan(text, asOf) {
			t.Errorf("Scan(%q) finds %s %q", text, f.Kind, f.Value.Reveal())
		}
	}
}

func TestCheckName(t *testing.T) {
	for _, c := range []struct {
		text, reason, normalized string
	}{
		{"张三", "ok", "张三"},
		{" 张　三 ", "ok", "张三"},
		{"张三。", "ok", "张三"},
		{"我叫张三", "ok", "张三"},
		{"阿卜杜拉‧买买提", "ok", "阿卜杜拉·买买提"},
		{"㐀𠀀", "ok", "㐀𠀀"},
		{"張三豐", "ok", "張三豐"},
		{strings.Repeat("买", 25), "ok", strings.Repeat("买", 25)},
		{strings.Repeat("买", 26), "bad_length", strings.Repeat("买", 26)},
		{"张", "bad_length", "张"},
		{"", "bad_length", ""},
		{"张\u200b三", "bad_char", "张\u200b三"},
		{"张\u202e三", "bad_char", "张\u202e三"},
		{"张\x00三", "bad_char", "张\x00三"},
		{"张三😀", "bad_char", "张三😀"},
		{"·张三", "bad_char", "·张三"},
		{"张三·", "bad_char", "张三·"},
		{"张··三", "bad_char", "张··三"},
		{"张3", "mixed", "张3"},
		{"John", "mixed", "John"},
		{"谢谢", "not_a_name", "谢谢"},
		{"怎么开通", "not_a_name", "怎么开通"},
		{"你好", "not_a_name", "你好"},
	} {
		v := slot.Check(slot.Name, c.text, asOf)
		if v.Valid != (c.reason == "ok") || v.Reason != c.reason || v.Normalized != c.normalized {
			t.Errorf("Check(%q) = %+v, want %s %q", c.text, v, c.reason, c.normalized)
		}
	}
}
