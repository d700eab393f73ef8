package slot_test

import (
	"fmt"
	"regexp"
	"testing"

	"fenfu/bot/slot"
)

func TestFindPhone(t *testing.T) {
	testFind(t, slot.Phone, []findCase{
		{text: "13812345678", value: "+8613812345678"},
		{text: "+86-138-1234-5678", value: "+8613812345678"},
		{text: "我的手机号是 1 3 8 1 2 3 4 5 6 7 8", value: "+8613812345678"},
		{text: "幺三八幺二三四五六七八", value: "+8613812345678"},
		{text: "幺三八12345678", value: "+8613812345678"},
		{text: "我有一个号 13812345678", value: "+8613812345678"},
		{text: "第一13812345678", value: "+8613812345678"},
		{text: "张三 11010519491231002X 13812345678", value: "+8613812345678"},
		{text: "13812345678 11010519491231002X", value: "+8613812345678"},
		{text: "138-1234-5678 110105 19491231 002X", value: "+8613812345678"},
		{text: "13812345678（微信同号）", value: "+8613812345678"},
		{text: "13812345678/13812345678", value: "+8613812345678"},
		// corrections, on explicit words only
		{text: "不是13812345678是13912345678", value: "+8613912345678"},
		{text: "是13912345678不是13812345678", value: "+8613912345678"},
		{text: "13812345678错了，改成13912345678", value: "+8613912345678"},
		{text: "13812345678写错了，13912345678", value: "+8613912345678"},
		{text: "13812345678，不对，是13912345678", value: "+8613912345678"},
		{text: "13812345678已经不用了，现在是13912345678", value: "+8613912345678"},
		{text: "把13812345678改成13912345678", value: "+8613912345678"},
		{text: "手机号从13812345678换成手机号13912345678", value: "+8613912345678"},
		{text: "以前的13812345678停用了 13912345678", value: "+8613912345678"},
		{text: "13812345678没错", value: "+8613812345678"},
		{text: "13812345678和13912345678", reason: "ambiguous"},
		{text: "13812345678 13912345678", reason: "ambiguous"},
		{text: "13812345678，不要改成13912345678", reason: "ambiguous"},
		{text: "我的号码不是13812345678", reason: "no_number"},
		{text: "13812345678，姓名改成李四，备用13912345678", reason: "ambiguous"},
		// never cut out of something longer
		{text: "110105194912310020", reason: "looks_like_id"},
		{text: "1301091 9920 518996 5", reason: "looks_like_id"},
		{text: "6222 0213 8123 4567 890", reason: "looks_like_bank_card"},
		{text: "6222 02 13812345678", reason: "looks_like_bank_card"},
		{text: "621700000000001236", reason: "looks_like_bank_card"}, // its check digit is right
		{text: "621700000000001237", reason: "looks_like_id"},
		{text: "138123456789", reason: "bad_length"},
		{text: "1 3 8 1 2 3 4 5 6 7 8 9 0", reason: "bad_length"},
		{text: "wx13812345678", reason: "bad_format"},
		{text: "13812345678@139.com", reason: "bad_format"},
		{text: "1381234567", reason: "bad_length"},
		{text: "+852 9123 4567", value: "+85291234567"},
		{text: "+44 20 7946 0958", value: "+442079460958", note: slot.ManualReview},
		{text: "没有手机", reason: "no_number"},
		{text: "一会儿给你", reason: "no_number"},
		{text: "١٣٨١٢٣٤٥٦٧٨", reason: "bad_format"},
	})
}

// mobile is the numbering plan as one pattern; the package reads digit by digit.
var mobile = regexp.MustCompile(`^(1(3\d|4[579]|5[0-35-9]|6[2567]|7[0-35-8]|8\d|9[0-35-9])\d{8}|1740[0-5]\d{6})$`)

func TestMobilePrefixes(t *testing.T) {
	for prefix := 10000; prefix < 20000; prefix++ {
		text := fmt.Sprintf("%05d123456", prefix)
		_, err := slot.Phone.Find(text, asOf)
		if want := mobile.MatchString(text); (err == nil) != want {
			t.Fatalf("%s: %v, want valid %v", text, err, want)
		}
	}
}

func TestFindContact(t *testing.T) {
	testFind(t, slot.Contact, []findCase{
		{text: "13812345678", kind: slot.Phone, value: "+8613812345678"},
		{text: "手机:138 1234 5678（微信同号）", kind: slot.Phone, value: "+8613812345678"},
		{text: "zhang.san@Example.COM", kind: slot.Email, value: "zhang.san@example.com"},
		{text: "邮箱是13812345678@139.com，谢谢", kind: slot.Email, value: "13812345678@139.com"},
		{text: "微信号 zhangsan_88", kind: slot.WeChat, value: "zhangsan_88"},
		{text: "zhangsan_88", kind: slot.WeChat, value: "zhangsan_88"},
		{text: "wx13812345678", kind: slot.WeChat, value: "wx13812345678"},
		{text: "手机号就是微信", kind: slot.WeChat, note: slot.SameAsPhone},
		{text: "zhangsan@", reason: "bad_email"},
		{text: "zhangsan@qq", reason: "bad_email"},
		{text: "微信 ab", reason: "bad_wechat"},
		{text: "邮箱 lin.xiaoman at qq.com", reason: "bad_email"},
		{text: "lin.xiaoman at qq.com", reason: "bad_wechat"},
		{text: "zhangsan_88.", kind: slot.WeChat, value: "zhangsan_88"},
		{text: "一三八，一二三四，五六七八", kind: slot.Phone, value: "+8613812345678"},
		{text: "我的号码是138,1234,5678", kind: slot.Phone, value: "+8613812345678"},
		{text: "138，1234，567", reason: "bad_length"},
		{text: "1381234567", reason: "bad_length"},
		{text: "1381234567O", reason: "bad_format"},
		{text: "11010519491231002X", reason: "looks_like_id"},
		{text: "6222021234567890123", reason: "looks_like_bank_card"},
		{text: "13812345678或者13912345678", reason: "ambiguous"},
		{text: "为什么要联系方式", reason: "no_number"},
		{text: "thanks", reason: "no_number"},
		{text: "", reason: "no_number"},
	})
	testFind(t, slot.WeChat, []findCase{
		{text: "zhangsan_88", value: "zhangsan_88"},
		{text: "我的微信号是zhangsan_88", value: "zhangsan_88"},
		{text: "微信同号 13812345678", value: "+8613812345678", note: slot.SameAsPhone},
		{text: "13812345678", reason: "bad_wechat"},
		{text: "zhang", reason: "bad_wechat"},
	})
	testFind(t, slot.Email, []findCase{
		{text: "a@b.com", value: "a@b.com"},
		{text: "a@b.com a@b.com", value: "a@b.com"},
		{text: "a@b.com c@d.com", reason: "ambiguous"},
		{text: "a@b.com错了，改成c@d.com", value: "c@d.com"},
		{text: "a..b@c.com", reason: "bad_email"},
		{text: "没有邮箱", reason: "no_number"},
	})
}
