package slot

import "time"

// sort is what a number turned out to be.
type sort uint8

const (
	unknown sort = iota // nothing in particular
	anID                // a well-formed ID number
	aPhone              // a well-formed phone number
	aCard               // a bank card's number
)

// entry is one number of a text, taken out of the digits it stood in.
type entry struct {
	sort       sort
	start, end int    // byte offsets
	value      string // ID number or E.164
	note       string
	flag       string
}

// take splits g into the numbers that stand in it side by side ("name ID phone"
// is often written with nothing but spaces between) and appends them to dst.
// What is left over is appended as unknown. An ID goes before a card, and a
// card before a phone, so that no phone is ever cut out of a longer number.
func (g *digits) take(dst []entry, now time.Time) []entry {
	if g.n > maxDigits || g.odd || g.glued() {
		return append(dst, entry{start: g.start, end: g.end})
	}
	if g.plus && !g.has(0, "86") {
		return append(dst, g.abroad())
	}
	rest := -1 // where the leftover began
	for i := 0; i < g.n; {
		e, j := g.at1(i, now)
		if j == 0 {
			if rest < 0 {
				rest = i
			}
			for i++; !g.border(i); i++ {
			}
			continue
		}
		if rest >= 0 {
			dst = append(dst, g.leftover(rest, i))
			rest = -1
		}
		dst = append(dst, e)
		i = j
	}
	if rest >= 0 {
		dst = append(dst, g.leftover(rest, g.n))
	}
	return dst
}

// glued reports whether letters or stars touch the number: it is part of an
// address, an account name or something masked, or it was mistyped.
func (g *digits) glued() bool {
	return isWordByte(g.before) || isWordByte(g.after) || g.before == '*' || g.after == '*'
}

// at1 returns the number that begins with digit i and the digit behind it, 0
// if there is none.
func (g *digits) at1(i int, now time.Time) (entry, int) {
	if j := i + 18; j <= g.n && g.border(j) {
		var info IDInfo
		if s := string(g.d[i:j]); info.judge(s, 18, now) == "" {
			return entry{sort: anID, start: g.from(i), end: int(g.past[j-1]), value: s, note: info.Note}, j
		}
	}
	if j := g.card(i); j > 0 {
		return entry{sort: aCard, start: g.from(i), end: int(g.past[j-1])}, j
	}
	for _, prefix := range [...]string{"", "86", "0086"} {
		k := i + len(prefix)
		j := k + 11
		if j > g.n || !g.border(j) || !g.has(i, prefix) || !isMobile(g.d[k:j]) {
			continue
		}
		// One group is a number by itself; several are only if nothing
		// remains unexplained, else they might be part of a longer one.
		if g.whole(i, j) || g.whole(k, j) || g.explained(j, now) {
			e := entry{sort: aPhone, start: g.from(i), end: int(g.past[j-1]), value: "+86" + string(g.d[k:j])}
			e.flag = mobileFlag(g.d[k:j])
			return e, j
		}
	}
	return entry{}, 0
}

// explained reports whether the digits from i on are well-formed numbers only.
func (g *digits) explained(i int, now time.Time) bool {
	for i < g.n {
		_, j := g.at1(i, now)
		if j == 0 {
			return false
		}
		i = j
	}
	return true
}

// card returns the end of the bank card number that begins with digit i, 0 if
// there is none: 16 to 19 digits, either in one group or up to the end of g.
func (g *digits) card(i int) int {
	j := i + 1
	for !g.border(j) {
		j++
	}
	if n := j - i; n >= 16 && n <= 19 && looksLikeCard(g.d[i:j]) {
		return j
	}
	if n := g.n - i; n >= 16 && n <= 19 && g.has(i, "62") && looksLikeCard(g.d[i:g.n]) {
		return g.n
	}
	return 0
}

func (g *digits) leftover(i, j int) entry {
	return entry{start: g.from(i), end: int(g.past[j-1])}
}

// has reports whether the digits from i on begin with s.
func (g *digits) has(i int, s string) bool {
	return i+len(s) <= min(g.n, maxDigits) && string(g.d[i:i+len(s)]) == s
}

// looksLikeCard reports whether 16 to 19 digits are more likely a bank card's
// than a mistyped ID number's.
func looksLikeCard(d []byte) bool {
	return !looksLikeID(d) && (d[0] >= '3' && d[0] <= '6' || d[0] == '9' || luhn(d)) && d[len(d)-1] != 'X'
}

// looksLikeID reports whether 17 to 19 digits hold a date of birth where an ID
// number does, give or take one digit too few or too many before it.
func looksLikeID(d []byte) bool {
	if len(d) < 17 || len(d) > 19 {
		return false
	}
	if d[len(d)-1] == 'X' {
		return true
	}
	for i := 5; i <= 7; i++ {
		s := string(d[i : i+8])
		if (s[:2] == "19" || s[:2] == "20") && allDigits(s) && isProvince(d[0], d[1]) {
			if _, ok := dateOf(s); ok {
				return true
			}
		}
	}
	return len(d) == 18 && isProvince(d[0], d[1]) && !luhn(d)
}

// luhn checks the last digit of a card number.
func luhn(d []byte) bool {
	sum := 0
	for i := range d {
		v := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}
