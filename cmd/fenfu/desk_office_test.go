package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"fenfu/bot/staff"
)

// An office, all behind one address, comes to work: whoever is right costs the
// others nothing, with one-time codes neither.
func TestDeskOfficeSignsIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "")
	for i := range 70 {
		secret, _, err := staff.NewSecret("fenfu", "li")
		if err != nil {
			t.Fatal(err)
		}
		id := fmt.Sprintf("li%d", i)
		o.account(staff.Account{ID: id, Role: staff.Agent, TOTP: secret})
		p := o.browser()
		if status := p.post("login", login(id, officePassword, ""), nil); status != http.StatusOK {
			t.Fatalf("password of colleague %d: %d", i, status)
		}
		code, err := totp.GenerateCode(secret.Reveal(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if status := p.post("login", login(id, officePassword, code), nil); status != http.StatusOK {
			t.Fatalf("code of colleague %d: %d", i, status)
		}
	}
}

// Who guesses, at an account or from the address of a whole proxy, locks nobody
// out who has signed in there before, in the same browser.
func TestDeskGuesserLocksNobodyOut(t *testing.T) {
	t.Parallel()
	onOffices(t, func(t *testing.T, o *office) {
		li, wang := o.signIn(staff.Account{ID: "li", Role: staff.Agent}), o.signIn(staff.Account{ID: "wang", Role: staff.Agent})
		guesser := o.browser()
		limited := func(p *person, account, password string) bool {
			t.Helper()
			return p.post("login", login(account, password, ""), nil) == http.StatusTooManyRequests
		}
		// How many guesses it takes depends on how fast they are: meanwhile
		// some come back.
		stopped := func(p *person, account func(i int) string) {
			t.Helper()
			for i := 0; !limited(p, account(i), "wrong horse battery"); i++ {
				if i > 1000 {
					t.Fatal("whoever guesses may go on")
				}
			}
		}
		stopped(guesser, func(int) string { return "li" })
		stopped(guesser, func(i int) string { return fmt.Sprint("nobody", i) })
		stopped(o.browser(), func(int) string { return "wang" })
		for p, account := range map[*person]string{li: "li", wang: "wang"} {
			p.must("logout", struct{}{})
			if status := p.post("login", login(account, officePassword, ""), nil); status != http.StatusOK {
				t.Errorf("%s, in the usual browser: %d", account, status)
			}
		}
		if !limited(li, "wang", officePassword) {
			t.Error("one's own browser is no way to guess at a colleague's account")
		}
		tries := 0
		for ; !limited(wang, "wang", "wrong horse battery"); tries++ {
			if tries > 12 {
				t.Fatal("in a browser that is known, passwords can be guessed without end")
			}
		}
		if limited(li, "li", officePassword) {
			t.Error("a colleague who guesses locks others out")
		}
	})
}
