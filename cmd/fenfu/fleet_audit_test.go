package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
)

// books is the account of one run, as it is seen from the outside.
type books struct {
	connected, delivered, resent, byes, torn, rewound atomic.Int64

	mu     sync.Mutex
	heard  time.Time      // when the last message was acknowledged
	pause  time.Duration  // the longest time without
	errors map[string]int // error frames by code
	closes map[int]int    // connections by close code
	wrong  map[string]int // deviations by sort
	first  []string       // the first of them, in words
}

func newBooks() *books {
	return &books{errors: map[string]int{}, closes: map[int]int{}, wrong: map[string]int{}}
}

// acknowledged notes that a message was.
func (b *books) acknowledged() {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if !b.heard.IsZero() {
		b.pause = max(b.pause, now.Sub(b.heard))
	}
	b.heard = now
}

// deviates notes something that must not be.
func (b *books) deviates(sort, format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wrong[sort]++
	if len(b.first) < 12 {
		b.first = append(b.first, sort+": "+fmt.Sprintf(format, args...))
	}
}

func (b *books) refused(code string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.errors[code]++
}

func (b *books) closed(code int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closes[code]++
}

// audit compares what everybody has seen: the guests' own records, the logs,
// and the requests that the eligibility service has received.
type audit struct {
	*books
	guests []*guest
	checks map[string]counts // by check id
	known  map[string]bool   // sessions of all guests, of this run and before

	messages, inLogs, events, confirmed, decided int
}

// read reads each guest's log again from its beginning, over a socket of its
// own, and holds it against what the guest was told.
func (a *audit) read(ctx context.Context) {
	var group sync.WaitGroup
	slots := make(chan struct{}, 32)
	var mu sync.Mutex
	for _, g := range a.guests {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			log := &tab{books: newBooks(), url: g.url, token: g.token, rng: g.rng}
			err := log.catchUp(ctx)
			log.drop()
			if err != nil {
				a.deviates("unreadable", "session %s: %v", g.session, err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			a.compare(g, log.view)
		})
	}
	group.Wait()
	for _, g := range a.guests {
		a.known[g.session] = true
	}
	for id := range a.checks {
		if session, _, _ := strings.Cut(id, "."); !a.known[session] {
			a.deviates("checks", "%s is nobody's", id)
		}
	}
}

// compare holds one guest's records against its log.
func (a *audit) compare(g *guest, log []heard) {
	a.view(g, "guest", g.view, log)
	if g.second != nil {
		a.view(g, "second tab", g.second.view, log)
	}
	said := make(map[string][]int64)
	var submitted, decided []heard
	for _, e := range log {
		switch {
		case e.From == bot.Visitor:
			said[e.ID] = append(said[e.ID], e.Seq)
		case e.Code == bot.CodeSubmitted:
			submitted = append(submitted, e)
		case e.Code == bot.CodeDecided:
			decided = append(decided, e)
		}
	}
	a.events += len(log)
	a.messages += len(g.acked)
	a.inLogs += len(said)
	for _, m := range g.acked {
		switch seqs := said[m.id]; {
		case len(seqs) == 0:
			a.deviates("acknowledged and lost", "session %s: %s, acknowledged as %d", g.session, m.id, m.seq)
		case len(seqs) > 1:
			a.deviates("stored twice", "session %s: %s is %v", g.session, m.id, seqs)
		case seqs[0] != m.seq:
			a.deviates("acknowledged as another", "session %s: %s is %d, acknowledged as %d", g.session, m.id, seqs[0], m.seq)
		}
		if m.seq <= m.after {
			a.deviates("out of order", "session %s: %s is %d, and was said after %d", g.session, m.id, m.seq, m.after)
		}
	}
	for id := range said {
		if g.ackedAs[id] == 0 && (g.partner == nil || g.partner.ackedAs[id] == 0) {
			a.deviates("never acknowledged", "session %s: %s is in the log", g.session, id)
		}
	}
	a.application(g, submitted, decided)
}

// view holds what a tab was told against the log.
func (a *audit) view(g *guest, who string, told, log []heard) {
	if len(told) != len(log) {
		a.deviates("view", "session %s: the %s has seen %d events of %d", g.session, who, len(told), len(log))
		return
	}
	for i := range log {
		if told[i].raw != log[i].raw {
			a.deviates("view", "session %s: the %s was told %s, the log has %s", g.session, who, told[i].raw, log[i].raw)
			return
		}
	}
}

