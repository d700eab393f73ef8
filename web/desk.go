package web

import (
	"context"
	"net/http"
	"time"

	"fenfu/bot"
	"fenfu/web/api"
	"fenfu/web/ws"
)

// Desk is what the agents' desk needs; what belongs to the server, such as how
// errors are answered, is filled in here.
type Desk struct {
	api.Config
	Typing func(session string, on bool) // a visitor has begun or stopped to type; returns at once
}

func (c *Config) typing() func(string, bool) {
	if c.Desk == nil {
		return nil
	}
	return c.Desk.Typing
}

func (s *Server) openDesk() error {
	if s.cfg.Desk == nil {
		return nil
	}
	c := s.cfg.Desk.Config
	c.Fail, c.Foreign, c.RequestID = s.fail, s.refuseOrigin, RequestID
	c.Logger, c.Registry, c.Now = s.cfg.Logger, s.cfg.Registry, time.Now
	var err error
	s.desk, err = api.New(c)
	return err
}

func (s *Server) drainDesk(ctx context.Context) error {
	if s.desk == nil {
		return nil
	}
	return s.desk.Drain(ctx)
}

// Queue has visitors see their places in the queue; see [ws.Hub.Queue].
func (s *Server) Queue(places map[string]ws.Waiting) { s.hub.Queue(places) }

// AgentTyping has a session's visitor see whether the agent types.
func (s *Server) AgentTyping(session string, on bool) { s.hub.Typing(session, on) }

// getTranscript gives a visitor the session's own conversation to keep.
func (s *Server) getTranscript(w http.ResponseWriter, r *http.Request) {
	session, ok := s.bearer(w, r)
	if !ok {
		return
	}
	events, err := s.cfg.Log.Events(r.Context(), session, 0, bot.MaxEvents)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="fenfu.txt"`)
	_ = bot.WriteTranscript(w, events) // the client is gone, then
}
