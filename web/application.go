package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
)

// application is the answer to GET /v1/applications/{id}.
type application struct {
	ID          string                `json:"id"`
	Version     int                   `json:"version"`
	Status      bot.ApplicationStatus `json:"status"`
	Decision    eligibility.Decision  `json:"decision,omitempty"`
	Reasons     []eligibility.Reason  `json:"reasons,omitempty"`
	Next        string                `json:"next"`
	SubmittedAt time.Time             `json:"submitted_at"`
	DecidedAt   *time.Time            `json:"decided_at,omitempty"`
}

// bearer returns the token of a request's header, "" if it has none.
func bearer(r *http.Request) string {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return token
}

// bearer returns the session of the request's token; if it has none, or a wrong
// one, it answers, and returns false.
func (s *Server) bearer(w http.ResponseWriter, r *http.Request) (string, bool) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		token = ""
	}
	session, _, err := s.tokens.Verify(token, time.Now())
	if err != nil {
		w.Header().Set("WWW-Authenticate", "Bearer")
		s.fail(w, r, err)
		return "", false
	}
	return session, true
}

// getApplication tells a visitor where the session's own application stands.
// Another session's is no more to be found than one that never was.
func (s *Server) getApplication(w http.ResponseWriter, r *http.Request) {
	token := bearer(r)
	session, _, err := s.tokens.Verify(token, time.Now())
	if err != nil {
		w.Header().Set("WWW-Authenticate", "Bearer")
		s.fail(w, r, err)
		return
	}
	a, err := s.cfg.Bot.Application(r.Context(), session, r.PathValue("id"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer := application{
		ID: a.ID, Version: a.Version, Status: a.Status, Next: a.Next, SubmittedAt: a.SubmittedAt.UTC(),
		Decision: a.Result.Decision, Reasons: a.Result.Reasons,
	}
	if !a.DecidedAt.IsZero() {
		at := a.DecidedAt.UTC()
		answer.DecidedAt = &at
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // the client is gone, then
}
