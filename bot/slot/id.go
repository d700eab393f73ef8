package slot

import (
	"strings"
	"time"
	"unicode/utf8"

	"fenfu/bot/pii"
)

// The kinds of ID numbers. Only the first is a PRC national's.
const (
	Resident    = "resident"    // GB 11643
	HKMOTW      = "hk_mo_tw"    // residence permit of Hong Kong, Macau and Taiwan residents
	ForeignID   = "foreign"     // foreigner's permanent residence, 18 digits, from 2023
	Foreign2017 = "foreign2017" // the same before: three letters and twelve digits
	Resident15  = "resident15"  // before 1999; refused
)

// Soft remarks on ID numbers, in IDInfo.Warn. They stop nothing.
const (
	AbolishedRegion = "abolished_region" // the county code is no longer given out
	UnknownRegion   = "unknown_region"   // the county code is in no list
	Sequence000     = "seq000"           // sequence number 000
)

// IDInfo is what an ID number says.
type IDInfo struct {
	Number pii.Text
	Kind   string
	Sex    string    // M, F, or "" if the number does not tell
	Birth  time.Time // UTC midnight; zero if the number does not tell
	Note   string    // see [Found]
	Warn   string    // a soft remark that stops nothing
}

// ParseID judges text as one ID number, however it is spaced or written. The
// error is an *Error; the IDInfo beside it holds what could be read all the same.
func ParseID(text string, today time.Time) (IDInfo, error) {
	number, n := compactID(text)
	info := IDInfo{Number: pii.Text(number)}
	reason := info.judge(number, n, today)
	if reason != "" {
		return info, &Error{Kind: ID, Reason: reason}
	}
	if info.Kind == Resident {
		info.Warn = warnOf(number)
	}
	return info, nil
}

// judge fills i from a number of n characters and returns the reason to refuse
// it. The order of the checks decides which of several faults is named: from
// what is seen at a glance to what only arithmetic finds.
func (i *IDInfo) judge(number string, n int, today time.Time) string {
	switch {
	case n == 15 && allDigits(number):
		i.Kind = Resident15
		return "legacy15"
	case n == 15 && isForeign2017(number):
		i.Kind, i.Note, i.Warn = Foreign2017, Foreign, ManualReview
		return ""
	case n != 18:
		return "bad_length"
	case !allDigits(number[:min(17, len(number))]) || len(number) != 18 || !isCheckChar(number[17]):
		return "bad_char"
	}
	i.Kind = idKind(number)
	if !knownRegion(i.Kind, number) {
		return "bad_region"
	}
	birth, ok := dateOf(number[6:14])
	if !ok {
		return "bad_date"
	}
	sex := "F"
	if number[16]&1 == 1 {
		sex = "M"
	}
	y, m, d := civil(today)
	switch {
	case birth.After(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)):
		i.Birth, i.Sex = birth, sex
		return "future_birth"
	case birth.Year() < 1900:
		i.Birth, i.Sex = birth, sex
		return "implausible_age"
	case checkChar(number) != number[17]:
		return "bad_checksum" // whatever else it seems to say cannot be trusted
	}
	i.Birth, i.Sex = birth, sex
	i.Note = i.remark(today)
	return ""
}

// remark is what a well-formed number says about its holder's chances: age
// comes first, because it ends the matter.
func (i *IDInfo) remark(today time.Time) string {
	switch {
	case i.Age(today) < 18:
		return Under18
	case i.Kind == HKMOTW:
		return HKMOTWPermit
	case i.Kind == ForeignID:
		return Foreign
	}
	return ""
}

// Age is how many birthdays the holder has had by today, -1 if the number does
// not tell. Whoever was born on a 29 February has the birthday of a common year
// on 1 March.
func (i IDInfo) Age(today time.Time) int {
	if i.Birth.IsZero() {
		return -1
	}
	y, m, d := civil(today)
	age := y - i.Birth.Year()
	if m < i.Birth.Month() || m == i.Birth.Month() && d < i.Birth.Day() {
		age--
	}
	return age
}

