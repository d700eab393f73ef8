package main

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"fmt"
	"hash/fnv"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"fenfu/bot/eligibility"
)

//go:embed openapi.yaml
var contract []byte

// server answers contract v1.
type server struct {
	c       config
	rules   eligibility.Checker
	key     []byte // of the fingerprints
	store   *store
	calls   *caller
	logger  *slog.Logger
	stopped chan struct{}
	once    sync.Once
}

func newServer(c config, rules eligibility.Checker, calls *caller, logger *slog.Logger) *server {
	key := make([]byte, 32)
	rand.Read(key)
	return &server{
		c: c, rules: rules, key: key, store: newStore(c.MaxChecks), calls: calls, logger: logger,
		stopped: make(chan struct{}),
	}
}

// demoRules decide by the embedded rules, over the demo's applicants.
func demoRules(now func() time.Time) (eligibility.Checker, error) {
	rules, err := eligibility.LoadRules(eligibility.Files, eligibility.RulesFile)
	if err != nil {
		return nil, err
	}
	applicants, err := eligibility.LoadApplicants(eligibility.Files, eligibility.ApplicantsFile)
	if err != nil {
		return nil, err
	}
	return eligibility.NewEmbedded(rules, applicants, now), nil
}

// stop ends what waits. It may be called more than once.
func (s *server) stop() { s.once.Do(func() { close(s.stopped) }) }

// routes are the service's paths, as in the contract.
func (s *server) routes() map[string]http.HandlerFunc {
	r := map[string]http.HandlerFunc{
		"POST /v1/checks":     s.authorized(s.postCheck),
		"GET /v1/checks/{id}": s.authorized(s.getCheck),
		"GET /livez":          func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) },
		"GET /openapi.yaml": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/yaml")
			_, _ = w.Write(contract)
		},
	}
	if s.c.Record {
		r["GET /v1/received"] = s.authorized(func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, http.StatusOK, "application/json", s.store.received())
		})
	}
	return r
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range s.routes() {
		mux.HandleFunc(pattern, h)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		s.fail(w, newProblem(http.StatusNotFound, eligibility.ProblemNotFound, "no such path"))
	})
	return s.logged(mux)
}

var requestIDForm = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)

// logged logs what was asked and what came of it: no body, no path, no id of a
// check, which callers make up.
func (s *server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := r.Header.Get("X-Request-Id")
		if !requestIDForm.MatchString(id) {
			id = rand.Text()
		}
		w.Header().Set("X-Request-Id", id)
		sw := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		defer func() { // also when a reply is cut
			s.logger.Info("request", "method", r.Method, "route", r.Pattern, "status", sw.status,
				"ms", time.Since(start).Milliseconds(), "request_id", id)
		}()
		next.ServeHTTP(sw, r)
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController through.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// authorized lets in who shows the token.
func (s *server) authorized(next http.HandlerFunc) http.HandlerFunc {
	want := sha256.Sum256([]byte(s.c.Token))
	return func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		got := sha256.Sum256([]byte(token))
		ok := subtle.ConstantTimeCompare(got[:], want[:]) == 1 && strings.EqualFold(scheme, "Bearer")
		if s.c.Token != "" && !ok {
			s.fail(w, newProblem(http.StatusUnauthorized, eligibility.ProblemUnauthorized, "the token is missing or wrong"))
			return
		}
		next(w, r)
	}
}

// mode tells how to behave towards a check.
func (s *server) mode(id string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return s.c.Mode[h.Sum32()%uint32(len(s.c.Mode))]
}

func (s *server) postCheck(w http.ResponseWriter, r *http.Request) {
	keys := r.Header.Values("Idempotency-Key")
	if len(keys) != 1 || !keyForm.MatchString(keys[0]) {
		s.fail(w, invalid(http.StatusBadRequest, "one Idempotency-Key is needed"))
		return
	}
	req, payload, wrong := s.readRequest(r)
	if wrong != nil {
		s.fail(w, *wrong)
		return
	}
	result, err := s.decide(r, req)
	if err != nil {
		s.logger.Error("the rules failed", "error", err)
		s.fail(w, newProblem(http.StatusInternalServerError, eligibility.ProblemUnavailable, "the rules failed"))
		return
	}
	c, f := s.store.put(check{id: req.CheckID, key: keys[0], payload: payload, mode: s.mode(req.CheckID), result: result})
	if f == foundMismatch {
		s.fail(w, newProblem(http.StatusUnprocessableEntity, eligibility.ProblemOtherPayload,
			"the idempotency key or the check's id came with another payload before"))
		return
	}
	if c.mode == modeFail && s.goesWrong(c) {
		kind := eligibility.ProblemUnavailable
		if s.c.FailStatus == http.StatusTooManyRequests {
			kind = eligibility.ProblemLimited
		}
		s.fail(w, newProblem(s.c.FailStatus, kind, fmt.Sprintf("try %d fails", c.tries)))
		return
	}
	s.take(w, r, c, req.CallbackURL)
}

// goesWrong tells whether this try of a check does.
func (s *server) goesWrong(c check) bool { return s.c.FailTimes == 0 || c.tries <= s.c.FailTimes }

// take accepts a check, if it was not before, and answers as its mode wants.
func (s *server) take(w http.ResponseWriter, r *http.Request, c check, callbackURL string) {
	readyAt := time.Now()
	if pending(c.mode) || c.mode == modeSlow {
		readyAt = readyAt.Add(s.c.Delay)
	}
	c, first := s.store.accept(c.id, readyAt)
	if first && callbackURL != "" && callsBack(c.mode) {
		s.schedule(c, callbackURL)
	}
	switch {
	case first && pending(c.mode): // however soon it is decided
		s.answerPending(w, c)
	case c.mode == modeSlow && !first && time.Now().Before(c.readyAt):
		s.fail(w, newProblem(http.StatusConflict, eligibility.ProblemStillRunning, "an earlier try is still running"))
	case c.mode == modeSlow && !s.wait(r, c.readyAt):
		s.fail(w, newProblem(http.StatusServiceUnavailable, eligibility.ProblemUnavailable, "shutting down"))
	case c.mode == modeCut && s.goesWrong(c):
		s.answerCut(w, c)
	case c.mode == modeMalformed && s.goesWrong(c):
		s.answerMalformed(w, c)
	default:
		s.answer(w, c)
	}
}

// wait waits, and reports whether it was not disturbed.
func (s *server) wait(r *http.Request, until time.Time) bool {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	case <-s.stopped:
		return false
	}
}

func (s *server) getCheck(w http.ResponseWriter, r *http.Request) {
	c, ok := s.store.poll(r.PathValue("id"))
	if !ok {
		s.fail(w, newProblem(http.StatusNotFound, eligibility.ProblemNotFound, "no such check"))
		return
	}
	s.answer(w, c)
}

// decided is the answer to a check that is.
type decided struct {
	Status string `json:"status"`
	eligibility.Result
}

type undecided struct {
	Status  string `json:"status"`
	CheckID string `json:"check_id"`
}

// answer says how a check stands.
func (s *server) answer(w http.ResponseWriter, c check) {
	if time.Now().Before(c.readyAt) {
		s.answerPending(w, c)
		return
	}
	writeJSON(w, http.StatusOK, "application/json", decided{"decided", c.result})
}

func (s *server) answerPending(w http.ResponseWriter, c check) {
	w.Header().Set("Location", "/v1/checks/"+c.id)
	s.retryAfter(w)
	writeJSON(w, http.StatusAccepted, "application/json", undecided{"pending", c.id})
}
