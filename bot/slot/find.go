package slot

import (
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
	return Found{}, &Error{Kind: k, Reason: "no_number"}
}

// Scan finds the details that text holds anywhere, in order of place. What is
// doubtful is left out: see [NearMiss].
func Scan(text string, now time.Time) []Found { return nil }

// NearMiss says what is wrong with the first thing in text that looks like a
// detail and is none, nil if there is no such thing.
func NearMiss(text string, now time.Time) *Error { return nil }

// Reasons returns every Reason that Find can refuse with for k.
func Reasons(k Kind) []string { return nil }

// Mask returns v as it may be shown to its owner.
func Mask(k Kind, v pii.Text) string { return "***" }

// Redact hides whatever in text looks like a detail.
func Redact(text string) string { return text }

// Hide masks the details found in text, then redacts the rest.
func Hide(text string, found []Found) string { return text }

// Verdict is the judgement on one raw line.
type Verdict struct {
	Valid      bool
	Reason     string
	Normalized string
}

// Check judges a raw line as a detail of kind k.
func Check(k Kind, text string, now time.Time) Verdict { return Verdict{} }
