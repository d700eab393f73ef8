package main

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"fenfu/bot/staff"
	"fenfu/web/api"
)

// oidcCallback is where the provider sends browsers back to.
const oidcCallback = "/v1/desk/oidc/callback"

// checkOIDC says everything that is wrong with the identity provider's settings.
func (c *config) checkOIDC() error {
	if c.OIDCIssuer == "" {
		if c.OIDCClientID != "" || c.OIDCClientSecret != "" || c.OIDCRedirectURL != "" || len(c.OIDCRoles) > 0 {
			return errors.New("--oidc-client-id, --oidc-client-secret, --oidc-redirect-url and --oidc-roles need --oidc-issuer")
		}
		return nil
	}
	var errs []error
	for flag, value := range map[string]string{"client-id": c.OIDCClientID, "redirect-url": c.OIDCRedirectURL, "role-claim": c.OIDCRoleClaim} {
		if value == "" {
			errs = append(errs, fmt.Errorf("--oidc-issuer needs --oidc-%s", flag))
		}
	}
	if !c.secureURL(c.OIDCIssuer) {
		errs = append(errs, errors.New("--oidc-issuer: not an https URL without user, query and fragment"))
	}
	if c.OIDCRedirectURL != "" {
		if u, err := url.Parse(c.OIDCRedirectURL); err != nil || !c.secureURL(c.OIDCRedirectURL) || u.Path != oidcCallback {
			errs = append(errs, fmt.Errorf("--oidc-redirect-url: not an https URL that ends in %s", oidcCallback))
		}
	}
	_, err := c.claimedRoles()
	return errors.Join(append(errs, err)...)
}

// secureURL reports whether a URL is https. A demo's may be plain on this machine.
func (c *config) secureURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && local && !c.Production
}

// claimedRoles reads the mapping of roles, in its order.
func (c *config) claimedRoles() ([]api.ClaimedRole, error) {
	if len(c.OIDCRoles) == 0 {
		return nil, errors.New("--oidc-issuer needs --oidc-roles: nobody could sign in")
	}
	var roles []api.ClaimedRole
	for _, pair := range c.OIDCRoles {
		i := strings.LastIndexByte(pair, '=')
		if i < 1 || !slices.Contains(staff.Roles(), staff.Role(pair[i+1:])) {
			return nil, fmt.Errorf("--oidc-roles: %q is not value=role, with a role of %v", pair, staff.Roles())
		}
		roles = append(roles, api.ClaimedRole{Value: pair[:i], Role: staff.Role(pair[i+1:])})
	}
	return roles, nil
}

// oidc is the identity provider that people at the desk may sign in at, nil if
// there is none.
func (c *config) oidc() (*api.OIDC, error) {
	if c.OIDCIssuer == "" {
		return nil, nil
	}
	roles, err := c.claimedRoles()
	if err != nil {
		return nil, err
	}
	secret, err := decodeKey(c.TokenKey)
	if err != nil {
		return nil, fmt.Errorf("token key: %w", err)
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "fenfu sign-in under way", 32)
	if err != nil {
		return nil, err
	}
	return &api.OIDC{
		Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, ClientSecret: c.OIDCClientSecret,
		RedirectURL: c.OIDCRedirectURL, RoleClaim: c.OIDCRoleClaim, Roles: roles, Key: key,
	}, nil
}