// application holds a guest's application against what the service was asked.
func (a *audit) application(g *guest, submitted, decided []heard) {
	want := 0
	if g.confirms {
		want = 1
		a.confirmed++
	}
	a.decided += len(decided)
	if len(submitted) != want || len(decided) != want {
		a.deviates("decisions", "session %s: %d submissions and %d decisions, want %d", g.session, len(submitted), len(decided), want)
		return
	}
	asked := 0
	for id, n := range a.checks {
		session, rest, _ := strings.Cut(id, ".")
		if session != g.session {
			continue
		}
		asked++
		application, _, _ := strings.Cut(rest, ".")
		if want == 0 || decided[0].Data == nil || decided[0].Data.Application != application {
			a.deviates("sent unconfirmed", "session %s: check %s", g.session, id)
		}
		if n.Accepted != 1 || n.Mismatched != 0 {
			a.deviates("more than one payload", "check %s: %+v", id, n)
		}
	}
	if asked != want {
		a.deviates("checks", "session %s: %d checks, want %d", g.session, asked, want)
	}
	if want == 1 {
		for _, r := range decided[0].Data.Reasons {
			if r.Code == eligibility.SystemUnavailable {
				a.deviates("given up", "session %s", g.session)
			}
		}
	}
}

// report prints the account, and fails the test on one deviation.
func (a *audit) report(t *testing.T, f *fleet, title string) {
	t.Helper()
	var posts, polls, callbacks int
	for _, n := range a.checks {
		posts, polls, callbacks = posts+n.Requests, polls+n.Polls, callbacks+n.Callbacks
	}
	cut, _ := f.door.Harmed()
	var redisCut, lost int64
	for _, r := range f.relays {
		c, l := r.Harmed()
		redisCut, lost = redisCut+c, lost+l
	}
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s: %s\n", t.Name(), title)
	for _, row := range []struct {
		what  string
		count any
	}{
		{"visitors", len(a.guests)},
		{"messages acknowledged, in the logs", fmt.Sprintf("%d, %d", a.messages, a.inLogs)},
		{"messages sent again", a.resent.Load()},
		{"events in the logs, delivered", fmt.Sprintf("%d, %d", a.events, a.delivered.Load())},
		{"applications confirmed, decided", fmt.Sprintf("%d, %d", a.confirmed, a.decided)},
		{"checks at the service, requests, polls, callbacks taken", fmt.Sprintf("%d, %d, %d, %d", len(a.checks), posts, polls, callbacks)},
		{"connections made, cut", fmt.Sprintf("%d, %d", a.connected.Load(), cut)},
		{"connections to Redis cut, replies of Redis lost", fmt.Sprintf("%d, %d", redisCut, lost)},
		{"nodes killed, masters failed over", fmt.Sprintf("%d, %d", f.killed, f.failovers)},
		{"longest time without an acknowledgement", a.pause.Round(100 * time.Millisecond)},
		{"goodbyes, logs taken back", fmt.Sprintf("%d, %d", a.byes.Load(), a.rewound.Load())},
		{"error frames", inOrder(a.errors)},
		{"close codes", inOrder(a.closes)},
		{"deviations", inOrder(a.wrong)},
	} {
		fmt.Fprintf(w, "  %s\t%v\n", row.what, row.count)
	}
	_ = w.Flush()
	t.Log(out.String())
	fmt.Fprint(os.Stdout, out.String())
	for _, line := range a.first {
		t.Error(line)
	}
	if len(a.wrong) > 0 {
		for _, p := range f.nodes {
			t.Logf("node %s said last:\n%s", p.addr, tail(p.output(), 4<<10))
		}
		t.Errorf("the account is not clear: %s", inOrder(a.wrong))
	}
}

func tail(s string, bytes int) string { return s[max(0, len(s)-bytes):] }

func inOrder[K interface{ ~int | ~string }](counts map[K]int) string {
	if len(counts) == 0 {
		return "none"
	}
	var words []string
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		words = append(words, fmt.Sprintf("%v: %d", k, counts[k]))
	}
	return strings.Join(words, ", ")
}
