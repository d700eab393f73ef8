package api

import (
	"net/http"
	"time"

	"fenfu/bot"
	"fenfu/bot/staff"
)

// knownCookie says that somebody has signed in with this browser. It lets nobody
// in: attempts from there are counted by themselves, so that who guesses at an
// account, or from the address of a whole office, does not keep out those who
// work there. It outlives logins, and comes along from a provider's page.
const knownCookie = "__Host-fenfu-known"

// knownFor is how long a browser is known. Each sign-in begins it anew.
const knownFor = 365 * 24 * time.Hour

// The paces at which passwords can be tried: at one account, from wherever, and
// from one address, at whatever accounts. A whole office, or a proxy, is one
// address; who is right there costs the others nothing.
var (
	accountPace = staff.Pace{AtOnce: 8, Every: 30 * time.Second}
	addressPace = staff.Pace{AtOnce: 60, Every: 5 * time.Second}
)

// tries is what attempts at an account are counted under.
func tries(account string) string { return "account " + account }

// known returns what attempts from a browser are counted under that somebody has
// signed in with before, and to which account; "" from others.
func (a *API) known(r *http.Request) (account, browser string) {
	cookie, err := r.Cookie(knownCookie)
	if err != nil {
		return "", ""
	}
	if account, browser = a.Staff.Recall(cookie.Value); browser == "" {
		return "", ""
	}
	return account, "browser " + browser
}

// remember has a browser be known from now on. One that is known to the account
// already stays the one it is.
func (a *API) remember(w http.ResponseWriter, r *http.Request, account string) error {
	token := ""
	if is, _ := a.known(r); is == account {
		cookie, err := r.Cookie(knownCookie)
		if err != nil {
			return err
		}
		token = cookie.Value
	} else {
		var err error
		if token, err = a.Staff.Remember(account); err != nil {
			return err
		}
	}
	http.SetCookie(w, &http.Cookie{
		Name: knownCookie, Value: token, Path: "/", MaxAge: int(knownFor.Seconds()), Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	return nil
}

// attempt slows down who guesses at an account.
func (a *API) attempt(r *http.Request, account string) error {
	if is, browser := a.known(r); is == account && browser != "" {
		return a.slow(r, browser, accountPace)
	}
	if err := a.slow(r, a.address(r), addressPace); err != nil {
		return err
	}
	return a.slow(r, tries(account), accountPace)
}

// attemptAt slows down who comes from the provider: whose account it is, is not
// known yet.
func (a *API) attemptAt(r *http.Request) error {
	if _, browser := a.known(r); browser != "" {
		return a.slow(r, browser, accountPace)
	}
	return a.slow(r, a.address(r), addressPace)
}

var errTooMany = &bot.Error{Code: bot.Limited, Message: "尝试次数过多，请过几分钟再试。"}

func (a *API) slow(r *http.Request, who string, pace staff.Pace) error {
	wait, err := a.Staff.Attempt(r.Context(), who, pace)
	if err != nil {
		return err
	}
	if wait > 0 {
		a.Logger.Warn("too many attempts to sign in", "wait", wait.Round(time.Second), "request", a.RequestID(r.Context()))
		return errTooMany
	}
	return nil
}

// spare has an attempt that was right, as far as it went, not count against
// those behind the same address.
func (a *API) spare(r *http.Request, account string) error {
	if is, browser := a.known(r); is == account && browser != "" {
		return nil // it was not counted there
	}
	return a.Staff.Spare(r.Context(), a.address(r), addressPace)
}

// forgive forgets the attempts of whoever is in.
func (a *API) forgive(r *http.Request, account string) error {
	if is, browser := a.known(r); is == account && browser != "" {
		return a.Staff.Forgive(r.Context(), browser)
	}
	if err := a.Staff.Forgive(r.Context(), tries(account)); err != nil {
		return err
	}
	return a.spare(r, account)
}

// forgiveAt is forgive for who came from the provider.
func (a *API) forgiveAt(r *http.Request) error {
	if _, browser := a.known(r); browser != "" {
		return a.Staff.Forgive(r.Context(), browser)
	}
	return a.Staff.Spare(r.Context(), a.address(r), addressPace)
}
