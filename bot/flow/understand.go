package flow

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fenfu/bot/slot"
	"fenfu/intents"
)

// Understand says what a message does to the dialogue, in the order in which
// it is to be done; nothing, if it cannot be told. It is pure, and believes a
// button without reading it: those are [Book.Next]'s.
func (b *Book) Understand(s State, in Input) []Command {
	f := b.Of(s)
	if f == nil || s.Status != Running || f.step(s.Step) == nil {
		return nil
	}
	r := reader{f: f, s: s, step: f.step(s.Step), in: in}
	return r.read()
}

// reader is one call of Understand.
type reader struct {
	f    *Flow
	s    State
	step *Step
	in   Input
}

func (r *reader) read() []Command {
	if r.in.Match.Right != intents.NoRight {
		return []Command{{Verb: Rights, Right: r.in.Match.Right}}
	}
	if r.in.Asked.Text == "" {
		return r.part(Part{Text: r.in.Text, Match: r.in.Match}, r.in.Answer)
	}
	said := slices.DeleteFunc(r.part(r.in.Said, ""), func(c Command) bool {
		return c.Verb == Ask && c.Topic != Safety || c.Verb == Repeat || c.Verb == Fill && len(c.Found) == 0 && !hasDigits(r.in.Said.Text)
	})
	for _, c := range r.part(r.in.Asked, r.in.Answer) {
		again := slices.ContainsFunc(said, func(o Command) bool { return o.Verb == c.Verb })
		again = again || c.Verb == AskWhy && slices.ContainsFunc(said, func(o Command) bool { return o.Verb == Skip }) // which says why, too
		if c.Verb == Ask && r.offersOther(said) {
			continue // 手机号不方便给，微信行吗
		}
		how := len(said) > 0 && said[0].Verb != Fill && said[0].Verb != Confirm && c.Verb == Ask && r.in.Answer == ""
		if !again && !how && c.Verb != Fill && c.Verb != Confirm && c.Verb != Deny { // a question gives nothing and agrees to nothing
			said = append(said, c)
		}
	}
	return said
}

// offersOther reports whether the question asks if another kind of detail will
// do than the one that is refused, which is answered by then.
func (r *reader) offersOther(said []Command) bool {
	for _, n := range detailWords() {
		if !strings.Contains(r.in.Asked.Match.Folded, n.word) {
			continue
		}
		for _, c := range said {
			if s := r.f.step(c.Step); c.Verb == AskWhy && s != nil && s.oneOfSeveral(n.kind) {
				return true
			}
		}
	}
	return false
}

// part reads a text that does one thing, or gives details and does one thing.
func (r *reader) part(p Part, answer string) []Command {
	if c, ok := r.subAnswer(p.Match); ok {
		return []Command{c}
	}
	if c, ok := r.pieces(p); ok {
		return []Command{c}
	}
	var out []Command
	found, want, refused := r.details(p, answer)
	m := p.Match
	if m.Intent == intents.Human && len(found) == 1 && found[0].Kind == slot.Name && strings.HasPrefix(m.Folded, "叫") {
		found = nil // 叫个人来 calls for somebody, whatever may follow 叫
	}
	switch {
	case len(found) > 0:
		if r.step.Kind == ConsentStep && strings.HasPrefix(strings.TrimPrefix(m.Folded, "我"), "同意") {
			out = append(out, Command{Verb: Confirm, Plain: true})
		}
		out = append(out, Command{Verb: Fill, Found: found})
		if c, ok := r.wrongToo(m, found); ok {
			out = append(out, c)
		}
		if Secret(p.Text) {
			out = append(out, Command{Verb: Ask, Topic: Safety})
		} else if m.Intent == intents.Human && !m.Question && hans(p.Text) <= maxBeside {
			out = append(out, Command{Verb: HandOff})
		}
		return out
	case Secret(p.Text):
		return []Command{{Verb: Ask, Topic: Safety}}
	case refused != "" && (m.Act == intents.Correct || !talks(m, answer)):
		return []Command{{Verb: Fill, Step: want.ID, Reason: refused}}
	}
	if c, ok := r.whichConsent(p); ok {
		return []Command{c}
	}
	if c, ok := r.answer(m); ok {
		return []Command{c}
	}
	if c, ok := r.talk(m, answer); ok {
		return []Command{c}
	}
	if r.step.Kind == DetailStep && m.Folded != "" {
		return []Command{{Verb: Fill, Step: r.step.ID, Reason: refused}}
	}
	return nil
}

