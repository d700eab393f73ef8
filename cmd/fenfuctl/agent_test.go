package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"fenfu/bot/handoff"
	"fenfu/bot/staff"
	"fenfu/sessions"
	"fenfu/sessions/seal"
)

// ctl runs fenfuctl on the database.
func (p place) ctl(t *testing.T, in string, args ...string) (string, error) {
	t.Helper()
	return runLine(t, strings.NewReader(in), append(args, p.args...)...)
}

func (p place) must(t *testing.T, in string, args ...string) string {
	t.Helper()
	out, err := p.ctl(t, in, args...)
	if err != nil {
		t.Fatalf("fenfuctl %v: %v", args, err)
	}
	return out
}

// staff looks at the accounts as a server would.
func (p place) staff(t *testing.T, do func(context.Context, *sessions.Staff)) {
	t.Helper()
	keys, err := seal.Parse(testKeys)
	if err != nil {
		t.Fatal(err)
	}
	p.with(t, func(client redis.UniversalClient, sync func(context.Context) error) {
		s, err := sessions.NewStaff(client, sessions.StaffOptions{Keys: keys, Sync: sync})
		if err != nil {
			t.Fatal(err)
		}
		do(t.Context(), s)
	})
}

// atDesk does something with the desk's books of the database.
func (p place) atDesk(t *testing.T, do func(context.Context, *sessions.Desk)) {
	t.Helper()
	p.with(t, func(client redis.UniversalClient, sync func(context.Context) error) {
		do(t.Context(), sessions.NewDesk(client, sessions.DeskOptions{Sync: sync}))
	})
}

// onPlaces runs a test on every kind of database. An embedded one is there only
// once a server has made it.
func onPlaces(t *testing.T, test func(*testing.T, place)) {
	for name, open := range places() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t)
			p.with(t, func(redis.UniversalClient, func(context.Context) error) {})
			test(t, p)
		})
	}
}

var shown = regexp.MustCompile(`password, shown only now: (\S+)\n`)

