package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
)

// Report is everything that one run found, as written by --json.
type Report struct {
	Environment Environment       `json:"environment"`
	Dialogue    *Dialogue         `json:"dialogue,omitempty"`
	FixedRate   *Dialogue         `json:"fixed_rate,omitempty"`
	Echo        *Echo             `json:"echo,omitempty"`
	Idle        *Idle             `json:"idle,omitempty"`
	EchoIdle    *Idle             `json:"echo_idle,omitempty"`
	Storm       *Storm            `json:"storm,omitempty"`
	EchoStorm   *Storm            `json:"echo_storm,omitempty"`
	Slow        *Slow             `json:"slow,omitempty"`
	Kept        *Kept             `json:"kept,omitempty"`
	Queue       *Queue            `json:"queue,omitempty"`
	Deviations  map[string]int    `json:"deviations"`
	Examples    map[string]string `json:"examples,omitempty"`
}

// ratio is a of ours to the yardstick's, 0 if there is none.
func ratio(ours, theirs float64) float64 {
	if theirs == 0 {
		return 0
	}
	return ours / theirs
}

// table writes the report for people.
func (r *Report) table(out io.Writer) error {
	fmt.Fprintf(out, "%s\n\n", r.Environment)
	if err := r.ratios(out); err != nil {
		return err
	}
	if err := r.latencies(out); err != nil {
		return err
	}
	r.rest(out)
	return nil
}

// ratios is the table of figures that have a yardstick.
func (r *Report) ratios(out io.Writer) error {
	if r.Dialogue == nil && r.FixedRate == nil && r.Idle == nil && r.Storm == nil {
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "measure\tfenfu\tgorilla echo\tratio")
	r.rates(w)
	if i := r.Idle; i != nil {
		echo := 0.0
		if r.EchoIdle != nil {
			echo = r.EchoIdle.KiBEach
		}
		row(w, fmt.Sprintf("KiB of server memory per idle connection (%d)", i.Connections), i.KiBEach, echo, "%.1f")
	}
	if s := r.Storm; s != nil {
		echo := 0.0
		if r.EchoStorm != nil {
			echo = r.EchoStorm.PerS
		}
		row(w, fmt.Sprintf("handshakes/s (%d, %d at a time)", s.Connections, s.Dials), s.PerS, echo, "%.0f")
		if r.EchoStorm != nil {
			byCPU(w, s.CPU.perTurn(s.PerS), r.EchoStorm.CPU.perTurn(echo))
		}
	}
	fmt.Fprintln(w)
	return w.Flush()
}

func (r *Report) rates(w io.Writer) {
	echo := 0.0
	if r.Echo != nil {
		echo = r.Echo.PerS
	}
	if d := r.Dialogue; d != nil {
		row(w, fmt.Sprintf("turns/s, %d visitors, closed loop", d.Visitors), d.TurnsPerS, echo, "%.0f")
		if r.Echo != nil {
			byCPU(w, d.CPU.perTurn(d.TurnsPerS), r.Echo.CPU.perTurn(echo))
		}
	}
	if d := r.FixedRate; d != nil {
		row(w, fmt.Sprintf("turns/s, %d visitors, %.0f/s asked for", d.Visitors, d.Rate), d.TurnsPerS, 0, "%.0f")
	}
}

// byCPU is the rates' row once more, by what one costs: that holds on a machine
// that has other work to do, too.
func byCPU(w io.Writer, ours, theirs float64) {
	fmt.Fprintf(w, "  the same by µs of CPU time, all processes\t%.0f\t%.0f\t%.2f\n", ours, theirs, ratio(theirs, ours))
}

func row(w io.Writer, what string, ours, theirs float64, format string) {
	cell := func(v float64, format string) string {
		if v == 0 {
			return "–"
		}
		return fmt.Sprintf(format, v)
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", what, cell(ours, format), cell(theirs, format), cell(ratio(ours, theirs), "%.2f"))
}

func (r *Report) latencies(out io.Writer) error {
	if r.Dialogue == nil && r.FixedRate == nil && r.Storm == nil {
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "latency, ms\tcount\tp50\tp90\tp99\tmax")
	line := func(what string, l Latency) {
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\n", what, l.Count, l.P50, l.P90, l.P99, l.Max)
	}
	for _, d := range []*Dialogue{r.Dialogue, r.FixedRate} {
		if d == nil {
			continue
		}
		loop := "closed loop"
		if d.Rate > 0 {
			loop = fmt.Sprintf("%.0f/s, from when it was due", d.Rate)
		}
		line("ack, "+loop, d.Ack)
		line("reply, "+loop, d.Reply)
		line("decision, "+loop, d.Decision)
	}
	if r.Echo != nil {
		line("echo, closed loop", r.Echo.Latency)
	}
	if r.Storm != nil {
		line("handshake", r.Storm.Latency)
	}
	if r.EchoStorm != nil {
		line("handshake, echo", r.EchoStorm.Latency)
	}
	fmt.Fprintln(w)
	return w.Flush()
}

func (r *Report) rest(out io.Writer) {
	cpu := func(what string, c CPU) {
		fmt.Fprintf(out, "cores busy, %s: generator %.2f, server %.2f, redis %.2f\n", what, c.Generator, c.Server, c.Redis)
	}
	for _, d := range []*Dialogue{r.Dialogue, r.FixedRate} {
		if d == nil {
			continue
		}
		what := "closed loop"
		if d.Rate > 0 {
			what = "fixed rate"
		}
		cpu(what, d.CPU)
		if per := 1e6 / d.TurnsPerS; d.TurnsPerS > 0 {
			fmt.Fprintf(out, "  µs of CPU time per turn: generator %.0f, server %.0f, redis %.0f\n",
				per*d.CPU.Generator, per*d.CPU.Server, per*d.CPU.Redis)
		}
		fmt.Fprintf(out, "  %d dialogues in %d sessions, %d logs read again\n", d.Dialogues, d.Sessions, d.Replayed)
		if d.MissedRate {
			fmt.Fprintln(out, "  the rate asked for was not reached")
		}
	}
	if e := r.Echo; e != nil {
		cpu("echo", e.CPU)
		if per := 1e6 / e.PerS; e.PerS > 0 {
			fmt.Fprintf(out, "  µs of CPU time per message: generator %.0f, server %.0f\n", per*e.CPU.Generator, per*e.CPU.Server)
		}
	}
	if s := r.Storm; s != nil {
		cpu("storm", s.CPU)
	}
	if s := r.Slow; s != nil {
		fmt.Fprintf(out, "%d visitors who stop reading: %d KiB poured, server grew by %d KiB (%d while all read); %d closed as slow, %d reconnects, %d have everything\n",
			s.Visitors, s.PouredKiB, s.GrowthKiB, s.ControlKiB, s.ToldToWait, s.Reconnects, s.CaughtUp)
	}
	if r.Kept != nil {
		r.Kept.table(out)
	}
	if r.Queue != nil {
		r.Queue.table(out)
	}
	if len(r.Deviations) == 0 {
		fmt.Fprintln(out, "order, loss, duplicates, acknowledgements, decisions: no deviation")
		return
	}
	for kind, n := range r.Deviations {
		fmt.Fprintf(out, "DEVIATION %s: %d times, first: %s\n", kind, n, strings.ReplaceAll(r.Examples[kind], "\n", " "))
	}
}

func (r *Report) writeJSON(file string) error {
	if file == "" {
		return nil
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}
