package slot

import (
	"slices"
	"strings"
	"time"

	"fenfu/bot/pii"
)

// Found is one detail in a text.
type Found struct {
	Kind  Kind     // never Contact: the kind of contact it turned out to be
	Value pii.Text // normalised; empty only with Note SameAsPhone
	Note  string   // a remark on a well-formed value, "" if there is none
	Start int      // byte offsets of the detail in the text
	End   int
}

// Notes on well-formed values.
const (
	Under18      = "under18"         // an ID number's holder is not 18 yet
	HKMOTWPermit = "hk_mo_tw_permit" // a residence permit of a Hong Kong, Macau or Taiwan resident
	Foreign      = "foreign_permit"  // a foreigner's permanent residence
	ManualReview = "manual_review"   // well formed as far as can be told; a person should look
	SameAsPhone  = "same_as_phone"   // the WeChat ID is the mobile number; Value is empty if the text has none
)

// Find reads text as the answer to a question for a detail of kind k. The
// error is an *Error. With Contact, a phone number, an e-mail address or a
// WeChat ID will do, and Found.Kind says which it is.
func (k Kind) Find(text string, now time.Time) (Found, error) {
	f, reason := k.find(text, now)
	if reason != "" && reason != "ambiguous" && k != Name && k != Email {
		if spaced, ok := withoutPauses(text); ok {
			if f, why := k.find(spaced, now); why == "" {
				return f, nil
			}
		}
	}
	if reason != "" {
		return Found{}, &Error{Kind: k, Reason: reason}
	}
	return f, nil
}

// withoutPauses puts spaces for the commas between the digits of a number that
// was dictated, and reports whether there were any. Places stay what they are.
func withoutPauses(text string) (string, bool) {
	var out []byte
	last, gap := notDigit, -1 // where the pause began behind the last digit
	for i := 0; i < len(text); {
		r, size := decode(text, i)
		_, how := digitOf(r)
		switch {
		case how != notDigit && gap >= 0 && last != notDigit:
			if out == nil {
				out = []byte(text)
			}
			for j := gap; j < i; j++ {
				out[j] = ' '
			}
			fallthrough
		case how != notDigit:
			last, gap = how, -1
		case strings.ContainsRune(",，、。", r) && gap < 0 && last != notDigit:
			gap = i
		case gap >= 0 && isSpace(r):
		default:
			last, gap = notDigit, -1
		}
		i += size
	}
	return string(out), out != nil
}

func (k Kind) find(text string, now time.Time) (Found, string) {
	switch k {
	case Name:
		s, reason := findName(text)
		return s.found(Name), reason
	case ID:
		return findID(text, now)
	case Phone:
		e, reason := findPhone(text, now)
		return e.found(), reason
	case Email:
		s, reason := findEmail(text)
		return s.found(Email), reason
	case WeChat:
		s, note, reason := findWeChat(text, now)
		f := s.found(WeChat)
		f.Note = note
		return f, reason
	case Contact:
		return findContact(text, now)
	}
	return Found{}, "no_number"
}

// findContact takes the first kind of contact that text gives, and blames the
// one that was most likely meant if it gives none.
func findContact(text string, now time.Time) (Found, string) {
	f, why := Phone.find(text, now)
	if why == "" {
		return f, ""
	}
	blame := ""
	if why == "ambiguous" {
		return Found{}, why
	}
	for _, k := range [...]Kind{Email, WeChat} {
		if k == WeChat && blame != "" {
			break // what has an @ is no account name
		}
		f, reason := k.find(text, now)
		switch reason {
		case "":
			return f, ""
		case "no_number":
		case "bad_wechat":
			blame = reason
			if strings.Contains(text, "邮箱") {
				blame = "bad_email"
			}
		default:
			blame = reason
		}
	}
	if blame == "" || blame == "bad_wechat" && why != "no_number" {
		blame = why
	}
	return Found{}, blame
}

// Scan finds the details that text holds anywhere, in order of place. It takes
// only what is beyond doubt: see [NearMiss] for the rest.
func Scan(text string, now time.Time) []Found {
	var out []Found
	var buf [8]entry
	all, _ := numbers(text, now, buf[:0])
	for _, want := range [...]sort{anID, aPhone} {
		if e, c := choose(text, all, want); c == chosen {
			out = append(out, e.found())
		}
	}
	if strings.IndexByte(text, '@') >= 0 {
		if s, why := findEmail(text); why == "" {
			out = append(out, s.found(Email))
		}
	}
	if f, ok := scanWeChat(text, out); ok {
		out = append(out, f)
	}
	if s, ok := scanNames(text, len(out) > 0); ok {
		out = append(out, s.found(Name))
	}
	slices.SortFunc(out, func(a, b Found) int { return a.Start - b.Start })
	return out
}

