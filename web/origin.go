package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// origins is an exact list of web origins (scheme://host[:port]).
type origins map[string]struct{}

// parseOrigins refuses what is not exactly an origin: a wildcard, a path, a
// scheme that is not the web's. A mistake must not become an open door.
func parseOrigins(list []string) (origins, error) {
	set := make(origins, len(list))
	for _, s := range list {
		u, err := url.Parse(s)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" ||
			s != u.Scheme+"://"+u.Host || s != strings.ToLower(s) || strings.Contains(s, "*") {
			return nil, fmt.Errorf("%q is not an origin such as https://www.example.com", s)
		}
		set[s] = struct{}{}
	}
	return set, nil
}

// check reports whether a request comes from an allowed page, from the server's
// own, or from no page at all: a program sends no Origin, a browser always does
// on a socket.
func (o origins) check(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || o.has(origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

func (o origins) has(origin string) bool {
	_, ok := o[origin]
	return ok
}
