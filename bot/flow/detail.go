package flow

import (
	"errors"
	"slices"
	"strings"

	"fenfu/bot/slot"
	"fenfu/intents"
)

// minimumAge is below which nothing may be kept without a guardian's consent
// (PIPL article 31), in years.
const minimumAge = 14

// detail answers a message while a detail is asked for.
func (r *run) detail(s *Step) {
	found, refused := r.read(s)
	if len(found) > 0 {
		r.take(s, found)
		return
	}
	m := r.in.Match
	switch {
	case Secret(r.in.Text):
		r.askAgain(r.f.Texts["safety"])
	case r.satisfied(s) && r.leavesAlone(): // came back, changes nothing
		r.advance(r.f.Texts["unchanged"])
	case refused != "" && (m.Act == intents.Correct || !r.talks()):
		r.miss(s, refused)
	case m.Act == intents.Correct:
		r.correct(m.Slot)
	case r.command(s), r.digress():
	case m.Act == intents.Affirm || m.Act == intents.Deny || m.Folded == "":
		r.askAgain()
	default:
		r.miss(s, refused)
	}
}

// leavesAlone reports whether the message gives up a correction. 算了 does;
// 取消申请 means the whole application.
func (r *run) leavesAlone() bool {
	switch r.in.Match.Act {
	case intents.Deny, intents.Affirm:
		return true
	case intents.Cancel:
		return !strings.Contains(r.in.Match.Folded, "申请")
	}
	return Continues(r.in.Match.Folded)
}

// talks reports whether the message is talk about the dialogue rather than an
// attempt at the detail.
func (r *run) talks() bool {
	m := r.in.Match
	return m.Question || m.Act != intents.NoAct || m.Intent != intents.None || r.in.Answer != ""
}

// read looks for details in the message: those that say what they are, and,
// unless the message is talk, one that answers the open question. If there is
// none it returns why the open question's could not be read, "" if the message
// does not look like an answer at all.
func (r *run) read(s *Step) (found []slot.Found, refused string) {
	found = slices.DeleteFunc(slot.Scan(r.in.Text, r.in.Now), r.useless)
	want := s
	if r.in.Match.Act == intents.Correct {
		if named := r.f.stepFor(slot.Kind(r.in.Match.Slot)); named != nil {
			want = named
		}
	}
	if slices.ContainsFunc(found, func(f slot.Found) bool { return want.takes(f.Kind) }) {
		return found, ""
	}
	if want.Kind != DetailStep || (r.talks() && r.in.Match.Act != intents.Correct && !hasDigits(r.in.Text)) {
		return found, ""
	}
	f, err := want.Detail.Find(r.in.Text, r.in.Now)
	if err == nil && r.useless(f) {
		err = &slot.Error{Kind: slot.Contact, Reason: "no_number"}
	}
	if err == nil {
		return append(found, f), ""
	}
	var se *slot.Error
	if errors.As(err, &se) && (r.in.Match.Act != intents.Correct || hasDigits(r.in.Text)) {
		refused = se.Reason
	}
	return found, refused
}

// useless reports whether what was found tells the flow nothing: it does not
// ask for it, or it is "the WeChat ID is the phone number", which has no value
// of its own.
func (r *run) useless(f slot.Found) bool {
	return r.f.stepFor(f.Kind) == nil || f.Note == slot.SameAsPhone
}

// take stores what was found and goes on.
func (r *run) take(s *Step, found []slot.Found) {
	r.hide(found)
	var noted, updated []string
	for _, f := range found {
		if f.Kind == slot.ID && slot.AgeOf(f.Value, r.in.Now) < minimumAge {
			r.stop()
			r.tell("under14")
			return
		}
		item := kindLabel(f.Kind) + " " + slot.Mask(f.Kind, f.Value)
		switch old := r.s.Details[f.Kind]; {
		case old.Value == f.Value:
		case r.satisfied(r.f.stepFor(f.Kind)):
			updated = append(updated, item)
		case !s.takes(f.Kind) || len(found) > 1:
			noted = append(noted, item)
		}
	}
	r.set(found)
	var words []string
	if len(noted) > 0 {
		words = append(words, r.items("noted", noted))
	}
	if len(updated) > 0 {
		words = append(words, r.items("updated", updated))
	}
	words = append(words, r.nearMiss(found))
	r.s.Misses = 0
	r.advance(words...)
}

// nearMiss says what is wrong with a detail that came along with usable ones.
func (r *run) nearMiss(found []slot.Found) string {
	miss := slot.NearMiss(r.in.Text, r.in.Now)
	if miss == nil {
		return ""
	}
	s := r.f.stepFor(miss.Kind)
	if s == nil || slices.ContainsFunc(found, func(f slot.Found) bool { return s.takes(f.Kind) }) {
		return ""
	}
	return s.Errors[miss.Reason]
}

func (r *run) items(key string, items []string) string {
	return strings.ReplaceAll(r.f.Texts[key], "{items}", strings.Join(items, "、"))
}

// set stores the details in place of all that answered the same questions.
func (r *run) set(found []slot.Found) {
	details := make(map[slot.Kind]Detail, len(r.s.Details)+len(found))
	for k, d := range r.s.Details {
		if !slices.ContainsFunc(found, func(f slot.Found) bool { return r.f.stepFor(f.Kind).takes(k) }) {
			details[k] = d
		}
	}
	for _, f := range found {
		details[f.Kind] = Detail{Value: f.Value, At: r.in.Now}
	}
	r.s.Details = details
}

// hide marks what was found, so that nobody sees it in the log.
func (r *run) hide(found []slot.Found) { r.out = append(r.out, Action{Hide: found}) }

// miss says why the answer is of no use; the third in a row offers a way out.
func (r *run) miss(s *Step, reason string) {
	text := s.Errors[reason]
	if text == "" {
		text = s.Short
	}
	if r.satisfied(s) {
		text += "\n" + r.f.Texts["invalid_kept"]
	}
	r.s.Misses++
	if r.s.Misses >= maxMisses {
		r.s.Misses, r.s.Asking = 0, AskStuck
		r.say(Say{Text: text + "\n" + r.f.Texts["stuck"], Choices: r.f.choices("keep", "human", "park", "cancel")})
		return
	}
	r.say(Say{Text: text + "\n" + s.Example})
}

// correct opens the step of the detail that is wrong, or asks which one it is.
func (r *run) correct(kind string) {
	if s := r.f.stepFor(slot.Kind(kind)); s != nil {
		r.edit(s)
		return
	}
	r.s.Asking = AskEdit
	r.say(Say{Text: r.f.Texts["edit_ask"], Choices: r.f.edits()})
}

func (r *run) edit(s *Step) {
	if s.ID != r.s.Step {
		r.s.Misses = 0
	}
	r.s.Step, r.s.Asking = s.ID, AskNothing
	r.ask(r.f.Texts["edit"])
}

// stepFor returns the step that asks for details of the kind.
func (f *Flow) stepFor(k slot.Kind) *Step {
	for i := range f.Steps {
		if f.Steps[i].takes(k) {
			return &f.Steps[i]
		}
	}
	return nil
}

func hasDigits(text string) bool {
	n := 0
	for _, c := range text {
		if c >= '0' && c <= '9' {
			n++
		}
	}
	return n >= 4
}

// Secret reports whether the message seems to give away a password or a code.
func Secret(text string) bool {
	if !hasDigits(text) {
		return false
	}
	for _, w := range []string{"密码", "验证码", "安全码", "CVV", "cvv"} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
