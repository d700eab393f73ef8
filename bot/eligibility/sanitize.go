package eligibility

import (
	"slices"
	"time"
)

// What a visitor reads when no checker could give an answer to go by.
const unavailableText = "自动审核暂时没有得出结果，需要工作人员进一步核实。"

// Unavailable is the answer in place of one that a checker did not give, after
// the last try: a person decides.
func Unavailable(checkID string) Result {
	return Result{
		CheckID:  checkID,
		Decision: ManualReview,
		Reasons:  []Reason{{Code: SystemUnavailable, TextZH: unavailableText}},
	}
}

// Sanitize reads an answer the careful way; every checker's goes through it.
// An answer that is not understood in full, or contradicts itself, becomes
// ManualReview with SystemUnavailable: a decision or a reason that is not in
// the contract, eligible with a reason against it, a refusal that gives none
// (a visitor is owed one).
func Sanitize(r Result) Result {
	unclear := !knownDecision(r.Decision) ||
		slices.ContainsFunc(r.Reasons, func(re Reason) bool { return !knownCode(re.Code) }) ||
		(r.Decision == Eligible) != (len(r.Reasons) == 0) && r.Decision != ManualReview
	if !unclear {
		return r
	}
	u := Unavailable(r.CheckID)
	u.ValidUntil, u.ModelVersion = r.ValidUntil, r.ModelVersion
	return u
}

// On is the result as it counts at an instant: what was decided in favour and
// is over by then, as an answer that a service has kept, is for a person.
func (r Result) On(at time.Time) Result {
	if r.Decision != Eligible || r.ValidUntil.IsZero() || r.ValidUntil.After(at) {
		return r
	}
	u := Unavailable(r.CheckID)
	u.ValidUntil, u.ModelVersion = r.ValidUntil, r.ModelVersion
	return u
}

func knownDecision(d Decision) bool {
	return d == Eligible || d == NotEligible || d == ManualReview
}

func knownCode(code string) bool {
	switch code {
	case UnderAge, NotPRCNational, NotRealName, IDNameMismatch, NoSavingsCard,
		InsufficientBalance, SeriousOverdue, LowPaymentScore, LowCapacity,
		DuplicateApplication, InsufficientInfo, RiskReview, SystemUnavailable:
		return true
	}
	return false
}
