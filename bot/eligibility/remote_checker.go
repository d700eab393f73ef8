package eligibility

import (
	"context"
	"net/http"
	"time"
)

// RemoteChecker is a checker that may take its time: a check is accepted, and
// decided later. [Remote] is one; [Immediate] makes one of any Checker.
//
// Every error is a [*TryAgainError] or a [*RefusedError].
type RemoteChecker interface {
	// Check asks for a decision. Called again with the same request it is
	// the same check, which is never made twice.
	Check(ctx context.Context, r Request) (Answer, error)
	// Poll asks how a check that was accepted has gone on.
	Poll(ctx context.Context, checkID string) (Answer, error)
}

// Answer is what a RemoteChecker says.
type Answer struct {
	Result  Result        // unless Pending; it went through Sanitize
	Pending bool          // accepted, not decided
	After   time.Duration // with Pending: when to poll
}

// Immediate is a RemoteChecker whose every check is decided at once.
type Immediate struct{ Checker Checker }

// Check implements RemoteChecker.
func (i Immediate) Check(ctx context.Context, r Request) (Answer, error) {
	result, err := i.Checker.Check(ctx, r)
	if err != nil {
		return Answer{}, &TryAgainError{After: defaultAfter, Reason: ReasonUnavailable, Err: err}
	}
	result.CheckID = r.CheckID
	return Answer{Result: Sanitize(result)}, nil
}

// Poll implements RemoteChecker. There is nothing to poll.
func (Immediate) Poll(context.Context, string) (Answer, error) {
	return Answer{}, &RefusedError{Status: http.StatusNotFound, Problem: "checks are decided at once here"}
}
