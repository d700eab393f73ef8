// Package eligibility asks whether an applicant qualifies.
//
// A [Checker] answers contract v1: the embedded [Rules] over an applicant's
// profile, or a remote service. Nobody is eligible by default: what is unknown
// goes to a person.
package eligibility

import (
	"context"
	"time"

	"fenfu/bot/pii"
)

// SchemaVersion is the version of the contract that Request follows.
const SchemaVersion = "1"

// Decision is the answer of a check.
type Decision string

// The decisions. Anything else a checker says is read as ManualReview.
const (
	Eligible     Decision = "eligible"
	NotEligible  Decision = "not_eligible"
	ManualReview Decision = "manual_review"
)

// Reason codes of contract v1.
const (
	UnderAge             = "UNDER_AGE"
	NotPRCNational       = "NOT_PRC_NATIONAL"
	NotRealName          = "NOT_REAL_NAME"
	IDNameMismatch       = "ID_NAME_MISMATCH"
	NoSavingsCard        = "NO_SAVINGS_CARD"
	InsufficientBalance  = "INSUFFICIENT_BALANCE"
	SeriousOverdue       = "SERIOUS_OVERDUE"
	LowPaymentScore      = "LOW_PAYMENT_SCORE"
	LowCapacity          = "LOW_CAPACITY"
	DuplicateApplication = "DUPLICATE_APPLICATION"
	InsufficientInfo     = "INSUFFICIENT_INFO"
	RiskReview           = "RISK_REVIEW"
	SystemUnavailable    = "SYSTEM_UNAVAILABLE"
)

// Request is what is sent to a checker. Its personal data is masked in JSON;
// the HTTP client writes the wire form itself.
type Request struct {
	CheckID string
	Product string
	Consent Consent // the consent to disclose to this checker
	Subject Subject
}

// Consent is the proof that goes with a request.
type Consent struct {
	ID         string
	Version    string
	At         time.Time
	TextSHA256 string
}

// Subject is whom a check is about.
type Subject struct {
	Name     pii.Text
	IDType   string // resident, hk_mo_tw, foreign (see slot.ID)
	IDNumber pii.Text
	Phone    pii.Text // E.164, or "" (like Email and WeChat)
	Email    pii.Text
	WeChat   pii.Text
}

// Result is a checker's answer.
type Result struct {
	CheckID      string    `json:"check_id"`
	Decision     Decision  `json:"decision"`
	Reasons      []Reason  `json:"reasons,omitempty"`
	ValidUntil   time.Time `json:"valid_until"`
	ModelVersion string    `json:"model_version,omitempty"`
}

// Reason is one reason of a decision: a code for programs and plain words for
// the visitor.
type Reason struct {
	Code   string `json:"code"`
	TextZH string `json:"text_zh"`
}

// Checker decides on one request. It may be called again with the same
// CheckID, and must then give the first answer.
type Checker interface {
	Check(ctx context.Context, r Request) (Result, error)
}
