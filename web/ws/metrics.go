package ws

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"fenfu/bot"
)

// Metrics counts what goes on in a Hub. Labels come from fixed sets, and the
// counters behind them are looked up once: a frame costs an atomic addition.
type Metrics struct {
	connections prometheus.Gauge
	in          map[Type]prometheus.Counter
	out         map[Type]prometheus.Counter
	errors      map[bot.Code]prometheus.Counter
	closes      map[CloseCode]prometheus.Counter
	turns       prometheus.Histogram
	deliveries  prometheus.Histogram
	panics      prometheus.Counter
}

// unknown counts frames of no known type.
const unknown Type = "unknown"

// NewMetrics registers a hub's metrics with reg.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		connections: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "fenfu_ws_connections", Help: "Sockets open now.",
		}),
		turns: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "fenfu_ws_turn_seconds", Help: "Time to handle one message of a visitor, until it is stored.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
		deliveries: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "fenfu_ws_delivery_seconds", Help: "Time from an event to its write to a socket that was open already.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "fenfu_ws_panics_total", Help: "Connections closed because their handling panicked.",
		}),
	}
	m.in = counters(reg, "fenfu_ws_frames_in_total", "Frames received, by type.", "type",
		append(ClientTypes[:len(ClientTypes):len(ClientTypes)], unknown)...)
	m.out = counters(reg, "fenfu_ws_frames_out_total", "Frames sent, by type.", "type", ServerTypes...)
	m.errors = counters(reg, "fenfu_ws_errors_total", "Error frames sent, by code.", "code",
		bot.Invalid, bot.NotFound, bot.Conflict, bot.Unauthorized, bot.Limited, bot.Unavailable, bot.Internal)
	closes := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "fenfu_ws_closes_total", Help: "Connections closed, by reason.",
	}, []string{"reason"})
	m.closes = make(map[CloseCode]prometheus.Counter, len(CloseCodes))
	for code, name := range CloseCodes {
		m.closes[code] = closes.WithLabelValues(name)
	}
	reg.MustRegister(m.connections, m.turns, m.deliveries, m.panics, closes)
	return m
}

func counters[T ~string](reg prometheus.Registerer, name, help, label string, values ...T) map[T]prometheus.Counter {
	vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
	reg.MustRegister(vec)
	m := make(map[T]prometheus.Counter, len(values))
	for _, v := range values {
		m[v] = vec.WithLabelValues(string(v))
	}
	return m
}

func (m *Metrics) received(t Type) {
	if c, ok := m.in[t]; ok {
		c.Inc()
		return
	}
	m.in[unknown].Inc()
}

func (m *Metrics) failed(code bot.Code) {
	if c, ok := m.errors[code]; ok {
		c.Inc()
		return
	}
	m.errors[bot.Internal].Inc()
}

// delivered notes that an event was written. Another node's clock may be ahead.
func (m *Metrics) delivered(since time.Time) {
	m.deliveries.Observe(max(0, time.Since(since).Seconds()))
}

func (m *Metrics) turn(since time.Time) { m.turns.Observe(time.Since(since).Seconds()) }
