package api

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"fenfu/bot/staff"
)

// OIDC is the operator's identity provider, where people may sign in in place
// of a password here.
type OIDC struct {
	Issuer, ClientID, ClientSecret string

	RedirectURL string // this server's /v1/desk/oidc/callback, as browsers reach it
	RoleClaim   string
	Roles       []ClaimedRole // of several that somebody has, the first here counts
	Key         []byte        // 32 bytes, the same on all nodes: seals a sign-in that is under way
}

// ClaimedRole is what a value of the role claim stands for.
type ClaimedRole struct {
	Value string
	Role  staff.Role
}

// providerWait bounds each request to the provider.
const providerWait = 10 * time.Second

// provider is a client of the operator's identity provider.
type provider struct {
	OIDC
	now   func() time.Time
	aead  cipher.AEAD
	http  *http.Client
	found atomic.Pointer[found]
}

// found is what discovery has told.
type found struct {
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
}

func newProvider(c OIDC, now func() time.Time) (*provider, error) {
	block, err := aes.NewCipher(c.Key)
	if err != nil {
		return nil, fmt.Errorf("api: the key of sign-ins under way: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &provider{OIDC: c, now: now, aead: aead, http: &http.Client{Timeout: providerWait}}, nil
}

// discover asks the provider where everything is, at the first sign-in: the
// server starts without it.
func (p *provider) discover(ctx context.Context) (*found, error) {
	if f := p.found.Load(); f != nil {
		return f, nil
	}
	at, err := oidc.NewProvider(oidc.ClientContext(ctx, p.http), p.Issuer)
	if err != nil {
		return nil, err
	}
	f := &found{
		oauth: oauth2.Config{
			ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: at.Endpoint(),
			RedirectURL: p.RedirectURL, Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
		},
		verifier: at.Verifier(&oidc.Config{ClientID: p.ClientID, Now: p.now}),
	}
	p.found.Store(f)
	return f, nil
}

// pending is a sign-in under way. The browser keeps it, sealed.
type pending struct {
	State, Nonce, Verifier string
	Until                  time.Time
}

func (p *provider) seal(s pending) (string, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(p.aead.Seal(nil, nil, text, []byte(oidcCookie))), nil
}

func (p *provider) open(sealed string) (pending, error) {
	var s pending
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return s, err
	}
	text, err := p.aead.Open(nil, nil, raw, []byte(oidcCookie))
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, err
	}
	if !p.now().Before(s.Until) {
		return s, errors.New("it took too long")
	}
	return s, nil
}

// claims are what the provider says of somebody.
type claims struct {
	subject string // with the issuer: names may pass to somebody else there
	id      string // "" if there is none that an account can have
	name    string
	roles   []string
	desks   *[]string // nil: it says nothing of desks
}

// redeem gets what the provider says of whoever a code was made for.
func (p *provider) redeem(ctx context.Context, code string, s pending) (claims, error) {
	f, err := p.discover(ctx)
	if err != nil {
		return claims{}, err
	}
	ctx = oidc.ClientContext(ctx, p.http)
	token, err := f.oauth.Exchange(ctx, code, oauth2.VerifierOption(s.Verifier))
	if err != nil {
		var no *oauth2.RetrieveError
		if errors.As(err, &no) { // its text quotes the whole answer
			err = fmt.Errorf("the provider did not take the code: %q", no.ErrorCode)
		}
		return claims{}, err
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := f.verifier.Verify(ctx, raw)
	if err != nil {
		return claims{}, err
	}
	if id.Nonce != s.Nonce {
		return claims{}, errors.New("the nonce is another one's")
	}
	return p.read(id)
}

func (p *provider) read(id *oidc.IDToken) (claims, error) {
	var known struct {
		Preferred string    `json:"preferred_username"`
		Email     string    `json:"email"`
		Verified  bool      `json:"email_verified"`
		Name      string    `json:"name"`
		Desks     *[]string `json:"desks"`
	}
	var all map[string]json.RawMessage
	if err := errors.Join(id.Claims(&known), id.Claims(&all)); err != nil {
		return claims{}, fmt.Errorf("the claims are of another form: %w", err)
	}
	c := claims{subject: id.Issuer + " " + id.Subject, name: known.Name, desks: known.Desks}
	names := []string{known.Preferred}
	if known.Verified { // else anybody could give themselves a colleague's
		names = append(names, known.Email)
	}
	for _, name := range names {
		if name = strings.ToLower(name); c.id == "" && staff.ValidID(name) {
			c.id = name
		}
	}
	var one string
	if json.Unmarshal(all[p.RoleClaim], &one) == nil {
		c.roles = []string{one}
	} else if json.Unmarshal(all[p.RoleClaim], &c.roles) != nil {
		c.roles = nil // something else than roles: none of ours
	}
	return c, nil
}

// role is the first of the mapping that the claims hold, "" if none does.
func (p *provider) role(c claims) staff.Role {
	for _, r := range p.Roles {
		if slices.Contains(c.roles, r.Value) {
			return r.Role
		}
	}
	return ""
}
