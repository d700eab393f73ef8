package flow

import (
	"strings"

	"fenfu/bot/slot"
)

// render fills in the details, masked.
func (r *run) render(text string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	var contact []string // all that is submitted is shown
	for _, k := range []slot.Kind{slot.Phone, slot.Email, slot.WeChat} {
		if d, ok := r.s.Details[k]; ok {
			contact = append(contact, KindLabel(k)+" "+slot.Mask(k, d.Value))
		}
	}
	return strings.NewReplacer(
		"{name}", r.masked(slot.Name),
		"{id_number}", r.masked(slot.ID),
		"{contact}", strings.Join(contact, "、"),
	).Replace(text)
}

func (r *run) masked(k slot.Kind) string {
	if d, ok := r.s.Details[k]; ok {
		return slot.Mask(k, d.Value)
	}
	return "（未填写）"
}

// KindLabel returns what a detail of the kind is called in front of the visitor.
func KindLabel(k slot.Kind) string {
	switch k {
	case slot.Name:
		return "姓名"
	case slot.ID:
		return "身份证号"
	case slot.Phone:
		return "手机号"
	case slot.Email:
		return "邮箱"
	case slot.WeChat:
		return "微信号"
	}
	return string(k)
}
