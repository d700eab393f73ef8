package flow

import (
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"fenfu/bot/pii"
	"fenfu/bot/slot"
	"fenfu/intents"
)

// How long the numbers are that may come in pieces.
const (
	idDigits    = 18
	phoneDigits = 11
)

// What is said of a piece of a number, at most, and what of a surname.
var (
	somePiece   = regexp.MustCompile(`^(?:我|先|再|接着|发|是|给|前面?|后面?|开头|中间|剩下|最后|其余|的|几位|一半|[ :：,，])*?(\d[\d -]*[Xx]?)[ 。.,，]*$`)
	onlySurname = regexp.MustCompile(`^(?:我|免贵|本人|我是|是|[ ,，])*(?:姓\s*)?(\p{Han}{1,2})[ 。.,，!]*$`)
	onlyGiven   = regexp.MustCompile(`^(?:我|名字|名|叫|是|[ ,，:：])*?(\p{Han}{1,2})[ 。.,，!]*$`)
)

// pieces reads the answer to the open question that comes in several messages:
// what the one before this began, and this one goes on with or ends.
func (r *reader) pieces(p Part) (Command, bool) {
	m := p.Match
	if r.step.Kind != DetailStep || m.Question || m.Act != intents.NoAct || m.Intent != intents.None && m.Intent != intents.Other || len(r.s.Between) > 0 {
		return Command{}, false
	}
	if r.step.Detail == slot.Name {
		return r.nameInPieces(p)
	}
	long := phoneDigits
	if r.step.Detail == slot.ID {
		long = idDigits
	}
	at := somePiece.FindStringSubmatchIndex(p.Text)
	if at == nil {
		return Command{}, false
	}
	var se *slot.Error
	if _, err := r.step.Detail.Find(p.Text, r.in.Now); !errors.As(err, &se) || se.Reason != "bad_length" && se.Reason != "no_number" {
		return Command{}, false // it is whole, or something else
	}
	piece := strings.NewReplacer(" ", "", "-", "").Replace(p.Text[at[2]:at[3]])
	here := slot.Found{Value: pii.Text(piece), Start: at[2], End: at[3]}
	joined := r.s.Piece.Reveal() + piece
	if f, err := r.step.Detail.Find(joined, r.in.Now); err == nil && joined != piece {
		f.Start, f.End = here.Start, here.End
		return Command{Verb: Fill, Found: []slot.Found{f}}, true
	}
	switch {
	case len(slot.Scan(p.Text, r.in.Now)) > 0: // another detail
		return Command{}, false
	case len(joined) < long:
		piece = joined
	}
	if len(piece) >= long || r.step.Detail != slot.ID && piece[0] != '1' { // no number of a telephone begins otherwise
		return Command{}, false
	}
	return Command{Verb: Fill, Step: r.step.ID, Reason: "bad_length", Piece: pii.Text(piece), Hides: []slot.Found{here}}, true
}

// nameInPieces reads a surname alone, or the given name that follows one.
func (r *reader) nameInPieces(p Part) (Command, bool) {
	before := r.s.Piece.Reveal()
	if at := onlyGiven.FindStringSubmatchIndex(p.Text); before != "" && at != nil && !strings.HasPrefix(p.Text[at[2]:at[3]], before) {
		f, err := slot.Name.Find("我叫"+before+p.Text[at[2]:at[3]], r.in.Now)
		if f.Start, f.End = at[2], at[3]; err == nil {
			return Command{Verb: Fill, Found: []slot.Found{f}}, true
		}
	}
	said := onlySurname.FindStringSubmatch(p.Text)
	if said == nil || slot.Surname(said[1]) != said[1] || utf8.RuneCountInString(said[1]) > 1 && !strings.Contains(p.Text, "姓") {
		return Command{}, false // 欧阳 may be all of a name
	}
	return Command{Verb: Fill, Step: r.step.ID, Reason: "bad_length", Piece: pii.Text(said[1])}, true
}

// counted is how people say a digit that comes several times: 三个零.
var counted = regexp.MustCompile(`([两俩二三四五六2-6])个([〇零洞一幺二两三四五六七拐八九勾\d])`)

// inNumber is what a number is written with that has such in it.
var inNumber = regexp.MustCompile(`[〇零洞一幺二两俩三四五六七拐八九勾个\d][〇零洞一幺二两俩三四五六七拐八九勾个\d ,，、-]{4,}[〇零洞一幺二两三四五六七拐八九勾\dXx]`)

// spelledOut finds the awaited number in a text that counts digits of it.
func (r *reader) spelledOut(want *Step, text string) (slot.Found, bool) {
	if want.Kind != DetailStep || want.Detail == slot.Name || !counted.MatchString(text) {
		return slot.Found{}, false
	}
	at := inNumber.FindStringIndex(text)
	if at == nil {
		return slot.Found{}, false
	}
	times := map[string]int{"两": 2, "俩": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6}
	number := counted.ReplaceAllStringFunc(text[at[0]:at[1]], func(s string) string {
		g := counted.FindStringSubmatch(s)
		return strings.Repeat(g[2], times[g[1]])
	})
	f, err := want.Detail.Find(number, r.in.Now)
	f.Start, f.End = at[0], at[1]
	return f, err == nil && (f.Kind == slot.ID || f.Kind == slot.Phone)
}
