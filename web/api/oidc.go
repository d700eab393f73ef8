package api

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"fenfu/bot/staff"
)

// oidcCookie holds a sign-in under way. The provider's page leads back from
// another site, so it cannot be strict as [Cookie] is.
const oidcCookie = "__Host-fenfu-oidc"

// oidcTime is how long somebody may take to sign in at the provider.
const oidcTime = 10 * time.Minute

// refusal is a sign-in that came to nothing. The console has words for its
// code; why goes to the log.
type refusal struct {
	code   string
	reason string // for the audit log
	why    error
}

func (r *refusal) Error() string { return fmt.Sprintf("%s: %v", r.code, r.why) }

func notDone(why error) *refusal {
	return &refusal{"oidc_failed", "企业账号登录没有完成", why}
}

func noRole(why string) *refusal {
	return &refusal{"oidc_role", "企业账号没有对应的角色或接待组", errors.New(why)}
}

func noAccount(why string) *refusal {
	return &refusal{"oidc_account", "这个账号不能用企业账号登录", errors.New(why)}
}

// options are what the console has to know before anybody has signed in.
func (a *API) options(w http.ResponseWriter, _ *http.Request) {
	_ = answer(w, struct {
		OIDC bool `json:"oidc"`
	}{a.provider != nil})
}

// oidcStart sends a browser to the provider.
func (a *API) oidcStart(w http.ResponseWriter, r *http.Request) {
	if a.provider == nil {
		a.Fail(w, r, errForbidden)
		return
	}
	s := pending{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Until: a.Now().Add(oidcTime)}
	sealed, err := a.provider.seal(s)
	var at *found
	if err == nil {
		at, err = a.provider.discover(r.Context())
	}
	if err != nil {
		a.oidcUnavailable(w, r, err)
		return
	}
	setOIDC(w, sealed, int(oidcTime.Seconds()))
	http.Redirect(w, r, at.oauth.AuthCodeURL(s.State, oidc.Nonce(s.Nonce), oauth2.S256ChallengeOption(s.Verifier)), http.StatusFound)
}

func setOIDC(w http.ResponseWriter, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: oidcCookie, Value: value, Path: "/", MaxAge: age, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func (a *API) oidcUnavailable(w http.ResponseWriter, r *http.Request, err error) {
	a.Logger.Warn("nobody can sign in by the identity provider", "error", err, "request", a.RequestID(r.Context()))
	toConsole(w, r, "?error=oidc_unavailable")
}

func toConsole(w http.ResponseWriter, r *http.Request, query string) {
	http.Redirect(w, r, "/console/"+query, http.StatusFound)
}

// oidcCallback is where the provider sends a browser back to.
func (a *API) oidcCallback(w http.ResponseWriter, r *http.Request) {
	if a.provider == nil {
		a.Fail(w, r, errForbidden)
		return
	}
	setOIDC(w, "", -1)
	req := &request{Request: r, who: staff.Principal{ID: "?"}}
	err := a.attemptAt(r)
	if err == errTooMany {
		toConsole(w, r, "?error=oidc_limited")
		return
	}
	if err == nil {
		err = a.oidcEnter(w, req)
	}
	var no *refusal
	if errors.As(err, &no) {
		a.Logger.Warn("a sign-in by the identity provider was refused", "error", no, "request", a.RequestID(r.Context()))
		if err = a.append(req, staff.Entry{Action: "login", Reason: no.reason}); err == nil {
			toConsole(w, r, "?error="+no.code)
			return
		}
	}
	if err != nil {
		a.oidcUnavailable(w, r, err)
		return
	}
	toConsole(w, r, "?signed-in") // whoever just came in comes to work; a page that was loaded again did not
}

// oidcEnter signs in whoever the provider vouches for. What is to happen to the
// account is on record first.
func (a *API) oidcEnter(w http.ResponseWriter, r *request) error {
	s, err := a.oidcPending(r)
	if err != nil {
		return err
	}
	c, err := a.provider.redeem(r.Context(), r.URL.Query().Get("code"), s)
	if err != nil {
		return notDone(err)
	}
	if c.id == "" {
		return noAccount("no claim that can be an account's id")
	}
	r.who.ID = c.id
	var account staff.Account
	first := true
	err = a.Staff.Update(r.Context(), c.id, func(was *staff.Account) (staff.Account, error) {
		if was != nil {
			r.who = was.Principal()
		}
		var no *refusal
		if account, no = a.admit(was, c); no != nil {
			return account, no
		}
		if !first { // changed meanwhile, and on record already
			return account, nil
		}
		first, r.who = false, account.Principal()
		return account, a.record(r, staff.Entry{Action: "login", Reason: "企业账号"})
	})
	if err == nil {
		err = a.forgiveAt(r.Request)
	}
	if err != nil {
		return err
	}
	return a.enter(w, r.Request, account)
}

// oidcPending returns the sign-in that this browser began, once.
func (a *API) oidcPending(r *request) (pending, error) {
	cookie, err := r.Cookie(oidcCookie)
	if err != nil {
		return pending{}, notDone(err)
	}
	s, err := a.provider.open(cookie.Value)
	if err != nil {
		return s, notDone(err)
	}
	query := r.URL.Query()
	if subtle.ConstantTimeCompare([]byte(s.State), []byte(query.Get("state"))) != 1 {
		return s, notDone(errors.New("the state is another one's"))
	}
	wait, err := a.Staff.Attempt(r.Context(), "state "+s.State, staff.Pace{AtOnce: 1, Every: oidcTime})
	if err != nil {
		return s, err
	}
	if wait > 0 {
		return s, notDone(errors.New("it was there before"))
	}
	if query.Has("error") {
		return s, notDone(fmt.Errorf("the provider says %.40q", query.Get("error")))
	}
	return s, nil
}

// admit returns the account that somebody gets by their claims. One with a
// password is not the provider's to give away, nor is one of somebody else
// there.
func (a *API) admit(was *staff.Account, c claims) (staff.Account, *refusal) {
	account := staff.Account{ID: c.id, Subject: c.subject, Created: a.Now().UTC()}
	if was != nil {
		account = *was
	}
	switch {
	case account.Password != "":
		return account, noAccount("it has a password")
	case account.Subject != c.subject:
		return account, noAccount("it is somebody else's at the provider")
	case account.Disabled:
		return account, noAccount("it is disabled")
	}
	if account.Role = a.provider.role(c); account.Role == "" {
		return account, noRole("no role")
	}
	if c.desks != nil {
		known := func(id string) bool {
			for _, d := range a.Desks.All() {
				if d.ID == id {
					return true
				}
			}
			return false
		}
		if len(*c.desks) == 0 || slices.ContainsFunc(*c.desks, func(id string) bool { return !known(id) }) {
			return account, noRole("no desk, or one that there is not") // none in an account means all
		}
		account.Desks = *c.desks
	}
	account.Name = shownName(c.name, c.id)
	return account, nil
}

// shownName is as much of a name as an account can have; of the id if there is
// nothing of a name.
func shownName(name, id string) string {
	for _, n := range []string{name, id} {
		n = strings.Map(func(r rune) rune {
			if !unicode.IsPrint(r) {
				return -1
			}
			return r
		}, strings.ToValidUTF8(n, ""))
		if r := []rune(strings.TrimSpace(n)); len(r) > 0 {
			return strings.TrimSpace(string(r[:min(len(r), staff.MaxName)]))
		}
	}
	return id
}