// maxBeside is how many Chinese characters a message has that gives a detail and
// asks for a person. A long story mentions 客服 in passing.
const maxBeside = 20

func hans(text string) (n int) {
	for _, c := range text {
		if unicode.Is(unicode.Han, c) {
			n++
		}
	}
	return n
}

// subAnswer reads the answer to a question about the flow itself, if one is open.
func (r *reader) subAnswer(m intents.Match) (Command, bool) {
	goesOn := m.Act == intents.GoOn
	switch r.s.Asking {
	case AskCancel, AskRestart:
		// 提交 says yes to the form, not to its end.
		if m.Act == intents.Deny && !m.Question || goesOn || strings.Contains(m.Folded, "提交") && m.Act == intents.Affirm {
			return Command{Verb: Deny}, true
		}
		if m.Act == intents.Affirm && !m.Question {
			return Command{Verb: Confirm, Plain: true}, true
		}
	case AskStuck:
		if goesOn {
			return Command{Verb: Repeat}, true
		}
	case AskRemind:
		return reminded(m)
	case AskEdit:
		if ids := r.f.namesSeveral(m.Folded); len(ids) > 1 && !m.Question {
			return several(m.Folded, ids), true
		}
		if s := r.f.named(m.Folded); s != nil {
			return Command{Verb: Correct, Step: s.ID}, true
		}
	}
	return Command{}, false
}

// answer reads a yes or a no to the open question, and a correction.
func (r *reader) answer(m intents.Match) (Command, bool) {
	yes := m.Act == intents.Affirm && !m.Question
	goesOn := m.Act == intents.GoOn
	if m.Intent == intents.Human && !m.Question && !yes { // whatever else is wrong, a person is asked for
		return Command{}, false
	}
	switch r.step.Kind {
	case ConsentStep:
		switch {
		case m.Question && strings.Contains(m.Folded, "不同意"):
			return Command{Verb: AskWhy, Step: r.step.ID}, true
		case m.Act == intents.Deny || m.Act == intents.Refuse:
			return Command{Verb: Deny}, !m.Question
		case yes: // 好的 is polite, 同意 is a consent
			return Command{Verb: Confirm, Plain: strings.Contains(m.Folded, "同意")}, true
		}
		return Command{}, false
	case ConfirmStep:
		if yes && isTag(m.Folded) || asksApproval(m) { // 没问题吧 asks back: nothing is sent on the strength of it
			return Command{Verb: Repeat}, true
		}
		if yes {
			return Command{Verb: Confirm, Plain: true}, true
		}
		if s := r.f.named(m.Folded); s != nil && m.Act == intents.NoAct && m.Intent != intents.Human && !m.Question && utf8.RuneCountInString(m.Folded) <= maxNaming {
			return Command{Verb: Correct, Step: s.ID}, true // 手机, and nothing else
		}
	case DetailStep:
		if asksApproval(m) { // what was given before shows in what is asked now
			return Command{Verb: GoOn}, true
		}
		leaves := yes || goesOn || m.Act == intents.Cancel && !strings.Contains(m.Folded, "申请")
		if r.f.satisfied(r.step, r.s) && leaves { // came back, changes nothing
			return Command{Verb: Deny}, true
		}
		if yes {
			return Command{Verb: Confirm, Plain: true}, true
		}
	}
	switch {
	case onlySurnameWrong.MatchString(m.Folded):
		return Command{Verb: Correct, Step: r.f.idFor(string(slot.Name))}, true
	case m.Act == intents.Deny && !m.Question, m.Act == intents.Lack && r.step.Kind == DetailStep:
		return Command{Verb: Deny}, true
	case m.Act == intents.Correct:
		if ids := r.f.namesSeveral(m.Folded); len(ids) > 1 {
			return several(m.Folded, ids), true
		}
		if m.Slot == "" && goesBack(m.Folded) {
			return Command{Verb: Correct, Step: r.f.lastCorrected(r.s)}, true
		}
		return Command{Verb: Correct, Step: r.f.idFor(m.Slot)}, true
	}
	return Command{}, false
}

