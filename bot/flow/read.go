package flow

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fenfu/intents"
)

// Input is one message to a flow, already cleaned and understood.
type Input struct {
	Now    time.Time
	Text   string        // by intents.Normalize; "" if a button was pressed
	Choice string        // the value of the button pressed
	Match  intents.Match // what Text means
	Said   Part          // of a message that also asks something: the rest of it
	Asked  Part          // what it asks; empty if it does not do both
	Answer string        // what the knowledge base says to Asked, or to Text if that is empty; "" if nothing
}

// Part is a part of a message. Places in it are places in the message: what
// belongs to the other part is blank.
type Part struct {
	Text  string
	Match intents.Match
}

// maxSplit is the longest text, in bytes, whose clauses are told apart.
const maxSplit = 600

// Read understands a normalized text. The answer is for the caller to add.
func Read(m *intents.Matcher, text string, now time.Time) Input {
	in := Input{Now: now, Text: text, Match: m.Match(text)}
	if len(text) > maxSplit {
		return in
	}
	said, asked := split(m, text)
	if said == "" && in.Match.Act == intents.NoAct && in.Match.Intent == intents.None && !in.Match.Question {
		in.Match.Act, in.Match.Slot = clauseAct(m, text)
	}
	if said != "" {
		in.Said = Part{Text: said, Match: m.Match(said)}
		if asked != "" {
			in.Asked = Part{Text: asked, Match: m.Match(asked)}
		} else { // the question was but a tag
			in.Text, in.Match, in.Said = said, in.Said.Match, Part{}
		}
	}
	return in
}

// Question returns the text to look up in the knowledge base, with its meaning.
func (in *Input) Question() Part {
	if in.Asked.Text != "" {
		return in.Asked
	}
	return Part{Text: in.Text, Match: in.Match}
}

// split tells what a text says from what it asks, clause by clause. Both are
// empty unless the text does both.
func split(m *intents.Matcher, text string) (said, asked string) {
	if strings.IndexFunc(text, isBreak) < 0 {
		return "", ""
	}
	s, a := []byte(text), []byte(text)
	var says, asks, tags int
	for from := 0; from < len(text); {
		to := len(text)
		if i := strings.IndexFunc(text[from:], isBreak); i >= 0 {
			_, size := utf8.DecodeRuneInString(text[from+i:])
			to = from + i + size
		}
		clause := text[from:to]
		bare := strings.TrimFunc(clause, func(r rune) bool { return isBreak(r) || unicode.IsSpace(r) })
		switch {
		case bare == "":
		case isTag(bare):
			tags++
			blank(s[from:to])
			blank(a[from:to])
		case strings.HasPrefix(bare, "还是") && !strings.ContainsAny(clause, "?吗么呢"): // 又错了，还是姓凌
			says++
			blank(a[from:to])
		case !hasDigits(bare) && asksSomething(m.Match(strings.TrimSpace(clause))):
			asks++
			blank(s[from:to])
		default:
			says++
			blank(a[from:to])
		}
		from = to
	}
	if says == 0 || asks+tags == 0 {
		return "", ""
	}
	if asks == 0 {
		return string(s), ""
	}
	return string(s), string(a)
}

// clauseAct returns what the first clause that is about the dialogue does to
// it; time is asked for only if nothing else is.
func clauseAct(m *intents.Matcher, text string) (act intents.Act, slot string) {
	if strings.IndexFunc(text, isBreak) < 0 {
		return intents.NoAct, ""
	}
	for clause := range strings.FieldsFuncSeq(text, isBreak) {
		switch c := m.Match(clause); c.Act {
		case intents.Wait:
			act = c.Act
		case intents.Cancel, intents.StartOver, intents.Back, intents.Clear, intents.Refuse, intents.Skip, intents.Later, intents.Repeat,
			intents.Grumble:
			return c.Act, c.Slot
		}
	}
	return act, ""
}

func blank(b []byte) {
	for i := range b {
		b[i] = ' '
	}
}

func asksSomething(m intents.Match) bool {
	switch m.Act {
	case intents.Why, intents.Progress:
		return true
	case intents.NoAct:
	default: // "can you go back?" says what to do
		return false
	}
	switch m.Intent {
	case intents.None:
		return m.Question
	case intents.Greeting, intents.Human, intents.Apply:
		return false
	}
	return true
}

// isTag reports whether a clause only asks for approval of what stands before it.
func isTag(clause string) bool {
	switch strings.TrimRight(clause, "啊呀呢哈") {
	case "对吗", "是吗", "对吧", "是吧", "可以吗", "可以么", "可以不", "可以吧", "行吗", "行么", "行不", "行不行", "行吧", "好吗", "好么",
		"对不对", "没错吧", "没问题吧", "可以改吗", "能改吗", "怎么改", "咋改", "怎么办", "咋办", "能用吗", "能行吗", "这样可以吗", "这样行吗", "这样对吗":
		return true
	}
	return false
}

// asksApproval reports whether a message asks no more than whether all is right.
func asksApproval(m intents.Match) bool {
	return m.Question && (isTag(m.Folded) || strings.HasPrefix(m.Folded, "有问题")) && utf8.RuneCountInString(m.Folded) <= 5 && !strings.ContainsAny(m.Folded, "改怎咋用办")
}

func isBreak(r rune) bool { return strings.ContainsRune(" ,;!?\n。、，；！？…~", r) }
