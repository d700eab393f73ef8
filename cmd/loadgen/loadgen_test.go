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
			URL: url, PID: os.Getpid(), Visitors: 5, Rounds: 2, Duration: 200 * time.Millisecond,
			Connections: 20, Settle: 300 * time.Millisecond, Handshakes: 20, Dials: 4, Stalled: 2, Pour: 20, log: t.Output(),
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
		if rate > 0 && (d.TurnsPerS > 1.3*rate || d.TurnsPerS < 0.7*rate) {
			t.Errorf("%.0f turns/s at a rate of %.0f", d.TurnsPerS, rate)
		}
		if rate == 0 && d.Sessions <= int64(m.opt.Visitors) {
			t.Errorf("%d sessions: nobody asked for a fresh one", d.Sessions)
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
			if fault == "decided_twice" { // the second may be met as the next dialogue's
				found += m.bad.counts["stray_decision"]
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

func TestIdleStormAndSlow(t *testing.T) {
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
