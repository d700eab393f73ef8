package web

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"fenfu/bot"
)

// maxBody bounds a request's body: a token and little else.
const maxBody = 4 << 10

// ticket is the answer to POST /v1/sessions.
type ticket struct {
	Session   string    `json:"session"`
	Token     string    `json:"token"`
	ExpiresAt time.Time `json:"expires_at"`
}

// postSession gives a visitor a token. One that shows a token which still holds
// keeps the session, and gets a fresh token for it.
func (s *Server) postSession(w http.ResponseWriter, r *http.Request) {
	shown, ok := s.shownToken(w, r)
	if !ok {
		return
	}
	now := time.Now()
	session, _, err := s.tokens.Verify(shown, now)
	if err != nil {
		session = NewSession()
	}
	token, expires, err := s.tokens.Issue(session, now)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(ticket{Session: session, Token: token, ExpiresAt: expires}) // the client is gone, then
}

// shownToken returns the token of the request's header or body, "" if it has
// none; if the request is wrong it answers, and returns false.
func (s *Server) shownToken(w http.ResponseWriter, r *http.Request) (string, bool) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			s.refuse(w, r, http.StatusRequestEntityTooLarge, invalid("请求内容太大了。"))
			return "", false
		}
		s.fail(w, r, invalid("请求内容没有收全，请重试。"))
		return "", false
	}
	var body *struct { // nil: JSON's null
		Token string `json:"token"`
	}
	if len(raw) > 0 {
		kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || kind != "application/json" {
			s.refuse(w, r, http.StatusUnsupportedMediaType, invalid("请求内容的类型应为 application/json。"))
			return "", false
		}
		if err := json.Unmarshal(raw, &body); err != nil || body == nil {
			s.fail(w, r, &bot.Error{Code: bot.Invalid, Message: "请求内容应为 JSON 对象，例如 {\"token\":\"…\"}。"})
			return "", false
		}
	}
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return bearer, true
	}
	if body == nil {
		return "", true
	}
	return body.Token, true
}
