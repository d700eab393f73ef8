// Package redact takes out of a text whatever may tell who somebody is, before
// a language model is shown it. [Details] is for what people write, [Shapes] for
// what the bot itself says, which has no names but those it masks.
//
// It is made for the attacker, not for the reader: what it need not show it
// hides. Of figures and of words in Latin script only those stay that the
// knowledge base has, too, or that count something; an answer may have no others
// (package llm), so nothing is lost by it. Names and places are told from other
// words by what stands around them: a name is a surname with what may follow
// one, between words that introduce it and words that go on. A name that stands
// in a sentence like any other word is only found if its surname is one that
// hardly begins other words.
//
// What is shown in place of it is [Placeholder]: masks would still tell a surname
// and the last digits.
package redact

import (
	"regexp"
	"strings"
	"time"

	"fenfu/bot/pii"
	"fenfu/bot/slot"
)

// Placeholder stands for what was taken out.
const Placeholder = "〔已隐去〕"

// hole stands for it meanwhile: it is part of no name and no number. It comes
// from a plane for private use, which a normalized text has none of.
const hole = "\uE000"

// Details is a normalized text without the known details, and without whatever
// looks like anybody's.
func Details(text string, known []pii.Text, now time.Time) string {
	text = withoutKnown(text, known, now)
	text = withoutPlaces(withoutAccounts(text))
	text = withoutNames(text, now)
	return fill(withoutFigures(text))
}

// Shapes is Details that leaves names and places that are not known.
func Shapes(text string, known []pii.Text, now time.Time) string {
	return fill(withoutFigures(withoutKnown(text, known, now)))
}

// masked is what masking left of a detail: it tells a surname and the last
// digits.
var masked = regexp.MustCompile(`(?:[A-Za-z0-9@._+-]+|\p{Han}{1,2})?\*[*·A-Za-z0-9@._+-]*`)

// stars are what redacting leaves of a number.
var stars = regexp.MustCompile(`[A-Za-z0-9@._+-]*\*[*·A-Za-z0-9@._+-]*`)

// withoutKnown takes out the known details, what is in shape nothing but one,
// and what is left of those that were masked.
func withoutKnown(text string, known []pii.Text, now time.Time) string {
	text = withoutRuns(strings.ReplaceAll(text, hole, ""))
	text = masked.ReplaceAllString(text, hole)
	for _, d := range known {
		value := d.Reveal()
		if value == "" {
			continue
		}
		text = strings.ReplaceAll(text, value, hole)
		if given := value[len(slot.Surname(value)):]; given != value && len([]rune(given)) > 1 {
			text = strings.ReplaceAll(text, given, hole)
		}
	}
	var b strings.Builder
	at := 0
	for _, f := range slot.Scan(text, now) {
		if f.Start < at {
			continue
		}
		b.WriteString(text[at:f.Start] + hole)
		at = f.End
	}
	b.WriteString(text[at:])
	return stars.ReplaceAllString(slot.Redact(b.String()), hole)
}

// holes are several with nothing between them that says anything.
var holes = regexp.MustCompile(hole + `(?:[ ,.;:、·/@()-]*` + hole + `)+`)

// fill puts placeholders into the holes.
func fill(text string) string {
	return strings.ReplaceAll(holes.ReplaceAllString(text, hole), hole, Placeholder)
}

// Nothing reports whether a redacted text says nothing any more.
func Nothing(text string) bool { return strings.Trim(text, " ,.?!:;、"+Placeholder) == "" }
