package flow

import (
	"strings"

	"fenfu/bot/slot"
	"fenfu/intents"
)

// confirm answers a message while the summary is open.
func (r *run) confirm(s *Step) {
	found, refused := r.read(s)
	m := r.in.Match
	switch {
	case len(found) > 0:
		r.take(s, found)
	case m.Act == intents.Correct && refused != "":
		r.miss(r.f.stepFor(slot.Kind(m.Slot)), refused)
	case m.Act == intents.Correct:
		r.correct(m.Slot)
	case m.Act == intents.Affirm && !m.Question && !Continues(m.Folded): // "go on" is no confirmation
		r.submit(s)
	case m.Act == intents.Deny:
		r.correct("")
	case Secret(r.in.Text):
		r.askAgain(r.f.Texts["safety"])
	case r.command(s), r.digress():
	default:
		r.askAgain()
	}
}

// submit ends the run, if everything before the confirmation still holds.
func (r *run) submit(s *Step) {
	for p := &r.f.Steps[0]; p.ID != s.ID; p = r.f.step(p.Next) {
		if !r.satisfied(p) {
			r.advance()
			return
		}
	}
	end := r.f.step(s.Next)
	r.s.Status, r.s.Step, r.s.Asking, r.s.Misses = Done, end.ID, AskNothing, 0
	r.out = append(r.out, Action{Submit: true})
	r.say(Say{Text: end.Ask, Code: "application.submitted"})
}

// render fills in the details, masked.
func (r *run) render(text string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	contact := ""
	for _, k := range []slot.Kind{slot.Phone, slot.Email, slot.WeChat} {
		if d, ok := r.s.Details[k]; ok {
			contact = kindLabel(k) + " " + slot.Mask(k, d.Value)
		}
	}
	return strings.NewReplacer(
		"{name}", r.masked(slot.Name),
		"{id_number}", r.masked(slot.ID),
		"{contact}", contact,
	).Replace(text)
}

func (r *run) masked(k slot.Kind) string {
	if d, ok := r.s.Details[k]; ok {
		return slot.Mask(k, d.Value)
	}
	return "（未填写）"
}

func kindLabel(k slot.Kind) string {
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
