package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/webhook"
)

// callbackWait bounds what a callback sets off: one look at the check and one
// commit. The sender tries again after a failure.
const callbackWait = 10 * time.Second

// Callbacks is where the eligibility check may say that it has decided.
type Callbacks struct {
	Verifier *webhook.Verifier
	// Called looks at the check itself and takes in its answer, so that a
	// callback may come late, twice or out of order.
	Called func(ctx context.Context, checkID string) error
}

// postCallback takes a signed callback. It says little to whoever cannot sign.
func (s *Server) postCallback(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Callbacks.Verifier == nil {
		s.notFound(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, webhook.MaxBody))
	if err != nil {
		s.refuse(w, r, http.StatusRequestEntityTooLarge, invalid("回调内容太大或没有收全。"))
		return
	}
	if _, err := s.cfg.Callbacks.Verifier.Verify(r.Header, body); err != nil {
		s.fail(w, r, &bot.Error{Code: bot.Unauthorized, Message: "回调的签名或时间不对。", Err: err})
		return
	}
	callback, err := eligibility.ParseCallback(body)
	switch {
	case errors.Is(err, eligibility.ErrCallbackType): // of a later contract, and not for us
		w.WriteHeader(http.StatusNoContent)
		return
	case err != nil:
		s.fail(w, r, &bot.Error{Code: bot.Invalid, Message: "回调的内容不符合约定。", Err: err})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), callbackWait)
	defer cancel()
	if err := s.cfg.Callbacks.Called(ctx, callback.CheckID); err != nil {
		s.fail(w, r, &bot.Error{Code: bot.Unavailable, Message: "暂时无法处理，请稍后重发。", Err: err})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
