package slot

import (
	"time"

	"fenfu/bot/pii"
)

// The kinds of ID numbers.
const (
	Resident    = "resident"
	HKMOTW      = "hk_mo_tw"    // residence permit of Hong Kong, Macau and Taiwan residents
	ForeignID   = "foreign"     // permanent residence, 18 digits from 2023
	Foreign2017 = "foreign2017" // permanent residence, three letters and twelve digits
)

// IDInfo is what an ID number says.
type IDInfo struct {
	Number pii.Text
	Kind   string
	Sex    string    // M, F, or "" if the number does not tell
	Birth  time.Time // UTC midnight; zero if the number does not tell
	Warn   string    // a soft remark that stops nothing
}

// ParseID judges text as one ID number. The error is an *Error.
func ParseID(text string, today time.Time) (IDInfo, error) {
	return IDInfo{}, &Error{Kind: ID, Reason: "bad_length"}
}

// Age is how many birthdays the holder has had by today, -1 if unknown.
func (i IDInfo) Age(today time.Time) int { return -1 }
