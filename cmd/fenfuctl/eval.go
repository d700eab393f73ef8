package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"fenfu/intents"
)

type evalCmd struct {
	File   string `arg:"" type:"existingfile" help:"Tab-separated: text, label and, if there are any, labels that are right as well and the decisions that are right (start, offer, none), each with | between."`
	Errors bool   `help:"List what was taken for something else, with the rule that decided."`
}

// ambiguous is the label of texts that nobody can tell; they do not count.
const ambiguous = "ambiguous"

// labelled is one line of a labelled file.
type labelled struct {
	text, label string
	alsoOK      []string
	decisions   []string // those that are right; empty: the file does not say
}

func (l labelled) ok(label string) bool { return l.label == label || slices.Contains(l.alsoOK, label) }

// tally is what came of a file: how often a label was taken for which.
type tally struct {
	taken        map[[2]string]int // label, what it was taken for
	wrong        []string
	asked, reach int // requests to start; of those, started or offered to
	started      int
	others, bad  int // texts that are no request; of those, started
	decided, as  int // texts with decisions; of those, decided so
}

// Run prints precision, recall and F1 of every label, the confusion matrix and,
// if asked, the errors.
func (c *evalCmd) Run(s streams) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := readLabelled(f)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	t := evaluate(intents.New(), rows)
	out := bufio.NewWriter(s.out)
	t.print(out)
	if c.Errors {
		fmt.Fprintln(out, "\nlabel\ttaken for\tdecision\trule\ttext")
		for _, w := range t.wrong {
			fmt.Fprintln(out, w)
		}
	}
	return out.Flush()
}

func readLabelled(r io.Reader) ([]labelled, error) {
	var rows []labelled
	n := 0
	err := eachLine(r, func(line string) error {
		n++
		col := strings.Split(line, "\t")
		if line == "" || n == 1 && col[0] == "text" {
			return nil
		}
		if len(col) < 2 || col[1] == "" {
			return fmt.Errorf("line %d: no label", n)
		}
		l := labelled{text: col[0], label: col[1]}
		if len(col) > 2 && col[2] != "" {
			l.alsoOK = strings.Split(col[2], "|")
		}
		if len(col) > 3 && col[3] != "" {
			l.decisions = strings.Split(col[3], "|")
		}
		rows = append(rows, l)
		return nil
	})
	if err == nil && len(rows) == 0 {
		err = errors.New("no labelled lines")
	}
	return rows, err
}

func evaluate(m *intents.Matcher, rows []labelled) tally {
	t := tally{taken: map[[2]string]int{}}
	for _, r := range rows {
		got := m.Match(r.text)
		start := got.Decision == intents.Start
		switch {
		case r.label == string(intents.Apply):
			t.asked++
			t.started += one(start)
			t.reach += one(got.Decision != intents.Nothing)
		case !r.ok(string(intents.Apply)):
			t.others++
			t.bad += one(start)
		}
		if len(r.decisions) > 0 {
			t.decided++
			t.as += one(slices.Contains(r.decisions, string(got.Decision)))
		}
		if r.label == ambiguous {
			continue
		}
		taken := label(got)
		if r.ok(taken) {
			taken = r.label
		} else {
			t.wrong = append(t.wrong, strings.Join([]string{r.label, taken, string(got.Decision), got.Rule, r.text}, "\t"))
		}
		t.taken[[2]string{r.label, taken}]++
	}
	slices.Sort(t.wrong)
	return t
}

func (t tally) print(w io.Writer) {
	names := map[string]bool{}
	for pair := range t.taken {
		names[pair[0]], names[pair[1]] = true, true
	}
	labels := slices.SortedFunc(maps.Keys(names), cmp.Compare[string])
	fmt.Fprintf(w, "%-12s %9s %9s %9s %6s\n", "label", "precision", "recall", "F1", "n")
	macro, counted := 0.0, 0
	for _, l := range labels {
		right, of, as := t.taken[[2]string{l, l}], 0, 0
		for _, o := range labels {
			of += t.taken[[2]string{l, o}]
			as += t.taken[[2]string{o, l}]
		}
		f1 := ratio(2*right, of+as)
		if of > 0 {
			macro += f1
			counted++
		}
		fmt.Fprintf(w, "%-12s %9.3f %9.3f %9.3f %6d\n", l, ratio(right, as), ratio(right, of), f1, of)
	}
	fmt.Fprintf(w, "%-12s %29.3f\n", "macro", macro/float64(max(counted, 1)))
	fmt.Fprintf(w, "\nrequests that start: %d of %d (%.1f %%), start or are offered to: %d (%.1f %%)\n",
		t.started, t.asked, 100*ratio(t.started, t.asked), t.reach, 100*ratio(t.reach, t.asked))
	fmt.Fprintf(w, "others that start: %d of %d (%.2f %%)\n", t.bad, t.others, 100*ratio(t.bad, t.others))
	if t.decided > 0 {
		fmt.Fprintf(w, "decided as wanted: %d of %d (%.1f %%)\n", t.as, t.decided, 100*ratio(t.as, t.decided))
	}
	fmt.Fprintln(w)

	fmt.Fprintf(w, "%-12s", "taken for →")
	for _, l := range labels {
		fmt.Fprintf(w, " %11s", l)
	}
	fmt.Fprintln(w)
	for _, l := range labels {
		fmt.Fprintf(w, "%-12s", l)
		for _, o := range labels {
			fmt.Fprintf(w, " %11d", t.taken[[2]string{l, o}])
		}
		fmt.Fprintln(w)
	}
}

func ratio(n, of int) float64 { return float64(n) / float64(max(of, 1)) }

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
