package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	probeWait = time.Second            // how long what stands behind the server may take to answer
	probeKept = 500 * time.Millisecond // how long an answer is good for: probes must not become load
)

// Probe looks at one thing that stands behind the server.
type Probe struct {
	Name  string
	Vital bool // without it no visitor can be served here
	// Check returns nil if all is well. It is given a second.
	Check func(ctx context.Context) error
}

// readiness is the answer to /readyz.
type readiness struct {
	Status string            `json:"status"` // ok, degraded, unavailable, draining
	Parts  map[string]string `json:"parts"`  // ok or failing, by the probe's name
}

// The states of a server. A degraded one serves visitors, but what it does for
// them later waits: taking it out of service would help nobody, since all nodes
// share what fails.
const (
	stateOK          = "ok"
	stateDegraded    = "degraded"
	stateUnavailable = "unavailable"
	stateDraining    = "draining"
	partFailing      = "failing"
)

// health asks the probes, and remembers for a moment what they said.
type health struct {
	probes []Probe
	logger *slog.Logger
	up     *prometheus.GaugeVec

	mu   sync.Mutex
	at   time.Time
	last readiness
}

func newHealth(probes []Probe, logger *slog.Logger, reg prometheus.Registerer) (*health, error) {
	up := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "fenfu_part_up", Help: "Whether what stands behind the server works, as /readyz has it.",
	}, []string{"part"})
	if err := reg.Register(up); err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return &health{probes: probes, logger: logger, up: up}, nil
}

// now returns what the probes say, at most probeKept old. Whoever comes while
// they are being asked waits for that answer.
func (h *health) now() readiness {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.at.IsZero() && time.Since(h.at) < probeKept {
		return h.last
	}
	is, err := h.ask()
	if is.Status != h.last.Status {
		h.changed(is, err)
	}
	h.last, h.at = is, time.Now()
	return is
}

// ask asks all probes at once, and waits for none longer than probeWait.
func (h *health) ask() (readiness, error) {
	ctx, cancel := context.WithTimeout(context.Background(), probeWait)
	defer cancel()
	answers := make([]chan error, len(h.probes))
	for i, p := range h.probes {
		answers[i] = make(chan error, 1) // so that one who is late does not wait for us
		go func() { answers[i] <- p.ask(ctx) }()
	}
	is := readiness{Status: stateOK, Parts: make(map[string]string, len(h.probes))}
	var errs []error
	for i, p := range h.probes {
		err := first(ctx, answers[i])
		is.Parts[p.Name] = stateOK
		h.up.WithLabelValues(p.Name).Set(1)
		if err == nil {
			continue
		}
		is.Parts[p.Name] = partFailing
		h.up.WithLabelValues(p.Name).Set(0)
		errs = append(errs, fmt.Errorf("%s: %w", p.Name, err))
		if p.Vital {
			is.Status = stateUnavailable
		} else if is.Status == stateOK {
			is.Status = stateDegraded
		}
	}
	return is, errors.Join(errs...)
}

// first returns what was answered, even at the last moment, or that it was not.
func first(ctx context.Context, answer <-chan error) error {
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-answer:
		return err
	default:
		return ctx.Err()
	}
}

// ask looks once. A probe that panics fails, and takes nothing with it.
func (p Probe) ask(ctx context.Context) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panicked with a %T", r)
		}
	}()
	return p.Check(ctx)
}

// changed says once what is wrong, and once that it is over.
func (h *health) changed(is readiness, err error) {
	switch {
	case is.Status != stateOK:
		h.logger.Warn("health", "status", is.Status, "error", err)
	case h.last.Status != "":
		h.logger.Info("health", "status", is.Status)
	}
}

// livez says that the process is alive, whatever stands behind it.
func (s *Server) livez(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n") // the client is gone, then
}

// readyz says whether visitors may be sent here, and what does not work. Why it
// does not is for the log: an error may name hosts.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	is := readiness{Status: stateDraining, Parts: map[string]string{}}
	if !s.draining.Load() {
		is = s.health.now()
	}
	w.Header().Set("Content-Type", "application/json")
	if is.Status == stateUnavailable || is.Status == stateDraining {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	if r.Method != http.MethodHead {
		_ = json.NewEncoder(w).Encode(is) // the client is gone, then
	}
}
