package web

import (
	"context"
	"io"
	"net/http"
	"time"

	"fenfu/bot"
)

// readyWait is how long what stands behind the server may take to answer.
const readyWait = 2 * time.Second

// livez says that the process is alive.
func (s *Server) livez(w http.ResponseWriter, _ *http.Request) { ok(w) }

// readyz says whether visitors may be sent here.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if s.draining.Load() {
		s.fail(w, r, &bot.Error{Code: bot.Unavailable, Message: "服务正在停止。"})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyWait)
	defer cancel()
	if err := s.cfg.Ready(ctx); err != nil {
		s.fail(w, r, &bot.Error{Code: bot.Unavailable, Message: "服务暂时不可用。", Err: err})
		return
	}
	ok(w)
}

func ok(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n") // the client is gone, then
}
