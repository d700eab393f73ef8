package webhook

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"
)

// ErrPrivateAddress refuses a connection into a network that is not public.
var ErrPrivateAddress = errors.New("not a public address")

// PublicOnly is a [net.Dialer]'s Control that refuses every address but public
// ones. It sees the address that a name was resolved to, right before the
// connection is made, so no name and no change of a name gets around it.
func PublicOnly(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || !public(ap.Addr()) {
		return fmt.Errorf("%s: %w", address, ErrPrivateAddress)
	}
	return nil
}

// public reports whether an address is one of the open internet. One with a
// zone, or an IPv4 address written as IPv6, is in no prefix and so is refused.
func public(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return a.Is4() || globalV6.Contains(a)
}

// globalV6 is the only part of IPv6 given out for the open internet.
var globalV6 = netip.MustParsePrefix("2000::/3")

// special are the blocks set aside that netip's own questions do not cover
// (IANA's special-purpose address registries).
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // this network
	netip.MustParsePrefix("100.64.0.0/10"),   // carriers' NAT
	netip.MustParsePrefix("192.0.0.0/24"),    // protocol assignments
	netip.MustParsePrefix("192.0.2.0/24"),    // documentation
	netip.MustParsePrefix("192.88.99.0/24"),  // 6to4 relays
	netip.MustParsePrefix("198.18.0.0/15"),   // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"), // documentation
	netip.MustParsePrefix("203.0.113.0/24"),  // documentation
	netip.MustParsePrefix("240.0.0.0/4"),     // reserved
	netip.MustParsePrefix("2001::/23"),       // protocol assignments, Teredo
	netip.MustParsePrefix("2001:db8::/32"),   // documentation
	netip.MustParsePrefix("2002::/16"),       // 6to4: leads to any IPv4 address
	netip.MustParsePrefix("3fff::/20"),       // documentation
}
