package main

import (
	"encoding/json"
	"net/http"
	"strconv"

	"fenfu/bot/eligibility"
)

// problem is an error answer (RFC 9457). It never repeats what was sent.
type problem struct {
	Type   string       `json:"type"`
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Errors []fieldError `json:"errors,omitempty"` // of an invalid request
}

// fieldError says which field of a request is wrong.
type fieldError struct {
	Pointer string `json:"pointer"` // JSON pointer
	Detail  string `json:"detail"`
}

func newProblem(status int, kind, title string) problem {
	return problem{Type: eligibility.ProblemBase + kind, Title: title, Status: status}
}

func invalid(status int, title string, errs ...fieldError) problem {
	p := newProblem(status, eligibility.ProblemInvalid, title)
	p.Errors = errs
	return p
}

func (s *server) fail(w http.ResponseWriter, p problem) {
	switch p.Status {
	case http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		s.retryAfter(w)
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Bearer realm="checks"`)
	}
	writeJSON(w, p.Status, "application/problem+json", p)
}

func (s *server) retryAfter(w http.ResponseWriter) {
	if seconds := int(s.c.RetryAfter.Seconds()); seconds > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
}

func writeJSON(w http.ResponseWriter, status int, contentType string, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // only types of this package come here, and they all marshal
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // whoever left does not want it
}
