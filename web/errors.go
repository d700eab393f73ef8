package web

import (
	"encoding/json"
	"net/http"
	"strconv"

	"fenfu/bot"
	"fenfu/web/ws"
)

// outcome is what an error becomes on the two transports.
type outcome struct {
	status int          // of an HTTP answer
	close  ws.CloseCode // of a socket that cannot go on; most errors are only a frame
}

// outcomes is the one place where the domain's errors meet the transports'
// numbers.
var outcomes = map[bot.Code]outcome{
	bot.Invalid:      {http.StatusBadRequest, ws.CloseBadFrame},
	bot.NotFound:     {http.StatusNotFound, ws.CloseSessionEnded},
	bot.Conflict:     {http.StatusConflict, ws.CloseUnavailable},
	bot.Unauthorized: {http.StatusUnauthorized, ws.CloseBadToken},
	bot.Limited:      {http.StatusTooManyRequests, ws.CloseTooFast},
	bot.Unavailable:  {http.StatusServiceUnavailable, ws.CloseUnavailable},
	bot.Internal:     {http.StatusInternalServerError, ws.CloseUnavailable},
}

func outcomeOf(code bot.Code) outcome {
	if o, ok := outcomes[code]; ok {
		return o
	}
	return outcomes[bot.Internal]
}

func closeCode(code bot.Code) ws.CloseCode { return outcomeOf(code).close }

// problem is an error as RFC 9457 has it.
type problem struct {
	Type      string   `json:"type"`
	Title     string   `json:"title"`
	Status    int      `json:"status"`
	Detail    string   `json:"detail"` // in Chinese, for the visitor
	Code      bot.Code `json:"code"`
	RequestID string   `json:"request_id"`
}

// fail answers with err, under the status of its code, and logs what is the
// server's own fault.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	code := bot.ErrorCode(err)
	s.refuse(w, r, outcomeOf(code).status, &bot.Error{Code: code, Message: bot.ErrorMessage(err), Err: err})
}

// refuse answers with e under a status of its own, for what HTTP tells apart
// and the domain does not.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, status int, e *bot.Error) {
	id := w.Header().Get(requestID)
	if status >= http.StatusInternalServerError && e.Err != nil {
		s.cfg.Logger.Error("request failed", "request", id, "route", r.Pattern, "status", status, "error", e.Err)
	}
	s.problems.WithLabelValues(strconv.Itoa(status)).Inc()
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	_ = json.NewEncoder(w).Encode(problem{ // the client is gone, then
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Detail: e.Message, Code: e.Code, RequestID: id,
	})
}

func invalid(message string) *bot.Error { return &bot.Error{Code: bot.Invalid, Message: message} }

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, &bot.Error{Code: bot.NotFound, Message: "没有这个地址，请检查链接是否正确。"})
}

func (s *Server) refuseOrigin(w http.ResponseWriter, r *http.Request) {
	s.refuse(w, r, http.StatusForbidden, &bot.Error{Code: bot.Unauthorized, Message: "不允许从这个网站发起请求。"})
}
