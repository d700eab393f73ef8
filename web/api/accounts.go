package api

import (
	"net/http"
	"time"

	"fenfu/bot/staff"
)

// account is somebody who may sign in, without the secrets.
type account struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Role     staff.Role `json:"role"`
	Desks    []string   `json:"desks"`    // whose queues it serves; empty: all
	Password bool       `json:"password"` // false: signs in at the identity provider
	TOTP     bool       `json:"totp"`
	Disabled bool       `json:"disabled"`
	Created  time.Time  `json:"created"`
}

// accounts lists everybody who may sign in. Accounts are made and changed with
// fenfuctl.
func (a *API) accounts(w http.ResponseWriter, r *request) error {
	all, err := a.Staff.Accounts(r.Context())
	if err != nil {
		return err
	}
	list := struct {
		Items []account `json:"items"`
	}{Items: []account{}}
	for _, s := range all {
		list.Items = append(list.Items, account{
			ID: s.ID, Name: s.Name, Role: s.Role, Desks: append([]string{}, s.Desks...),
			Password: s.Password != "", TOTP: s.TOTP != "", Disabled: s.Disabled, Created: s.Created,
		})
	}
	return answer(w, list)
}

// endLogins signs an account out everywhere, and no visitor is sent to it.
func (a *API) endLogins(w http.ResponseWriter, r *request) error {
	s, err := a.Staff.Account(r.Context(), r.PathValue("account"))
	if err != nil {
		return err
	}
	if err := a.record(r, staff.Entry{Action: "account.logout", Field: s.ID}); err != nil {
		return err
	}
	if err := a.Staff.Revoke(r.Context(), s.ID); err != nil {
		return err
	}
	if err := a.Desk.Leave(r.Context(), s.ID); err != nil {
		return err
	}
	return done(w)
}