// talk reads what is about the dialogue rather than an answer in it.
func (r *reader) talk(m intents.Match, answer string) (Command, bool) {
	if m.Intent == intents.Human {
		return Command{Verb: HandOff}, true
	}
	switch m.Act {
	case intents.Cancel:
		return Command{Verb: Cancel}, true
	case intents.StartOver:
		return Command{Verb: StartOver}, true
	case intents.Back:
		return Command{Verb: Back}, true
	case intents.Clear:
		return Command{Verb: Clear, Step: r.f.idFor(m.Slot)}, true
	case intents.Why:
		c := Command{Verb: AskWhy, Step: r.f.idFor(m.Slot)}
		if c.Step == "" {
			c.Step = r.step.ID
		}
		return c, true
	case intents.Refuse, intents.Skip:
		if s := r.f.stepFor(slot.Kind(m.Slot)); s != nil && s.oneOfSeveral(slot.Kind(m.Slot)) { // another kind will do, as why it is asked says
			return Command{Verb: AskWhy, Step: s.ID}, true
		}
		return Command{Verb: Skip, Step: r.f.idFor(m.Slot)}, true
	case intents.Wait, intents.Later:
		return Command{Verb: Wait, Later: m.Act == intents.Later}, true
	case intents.Repeat:
		return Command{Verb: Repeat}, true
	case intents.GoOn:
		return Command{Verb: GoOn}, true
	case intents.Affirm: // 嗯？
		return Command{Verb: Repeat}, m.Question
	}
	topic, ok := r.topic(m, answer)
	return Command{Verb: Ask, Topic: topic}, ok
}

func (r *reader) topic(m intents.Match, answer string) (Topic, bool) {
	switch {
	case m.Act == intents.Progress:
		return Progress, true
	case m.Intent == intents.Status && m.Question && answer != "":
		return General, true
	case m.Intent == intents.Status && m.Question:
		return Result, true
	case m.Intent == intents.Status:
		return Progress, true
	case m.Act == intents.Thanks:
		return Thanks, true
	case m.Act == intents.Grumble:
		return Grumble, true
	case m.Intent == intents.Apply:
		return Begin, true
	case m.Intent == intents.Greeting:
		return Hello, true
	}
	return General, answer != "" || m.Question && m.Folded != "" || m.Intent != intents.None
}

// talks reports whether the message is talk about the dialogue rather than an
// attempt at a detail.
func talks(m intents.Match, answer string) bool {
	return m.Question || m.Act != intents.NoAct || m.Intent != intents.None || answer != ""
}

// details looks for details in the text: those that say what they are, and,
// unless the text is talk, one that answers the open question or the one that
// the text names as wrong. If there is none it returns why that one could not
// be read, "" if the text does not look like an answer at all.
func (r *reader) details(p Part, answer string) (found []slot.Found, want *Step, refused string) {
	m := p.Match
	if m.Folded == "" { // marks and pictures
		return nil, r.step, ""
	}
	found = slices.DeleteFunc(slot.Scan(p.Text, r.in.Now), r.useless)
	if m.Intent == intents.Human || m.Act == intents.GoOn { // who is called is nobody's name
		found = slices.DeleteFunc(found, func(f slot.Found) bool { return f.Kind == slot.Name })
	}
	if r.step.Kind == ConsentStep {
		return found, r.step, ""
	}
	want = r.step
	if m.Act == intents.Correct {
		if named := r.f.stepFor(slot.Kind(m.Slot)); named != nil {
			want = named
		} else if name := r.s.Details[slot.Name].Value.Reveal(); name != "" && strings.Contains(p.Text, name) {
			want = r.f.stepFor(slot.Name) // 不是林小满，是林大满
		}
	}
	if f, ok := r.which(m); ok {
		return append(found, f), r.step, ""
	}
	if f, ok := r.spelledOut(want, p.Text); ok && !m.Question {
		return append(found, f), want, ""
	}
	if f, ok := r.instead(p); ok {
		return append(found, f), r.f.stepFor(f.Kind), ""
	}
	if _, wrong, _ := r.ending(p); wrong != nil && len(found) == 0 {
		return nil, r.f.stepFor(wrong.Kind), wrong.Reason
	}
	if before := r.restored(m); len(before) > 0 && len(found) == 0 && !hasDigits(p.Text) {
		return before, r.f.stepFor(before[0].Kind), ""
	}
	if slices.ContainsFunc(found, func(f slot.Found) bool { return want.takes(f.Kind) }) {
		return found, want, ""
	}
	// 我是林小满，想办分付 asks for what is going on, and answers.
	introduces := want.Detail == slot.Name && m.Intent == intents.Apply && m.Act == intents.NoAct && !m.Question
	if want.Kind != DetailStep || (talks(m, answer) && m.Act != intents.Correct && !hasDigits(p.Text) && !introduces) {
		return found, want, ""
	}
	f, err := want.Detail.Find(p.Text, r.in.Now)
	if err == nil && r.useless(f) {
		err = &slot.Error{Kind: slot.Contact, Reason: "no_number"}
	}
	if err == nil {
		return append(found, f), want, ""
	}
	var se *slot.Error
	if errors.As(err, &se) && (m.Act != intents.Correct || hasDigits(p.Text)) {
		refused = se.Reason
	}
	return found, want, refused
}

