package redact

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"fenfu/bot/pii"
	"fenfu/bot/slot"
)

const (
	// ends has every character that such words may end in.
	ends = familyEnds + "叫做是为写填:名字户主人卡账下帮给替“\"「『《("
	// maxLooks is how often a name is looked for in one text: one can be made
	// to take long.
	maxLooks = 100
)

// MaskNames masks the names in a text that stand behind words that plainly lead
// to one: 我老婆…, 我是…, 户主…, or beside words that ask to open: 帮…开通.
// It is for showing a text to people, who are to read the rest of it.
func MaskNames(text string, now time.Time) string {
	var b strings.Builder
	at, looks := 0, 0
	mask := func(i int) {
		if n := shown(text, i, now); n > 0 {
			name := text[i : i+n]
			masked := slot.Mask(slot.Name, pii.Text(name))
			if slot.Surname(name) == "" && isGiven(name) {
				masked = "**"
			}
			b.WriteString(text[at:i] + masked)
			at = i + n
		}
	}
	mask(0)
	for i, last := range text {
		_, size := utf8.DecodeRuneInString(text[i:])
		i += size
		if i < at || !strings.ContainsRune(ends, last) && !(strings.ContainsRune(borders, last) && beginsHan(text[i:])) {
			continue
		}
		if looks++; looks > maxLooks {
			break
		}
		mask(i)
	}
	return b.String() + text[at:]
}

// borders are what clauses begin behind.
const borders = " ,.?!;\n。、"

// opens is how it goes on behind the name of somebody for whom 分付 is to be
// opened.
var opens = regexp.MustCompile(`^ ?,?(?:也|想|要|能|可以|来)?(?:申请|开通|办理|[开办]个?分付)`)

// shown returns how many bytes a name at text[i:] takes that people are not to be
// shown, 0 if there is none.
func shown(text string, i int, now time.Time) int {
	n := nameAt(text, i, now)
	if n == 0 {
		if n = givenAt(text, i); n > 0 && i > 0 && endsHan(text[:i]) {
			return n
		}
		return 0
	}
	switch c := cueOf(text[:i]); {
	case c >= isCue:
		return n
	case c == begins && opens.MatchString(text[i+n:]) && utf8.RuneCountInString(text[i:i+n]) > 1:
		return n
	}
	return 0
}
