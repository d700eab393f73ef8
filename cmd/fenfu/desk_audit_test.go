package main

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"fenfu/bot/staff"
)

// An auditor finds what one person did, one kind of thing, or what happened in
// a time, however long the log is.
func TestDeskAuditFilter(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	audrey := o.signIn(staff.Account{ID: "audrey", Name: "安可", Role: staff.Auditor})
	first := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for i := range 1_200 {
		e := staff.Entry{At: first.Add(time.Duration(i) * time.Minute), Actor: fmt.Sprintf("agent%d", i%3), Role: staff.Agent, Action: "read", OK: true, Session: fmt.Sprintf("talk%d-of-a-visitor", i%100)}
		if i%400 == 7 {
			e.Action = "reveal"
		}
		if _, err := o.store.staff.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	at := func(minute int) string { return first.Add(time.Duration(minute) * time.Minute).Format(time.RFC3339) }
	for _, c := range []struct {
		filter url.Values
		want   int
		of     string
	}{
		{url.Values{"action": {"reveal"}}, 3, "reveal"},
		{url.Values{"actor": {"agent1"}}, 400, "agent1"},
		{url.Values{"actor": {"agent1"}, "action": {"reveal"}}, 1, "agent1"}, // of the 7th, 407th and 807th minute
		{url.Values{"since": {at(100)}, "until": {at(350)}}, 250, ""},
		{url.Values{"since": {at(1_150)}, "until": {at(1_200)}}, 50, ""},
		{url.Values{"until": {at(5)}, "actor": {"agent0"}}, 2, "agent0"},
		{url.Values{"session": {"talk42-of-a-visitor"}}, 12, ""},
		{url.Values{"session": {"talk42-"}, "actor": {"agent1"}}, 4, "agent1"},
		{url.Values{"session": {"of-a-visitor"}}, 0, ""},
		{url.Values{"actor": {"nobody"}}, 0, ""},
		{url.Values{"until": {at(0)}, "actor": {"agent0"}}, 0, ""},
	} {
		t.Run(c.filter.Encode(), func(t *testing.T) {
			got, last := 0, int64(0)
			for cursor, more := "", true; more; more = cursor != "" {
				c.filter.Set("cursor", cursor)
				var page struct {
					Items []staff.Entry
					Next  string
				}
				if status := audrey.get("audit?limit=70&"+c.filter.Encode(), &page); status != http.StatusOK {
					t.Fatal(status)
				}
				for _, e := range page.Items {
					if last != 0 && e.N >= last || c.of != "" && e.Actor != c.of && e.Action != c.of {
						t.Errorf("entry %d after %d: %s", e.N, last, brief(e))
					}
					last = e.N
				}
				got, cursor = got+len(page.Items), page.Next
			}
			if got != c.want {
				t.Errorf("%d entries, want %d", got, c.want)
			}
		})
	}
	all := o.entries()
	if e := all[len(all)-1]; e.Action != "audit" || e.Reason != "agent0" {
		t.Errorf("what was looked for is not on record: %+v", e)
	}
	if status := audrey.get("audit?session=talk42-&action=reveal", nil); status != http.StatusOK {
		t.Fatal(status)
	}
	if all := o.entries(); all[len(all)-1].Reason != "reveal talk42-" {
		t.Errorf("what was looked for is not on record: %+v", all[len(all)-1])
	}
	if status := audrey.get("audit?since=yesterday", nil); status != http.StatusBadRequest && status != http.StatusUnprocessableEntity {
		t.Errorf("a time that is none: %d", status)
	}
}
