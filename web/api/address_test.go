package api

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	a := &API{Config: Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}}
	for _, tt := range []struct {
		peer  string
		heads []string
		want  string
	}{
		{"10.0.0.1:80", []string{"203.0.113.9"}, "203.0.113.9"},
		{"10.0.0.1:80", nil, "10.0.0.1"},
		{"203.0.113.1:80", []string{"203.0.113.9"}, "203.0.113.1"}, // no proxy of ours
		{"203.0.113.1:80", nil, "203.0.113.1"},
		{"10.0.0.1:80", []string{"198.51.100.1, 203.0.113.9,10.0.0.2"}, "203.0.113.9"},
		{"10.0.0.1:80", []string{"198.51.100.1", "203.0.113.9"}, "203.0.113.9"}, // one proxy each
		{"10.0.0.1:80", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},             // a client within
		{"10.0.0.1:80", []string{"203.0.113.9, nonsense, 10.0.0.2"}, "10.0.0.2"},
		{"10.0.0.1:80", []string{"", " "}, "10.0.0.1"},
		{"10.0.0.1:80", []string{"203.0.113.9:4711"}, "203.0.113.9"},
		{"[fd00::1]:80", []string{"[2001:db8::7]:4711"}, "2001:db8::7"},
		{"[::ffff:10.0.0.1]:80", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
		{"@", []string{"203.0.113.9"}, "@"},
	} {
		r := httptest.NewRequest("POST", "/v1/desk/login", nil)
		r.RemoteAddr = tt.peer
		for _, h := range tt.heads {
			r.Header.Add("X-Forwarded-For", h)
		}
		if got := a.address(r); got != "address "+tt.want {
			t.Errorf("from %s by way of %q: %q, want %q", tt.peer, tt.heads, got, tt.want)
		}
	}
}
