package main

import (
	"fmt"
	"net/http"
	"strings"
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

// Behind a proxy that is trusted, who guesses keeps nobody else from signing in for
// the first time; a header from anybody else says nothing.
func TestDeskBehindProxy(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		proxies    []string
		mine       string // of the guesser, a new one for each try: what they wrote, and what the proxy added
		colleague  string
		colleagues int // status
	}{
		"trusted":             {[]string{"127.0.0.0/8", "10.1.0.0/16"}, "198.51.100.%d, 203.0.113.9, 10.1.2.3", "203.0.113.10", http.StatusOK},
		"of the same address": {[]string{"127.0.0.1"}, "198.51.100.%d, 203.0.113.9", "203.0.113.9", http.StatusTooManyRequests},
		"not trusted":         {[]string{"10.1.0.0/16"}, "198.51.100.%d", "203.0.113.10", http.StatusTooManyRequests},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, "", func(c *config) { c.TrustedProxies = tt.proxies })
			o.account(staff.Account{ID: "li", Role: staff.Agent})
			signIn := func(account, password, from string) int {
				t.Helper()
				return o.browser().send("POST", "login", encode(t, login(account, password, "")), map[string]string{"X-Forwarded-For": from}).status
			}
			tooLong := strings.Repeat("x", 1000) // it is not hashed, so this takes no time
			for i := 0; signIn(fmt.Sprint("nobody", i), tooLong, fmt.Sprintf(tt.mine, i)) != http.StatusTooManyRequests; i++ {
				if i > 100 {
					t.Fatal("whoever guesses may go on")
				}
			}
			if status := signIn("li", officePassword, tt.colleague); status != tt.colleagues {
				t.Errorf("a colleague's first sign-in: %d, want %d", status, tt.colleagues)
			}
		})
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
		stopped(li, func(int) string { return "wang" })   // one's own browser is no way to guess at a colleague's account
		stopped(wang, func(int) string { return "wang" }) // nor is one that is known to guess at one's own without end
		if limited(li, "li", officePassword) {
			t.Error("a colleague who guesses locks others out")
		}
	})
}
