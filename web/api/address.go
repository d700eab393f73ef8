package api

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// address is what attempts from where a request comes from are counted under: the
// peer, or, if that is a proxy of ours, whom the proxies say that they had it from.
// What stands to the left of the first stranger may be that one's invention.
func (a *API) address(r *http.Request) string {
	at, err := parseAddress(r.RemoteAddr)
	if err != nil {
		return "address " + r.RemoteAddr
	}
	by := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, text := range slices.Backward(by) {
		if !a.trusts(at) {
			break
		}
		next, err := parseAddress(strings.TrimSpace(text))
		if err != nil {
			break
		}
		at = next
	}
	return "address " + at.String()
}

func (a *API) trusts(at netip.Addr) bool {
	return slices.ContainsFunc(a.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(at) })
}

// parseAddress reads an address, with a port or without.
func parseAddress(text string) (netip.Addr, error) {
	if with, err := netip.ParseAddrPort(text); err == nil {
		return with.Addr().Unmap(), nil
	}
	at, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return at.Unmap(), err
}
