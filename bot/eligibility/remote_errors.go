package eligibility

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Why a check has no answer, as a [TryAgainError] gives it but for ReasonRefused,
// after which it is not tried again. They are few and fixed, so that they can be
// counted by.
const (
	ReasonLimited     = "rate_limited"  // 429
	ReasonRunning     = "still_running" // 409: an earlier try is not done yet
	ReasonUnavailable = "unavailable"   // 5xx, 408, 425
	ReasonTimeout     = "timeout"
	ReasonUnreachable = "unreachable" // no connection, or one that broke
	ReasonBadAnswer   = "bad_answer"  // cut, too large, not of the contract
	ReasonBreakerOpen = "breaker_open"
	ReasonCanceled    = "canceled" // by the caller
	ReasonRefused     = "refused"
)

// TryAgainError says that a check has no answer yet, and may get one by the
// same call later. With ReasonBreakerOpen nothing was sent at all.
type TryAgainError struct {
	After  time.Duration // not before this has passed
	Reason string
	Err    error // never holds personal data or the token
}

// Error implements error.
func (e *TryAgainError) Error() string {
	return fmt.Sprintf("no answer from the eligibility service yet (%s): %v", e.Reason, e.Err)
}

// Unwrap returns the cause.
func (e *TryAgainError) Unwrap() error { return e.Err }

// RefusedError says that the service, or this client, refuses a check for good:
// the same call would be refused again, so a person has to look.
type RefusedError struct {
	Status  int    // 0: refused before it was sent
	Problem string // what is wrong, in words of this package or of the contract
}

// NotFound reports whether the service knows no such check. One that was
// accepted once has been forgotten; asked for again it is the same check.
func (e *RefusedError) NotFound() bool { return e.Status == http.StatusNotFound }

// OtherPayload reports whether the service has the check already, by a request
// that was not the same to the byte.
func (e *RefusedError) OtherPayload() bool { return e.Status == http.StatusUnprocessableEntity }

// Error implements error.
func (e *RefusedError) Error() string {
	if e.Status == 0 {
		return "check not sent: " + e.Problem
	}
	return fmt.Sprintf("the eligibility service refuses the check: %d %s", e.Status, e.Problem)
}

// failure turns what went wrong on the way into an error that is safe to show.
// net/http and encoding/json quote what they could not read, and a service may
// send back what it was sent, so only errors whose text is known are kept.
func failure(ctx context.Context, err error) *TryAgainError {
	var timed net.Error
	var op *net.OpError
	var cert *tls.CertificateVerificationError
	switch {
	case ctx.Err() != nil:
		return &TryAgainError{After: minAfter, Reason: ReasonCanceled, Err: ctx.Err()}
	case errors.As(err, &timed) && timed.Timeout():
		return &TryAgainError{After: defaultAfter, Reason: ReasonTimeout, Err: context.DeadlineExceeded}
	case errors.As(err, &op):
		return &TryAgainError{After: defaultAfter, Reason: ReasonUnreachable, Err: op}
	case errors.As(err, &cert):
		return &TryAgainError{After: defaultAfter, Reason: ReasonUnreachable, Err: cert}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &TryAgainError{After: defaultAfter, Reason: ReasonBadAnswer, Err: io.ErrUnexpectedEOF}
	default:
		return &TryAgainError{After: defaultAfter, Reason: ReasonUnreachable, Err: errBroken}
	}
}

// badAnswer is an answer that is not one of the contract.
func badAnswer(what string) *TryAgainError {
	return &TryAgainError{After: defaultAfter, Reason: ReasonBadAnswer, Err: errors.New(what)}
}

var errBroken = errors.New("the connection broke or is not HTTP")
