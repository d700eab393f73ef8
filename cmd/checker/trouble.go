package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"fenfu/bot/eligibility"
)

// answerCut says half of the answer and breaks the connection: the check is
// taken, and the caller cannot know.
func (s *server) answerCut(w http.ResponseWriter, c check) {
	body, err := json.Marshal(decided{"decided", c.result})
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// answerMalformed says something that is not of the contract.
func (s *server) answerMalformed(w http.ResponseWriter, c check) {
	good := decided{"decided", c.result}
	contentType := "application/json"
	var body []byte
	switch s.c.Malformed {
	case "json":
		body = []byte(`{"status":"decided","decision":eligible`)
	case "type":
		contentType, body = "text/html", []byte("<!doctype html><title>Sign in</title>")
	case "empty":
	case "huge":
		body = append(bytes.Repeat([]byte(" "), 1<<20), "{}"...)
	case "check-id":
		good.CheckID = "somebody-elses"
	case "status":
		good.Status = "maybe"
	case "decision":
		good.Decision, good.Reasons = "approved", nil
	case "reason":
		good.Decision = eligibility.NotEligible
		good.Reasons = []eligibility.Reason{{Code: "BAD_MOON", TextZH: "月相不合。"}}
	}
	if body != nil || s.c.Malformed == "empty" {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(body)
		return
	}
	writeJSON(w, http.StatusOK, contentType, good)
}
