package sessions

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Dial returns a client for the database that the URL names. It connects when
// it is first used. The forms are
//
//	redis://[user:password@]host[:6379][/db]
//	redis+sentinel://[user:password@]host[:26379][,host…]/master[/db][?sentinel_user=…&sentinel_password=…]
//	redis+cluster://[user:password@]host[:6379][,host…]
//
// and the same with rediss for TLS. Errors never quote the URL, which may hold
// a password.
func Dial(rawURL string) (redis.UniversalClient, error) {
	scheme, rest, ok := strings.Cut(rawURL, "://")
	if !ok {
		return nil, errors.New("redis URL: want redis://, redis+sentinel:// or redis+cluster://, or the same with rediss")
	}
	// net/url refuses a port in any but the last of several hosts.
	rest, query, _ := strings.Cut(rest, "?")
	rest, path, _ := strings.Cut(rest, "/")
	var user *url.Userinfo
	hosts := rest
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		u, err := url.Parse("x://" + rest[:at] + "@x")
		if err != nil {
			return nil, errors.New("redis URL: user or password is not well-formed, is it percent-encoded?")
		}
		user, hosts = u.User, rest[at+1:]
	}
	params, err := url.ParseQuery(query)
	if err != nil {
		return nil, errors.New("redis URL: the part after ? is not well-formed")
	}
	o := baseOptions()
	if user != nil {
		o.Username = user.Username()
		o.Password, _ = user.Password()
	}
	kind, secure := strings.CutPrefix(scheme, "rediss")
	if !secure {
		kind = strings.TrimPrefix(scheme, "redis")
	} else {
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return dialKind(kind, scheme, o, hosts, path, params)
}

func dialKind(kind, scheme string, o *redis.UniversalOptions, hosts, path string, params url.Values) (redis.UniversalClient, error) {
	var err error
	switch {
	case kind == "" && strings.HasPrefix(scheme, "redis"):
		if strings.Contains(hosts, ",") {
			return nil, errors.New("redis URL: several hosts need redis+sentinel:// or redis+cluster://")
		}
		o.Addrs = addresses(hosts, "6379")
		o.DB, err = database(path)
	case kind == "+sentinel":
		o.Addrs = addresses(hosts, "26379")
		master, db, _ := strings.Cut(path, "/")
		if master == "" {
			return nil, errors.New("redis URL: redis+sentinel:// needs the master's name as its path")
		}
		o.MasterName = master
		o.SentinelUsername, o.SentinelPassword = params.Get("sentinel_user"), params.Get("sentinel_password")
		params.Del("sentinel_user")
		params.Del("sentinel_password")
		o.DB, err = database(db)
	case kind == "+cluster":
		if path != "" && path != "0" {
			return nil, errors.New("redis URL: a cluster has no numbered databases")
		}
		o.Addrs = addresses(hosts, "6379")
		o.IsClusterMode = true
	default:
		return nil, errors.New("redis URL: the scheme is none of redis, rediss, redis+sentinel, rediss+sentinel, redis+cluster, rediss+cluster")
	}
	if err != nil {
		return nil, err
	}
	for name := range params {
		return nil, fmt.Errorf("redis URL: unknown parameter %q", name)
	}
	return redis.NewUniversalClient(o), nil
}

// baseOptions: calls are short, so a server that does not answer in two
// seconds is given up, and tried again while the batch waits.
func baseOptions() *redis.UniversalOptions {
	return &redis.UniversalOptions{
		DialTimeout:           2 * time.Second,
		ReadTimeout:           2 * time.Second,
		WriteTimeout:          2 * time.Second,
		PoolTimeout:           3 * time.Second,
		ContextTimeoutEnabled: true,
		MaxRetries:            3,
		MinRetryBackoff:       10 * time.Millisecond,
		MaxRetryBackoff:       500 * time.Millisecond,
		DialerRetries:         1,
		DisableIdentity:       true,
		MaintNotificationsConfig: &maintnotifications.Config{
			Mode: maintnotifications.ModeDisabled,
		},
	}
}

func addresses(hosts, port string) []string {
	var out []string
	for _, host := range strings.Split(hosts, ",") {
		switch {
		case host == "":
			host = "localhost:" + port
		case strings.HasSuffix(host, "]") || !strings.Contains(host, ":"):
			host += ":" + port
		}
		out = append(out, host)
	}
	return out
}

func database(path string) (int, error) {
	if path == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(path)
	if err != nil || n < 0 {
		return 0, errors.New("redis URL: the database is no number")
	}
	return n, nil
}
