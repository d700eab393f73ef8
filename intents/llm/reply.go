package llm

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"fenfu/intents/faq"
	"fenfu/intents/guard"
)

const (
	maxHead   = 400 // bytes of the line that names entries
	maxAnswer = 360 // runes of an answer; what goes on is left at its last sentence

	minSentence = 4 // Chinese characters of a sentence; a shorter one is left out
)

// reply takes a model's text in as it comes, and passes on whole sentences that
// have passed.
type reply struct {
	entries []faq.Entry
	guard   *guard.Guard
	show    func(string)

	held    string // said, but not a line or a sentence yet
	thought bool   // whatever it thought aloud is over
	cites   []string
	none    bool // it says that the entries hold no answer
	ground  *ground
	shown   strings.Builder
	runes   int // in shown
}

// add takes in what the model says next.
func (r *reply) add(delta string) error {
	r.held += delta
	if !r.think() {
		return nil
	}
	if r.ground == nil && !r.none {
		line, rest, ok := strings.Cut(strings.TrimLeft(r.held, " \t\r\n"), "\n")
		if !ok && len(line) <= maxHead {
			return nil
		}
		if err := r.head(line); err != nil {
			return err
		}
		r.held = rest
	}
	if r.none {
		return errEnough
	}
	for {
		sentence, rest, ok := cutSentence(r.held)
		if !ok {
			break
		}
		r.held = rest
		if err := r.take(sentence); err != nil {
			return err
		}
	}
	if utf8.RuneCountInString(r.held) > maxAnswer {
		return &Error{Reason: Format} // a sentence without an end
	}
	return nil
}

// end takes in that the model says no more. What it was cut off in is dropped.
func (r *reply) end(whole bool) error {
	if whole && r.ground == nil && !r.none && r.think() {
		if err := r.head(strings.TrimSpace(r.held)); err != nil {
			return err
		}
		r.held = ""
	}
	if r.none {
		return nil
	}
	if whole && r.ground != nil && r.runes < maxAnswer {
		if err := r.take(r.held); err != nil && err != errEnough {
			return err
		}
	}
	if r.shown.Len() == 0 {
		return &Error{Reason: Empty}
	}
	return nil
}

// think leaves out what some models think aloud before they answer. It reports
// whether the answer has begun.
func (r *reply) think() bool {
	const open, shut = "<think>", "</think>"
	if r.thought {
		return true
	}
	text := strings.TrimLeft(r.held, " \t\r\n")
	if !strings.HasPrefix(text, open) {
		r.thought = !strings.HasPrefix(open, text)
		return r.thought
	}
	_, rest, ok := strings.Cut(text, shut)
	if !ok {
		r.held = open + text[max(len(open), len(text)-len(shut)):] // no more is needed to see the end
		return false
	}
	r.held, r.thought = rest, true
	return true
}

// head reads the line that names the entries.
func (r *reply) head(line string) error {
	list, ok := strings.CutPrefix(strings.TrimSpace(line), citeMark)
	if line == "" {
		return &Error{Reason: Empty}
	}
	list = strings.TrimLeft(list, ":： ")
	if !ok || len(line) > maxHead {
		return &Error{Reason: Format}
	}
	if strings.Trim(list, " 。.") == nothing {
		r.none = true
		return nil
	}
	var cited []faq.Entry
	for _, id := range strings.FieldsFunc(list, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(",，、;；[]【】。", c) }) {
		i := slices.IndexFunc(r.entries, func(e faq.Entry) bool { return e.ID == id })
		if i < 0 {
			return &Error{Reason: Refused} // it makes its sources up
		}
		if !slices.Contains(r.cites, id) {
			r.cites = append(r.cites, id)
			cited = append(cited, r.entries[i])
		}
	}
	if len(cited) == 0 {
		return &Error{Reason: Format}
	}
	r.ground = newGround(said(cited))
	return nil
}

// take passes a sentence on if it passes.
func (r *reply) take(sentence string) error {
	sentence = plain(sentence)
	if r.shown.Len() == 0 {
		sentence = strings.TrimLeft(sentence, " \n")
	}
	if chinese(sentence) < minSentence {
		return nil // "可以。" by itself can be held against nothing
	}
	n := utf8.RuneCountInString(sentence)
	if r.runes+n > maxAnswer {
		return errEnough
	}
	if !r.ground.holds(sentence) || len(r.guard.Check(r.shown.String()+sentence)) > 0 {
		return &Error{Reason: Refused}
	}
	r.shown.WriteString(sentence)
	r.runes += n
	r.show(sentence)
	return nil
}

// cutSentence cuts off the first sentence, with its end.
func cutSentence(s string) (sentence, rest string, ok bool) {
	lead := len(s) - len(strings.TrimLeft(s, " \t\r\n"+markup))
	i := strings.IndexAny(s[lead:], "。！？!?；;\n") + lead
	if i < lead {
		return "", s, false
	}
	_, n := utf8.DecodeRuneInString(s[i:])
	return s[:i+n], s[i+n:], true
}

// chinese counts the Chinese characters of a text.
func chinese(s string) int {
	n := 0
	for _, c := range s {
		if unicode.Is(unicode.Han, c) {
			n++
		}
	}
	return n
}

// markup is what models put around words unasked.
const markup = "*#`_"

// plain takes out what is no text: mark-up that models add unasked, and what
// cannot be seen.
func plain(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case strings.ContainsRune(markup, c):
			return -1
		case c == '\n' || c == utf8.RuneError: // the latter must not pass unseen
			return c
		case unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Mn):
			return -1
		}
		return c
	}, s)
}