// useless reports whether what was found tells the flow nothing: it does not
// ask for it, or it is "the WeChat ID is the phone number", which has no value
// of its own.
func (r *reader) useless(f slot.Found) bool {
	return r.f.stepFor(f.Kind) == nil || f.Note == slot.SameAsPhone
}

// goesBack reports whether a correction, in the form of intents.Fold, wants
// what was there before, and says neither what of nor which.
func goesBack(folded string) bool {
	for _, w := range []string{"回", "原来", "之前", "刚才", "还原", "以前", "旧的", "老的"} {
		if strings.Contains(folded, w) {
			return true
		}
	}
	return false
}

// lastCorrected returns the id of the step whose answer was changed last, "" if
// none was.
func (f *Flow) lastCorrected(s State) string {
	id, at := "", time.Time{}
	for k, d := range s.Details {
		if d.Corrected > 0 && !d.At.Before(at) {
			id, at = f.idFor(string(k)), d.At
		}
	}
	return id
}

// detailWords are what visitors call a detail.
func detailWords() [10]detailWord {
	return [...]detailWord{
		{"身份证", slot.ID}, {"证件", slot.ID}, {"姓名", slot.Name}, {"名字", slot.Name}, {"手机", slot.Phone}, {"电话", slot.Phone},
		{"邮箱", slot.Email}, {"微信", slot.WeChat}, {"联系", slot.Contact}, {"号码", slot.Contact},
	}
}

type detailWord struct {
	word string
	kind slot.Kind
}

// maxNaming is the longest text, in runes, that does no more than name a detail.
const maxNaming = 5

// named returns the step whose detail a short text, in the form of
// intents.Fold, names.
func (f *Flow) named(folded string) *Step {
	if utf8.RuneCountInString(folded) > 10 {
		return nil
	}
	for _, n := range detailWords() {
		if strings.Contains(folded, n.word) {
			return f.stepFor(n.kind)
		}
	}
	return nil
}

// idFor returns the id of the step that asks for details of the kind, "" if
// none does.
func (f *Flow) idFor(kind string) string {
	if s := f.stepFor(slot.Kind(kind)); s != nil {
		return s.ID
	}
	return ""
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
	for _, w := range []string{"密码", "验证码", "安全码", "CVV", "cvv"} {
		if strings.Contains(text, w) {
			return hasDigits(text) || spelled.MatchString(text)
		}
	}
	return false
}

// HideSecret masks what a secret may be of.
func HideSecret(text string) string {
	stars := func(c rune) rune {
		if strings.ContainsRune(" ,.、-", c) {
			return c
		}
		return '*'
	}
	text = spelled.ReplaceAllStringFunc(text, func(s string) string { return strings.Map(stars, s) })
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return '*'
		}
		return c
	}, text)
}

// spelled is a code in the numerals of a language: 七三五二九一.
var spelled = regexp.MustCompile(`(?:[\d〇零洞一壹幺二贰两三叁四肆五伍六陆七柒拐八捌九玖勾][ ,.、-]?){4,}`)
