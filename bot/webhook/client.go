package webhook

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"
)

// ClientConfig says how far a client may go.
type ClientConfig struct {
	Timeout      time.Duration  // to connect, and once more to agree on TLS
	AllowPrivate bool           // also connect to addresses that are not public
	RootCAs      *x509.CertPool // nil: the system's
	Idle         int            // connections kept for each host
}

// NewClient returns a client for addresses that a setting or a stranger names:
// it goes straight there, by no proxy of the environment's, to no private
// address, and follows no redirect.
func NewClient(c ClientConfig) *http.Client {
	d := &net.Dialer{Timeout: c.Timeout}
	if !c.AllowPrivate {
		d.Control = PublicOnly
	}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            d.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.RootCAs},
			TLSHandshakeTimeout:    c.Timeout,
			MaxIdleConnsPerHost:    c.Idle,
			IdleConnTimeout:        30 * time.Second, // below what load balancers commonly allow
			MaxResponseHeaderBytes: 16 << 10,
			DisableCompression:     true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// ParseURL reads the address of a service: absolute, without a user and a
// fragment, and https unless plain is set. Errors do not repeat it.
func ParseURL(s string, plain bool) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return nil, errors.New("not an absolute URL")
	case u.User != nil:
		return nil, errors.New("must hold no user name or password")
	case u.Fragment != "":
		return nil, errors.New("must have no fragment")
	case u.Scheme != "https" && (u.Scheme != "http" || !plain):
		return nil, errors.New("must be https")
	}
	return u, nil
}
