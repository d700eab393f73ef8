package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"fenfu/bot/staff"
)

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Check the log against its chain. Fails if it was changed."`
	List   auditListCmd   `cmd:"" help:"Print the log."`
}

type auditVerifyCmd struct {
	storeFlags
	Mark []string `help:"An entry's number and the beginning of its mark, as the server's own log has them: they show that the end was not cut off." placeholder:"N:MARK"`
}

// Help explains the command beyond its flags.
func (c *auditVerifyCmd) Help() string {
	return `Each entry's mark is a keyed hash over the entry and the mark before it, so
that none can be changed, moved or taken out unnoticed by who has not the keys.
The exit status is 1 if the chain does not hold, and the first entry that does
not fit is named. What a chain alone cannot show is that its end and its head
were both put back to an earlier state: the server writes each entry's number
and mark to its log ("audit"), for --mark.

Entries older than the log is kept are gone; the first one that is kept is named
with its time.`
}

// Run checks the log.
func (c *auditVerifyCmd) Run(s streams) error {
	return c.withStaff(func(ctx context.Context, m *members) error {
		n, err := m.VerifyAudit(ctx)
		if err != nil {
			return err
		}
		for _, mark := range c.Mark {
			if err := m.hasMark(ctx, mark); err != nil {
				return err
			}
		}
		if n == 0 {
			fmt.Fprintln(s.out, "the log is empty")
			return nil
		}
		first, err := m.Audit(ctx, 0, 1)
		if err != nil {
			return err
		}
		head, err := m.AuditHead(ctx)
		if err != nil {
			return err
		}
		if len(first) == 0 || head == nil {
			return errors.New("the log has gone while it was read")
		}
		fmt.Fprintf(s.out, "%d entries hold together, from %d (%s) to %d, mark %x\n",
			n, first[0].Entry.N, first[0].Entry.At.UTC().Format(time.RFC3339), head.Entry.N, head.Mark)
		return nil
	})
}

// hasMark fails unless the log has an entry with this number and mark.
func (m *members) hasMark(ctx context.Context, mark string) error {
	number, text, _ := strings.Cut(mark, ":")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 {
		return fmt.Errorf("--mark %s: want an entry's number, a colon and its mark", mark)
	}
	want, err := hex.DecodeString(text)
	if err != nil || len(want) < 8 {
		return fmt.Errorf("--mark %s: want at least 16 hexadecimal digits of the mark", mark)
	}
	links, err := m.Audit(ctx, n-1, 1)
	if err != nil {
		return err
	}
	if len(links) == 0 || links[0].Entry.N > n {
		return &staff.BrokenError{N: n, Why: "it is missing"}
	}
	if !bytes.HasPrefix(links[0].Mark, want) {
		return &staff.BrokenError{N: n, Why: "its mark is another one"}
	}
	return nil
}

type auditListCmd struct {
	storeFlags
	After int64 `help:"Only entries after this number."`
	Limit int   `help:"No more than so many." default:"1000"`
	JSON  bool  `help:"Print an entry in JSON per line." name:"json"`
}

// Run prints the log.
func (c *auditListCmd) Run(s streams) error {
	return c.withStaff(func(ctx context.Context, m *members) error {
		links, err := m.Audit(ctx, max(c.After, 0), c.Limit)
		if err != nil {
			return err
		}
		if c.JSON {
			out := json.NewEncoder(s.out)
			for _, l := range links {
				if err := out.Encode(l.Entry); err != nil {
					return err
				}
			}
			return nil
		}
		w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "N\tAT\tACTOR\tACTION\tOK\tSESSION\tFIELD\tREASON")
		for _, l := range links {
			e := l.Entry
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%t\t%s\t%s\t%q\n", e.N, e.At.UTC().Format(time.RFC3339), e.Actor, e.Action, e.OK, e.Session, e.Field, e.Reason)
		}
		return w.Flush()
	})
}
