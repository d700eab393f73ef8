package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"fenfu/bot"
	"fenfu/bot/handoff"
	"fenfu/bot/staff"
)

type agentCmd struct {
	Add     agentAddCmd    `cmd:"" help:"Add an account."`
	List    agentListCmd   `cmd:"" help:"List the accounts."`
	Passwd  agentPasswdCmd `cmd:"" help:"Give an account a new password, and end its logins."`
	Disable agentOffCmd    `cmd:"" help:"Let an account sign in no more, and end its logins."`
	Enable  agentOnCmd     `cmd:"" help:"Let it sign in again."`
	Logout  agentLogoutCmd `cmd:"" help:"End all logins of an account."`
}

// passwordFlags say how an account's password comes about.
type passwordFlags struct {
	PasswordStdin bool `help:"Read the password from standard input, instead of making one up."`
}

// make returns a password and its hash. One that was made up is printed, and
// nowhere to be found afterwards.
func (f *passwordFlags) make(ctx context.Context, s streams) (staff.Hash, error) {
	password := staff.NewPassword()
	if f.PasswordStdin {
		line, err := bufio.NewReader(io.LimitReader(s.in, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		password = strings.TrimRight(line, "\r\n")
	}
	hash, err := staff.NewHasher().Hash(ctx, password)
	if err == nil && !f.PasswordStdin {
		fmt.Fprintf(s.out, "password, shown only now: %s\n", password)
	}
	return hash, err
}

// secondFactor makes a secret for one-time codes, and prints what an
// authenticator app reads.
func secondFactor(s streams, account string) (staff.Secret, error) {
	secret, url, err := staff.NewSecret("fenfu", account)
	if err == nil {
		fmt.Fprintf(s.out, "for the authenticator app, shown only now: %s\n", url)
	}
	return secret, err
}

type agentAddCmd struct {
	storeFlags
	passwordFlags
	ID        string     `arg:"" help:"What the person signs in with."`
	Name      string     `help:"Shown to visitors and colleagues." required:""`
	Role      staff.Role `help:"agent, supervisor, auditor or admin." default:"agent" enum:"agent,supervisor,auditor,admin"`
	Desk      []string   `help:"Desks whose queues the person serves. None: all." placeholder:"ID"`
	Capacity  int        `help:"Conversations at the same time. 0: as the desk has it."`
	TOTP      bool       `help:"Ask for a one-time code as well." name:"totp"`
	DesksFile string     `help:"The server's desks, if it has its own." env:"FENFU_DESKS_FILE" type:"path"`
}

// Run adds the account.
func (c *agentAddCmd) Run(s streams) error {
	if err := c.checkDesks(); err != nil {
		return err
	}
	return c.withStaff(func(ctx context.Context, m *members) error {
		if _, err := m.Account(ctx, c.ID); err == nil {
			return fmt.Errorf("there is an account %q already", c.ID)
		} else if bot.ErrorCode(err) != bot.NotFound {
			return err
		}
		a := staff.Account{ID: c.ID, Name: c.Name, Role: c.Role, Desks: c.Desk, Capacity: c.Capacity, Created: time.Now().UTC()}
		if err := a.Check(); err != nil {
			return err
		}
		var err error
		if a.Password, err = c.make(ctx, s); err != nil {
			return err
		}
		if c.TOTP {
			if a.TOTP, err = secondFactor(s, a.ID); err != nil {
				return err
			}
		}
		if err := m.put(ctx, a, "account.add", string(a.Role)+" "+strings.Join(a.Desks, ",")); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "added %s\n", a.ID)
		return nil
	})
}

func (c *agentAddCmd) checkDesks() error {
	files, name := os.DirFS(filepath.Dir(c.DesksFile)), filepath.Base(c.DesksFile)
	if c.DesksFile == "" {
		files, name = handoff.Files, handoff.DesksFile
	}
	desks, err := handoff.Load(files, name)
	if err != nil {
		return err
	}
	for _, id := range c.Desk {
		if _, ok := desks.Desk(id); !ok {
			return fmt.Errorf("there is no desk %q; name the server's desks with --desks-file if it has its own", id)
		}
	}
	return nil
}

type agentListCmd struct {
	storeFlags
	JSON bool `help:"Print JSON." name:"json"`
}

// member is an account as it is listed: without its secrets.
type member struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Role     staff.Role `json:"role"`
	Desks    []string   `json:"desks"`
	Capacity int        `json:"capacity"`
	TOTP     bool       `json:"totp"`
	Password bool       `json:"password"`
	Disabled bool       `json:"disabled"`
	Created  time.Time  `json:"created"`
}

