package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// quick is a meter for a measurement of a moment.
func quick(t *testing.T, url string) *meter {
	t.Helper()
	people, err := cast()
	if err != nil {
		t.Fatal(err)
	}
	return &meter{
		opt: &options{
			URL: url, PID: os.Getpid(), Visitors: 5, Rounds: 1, Duration: 200 * time.Millisecond,
			Connections: 20, Settle: 300 * time.Millisecond, Handshakes: 20, Dials: 4, Stalled: 2, Pour: 6, log: t.Output(),
		},
		cast: people, bad: newDeviations(), dial: &dialer{},
	}
}

func TestDialogue(t *testing.T) {
	for _, rate := range []float64{0, 100} {
		s := newFakeServer(t, "")
		m := quick(t, s.URL)
		d, err := m.measureDialogue(context.Background(), newTarget(s.URL, os.Getpid()), m.opt.Visitors, rate)
		if err != nil {
			t.Fatal(err)
		}
		if len(m.bad.counts) > 0 {
			t.Errorf("rate %v: deviations %v", rate, m.bad.examples)
		}
		if d.TurnsPerS == 0 || d.Reply.Count == 0 || d.Ack.Count != d.Reply.Count || d.Dialogues < int64(m.opt.Visitors) || d.Replayed != m.opt.Visitors {
			t.Errorf("rate %v: %+v", rate, d)
		}
		if rate > 0 && d.TurnsPerS > 1.3*rate {
			t.Errorf("%.0f turns/s at a rate of %.0f", d.TurnsPerS, rate)
		}
		if d.Sessions*int64(d.Rounds) < d.Dialogues {
			t.Errorf("%d dialogues in %d sessions: nobody asked for a fresh one", d.Dialogues, d.Sessions)
		}
	}
}

func TestEveryFaultOfAServerIsFound(t *testing.T) {
	for _, fault := range []string{"gap", "repeated", "ack_mismatch", "error_frame", "decided_twice", "wrong_decision", "loss"} {
		t.Run(fault, func(t *testing.T) {
			s := newFakeServer(t, fault)
			m := quick(t, s.URL)
			if _, err := m.measureDialogue(context.Background(), newTarget(s.URL, 0), m.opt.Visitors, 0); err != nil {
				t.Fatal(err)
			}
			found := m.bad.counts[fault]
			if fault == "decided_twice" { // the second may be met as the next dialogue's, or when the log is read again
				found += m.bad.counts["stray_decision"] + m.bad.counts["loss"]
			}
			if found == 0 {
				t.Errorf("found %v", m.bad.counts)
			}
			var out strings.Builder
			e := &environment{ctx: context.Background(), out: &out, m: m}
			if err := e.finish(&Report{}, nil); err == nil || !strings.Contains(out.String(), "DEVIATION") {
				t.Errorf("the run ended well: %v\n%s", err, out.String())
			}
		})
	}
}

func TestIdleAndStorm(t *testing.T) {
	s := newFakeServer(t, "")
	m := quick(t, s.URL)
	m.opt.NoEcho = true
	r := &Report{}
	ctx := context.Background()
	if err := errors.Join(m.idle(ctx, r), m.storms(ctx, r)); err != nil {
		t.Fatal(err)
	}
	if r.Idle.Connections != 20 || r.Idle.AfterKiB == 0 || r.Storm.PerS == 0 || r.Storm.Latency.Count != 20 {
		t.Errorf("idle %+v, storm %+v", r.Idle, r.Storm)
	}
	if len(m.bad.counts) > 0 {
		t.Errorf("deviations %v", m.bad.examples)
	}
}

func TestASlowVisitorWhoWasCutOffGetsTheRest(t *testing.T) {
	s := newFakeServer(t, "cut")
	m := quick(t, s.URL)
	r := &Report{}
	if err := m.slow(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	if got := r.Slow; got.CaughtUp != got.Visitors || got.Reconnects != got.Visitors || got.Events != 2*m.opt.Pour*got.Visitors || len(m.bad.counts) > 0 {
		t.Errorf("%+v, deviations %v", got, m.bad.examples)
	}
}

func TestTheReportIsATableOfRatios(t *testing.T) {
	r := &Report{
		Dialogue: &Dialogue{Visitors: 1000, TurnsPerS: 7000, CPU: CPU{Generator: 0.5, Server: 0.7, Redis: 0.2}},
		Echo:     &Echo{PerS: 20000, CPU: CPU{Generator: 0.5, Server: 0.5}},
		Idle:     &Idle{Connections: 10000, KiBEach: 8.5}, EchoIdle: &Idle{KiBEach: 17},
		Storm: &Storm{PerS: 900}, EchoStorm: &Storm{PerS: 1000},
	}
	var out strings.Builder
	if err := r.table(&out); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"turns/s, 1000 visitors, closed loop 7000 20000 0.35", "by µs of CPU time, all processes 200 50 0.25",
		"idle connection (10000) 8.5 17.0 0.50", "900 1000 0.90", "no deviation",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

func TestTheYardstickEchoes(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(s.Close)
	m := quick(t, s.URL)
	e, err := m.measureEcho(context.Background(), newTarget(s.URL, 0), 3)
	if err != nil || e.PerS == 0 || e.Latency.Count == 0 {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestAServerThatCannotStartIsAnError(t *testing.T) {
	if _, err := start(context.Background(), t.Output(), nil, "/bin/false"); err == nil {
		t.Error("started")
	}
}