// AgeOf is the age of the holder of a normalised ID number, -1 if the number
// does not tell.
func AgeOf(number pii.Text, today time.Time) int {
	info, _ := ParseID(number.Reveal(), today)
	return info.Age(today)
}

// IDType is the kind of a normalised ID number, "" if it is none.
func IDType(number pii.Text) string {
	s := number.Reveal()
	switch {
	case isForeign2017(s):
		return Foreign2017
	case len(s) == 18:
		return idKind(s)
	}
	return ""
}

// civil is the date in China at t: ages and dates of birth go by it, wherever
// the server stands.
func civil(t time.Time) (int, time.Month, int) {
	return t.UTC().Add(8 * time.Hour).Date()
}

// compactID drops what is put between the characters of a number and writes
// each the plain way. It also counts them.
func compactID(text string) (string, int) {
	var b strings.Builder
	b.Grow(18)
	n := 0
	for _, r := range text {
		v, how := digitOf(r)
		switch {
		case how == typed || how == chinese:
			b.WriteByte(v)
		case isX(r):
			b.WriteByte('X')
		case 'a' <= r && r <= 'z':
			b.WriteByte(byte(r) - 'a' + 'A')
		case isGap(r) || isInvisible(r) || r == '\n' || r == '\r' || r == 0x85 || r == utf8.RuneError:
			continue
		default:
			b.WriteRune(r)
		}
		n++
	}
	return b.String(), n
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func isCheckChar(c byte) bool { return '0' <= c && c <= '9' || c == 'X' }

func isForeign2017(s string) bool {
	if len(s) != 15 || !allDigits(s[3:]) {
		return false
	}
	for i := range 3 {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return true
}

func idKind(number string) string {
	switch {
	case number[0] == '9':
		return ForeignID
	case number[0] == '8' && number[1] >= '1' && number[1] <= '3':
		return HKMOTW
	}
	return Resident
}

// knownRegion checks the province, and no more: county codes come and go, and
// an abolished one stays valid for its holder's life.
func knownRegion(kind, number string) bool {
	switch kind {
	case ForeignID: // the province comes after the 9, then the nationality
		return isProvince(number[1], number[2])
	case HKMOTW:
		return number[2:6] == "0000"
	}
	return isProvince(number[0], number[1])
}

func isProvince(a, b byte) bool {
	switch a {
	case '1', '3':
		return '1' <= b && b <= '5' || a == '3' && '6' <= b && b <= '7'
	case '2':
		return '1' <= b && b <= '3'
	case '4':
		return '1' <= b && b <= '6'
	case '5':
		return '0' <= b && b <= '4'
	case '6':
		return '1' <= b && b <= '5'
	case '7':
		return b == '1'
	case '8':
		return '1' <= b && b <= '3'
	}
	return false
}

// dateOf reads YYYYMMDD and reports whether the calendar has that day.
func dateOf(s string) (time.Time, bool) {
	y, m, d := number(s[:4]), number(s[4:6]), number(s[6:8])
	if y == 0 || m < 1 || m > 12 || d < 1 || d > 31 {
		return time.Time{}, false
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return t, t.Day() == d
}

// number reads a few ASCII digits.
func number(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// checkChar computes the last character from the first seventeen: ISO 7064
// MOD 11-2, with the weights 2^(17-i) mod 11.
func checkChar(number string) byte {
	sum := 0
	for i := range 17 {
		sum = (sum + int(number[i]-'0')) * 2 % 11
	}
	return "0123456789X"[(12-sum)%11]
}

// warnOf looks for what is unusual in a well-formed resident's number without
// being wrong.
func warnOf(number string) string {
	if number[14:17] == "000" {
		return Sequence000
	}
	return regionWarn(number[:6])
}
