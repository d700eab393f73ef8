package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"fenfu/bot"
)

// requestID is the header that a request is known by, here and in logs.
const requestID = "X-Request-Id"

// None of these wraps the ResponseWriter: the socket needs its Hijacker.

// headers gives every answer its request id and the headers that are right for
// anything but a page.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(requestID)
		if !validRequestID(id) {
			id = rand.Text()
		}
		h := w.Header()
		h.Set(requestID, id)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r.WithContext(WithRequestID(r.Context(), id)))
	})
}

// validRequestID keeps what strangers write out of logs. What has no letter may
// be somebody's number.
func validRequestID(id string) bool {
	if len(id) < 8 || len(id) > 64 {
		return false
	}
	letters := false
	for i := range len(id) {
		c := id[i]
		letter := c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
		if !letter && c != '-' && (c < '0' || c > '9') {
			return false
		}
		letters = letters || letter
	}
	return letters
}

// recovered answers for a handler that panicked. The value may quote a
// visitor, so only its type is logged.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			s.cfg.Logger.Error("request panicked", "request", w.Header().Get(requestID), "route", r.Pattern,
				"panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			s.fail(w, r, &bot.Error{Code: bot.Internal, Message: bot.ErrorMessage(nil)})
		}()
		next.ServeHTTP(w, r)
	})
}

// methods answers with next to one method (and HEAD, if that is GET), and
// clearly to any other.
func (s *Server) methods(method string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == method || method == http.MethodGet && r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Allow", method)
		s.refuse(w, r, http.StatusMethodNotAllowed, invalid("这个地址只接受 "+method+" 请求。"))
	})
}

// cors lets the pages of allowed origins read the answers, and answers their
// browsers' preflights.
func (s *Server) cors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		ok := s.allowed.has(origin)
		if ok {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Expose-Headers", requestID+", Retry-After")
		}
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			next.ServeHTTP(w, r)
			return
		}
		if !ok {
			s.refuseOrigin(w, r)
			return
		}
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, "+requestID)
		h.Set("Access-Control-Max-Age", "600")
		w.WriteHeader(http.StatusNoContent)
	})
}
