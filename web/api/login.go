package api

import (
	"net/http"

	"fenfu/bot"
	"fenfu/bot/handoff"
	"fenfu/bot/staff"
)

// credentials are what somebody signs in with. They are read and compared, and
// never kept or logged.
type credentials struct {
	Account  string `json:"account"`
	Password string `json:"password"`
	Code     string `json:"code"`
}

// loggedIn is the answer to a login.
type loggedIn struct {
	NeedsCode bool `json:"needs_code,omitempty"` // the password is right, the one-time code is missing
	Me        *me  `json:"me,omitempty"`
}

var errCredentials = &bot.Error{Code: bot.Unauthorized, Message: "账号、密码或动态验证码不正确。"}

// login signs a person in. What is wrong is not told apart, but that a code is
// asked for after the right password.
func (a *API) login(w http.ResponseWriter, r *http.Request) {
	if a.protection.Check(r) != nil {
		a.Foreign(w, r)
		return
	}
	req := &request{Request: r}
	var c credentials
	err := read(w, req, &c)
	if err == nil {
		err = a.attempt(r, c.Account)
	}
	var account staff.Account
	if err == nil {
		account, err = a.verify(req, c)
	}
	if err == errNeedsCode {
		if err = a.spare(r, c.Account); err == nil {
			_ = answer(w, loggedIn{NeedsCode: true})
			return
		}
	}
	if err == nil {
		err = a.forgive(r, account.ID)
	}
	if err != nil {
		a.Fail(w, r, err)
		return
	}
	if err := a.enter(w, r, account); err != nil {
		a.Fail(w, r, err)
		return
	}
	who := &request{Request: r, who: account.Principal(), capacity: account.Capacity}
	_ = answer(w, loggedIn{Me: a.whoIs(who, handoff.Away)})
}

// enter begins a login, and gives the browser its cookie.
func (a *API) enter(w http.ResponseWriter, r *http.Request, account staff.Account) error {
	token, err := a.Staff.Login(r.Context(), account.ID)
	if err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{
		Name: Cookie, Value: token, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	return a.remember(w, r, account.ID)
}

var errNeedsCode = &bot.Error{Code: bot.Unauthorized, Message: "请输入动态验证码。"}

// verify compares credentials, and writes the outcome to the audit log. It takes
// as long for an account that does not exist.
func (a *API) verify(r *request, c credentials) (staff.Account, error) {
	account, err := a.Staff.Account(r.Context(), c.Account)
	known := err == nil
	if err != nil && bot.ErrorCode(err) != bot.NotFound {
		return account, err
	}
	ok, err := a.hasher.Matches(r.Context(), account.Password, c.Password)
	if err != nil {
		return account, err
	}
	ok = ok && known && !account.Disabled
	if ok && account.TOTP != "" {
		if c.Code == "" {
			r.who = account.Principal()
			if err := a.append(r, staff.Entry{Action: "login", Field: "code"}); err != nil {
				return account, err
			}
			return account, errNeedsCode
		}
		step, fits := account.TOTP.Step(c.Code, a.Now())
		if ok = fits; ok {
			if ok, err = a.Staff.UseStep(r.Context(), account.ID, step); err != nil {
				return account, err
			}
		}
	}
	if !known {
		account = staff.Account{ID: "?"} // what a stranger typed may be anything, a password too
	}
	r.who = account.Principal()
	if err := a.append(r, staff.Entry{Action: "login", OK: ok}); err != nil {
		return account, err
	}
	if !ok {
		return account, errCredentials
	}
	return account, nil
}

// logout ends the login, and nobody is sent to an agent who has left.
func (a *API) logout(w http.ResponseWriter, r *http.Request) {
	if a.protection.Check(r) != nil {
		a.Foreign(w, r)
		return
	}
	if cookie, err := r.Cookie(Cookie); err == nil {
		if err := a.leave(r, cookie.Value); err != nil {
			a.Fail(w, r, err)
			return
		}
	}
	http.SetCookie(w, &http.Cookie{Name: Cookie, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	_ = done(w)
}

func (a *API) leave(r *http.Request, token string) error {
	account, err := a.Staff.Peek(r.Context(), token)
	if bot.ErrorCode(err) == bot.Unauthorized {
		return nil // it has ended already
	}
	if err != nil {
		return err
	}
	who := &request{Request: r, who: account.Principal(), capacity: account.Capacity}
	if err := a.record(who, staff.Entry{Action: "logout"}); err != nil {
		return err
	}
	if err := a.Staff.Logout(r.Context(), token); err != nil || !who.who.May(staff.Presence) {
		return err
	}
	return a.setPresence(who, handoff.Away)
}

// me is who signed in.
type me struct {
	ID          string           `json:"id"`
	Name        string           `json:"name"`
	Role        staff.Role       `json:"role"`
	Desks       []string         `json:"desks"` // whose queues it serves; empty: all
	Capacity    int              `json:"capacity"`
	Presence    handoff.Presence `json:"presence"`
	Permissions []staff.Action   `json:"permissions"`
	Assistant   bool             `json:"assistant"` // a language model helps
}

func (a *API) whoIs(r *request, p handoff.Presence) *me {
	return &me{
		ID: r.who.ID, Name: r.who.Name, Role: r.who.Role, Desks: append([]string{}, r.who.Desks...),
		Capacity: a.capacity(r), Presence: p, Permissions: r.who.Actions(),
		Assistant: a.Assistant != nil,
	}
}

func (a *API) me(w http.ResponseWriter, r *request) error {
	agents, err := a.Desk.Agents(r.Context())
	if err != nil {
		return err
	}
	presence := handoff.Away
	for _, other := range agents {
		if other.ID == r.who.ID {
			presence = other.Presence
		}
	}
	return answer(w, a.whoIs(r, presence))
}

// capacity is how many conversations somebody may have: as the account says, or
// as the first of its desks does.
func (a *API) capacity(r *request) int {
	if r.capacity > 0 {
		return r.capacity
	}
	for _, desk := range a.Desks.All() {
		if r.who.Serves(desk.ID) {
			return desk.Capacity
		}
	}
	return 0
}

// presence says how present somebody is. Visitors come only to who is online.
func (a *API) presence(w http.ResponseWriter, r *request) error {
	var body struct {
		State handoff.Presence `json:"state"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	switch body.State {
	case handoff.Online, handoff.Busy, handoff.Away:
	default:
		return &bot.Error{Code: bot.Invalid, Message: "没有这种状态。"}
	}
	if err := a.setPresence(r, body.State); err != nil {
		return err
	}
	return done(w)
}

func (a *API) setPresence(r *request, p handoff.Presence) error {
	return a.Desk.SetPresence(r.Context(), handoff.Agent{
		ID: r.who.ID, Name: r.who.Name, Desks: r.who.Desks, Capacity: a.capacity(r), Presence: p,
	})
}
