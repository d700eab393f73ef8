package llm

import "fmt"

// Reason says why a call came to nothing.
type Reason string

// The reasons.
const (
	Resting Reason = "resting" // the service is left alone for a while
	Busy    Reason = "busy"    // too many calls are under way
	Spent   Reason = "spent"   // the day's budget is used up
	Timeout Reason = "timeout" // the context ended first
	Stopped Reason = "stopped" // the caller wants no answer any more
	Failed  Reason = "failed"  // the service could not be reached, or answered with an error
	Cut     Reason = "cut"     // the stream ended before the text did
	Empty   Reason = "empty"   // the model said nothing
	Format  Reason = "format"  // the text is not in the form asked for
	Refused Reason = "refused" // the text says what may not be said, or what no entry says
)

// Error is a call that came to nothing. It never holds what the model or the
// visitor said.
type Error struct {
	Reason Reason
	Err    error // may be nil
}

func (e *Error) Error() string {
	if e.Err == nil {
		return "language model: " + string(e.Reason)
	}
	return fmt.Sprintf("language model: %s: %v", e.Reason, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }
