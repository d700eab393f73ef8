package slot_test

import (
	"fmt"
	"strings"
	"testing"

	"fenfu/bot/pii"
	"fenfu/bot/slot"
)

func TestScan(t *testing.T) {
	const id, phone = "id_number=" + sample, "phone=+8613812345678"
	for _, c := range []struct {
		text string
		want string
	}{
		{"", ""},
		{"我想开通分付", ""},
		{"13812345678", phone},
		{"张三", ""}, // nothing says that it is a name
		{"我叫张三", "name=张三"},
		{"我叫高兴", "name=高兴"},
		{"高兴", ""},
		{"我姓高，叫高兴", "name=高兴"},
		{"我叫阿依古丽 买买提", ""}, // is it all of the name?
		{"姓名：阿依古丽", "name=阿依古丽"},
		{"名字改成李四", "name=李四"},
		{"不是张三是张珊", ""},
		{"我的名字不是张三，是张珊", "name=张珊"},
		{"张三 11010519491231002X 13812345678", "name=张三 " + id + " " + phone},
		{"13812345678，张三，11010519491231002X", phone + " name=张三 " + id},
		{"张三\n11010519491231002X\n13812345678", "name=张三 " + id + " " + phone},
		{"张三11010519491231002X13812345678", "name=张三 " + id + " " + phone},
		{"张三身份证11010519491231002X电话13812345678", "name=张三 " + id + " " + phone},
		{"我叫欧阳娜娜，身份证号11010519491231002X，手机138 1234 5678", "name=欧阳娜娜 " + id + " " + phone},
		{"姓名：王小明，邮箱 a@b.com", "name=王小明 email=a@b.com"},
		{"李四 张三 13812345678", phone}, // two names: neither
		{"苹果 13812345678", phone},    // no surname
		{"上海 13812345678", phone},
		{"谢谢 13812345678", phone},
		{"金额 13812345678", phone},
		{"我的身份证号是11010519491231002X", id},
		{"不是13812345678是13912345678", "phone=+8613912345678"},
		{"手机号改成13912345678", "phone=+8613912345678"},
		{"13812345678和13912345678", ""},
		{"我的号码不是13812345678", ""},
		{"110105194912310020", ""},
		{"6222021234567890123", ""},
		{"微信 zhangsan_88", "wechat=zhangsan_88"},
		{"微信：13812345678", phone},
		{"zhangsan_88", ""}, // no label
		{"13812345678微信同号", phone + " wechat=+8613812345678/same_as_phone"},
		{"手机号就是微信", "wechat=/same_as_phone"},
		{"13812345678也是微信号", phone + " wechat=+8613812345678/same_as_phone"},
		{"vx: zhangsan88", "wechat=zhangsan88"},
		{"wxid_zhangsan88", ""},
		{"分付就是微信支付的功能", ""},
		{"手机号就是微信吗", ""},
		{"wx13812345678", ""},
		{"13812345678@139.com", "email=13812345678@139.com"},
		{number("11010120100101123"), "id_number=" + number("11010120100101123") + "/under18"},
		{"订单 202611221234567890", ""},
		{"打10086问过了", ""},
		{"二〇二六年十一月二十二日", ""},
		{"一二三四五六七", ""},
	} {
		var got []string
		for _, f := range slot.Scan(c.text, asOf) {
			s := fmt.Sprintf("%s=%s", f.Kind, f.Value.Reveal())
			if f.Note != "" {
				s += "/" + f.Note
			}
			got = append(got, s)
			if f.Start < 0 || f.End > len(c.text) || f.Start >= f.End {
				t.Errorf("Scan(%q): %s at %d..%d", c.text, f.Kind, f.Start, f.End)
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("Scan(%q)\n got %s\nwant %s", c.text, s, c.want)
		}
	}
}

func TestScanPlaces(t *testing.T) {
	text := "我叫张三，手机 138-1234-5678，证件：110105 19491231 002X"
	for _, f := range slot.Scan(text, asOf) {
		want := map[slot.Kind]string{slot.Name: "张三", slot.Phone: "138-1234-5678", slot.ID: "110105 19491231 002X"}[f.Kind]
		if got := text[f.Start:f.End]; got != want {
			t.Errorf("%s stands at %q, want %q", f.Kind, got, want)
		}
	}
}

func TestNearMiss(t *testing.T) {
	for _, c := range []struct {
		text, want string
	}{
		{"张三 13812345678", ""},
		{"我有5000块", ""},
		{"订单号20261122001", ""},
		{"打10086问过了", ""},
		{"我的身份证是11010519491231002X", ""},
		{"张三 110105194912310020", "id_number: bad_checksum"},
		{"张三 11010519491231002", "id_number: bad_length"},
		{"张三 110105194912310021X", "id_number: bad_length"},
		{"张三 110105491231002", "id_number: legacy15"},
		{"张三 11010520301231002X", "id_number: future_birth"},
		{"我的手机12812345678", ""},
		{"我的手机14212345678", "phone: bad_prefix"},
		{"我的手机1381234567", "phone: bad_length"},
		{"我的手机138123456789", "phone: bad_length"},
		{"13812345678或者13912345678", "phone: ambiguous"},
		{sample + " " + number("11010119900101123"), "id_number: ambiguous"},
		{"6222021234567890123", "phone: looks_like_bank_card"},
	} {
		got := ""
		if err := slot.NearMiss(c.text, asOf); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("NearMiss(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestMask(t *testing.T) {
	for _, c := range []struct {
		kind  slot.Kind
		value pii.Text
		want  string
	}{
		{slot.ID, sample, "1****************X"},
		{slot.Phone, "+8613812345678", "138****5678"},
		{slot.Phone, "+85366123456", "+853****3456"},
		{slot.Name, "张三", "张*"},
		{slot.Name, "张三丰", "张**"},
		{slot.Name, "欧阳娜娜", "欧阳**"},
		{slot.Name, "欧阳", "欧*"},
		{slot.Name, "阿卜杜拉·买买提", "阿***·***"},
		{slot.Email, "zhangsan@qq.com", "z***@qq.com"},
		{slot.WeChat, "zhangsan_88", "zh********8"},
		{slot.WeChat, "+8613812345678", "138****5678"},
		{slot.Name, "", ""},
	} {
		if got := slot.Mask(c.kind, c.value); got != c.want {
			t.Errorf("Mask(%s, %s) = %q, want %q", c.kind, c.value.Reveal(), got, c.want)
		}
	}
}

func TestRedact(t *testing.T) {
	for _, c := range []struct {
		text, want string
	}{
		{"你好", "你好"},
		{"2026年11月22日，额度5000", "2026年11月22日，额度5000"},
		{"我的身份证号是11010519491231002X。", "我的身份证号是1****************X。"},
		{"手机13812345678谢谢", "手机138****5678谢谢"},
		{"138 1234 5678", "138****5678"},
		{"+86 13812345678", "138****5678"},
		{"幺三八幺二三四五六七八", "138****5678"},
		{"１３８１２３４５６７８", "138****5678"},
		{"13812345678 13912345678", "*********** ***********"},
		{"110105194912310020", "******************"},
		{"6222 0212 3456 7890 123", "**** **** **** **** ***"},
		{"11010519491231O02X", "******************"},
		{"身份证11o10519491231002x", "身份证******************"},
		{"1234567", "*******"},
		{"123456", "123456"},
		{"zhangsan@qq.com", "z***@qq.com"},
		{"1234567@qq.com", "1***@qq.com"},
		{"wx13812345678", "wx***********"},
		{"١٣٨١٢٣٤٥٦٧٨", "***********"},
	} {
		if got := slot.Redact(c.text); got != c.want {
			t.Errorf("Redact(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestHide(t *testing.T) {
	text := "我叫张三，身份证11010519491231002X，微信zhangsan_88，另一个号13912345678"
	got := slot.Hide(text, slot.Scan(text, asOf))
	if want := "我叫张*，身份证1****************X，微信zh********8，另一个号139****5678"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestReasonsCoverRefusals(t *testing.T) {
	texts := []string{
		"", "?", "张三", "13812345678", "1381234567", sample, "110105194912310020", "a@b", "a@b.com c@d.com", "ab", "6222021234567890123", "张3", "김철수",
		"010-62345678", "10086", "51234567", "138****5678", "1****************X", "1440012345678", "17491234567", "13812345678和13912345678", "张三 李四",
		"110105491231002", "00010519491231002X", "11010519490231002X", "11010520491231002X", number("11010518800101001"), "11010519491231002Y", "怎么开通",
	}
	for _, k := range []slot.Kind{slot.Name, slot.ID, slot.Contact, slot.Phone, slot.Email, slot.WeChat} {
		known := " " + strings.Join(slot.Reasons(k), " ") + " "
		for _, text := range texts {
			_, err := k.Find(text, asOf)
			if err != nil && !strings.Contains(known, " "+reasonOf(err)+" ") {
				t.Errorf("%s.Find(%q) refuses with %q, which Reasons does not know", k, text, reasonOf(err))
			}
		}
	}
}
