package sessions

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"fenfu/bot/flow"
)

// FunnelOptions say how a funnel is kept. All have defaults.
type FunnelOptions struct {
	Every time.Duration // how often what was added is written, 2 s by default
	Keep  time.Duration // for how long a day is kept, 90 days by default

	Sync   func(context.Context) error // as in [Options]
	Logger *slog.Logger                // slog.Default by default
	Now    func() time.Time            // time.Now by default
}

// Funnel adds up what becomes of forms, by day and step, over all nodes. Its
// figures hold nothing of anybody. They are approximate: what a node has added
// up since its last write goes with it when it crashes, and a write whose answer
// was lost may be counted twice.
type Funnel struct {
	rdb redis.UniversalClient
	o   FunnelOptions

	mu   sync.Mutex
	sums map[tally]int64
}

// tally is one sum: of a day, in days since 1970, of a step or, with "", of
// forms as such. bucket is the span of a histogram, or -1.
type tally struct {
	day    int
	step   string
	what   flow.Counted
	bucket int
}

// NewFunnel returns the funnel kept in the database of rdb.
func NewFunnel(rdb redis.UniversalClient, o FunnelOptions) *Funnel {
	o.Every = or(o.Every, 2*time.Second)
	o.Keep = or(o.Keep, 90*24*time.Hour)
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Funnel{rdb: rdb, o: o, sums: make(map[tally]int64)}
}

// Add adds counts, in memory. It never waits for Redis.
func (f *Funnel) Add(at time.Time, counts []flow.Count) {
	day := dayOf(at)
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range counts {
		f.sums[tally{day, c.Step, c.What, -1}]++
		if c.After > 0 {
			f.sums[tally{day, c.Step, c.What, bucketOf(c.After)}]++
		}
	}
}

// Work writes what was added, every few seconds, until ctx ends. What is added
// later is for a last Flush.
func (f *Funnel) Work(ctx context.Context) {
	tick := time.NewTicker(f.o.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := f.Flush(ctx); err != nil && ctx.Err() == nil {
			f.o.Logger.Warn("could not write the funnel's figures, trying again", "error", err)
		}
	}
}

// Flush writes what was added. If it fails it will be written with the next.
func (f *Funnel) Flush(ctx context.Context) error {
	f.mu.Lock()
	sums := f.sums
	f.sums = make(map[tally]int64, len(sums))
	f.mu.Unlock()
	if len(sums) == 0 {
		return nil
	}
	_, err := f.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		days := make(map[int]bool)
		for t, n := range sums {
			p.HIncrBy(ctx, funnelKey(t.day), t.field(), n)
			days[t.day] = true
		}
		for day := range days {
			p.Expire(ctx, funnelKey(day), f.o.Keep)
		}
		return nil
	})
	if err != nil {
		f.mu.Lock()
		for t, n := range sums {
			f.sums[t] += n
		}
		f.mu.Unlock()
		return fmt.Errorf("write the funnel's figures: %w", err)
	}
	if f.o.Sync == nil {
		return nil
	}
	return f.o.Sync(ctx)
}

// field is the tally's name in the hash of its day.
func (t tally) field() string {
	if t.bucket < 0 {
		return string(t.what) + ":" + t.step
	}
	return string(t.what) + "." + strconv.Itoa(t.bucket) + ":" + t.step
}

// FunnelFigures are the sums of one step, or of forms as such.
type FunnelFigures struct {
	Counts map[flow.Counted]int64
	Median time.Duration // from the question to the answer, 0 if nothing was answered
}

// Read returns the sums of the latest days, today included, by step; those of
// forms as such are under "".
func (f *Funnel) Read(ctx context.Context, days int) (map[string]FunnelFigures, error) {
	today := dayOf(f.o.Now())
	reads := make([]*redis.MapStringStringCmd, days)
	_, err := f.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range reads {
			reads[i] = p.HGetAll(ctx, funnelKey(today-i))
		}
		return nil
	})
	if err != nil {
		return nil, unavailable("read the funnel's figures", err)
	}
	figures := make(map[string]FunnelFigures)
	spans := make(map[string]*histogram)
	for _, day := range reads {
		for field, text := range day.Val() {
			t, ok := parseField(field)
			if !ok {
				continue // a newer version's
			}
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return nil, damaged("figure of the funnel", err)
			}
			if t.bucket >= 0 {
				if spans[t.step] == nil {
					spans[t.step] = &histogram{}
				}
				spans[t.step][t.bucket] += n
				continue
			}
			if figures[t.step].Counts == nil {
				figures[t.step] = FunnelFigures{Counts: make(map[flow.Counted]int64)}
			}
			figures[t.step].Counts[t.what] += n
		}
	}
	for step, h := range spans {
		s := figures[step]
		s.Median = h.median()
		figures[step] = s
	}
	return figures, nil
}

// parseField reads the tally's name, and reports whether this version knows such
// a one.
func parseField(field string) (t tally, ok bool) {
	what, step, ok := strings.Cut(field, ":")
	what, bucket, spans := strings.Cut(what, ".")
	t = tally{step: step, what: flow.Counted(what), bucket: -1}
	if spans {
		n, err := strconv.Atoi(bucket)
		t.bucket = n
		ok = ok && err == nil && n >= 0 && n < len(histogram{})
	}
	return t, ok
}
