package sessions_test

import (
	"context"
	"testing"
	"time"

	"fenfu/bot/flow"
	"fenfu/sessions"
)

func counts(what flow.Counted, step string, after ...time.Duration) []flow.Count {
	if len(after) == 0 {
		return []flow.Count{{What: what, Step: step}}
	}
	var all []flow.Count
	for _, d := range after {
		all = append(all, flow.Count{What: what, Step: step, After: d})
	}
	return all
}

// TestFunnel adds up what two nodes counted on several days.
func TestFunnel(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		now := time.Date(2026, 11, 22, 15, 59, 59, 0, time.UTC) // a second before midnight in China
		at := func(o *sessions.FunnelOptions) { o.Now = func() time.Time { return now } }
		one, other := funnelOf(t, w, at), funnelOf(t, w, at)
		one.Add(now, counts(flow.Started, ""))
		one.Add(now, counts(flow.Filled, "name", 4*time.Second, 4*time.Second, 50*time.Minute))
		one.Add(now.AddDate(0, 0, -7), counts(flow.Started, "")) // before the latest seven days
		other.Add(now.AddDate(0, 0, -6), counts(flow.Started, ""))
		other.Add(now, counts(flow.Asked, "a:b.c"))
		if got, err := one.Read(ctx, 7); err != nil || len(got) != 0 {
			t.Fatalf("read %v, %v before anything was written", got, err)
		}
		for _, f := range []*sessions.Funnel{one, other, one} {
			flush(t, f)
		}
		for days, want := range map[int]int64{1: 1, 6: 1, 7: 2, 8: 3} {
			got, err := other.Read(ctx, days)
			if err != nil || got[""].Counts[flow.Started] != want {
				t.Errorf("%d days: %+v, %v, want %d started", days, got[""], err, want)
			}
		}
		now = now.Add(time.Second)
		got, err := other.Read(ctx, 1)
		if err != nil || len(got) != 0 {
			t.Errorf("the next day: %+v, %v", got, err)
		}
		if got, err = other.Read(ctx, 2); err != nil {
			t.Fatal(err)
		}
		if name := got["name"]; name.Counts[flow.Filled] != 3 || name.Median < 3*time.Second || name.Median > 5*time.Second {
			t.Errorf("name: %+v", name)
		}
		if got["a:b.c"].Counts[flow.Asked] != 1 {
			t.Errorf("a step with marks in its id: %+v", got)
		}
		if ttl := w.client(t).TTL(ctx, "{desk}:funnel:2026-11-22").Val(); ttl <= 89*24*time.Hour || ttl > 90*24*time.Hour {
			t.Errorf("kept for %v", ttl)
		}
	})
}

// TestFunnelMedian wants the middle right to the width of a span, and no time
// longer than the longest.
func TestFunnelMedian(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		f := funnelOf(t, w)
		steps := map[string]struct {
			took     []time.Duration
			from, to time.Duration
		}{
			"one":   {[]time.Duration{12 * time.Second}, 10 * time.Second, 15 * time.Second},
			"odd":   {[]time.Duration{time.Second, 40 * time.Second, time.Hour}, 30 * time.Second, 45 * time.Second},
			"ends":  {[]time.Duration{5 * time.Second, 5 * time.Second, time.Hour}, 3 * time.Second, 5 * time.Second},
			"days":  {[]time.Duration{72 * time.Hour}, 2 * time.Hour, 2 * time.Hour},
			"never": {nil, 0, 0},
		}
		for step, s := range steps {
			f.Add(time.Now(), counts(flow.Filled, step, s.took...))
		}
		flush(t, f)
		got, err := f.Read(t.Context(), 2)
		if err != nil {
			t.Fatal(err)
		}
		for step, s := range steps {
			if m := got[step].Median; m < s.from || m > s.to {
				t.Errorf("%s: %v, want %v to %v", step, m, s.from, s.to)
			}
		}
	})
}

// TestFunnelKeepsWhatItCouldNotWrite lets a write fail, and wants the next one to
// make up for it.
func TestFunnelKeepsWhatItCouldNotWrite(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		f := funnelOf(t, w)
		f.Add(time.Now(), counts(flow.Started, ""))
		ended, end := context.WithCancel(t.Context())
		end()
		if err := f.Flush(ended); err == nil {
			t.Fatal("written with a context that has ended")
		}
		f.Add(time.Now(), counts(flow.Started, ""))
		flush(t, f)
		if got, err := f.Read(t.Context(), 2); err != nil || got[""].Counts[flow.Started] != 2 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// TestFunnelWaitsForNobody adds without a Redis, and without an allocation.
func TestFunnelWaitsForNobody(t *testing.T) {
	f := sessions.NewFunnel(nil, sessions.FunnelOptions{}) // any call to Redis would panic
	now, some := time.Now(), counts(flow.Filled, "name", time.Second)
	if n := testing.AllocsPerRun(100, func() { f.Add(now, some) }); n != 0 {
		t.Errorf("%v allocations for a count", n)
	}
}

func funnelOf(tb testing.TB, w *world, change ...func(*sessions.FunnelOptions)) *sessions.Funnel {
	tb.Helper()
	o := sessions.FunnelOptions{Sync: w.sync}
	for _, c := range change {
		c(&o)
	}
	return sessions.NewFunnel(w.client(tb), o)
}

// flush writes what was added, in spite of a cluster that has only just begun.
func flush(tb testing.TB, f *sessions.Funnel) {
	tb.Helper()
	eventually(tb, "the figures are written", func() error { return f.Flush(tb.Context()) })
}