// Candidates returns the different numbers of kind k in text, in order; of
// [Contact], the phone numbers.
func Candidates(k Kind, text string, now time.Time) []pii.Text {
	want := aPhone
	if k == ID {
		want = anID
	}
	var out []pii.Text
	var buf [8]entry
	all, _ := numbers(text, now, buf[:0])
	for _, e := range all {
		if v := pii.Text(e.value); e.sort == want && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// scanWeChat looks for a WeChat ID with a label, or for words that it is the
// mobile number; found is what the text gave already.
func scanWeChat(text string, found []Found) (Found, bool) {
	if start, end, ok := saysSameAsPhone(text); ok && !isQuestion(text) {
		f := Found{Kind: WeChat, Note: SameAsPhone, Start: start, End: end}
		for _, p := range found {
			if p.Kind == Phone {
				f.Value = p.Value
			}
		}
		return f, true
	}
	s, ok := labelledWeChat(text)
	if !ok || s.value == "" || isEnglishWord(s.value) {
		return Found{}, false
	}
	return s.found(WeChat), true
}

// NearMiss says what is wrong with the first thing in text that is meant for an
// ID number or a phone number and is none, nil if there is no such thing.
func NearMiss(text string, now time.Time) *Error {
	var buf [8]entry
	all, _ := numbers(text, now, buf[:0])
	for _, want := range [...]sort{anID, aPhone} {
		if _, c := choose(text, all, want); c == several {
			return &Error{Kind: want.kind(), Reason: "ambiguous"}
		}
	}
	for _, e := range all {
		if e.sort == aCard {
			return &Error{Kind: Phone, Reason: "looks_like_bank_card"}
		}
		if e.sort != unknown {
			continue
		}
		if k, reason := nearMiss(text, e, now); reason != "" {
			return &Error{Kind: k, Reason: reason}
		}
	}
	return nil
}

// nearMiss judges a number that is nothing in particular.
func nearMiss(text string, e entry, now time.Time) (Kind, string) {
	number, n := compactID(text[e.start:e.end])
	switch {
	case n != len(number):
		return ID, ""
	case n == 15 && allDigits(number) && isProvince(number[0], number[1]):
		return ID, "legacy15"
	case n >= 17 && n <= 19 && looksLikeID([]byte(number)):
		_, err := ParseID(number, now)
		if e, ok := err.(*Error); ok {
			return ID, e.Reason
		}
	case n >= 10 && n <= 12 && number[0] == '1' && number[1] >= '3' && allDigits(number):
		_, reason := findPhone(number, now)
		return Phone, reason
	}
	return ID, ""
}

func (s sort) kind() Kind {
	if s == anID {
		return ID
	}
	return Phone
}

func (s span) found(k Kind) Found {
	return Found{Kind: k, Value: pii.Text(s.value), Start: s.start, End: s.end}
}

func (e entry) found() Found {
	f := Found{Kind: e.sort.kind(), Value: pii.Text(e.value), Note: e.note, Start: e.start, End: e.end}
	if e.sort == aPhone {
		f.Note = ""
		if e.note == "foreign" {
			f.Note = ManualReview
		}
	}
	return f
}

// findID returns the one ID number that text answers with, or the reason why
// the thing most like one is none.
func findID(text string, now time.Time) (Found, string) {
	var buf [8]entry
	all, worst := numbers(text, now, buf[:0])
	e, c := choose(text, all, anID)
	switch c {
	case chosen:
		return e.found(), ""
	case several:
		return Found{}, "ambiguous"
	case retracted:
		return Found{}, "no_number"
	}
	for _, e := range all {
		if _, n := compactID(text[e.start:e.end]); e.sort == aCard && (n == 16 || n == 19) {
			return Found{}, "looks_like_bank_card" // with 17 or 18 digits an ID number is more likely meant
		}
	}
	start, end := idChunk(text, all, worst)
	if start == end {
		return Found{}, "no_number"
	}
	info, err := ParseID(text[start:end], now)
	if e, ok := err.(*Error); ok {
		if strings.ContainsAny(text[start:end], "*＊") {
			return Found{}, "masked"
		}
		return Found{}, e.Reason
	}
	return Found{Kind: ID, Value: info.Number, Note: info.Note, Start: start, End: end}, ""
}

// idChunk returns the part of text that an ID number was meant to be in: the
// leftover number with the most digits, or else the longest run of digits, with
// the letters and stars that touch it.
func idChunk(text string, all []entry, worst digits) (start, end int) {
	for _, e := range all {
		if e.sort == unknown && e.end-e.start > end-start && e.end-e.start > 6 {
			start, end = e.start, e.end
		}
	}
	if start == end {
		start, end = worst.start, worst.end
	}
	if start == end {
		return 0, 0
	}
	return widen(text, start, end)
}

// widen takes in what touches the number on both sides.
func widen(text string, start, end int) (int, int) {
	for start > 0 && (isAlnum(text[start-1]) || text[start-1] == '*') {
		start--
	}
	for end < len(text) && (isAlnum(text[end]) || text[end] == '*') {
		end++
	}
	return start, end
}
