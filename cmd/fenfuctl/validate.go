package main

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"
	"time"

	"fenfu/bot/slot"
)

type validateCmd struct {
	Detail string `arg:"" enum:"id,phone,name" help:"What the lines are: ${enum}."`
	AsOf   string `placeholder:"2006-01-02" help:"The date to judge ages and dates of birth by (default: today, in China)."`
}

// Help explains the command beyond its flags.
func (c *validateCmd) Help() string {
	return `Reads lines from standard input and prints for each, with tabs between:
the line as given, "valid" or "invalid", the reason, and the detail in its
normal form (E.164 for phone numbers).

\uXXXX and \xNN in a line are read as the characters they stand for.`
}

// Run judges every line of s.in.
func (c *validateCmd) Run(s streams) error {
	day, err := c.day(time.Now())
	if err != nil {
		return err
	}
	kind := map[string]slot.Kind{"id": slot.ID, "phone": slot.Phone, "name": slot.Name}[c.Detail]
	out := bufio.NewWriter(s.out)
	err = eachLine(s.in, func(line string) error {
		v := slot.Check(kind, unescape(line), day)
		verdict := "invalid"
		if v.Valid {
			verdict = "valid"
		}
		_, err := fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", column(line), verdict, v.Reason, cell(v.Normalized))
		return err
	})
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	return err
}

// day is the date to judge by.
func (c *validateCmd) day(now time.Time) (time.Time, error) {
	if c.AsOf == "" {
		return now, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, c.AsOf, time.FixedZone("CST", 8*60*60))
	if err != nil {
		return t, fmt.Errorf("--as-of: %q is no date like 2006-01-02", c.AsOf)
	}
	return t, nil
}

// unescape reads \uXXXX and \xNN as the characters they stand for. Anything
// else stays as it is.
func unescape(line string) string {
	if !strings.Contains(line, `\`) {
		return line
	}
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		n := 0
		if line[i] == '\\' && i+1 < len(line) {
			switch line[i+1] {
			case 'u':
				n = 4
			case 'x':
				n = 2
			}
		}
		if n > 0 && i+2+n <= len(line) {
			if v, err := strconv.ParseUint(line[i+2:i+2+n], 16, 32); err == nil {
				b.WriteRune(rune(v))
				i += 1 + n
				continue
			}
		}
		b.WriteByte(line[i])
	}
	return b.String()
}

// cell keeps a value in its cell of the table, whatever is in it.
func cell(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return ' '
		}
		return r
	}, s)
}
