package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"fenfu/intents"
)

// maxLine is the longest line read, well above what any message may have.
const maxLine = 8 << 20

type classifyCmd struct {
	Explain bool `help:"Add the rule that decided and the act, as two more columns."`
}

// Run prints text, intent and decision of every line of s.in.
func (c *classifyCmd) Run(s streams) error {
	matcher := intents.New()
	out := bufio.NewWriter(s.out)
	err := eachLine(s.in, func(line string) error {
		m := matcher.Match(line)
		fmt.Fprintf(out, "%s\t%s\t%s", column(line), label(m), m.Decision)
		if c.Explain {
			fmt.Fprintf(out, "\t%s\t%s", m.Rule, m.Act)
		}
		return out.WriteByte('\n')
	})
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	return err
}

// label is what an intent is called in labelled files: there, everything that
// is about something else is "other".
func label(m intents.Match) string {
	if m.Intent == intents.None {
		return string(intents.Other)
	}
	return string(m.Intent)
}

// column keeps a text in its column.
func column(line string) string { return strings.ReplaceAll(line, "\t", " ") }

// eachLine calls f with every line of r, without its end.
func eachLine(r io.Reader, f func(line string) error) error {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 0, 64<<10), maxLine)
	n := 0
	for in.Scan() {
		n++
		if err := f(strings.TrimSuffix(in.Text(), "\r")); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("line %d: %w", n+1, err)
	}
	return nil
}