func TestAgentAccounts(t *testing.T) {
	onPlaces(t, func(t *testing.T, p place) {
		out := p.must(t, "", "agent", "add", "li", "--name", "李娜", "--desk", "service", "--capacity", "3", "--totp")
		found := shown.FindStringSubmatch(out)
		if found == nil || !strings.Contains(out, "otpauth://totp/fenfu:li?") {
			t.Fatalf("add: %s", out)
		}
		p.must(t, "a password of mine\n", "agent", "add", "chief", "--name", "组长", "--role", "supervisor", "--password-stdin")
		hasher := staff.NewHasher()
		matches := func(s *sessions.Staff, id, password string) bool {
			a, err := s.Account(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			ok, err := hasher.Matches(t.Context(), a.Password, password)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		var token string
		p.staff(t, func(ctx context.Context, s *sessions.Staff) {
			a, err := s.Account(ctx, "li")
			if err != nil || a.Name != "李娜" || a.Role != staff.Agent || len(a.Desks) != 1 || a.Capacity != 3 || a.TOTP == "" {
				t.Errorf("account %+v, %v", a, err)
			}
			if !matches(s, "li", found[1]) || !matches(s, "chief", "a password of mine") {
				t.Error("a password does not open its account")
			}
			if token, err = s.Login(ctx, "li"); err != nil {
				t.Fatal(err)
			}
		})
		out = p.must(t, "", "agent", "list")
		if strings.Contains(out, found[1]) || strings.Contains(out, "argon") || !strings.Contains(out, "password, code") || !strings.Contains(out, "组长") {
			t.Errorf("list:\n%s", out)
		}
		again := shown.FindStringSubmatch(p.must(t, "", "agent", "passwd", "li", "--no-totp"))
		p.staff(t, func(ctx context.Context, s *sessions.Staff) {
			if matches(s, "li", found[1]) || again == nil || !matches(s, "li", again[1]) {
				t.Error("the password did not change")
			}
			if _, err := s.Peek(ctx, token); err == nil {
				t.Error("a login outlived its password")
			}
			var err error
			if token, err = s.Login(ctx, "li"); err != nil {
				t.Fatal(err)
			}
		})
		p.atDesk(t, func(ctx context.Context, d *sessions.Desk) {
			if err := d.SetPresence(ctx, handoff.Agent{ID: "li", Name: "李娜", Capacity: 3, Presence: handoff.Online}); err != nil {
				t.Fatal(err)
			}
		})
		p.must(t, "", "agent", "logout", "li")
		p.atDesk(t, func(ctx context.Context, d *sessions.Desk) {
			if agents, err := d.Agents(ctx); err != nil || len(agents) != 1 || agents[0].Presence != handoff.Away || agents[0].Capacity != 3 {
				t.Errorf("at the desk after the logout: %+v, %v", agents, err)
			}
		})
		p.must(t, "", "agent", "disable", "chief")
		p.staff(t, func(ctx context.Context, s *sessions.Staff) {
			if _, err := s.Peek(ctx, token); err == nil {
				t.Error("a login outlived logout")
			}
			if a, _ := s.Account(ctx, "chief"); !a.Disabled {
				t.Error("chief is not disabled")
			}
		})
		p.must(t, "", "agent", "enable", "chief")
		var all []member
		if err := json.Unmarshal([]byte(p.must(t, "", "agent", "list", "--json")), &all); err != nil || len(all) != 2 || all[0].Disabled || all[1].TOTP {
			t.Errorf("list %v, %v", all, err)
		}
		for _, wrong := range [][]string{
			{"agent", "add", "li", "--name", "李娜"},
			{"agent", "add", "Wang", "--name", "王"},
			{"agent", "add", "fenfuctl", "--name", "王"},
			{"agent", "add", "wang", "--name", "王", "--desk", "nowhere"},
			{"agent", "add", "wang", "--name", "王", "--role", "key"},
			{"agent", "add", "wang"},
			{"agent", "passwd", "nobody"},
			{"agent", "disable", "nobody"},
			{"agent", "logout", "nobody"},
		} {
			if out, err := p.ctl(t, "", wrong...); err == nil {
				t.Errorf("%v: %s", wrong, out)
			}
		}
		if _, err := p.ctl(t, "short\n", "agent", "add", "wang", "--name", "王", "--password-stdin"); !errors.Is(err, staff.ErrPassword) {
			t.Errorf("short password: %v", err)
		}

		var actions []string
		dec := json.NewDecoder(strings.NewReader(p.must(t, "", "audit", "list", "--json")))
		for dec.More() {
			var e staff.Entry
			if err := dec.Decode(&e); err != nil {
				t.Fatal(err)
			}
			if e.Actor != "fenfuctl" || !e.OK || e.At.IsZero() {
				t.Errorf("entry %+v", e)
			}
			actions = append(actions, e.Action+" "+e.Field)
		}
		want := "[account.add li account.add chief account.password li account.logout li account.disable chief account.enable chief]"
		if fmt.Sprint(actions) != want {
			t.Errorf("audit %v,\nwant  %s", actions, want)
		}
	})
}

func TestAuditVerify(t *testing.T) {
	onPlaces(t, func(t *testing.T, p place) {
		if out := p.must(t, "", "audit", "verify"); out != "the log is empty\n" {
			t.Errorf("verify: %s", out)
		}
		var links []staff.Link
		p.staff(t, func(ctx context.Context, s *sessions.Staff) {
			for range 7 {
				l, err := s.Append(ctx, staff.Entry{At: time.Now(), Actor: "li", Role: staff.Agent, Action: "read", OK: true})
				if err != nil {
					t.Fatal(err)
				}
				links = append(links, l)
			}
		})
		mark := func(i int) string { return fmt.Sprintf("%d:%x", links[i].Entry.N, links[i].Mark[:8]) }
		out := p.must(t, "", "audit", "verify", "--mark", mark(2), "--mark", mark(6))
		if !strings.Contains(out, "7 entries hold together, from 1 (") || !strings.Contains(out, fmt.Sprintf("mark %x", links[6].Mark)) {
			t.Errorf("verify: %s", out)
		}
		broken := func(what string, n int64, args ...string) {
			t.Helper()
			var b *staff.BrokenError
			if _, err := p.ctl(t, "", append([]string{"audit", "verify"}, args...)...); !errors.As(err, &b) || b.N != n {
				t.Errorf("%s: %v, want entry %d", what, err, n)
			}
		}
		broken("another mark", 3, "--mark", "3:"+strings.Repeat("0", 16))
		broken("an entry that never was", 8, "--mark", "8:"+strings.Repeat("0", 16))
		if _, err := p.ctl(t, "", "audit", "verify", "--mark", "8"); err == nil {
			t.Error("half a mark was taken")
		}
		p.with(t, func(client redis.UniversalClient, sync func(context.Context) error) {
			client.RPop(t.Context(), "{desk}:audit:0")
			if sync != nil {
				if err := sync(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
		broken("the end is missing", 7)
	})
}