// Run lists the accounts.
func (c *agentListCmd) Run(s streams) error {
	return c.withStaff(func(ctx context.Context, m *members) error {
		accounts, err := m.Accounts(ctx)
		if err != nil {
			return err
		}
		all := []member{}
		for _, a := range accounts {
			all = append(all, member{
				ID: a.ID, Name: a.Name, Role: a.Role, Desks: append([]string{}, a.Desks...), Capacity: a.Capacity,
				TOTP: a.TOTP != "", Password: a.Password != "", Disabled: a.Disabled, Created: a.Created,
			})
		}
		if c.JSON {
			return json.NewEncoder(s.out).Encode(all)
		}
		w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tNAME\tROLE\tDESKS\tCAPACITY\tSIGNS IN BY\tSTATE")
		for _, a := range all {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", a.ID, a.Name, a.Role, cmp.Or(strings.Join(a.Desks, ","), "all"),
				capacity(a.Capacity), a.factors(), map[bool]string{true: "disabled", false: "enabled"}[a.Disabled])
		}
		return w.Flush()
	})
}

func capacity(n int) string {
	if n == 0 {
		return "the desk's"
	}
	return fmt.Sprint(n)
}

func (m member) factors() string {
	var by []string
	if m.Password {
		by = append(by, "password")
	}
	if m.TOTP {
		by = append(by, "code")
	}
	if len(by) == 0 {
		return "identity provider"
	}
	return strings.Join(by, ", ")
}

type agentPasswdCmd struct {
	storeFlags
	passwordFlags
	ID     string `arg:"" help:"The account."`
	TOTP   bool   `help:"Make a new secret for one-time codes as well, such as for a new phone." name:"totp" xor:"totp"`
	NoTOTP bool   `help:"Ask for one-time codes no more." name:"no-totp" xor:"totp"`
}

// Run changes the password.
func (c *agentPasswdCmd) Run(s streams) error {
	return c.change(c.ID, "account.password", func(ctx context.Context, a *staff.Account) (err error) {
		if a.Password, err = c.make(ctx, s); err != nil {
			return err
		}
		switch {
		case c.TOTP:
			a.TOTP, err = secondFactor(s, a.ID)
		case c.NoTOTP:
			a.TOTP = ""
		}
		return err
	})
}

type agentOffCmd struct {
	storeFlags
	ID string `arg:"" help:"The account."`
}

// Run disables the account.
func (c *agentOffCmd) Run() error {
	return c.change(c.ID, "account.disable", func(_ context.Context, a *staff.Account) error {
		a.Disabled = true
		return nil
	})
}

type agentOnCmd struct {
	storeFlags
	ID string `arg:"" help:"The account."`
}

// Run enables the account.
func (c *agentOnCmd) Run() error {
	return c.change(c.ID, "account.enable", func(_ context.Context, a *staff.Account) error {
		a.Disabled = false
		return nil
	})
}

type agentLogoutCmd struct {
	storeFlags
	ID string `arg:"" help:"The account."`
}

// Run ends the logins.
func (c *agentLogoutCmd) Run() error {
	return c.change(c.ID, "account.logout", func(context.Context, *staff.Account) error { return nil })
}

// change changes an account, ends its logins, and has no visitor be sent to it.
func (f *storeFlags) change(id, action string, do func(context.Context, *staff.Account) error) error {
	return f.withStaff(func(ctx context.Context, m *members) error {
		a, err := m.Account(ctx, id)
		if bot.ErrorCode(err) == bot.NotFound {
			return fmt.Errorf("there is no account %q", id)
		}
		if err != nil {
			return err
		}
		a.Desks = slices.Clone(a.Desks)
		if err := do(ctx, &a); err != nil {
			return err
		}
		if err := m.put(ctx, a, action, ""); err != nil {
			return err
		}
		return errors.Join(m.Revoke(ctx, a.ID), m.desk.Leave(ctx, a.ID))
	})
}
