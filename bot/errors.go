package bot

import (
	"errors"
	"fmt"
)

// Code is the sort of an Error; web maps it to HTTP statuses and close codes.
type Code string

// The codes.
const (
	Invalid      Code = "invalid"
	NotFound     Code = "not_found"
	Conflict     Code = "conflict"
	Unauthorized Code = "unauthorized"
	Limited      Code = "limited"
	Unavailable  Code = "unavailable"
	Internal     Code = "internal"
)

// Error is an error with words for the visitor. Only Message is ever shown to
// one; Err is for the log.
type Error struct {
	Code    Code
	Message string // in Chinese, says what is wrong and what to do
	Err     error
}

func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s: %s", e.Code, e.Message)
	}
	return fmt.Sprintf("%s: %v", e.Code, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// ErrorCode returns the code of err, Internal for any error that has none.
func ErrorCode(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// ErrorMessage returns what a visitor may read of err.
func ErrorMessage(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Message != "" {
		return e.Message
	}
	return "系统开了小差，请稍后再试。"
}

// ErrConflict says that the session moved on since it was loaded.
var ErrConflict = errors.New("session version moved")

// ErrNotGivenUp says that a session has no application to be checked anew: none
// was given up, or its details are no longer kept.
var ErrNotGivenUp = errors.New("no given-up application whose details are kept")

// ErrRewound says that a log was taken back: storage has lost its end, and has
// perhaps written on since, so that numbers stand for other events now.
var ErrRewound = errors.New("the log was taken back")

// DuplicateError says that a message id has been handled before.
type DuplicateError struct {
	Seq int64 // of the event it became then
}

func (e *DuplicateError) Error() string {
	return fmt.Sprintf("message handled before, event %d", e.Seq)
}
