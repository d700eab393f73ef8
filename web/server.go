package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"fenfu/bot"
	"fenfu/web/api"
	"fenfu/web/ws"
)

// Bot handles what visitors say. [fenfu/bot.Bot] is one.
type Bot interface {
	Handle(ctx context.Context, m bot.Message) (int64, error)
	// Application returns where a session's own application stands.
	Application(ctx context.Context, session, id string) (bot.Standing, error)
}

// Log is where conversations can be followed. [fenfu/sessions.Store] is one.
type Log interface {
	Follow(ctx context.Context, id string, after int64, wake func()) (bot.Feed, error)
	MarkRead(ctx context.Context, id string, seq int64) error
	Events(ctx context.Context, id string, after int64, max int) ([]bot.Event, error)
}

// Config is what a Server needs.
type Config struct {
	Bot    Bot
	Log    Log
	Probes []Probe // of what stands behind the server

	Desk *Desk // the agents' desk; nil: there is none

	Callbacks Callbacks // without a verifier none is taken

	TokenKey       []byte        // signs the visitors' tokens; at least 32 bytes
	TokenLife      time.Duration // of a visitor's token; zero: 30 days
	AllowedOrigins []string      // pages that may use the API and the socket, besides the server's own
	FrameAncestors []string      // pages that may embed the widget, besides the server's own
	Limits         ws.Limits
	Site           Site
	UI             fs.FS // the built front end; nil: none is served

	Logger   *slog.Logger
	Registry *prometheus.Registry
}

// Server answers visitors.
type Server struct {
	cfg      Config
	tokens   *Tokens
	allowed  origins
	hub      *ws.Hub
	desk     *api.API // nil: there is none
	health   *health
	problems *prometheus.CounterVec
	handler  http.Handler
	draining atomic.Bool
}

// New checks the configuration and returns a server that is ready to serve.
func New(cfg Config) (*Server, error) {
	if cfg.Bot == nil || cfg.Log == nil || cfg.Probes == nil || cfg.Logger == nil || cfg.Registry == nil {
		return nil, errors.New("web: Bot, Log, Probes, Logger and Registry must be set")
	}
	tokens, err := NewTokens(cfg.TokenKey, cfg.TokenLife)
	if err != nil {
		return nil, err
	}
	allowed, err := parseOrigins(cfg.AllowedOrigins)
	if err != nil {
		return nil, fmt.Errorf("allowed origins: %w", err)
	}
	s := &Server{cfg: cfg, tokens: tokens, allowed: allowed}
	if s.health, err = newHealth(cfg.Probes, cfg.Logger, cfg.Registry); err != nil {
		return nil, err
	}
	s.problems = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "fenfu_http_problems_total", Help: "HTTP requests answered with an error, by status.",
	}, []string{"status"})
	if err := cfg.Registry.Register(s.problems); err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	s.hub = ws.NewHub(ws.Config{
		Bot: cfg.Bot, Log: cfg.Log,
		Verify:      func(token string) (string, time.Time, error) { return tokens.Verify(token, time.Now()) },
		CheckOrigin: allowed.check,
		CloseCode:   closeCode,
		Refuse:      s.refuse,
		Typing:      cfg.typing(),
		RequestID:   RequestID,
		Limits:      cfg.Limits,
		Logger:      cfg.Logger,
		Metrics:     ws.NewMetrics(cfg.Registry),
	})
	if err := s.openDesk(); err != nil {
		return nil, err
	}
	s.handler, err = s.routes()
	return s, err
}

// Handler answers every request.
func (s *Server) Handler() http.Handler { return s.handler }

// HTTPServer returns a net/http server around the handler, with time-outs that
// a visitor on a slow line keeps and a hoarder of connections does not.
func (s *Server) HTTPServer() *http.Server {
	return &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.cfg.Logger.Handler(), slog.LevelDebug),
	}
}

// Drain makes the server not ready and its sockets leave; see [ws.Hub.Drain].
// HTTP requests are answered until the http.Server is shut down.
func (s *Server) Drain(ctx context.Context) error {
	s.draining.Store(true)
	left := make(chan error, 1)
	go func() { left <- s.drainDesk(ctx) }()
	return errors.Join(s.hub.Drain(ctx), <-left)
}

// Show has a session's visitor see a part of an answer that is being written;
// see [ws.Hub.Show].
func (s *Server) Show(d bot.Delta) { s.hub.Show(d) }

// route is one path and the method it answers.
type route struct {
	path, method string
	handler      http.Handler
	shared       bool // with the pages of allowed origins
}

func (s *Server) table() ([]route, error) {
	files, err := s.loadFiles()
	if err != nil {
		return nil, err
	}
	site, err := s.cfg.Site.handler()
	if err != nil {
		return nil, err
	}
	routes := []route{
		{"/ws", http.MethodGet, s.hub, false},
		{"/v1/sessions", http.MethodPost, http.HandlerFunc(s.postSession), true},
		{"/v1/config", http.MethodGet, site, true},
		{"/v1/applications/{id}", http.MethodGet, http.HandlerFunc(s.getApplication), true},
		{"/v1/callbacks/checks", http.MethodPost, http.HandlerFunc(s.postCallback), false},
		{"/livez", http.MethodGet, http.HandlerFunc(s.livez), false},
		{"/readyz", http.MethodGet, http.HandlerFunc(s.readyz), false},
		{"/metrics", http.MethodGet, s.metrics(), false},
		{"/v1/transcript", http.MethodGet, http.HandlerFunc(s.getTranscript), true},
		{"/", http.MethodGet, files, false},
	}
	if s.desk != nil {
		routes = append(routes, route{"/ws/desk", http.MethodGet, http.HandlerFunc(s.desk.Live), false})
		for _, r := range s.desk.Routes() {
			routes = append(routes, route{r.Path, r.Method, r.Handler, false})
		}
	}
	return routes, nil
}

// metrics answers with the registry, and with how the parts are right now.
func (s *Server) metrics() http.Handler {
	registry := promhttp.HandlerFor(s.cfg.Registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.health.now()
		registry.ServeHTTP(w, r)
	})
}

// routes puts the table behind what every request goes through.
func (s *Server) routes() (http.Handler, error) {
	table, err := s.table()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, r := range table {
		h := s.methods(r.method, r.handler)
		if r.shared {
			h = s.cors(h)
		}
		mux.Handle(r.path, h)
	}
	protection := http.NewCrossOriginProtection()
	for origin := range s.allowed {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("allowed origins: %w", err)
		}
	}
	protection.SetDenyHandler(http.HandlerFunc(s.refuseOrigin))
	return headers(s.recovered(protection.Handler(mux))), nil
}
