package bot

import (
	"fmt"

	"fenfu/bot/flow"
)

// refusalWords says to an agent why a detail was not given: what was wrong with
// the last answer, how many there were, and the code that stands for it. What
// was written is not in it.
func refusalWords(r flow.Refusal) string {
	words := reasonWords(r.Reason)
	if r.Tries > 1 {
		words += fmt.Sprintf("，试过 %d 次", r.Tries)
	}
	if r.Reason != "" {
		words += "（" + r.Reason + "）"
	}
	return words
}

// reasonWords are what slot.Reasons, and the flow's own, mean to an agent. What
// is not among them looked like no answer at all.
func reasonWords(reason string) string {
	switch reason {
	case flow.WouldNot:
		return "访客不愿提供"
	case "bad_length":
		return "位数或字数不对"
	case "bad_char", "bad_format":
		return "夹杂了不该有的字符"
	case "mixed":
		return "姓名里夹杂字母或数字"
	case "not_a_name":
		return "发来的不像姓名"
	case "no_name":
		return "没有看到姓名"
	case "no_number":
		return "没有看到号码"
	case "ambiguous":
		return "一次发来不止一个，分不清是哪一个"
	case "masked":
		return "号码带星号，不完整"
	case "bad_region":
		return "证件号开头的地区代码不存在"
	case "bad_date":
		return "证件号里的出生日期不存在"
	case "future_birth":
		return "证件号里的出生日期还没到"
	case "implausible_age":
		return "证件号里的出生年份太早"
	case "bad_checksum":
		return "证件号的校验位对不上，多半是输错了一位"
	case "legacy15":
		return "发来的是 15 位老号码"
	case "looks_like_bank_card":
		return "发来的像是银行卡号"
	case "looks_like_id":
		return "发来的是身份证号"
	}
	return contactWords(reason)
}

func contactWords(reason string) string {
	switch reason {
	case "bad_prefix":
		return "手机号的号段不存在"
	case "iot_range":
		return "发来的是物联网卡号码"
	case "satellite_or_emergency":
		return "发来的是卫星或应急通信号码"
	case "landline":
		return "发来的是固定电话"
	case "service_number":
		return "发来的是客服电话"
	case "need_country_code":
		return "号码少了区号"
	case "bad_email":
		return "邮箱地址不完整"
	case "bad_wechat":
		return "微信号的格式不对"
	}
	return "回复的内容看不出答案"
}
