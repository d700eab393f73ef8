package slot

import (
	"strings"
	"time"

	"fenfu/bot/pii"
)

// PhoneInfo is what a phone number says.
type PhoneInfo struct {
	Number pii.Text // E.164
	Type   string   // ok_cn_mobile, ok_hk, ok_mo, ok_tw, foreign
	Flag   string   // mvno, data_card, mobile, landline, manual_review or ""
}

// isMobile reports whether eleven digits are a mainland mobile number: a prefix
// that has been given out to people, not to things, ships or authorities.
func isMobile(d []byte) bool {
	if len(d) != 11 || d[0] != '1' {
		return false
	}
	switch d[1] {
	case '3', '8':
		return d[2] != 'X'
	case '4':
		return d[2] == '5' || d[2] == '7' || d[2] == '9'
	case '5':
		return d[2] != '4'
	case '6':
		return d[2] == '2' || d[2] >= '5' && d[2] <= '7'
	case '7':
		return d[2] != '4' && d[2] != '9' || d[2] == '4' && d[3] == '0' && d[4] <= '5'
	case '9':
		return d[2] != '4'
	}
	return false
}

// mobileFlag tells numbers of resellers and of data cards from the rest.
func mobileFlag(d []byte) string {
	switch string(d[:3]) {
	case "145", "147", "149":
		return "data_card"
	case "162", "165", "167", "170", "171":
		return "mvno"
	}
	return ""
}

// abroad judges a number with a plus sign and a country code other than 86.
func (g *digits) abroad() entry {
	e := entry{start: g.start, end: g.end}
	s := string(g.all())
	if g.n > 15 || g.n < 7 || s[0] == '0' || !allDigits(s) {
		return e
	}
	rest := ""
	if g.n > 3 {
		rest = s[3:]
	}
	ok := true
	switch s[:3] {
	case "852":
		e.note, ok = "ok_hk", len(rest) == 8 && rest[0] >= '4'
	case "853":
		e.note, ok = "ok_mo", len(rest) == 8 && rest[0] == '6'
	case "886":
		rest = strings.TrimPrefix(rest, "0")
		e.note, ok = "ok_tw", len(rest) == 9 && rest[0] == '9'
		s = "886" + rest
	default:
		e.note = "foreign"
	}
	if ok {
		e.sort, e.value = aPhone, "+"+s
	}
	return e
}

// ParsePhone judges text as the answer to a question for a phone number. The
// error is an *Error; with a landline the PhoneInfo beside it holds its number.
func ParsePhone(text string, now time.Time) (PhoneInfo, error) {
	e, reason := findPhone(text, now)
	if reason != "" {
		return PhoneInfo{Number: pii.Text(e.value), Flag: e.flag}, &Error{Kind: Phone, Reason: reason}
	}
	return e.phone(), nil
}

func (e entry) phone() PhoneInfo {
	p := PhoneInfo{Number: pii.Text(e.value), Type: e.note, Flag: e.flag}
	switch p.Type {
	case "":
		p.Type = "ok_cn_mobile"
	case "foreign":
		p.Flag = ManualReview
	default:
		p.Flag = "mobile"
	}
	return p
}

// findPhone returns the one phone number that text gives, or the reason why
// there is none.
func findPhone(text string, now time.Time) (entry, string) {
	var buf [8]entry
	all, worst := numbers(text, now, buf[:0])
	e, verdict := choose(text, all, aPhone)
	switch verdict {
	case chosen:
		return e, ""
	case several:
		return entry{}, "ambiguous"
	case retracted:
		return entry{}, "no_number"
	}
	return whyNoPhone(all, worst)
}

// numbers takes every number out of text. The second result is the longest
// run of digits, to say what is wrong with if nothing else can be used.
func numbers(text string, now time.Time, dst []entry) ([]entry, digits) {
	var g, longest digits
	bare := onlyNumerals(text)
	for at := 0; g.next(text, at); at = g.end {
		dst = g.take(dst, now)
		if !bare && g.spoken == g.n && g.n < minRun {
			continue // "一下", "三个": words, not digits
		}
		if g.n > longest.n {
			longest = g
		}
	}
	return dst, longest
}

// onlyNumerals reports whether text is digits and gaps and nothing else.
func onlyNumerals(text string) bool {
	for _, r := range text {
		if _, how := digitOf(r); how == notDigit && !isGap(r) && !isInvisible(r) {
			return false
		}
	}
	return true
}

// whyNoPhone finds the reason that helps most.
func whyNoPhone(all []entry, g digits) (entry, string) {
	for _, e := range all {
		switch e.sort {
		case anID:
			return entry{}, "looks_like_id"
		case aCard:
			return entry{}, "looks_like_bank_card"
		}
	}
	d := string(g.all())
	switch {
	case g.n == 0:
		return entry{}, "no_number"
	case g.before == '*' || g.after == '*':
		return entry{}, "masked"
	case g.odd || g.glued() || strings.ContainsRune(d, 'X') && g.n != 18:
		return entry{}, "bad_format"
	case looksLikeID([]byte(d)) || len(d) == 15 && isProvince(d[0], d[1]):
		return entry{}, "looks_like_id"
	case g.n >= 16 && g.n <= 19 && !g.plus:
		return entry{}, "looks_like_bank_card"
	case g.plus && !strings.HasPrefix(d, "86") || g.n > 19:
		return entry{}, "bad_length"
	}
	return whyNotMobile(mainland(d, g.plus))
}

// mainland drops a country code of 86.
func mainland(d string, plus bool) string {
	switch {
	case strings.HasPrefix(d, "0086"):
		return d[4:]
	case strings.HasPrefix(d, "86") && (plus || len(d) == 13):
		return d[2:]
	}
	return d
}

// whyNotMobile says what a number without country code is, if not a person's
// mobile number.
func whyNotMobile(d string) (entry, string) {
	starts := func(prefixes ...string) bool {
		for _, p := range prefixes {
			if strings.HasPrefix(d, p) {
				return true
			}
		}
		return false
	}
	switch n := len(d); {
	case n == 13 && starts("14", "10648"):
		return entry{}, "iot_range"
	case n == 11 && starts("174"):
		return entry{}, "satellite_or_emergency"
	case n >= 10 && n <= 12 && d[0] == '0' && d[1] != '0':
		return entry{value: "+86" + d[1:], flag: "landline"}, "landline"
	case n == 11:
		return entry{}, "bad_prefix"
	case n == 10 && starts("400", "800"),
		n >= 5 && n <= 8 && starts("95", "96"), n == 5 && starts("10", "12"),
		n == 3 && starts("11", "12"):
		return entry{}, "service_number"
	case n == 8 && d[0] >= '2':
		return entry{}, "need_country_code"
	}
	return entry{}, "bad_length"
}
