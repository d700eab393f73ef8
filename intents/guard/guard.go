// Package guard finds in Chinese text what a customer service for credit may
// not say: promises, rates, limits, odds, false titles, requests for secrets,
// face checks and money, and ways out of the chat. Warnings against these are
// fine: 我们不会索要验证码 passes.
//
// [Guard.Check] knows plain text only and is deterministic; it guards the
// knowledge base, what a language model writes, and what agents send. It reads
// the text in a folded form, so that spaces, full width, traditional
// characters, characters of the same sound, pinyin and letters of other scripts
// do not get past it. It is a net
// with a mesh: what it lets through is not thereby true.
package guard

import (
	"slices"
	"strings"

	"fenfu/intents"
)

// Kind is a sort of thing that may not be said.
type Kind string

// The kinds of findings.
const (
	Promise  Kind = "promise"  // that an application succeeds: 一定能通过, 包过, 秒批
	Rate     Kind = "rate"     // interest or a fee, in figures, or that there is none
	Limit    Kind = "limit"    // how much credit, in figures
	Odds     Kind = "odds"     // how likely it is: 通过率很高, 九成
	Official Kind = "official" // to be, or to act for, 官方, 腾讯, 微信
	Secret   Kind = "secret"   // asks for a password, a code, a card's PIN or CVV, a shared screen
	Face     Kind = "face"     // asks for a face check or a picture, other than in the wallet
	Transfer Kind = "transfer" // asks for money
	Link     Kind = "link"     // a link, a number or an account to turn to that is not allowed
)

// Finding is one thing that may not be said.
type Finding struct {
	Kind Kind
	Text string // the words, as they were read: folded
}

// Guard checks texts. It never changes and is safe for use by many.
type Guard struct {
	sounds  *speller
	allowed []string // hosts in lower case, numbers as digits
}

// New returns a Guard that lets texts name the allowed hosts, with their
// subdomains ("example.com"), and the allowed numbers ("400-800-0000"), also
// such as stand among other words ("投诉电话 400-800-0000（9:00–18:00）").
func New(allowed ...string) *Guard {
	g := &Guard{sounds: newSpeller()}
	for _, a := range allowed {
		a = strings.ToLower(intents.Normalize(a))
		for _, n := range phone.FindAllString(a, -1) {
			g.allowed = append(g.allowed, digits(n))
		}
		for _, l := range link.FindAllString(a, -1) {
			if m := host.FindStringSubmatch(l); m != nil {
				g.allowed = append(g.allowed, m[1])
			}
		}
	}
	return g
}

// Check returns everything in text that may not be said, in no order to rely
// on and each kind with the same words once; nil if there is nothing. Of a
// text longer than [intents.MaxBytes] only that much is read, so whoever shows
// a text must not show more. A text that is still being written can be checked
// again and again: what is found only grows with it, unless a warning that is
// yet to come takes it back.
func (g *Guard) Check(text string) []Finding {
	normal := intents.Normalize(text)
	found := g.links(normal)
	for _, reading := range readings(normal) {
		for _, s := range g.sentences(reading) {
			t := watch.read(s)
			found = append(found, claims(t)...)
			found = append(found, requests(t)...)
		}
	}
	slices.SortStableFunc(found, func(a, b Finding) int {
		return strings.Compare(string(a.Kind)+a.Text, string(b.Kind)+b.Text)
	})
	return slices.Compact(found)
}
