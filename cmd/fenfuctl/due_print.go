package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"
)

func (l *listing) json(out io.Writer) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(l)
}

// table prints the sessions, those that have waited longest first, then the
// counts.
func (l *listing) table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if len(l.Rows) > 0 {
		fmt.Fprintln(w, "SESSION\tSTATE\tFOR\tDUE\tLEASE\tATTEMPTS\tFAILURES\tAPPLICATION\tPARTITION\tTROUBLE")
	}
	for _, r := range l.Rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%d\t%s\t%d\t%s\n", r.Session, r.State, r.For, l.when(r), left(r),
			r.Attempts, r.Failures, cmp.Or(r.Application, "-"), r.Partition, cmp.Or(r.Trouble, "-"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if l.NotListed > 0 {
		fmt.Fprintf(out, "… and %d more (--limit)\n", l.NotListed)
	}
	return l.sums(out)
}

// when says how long ago a session was due, or in how long it will be.
func (l *listing) when(r row) string {
	d := r.Due.Sub(l.now)
	if d > 0 {
		return "in " + short(d)
	}
	return short(-d) + " ago"
}

func left(r row) string {
	if r.LeaseLeftS <= 0 {
		return "-"
	}
	return short(time.Duration(r.LeaseLeftS * float64(time.Second)))
}

func short(d time.Duration) string {
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

func (l *listing) sums(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(what string, s *sum) {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%s\n", what, s.Due, s.Leased, s.Stuck, s.GivenUp, s.Later,
			short(time.Duration(s.OldestLagS*float64(time.Second))))
	}
	fmt.Fprintln(w, "\nTOTAL\tDUE\tLEASED\tSTUCK\tGIVEN-UP\tLATER\tOLDEST LAG")
	var all sum
	for _, p := range l.Partitions {
		all.plus(p)
	}
	line("all", &all)
	for _, kind := range slices.Sorted(maps.Keys(l.Kinds)) {
		line(kind, l.Kinds[kind])
	}
	for _, p := range l.Partitions {
		if *p != (sum{Partition: p.Partition}) {
			line("partition "+strconv.Itoa(*p.Partition), p)
		}
	}
	return w.Flush()
}

func (s *sum) plus(o *sum) {
	s.Due += o.Due
	s.Leased += o.Leased
	s.Stuck += o.Stuck
	s.GivenUp += o.GivenUp
	s.Later += o.Later
	s.OldestLagS = max(s.OldestLagS, o.OldestLagS)
}
