package eligibility_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"fenfu/bot/eligibility"
	"fenfu/bot/webhook"
)

func TestRemoteGivesUpOnASlowService(t *testing.T) {
	short := func(c *eligibility.RemoteConfig) { c.Timeout = 30 * time.Millisecond }
	t.Run("no answer", func(t *testing.T) {
		r := remote(t, func(_ http.ResponseWriter, req *http.Request) {
			_, _ = io.Copy(io.Discard, req.Body) // so that the server sees the client leave
			<-req.Context().Done()
		}, short)
		if got := said(r.Check(t.Context(), request())); got != "again timeout 2s" {
			t.Error(got)
		}
	})
	t.Run("half an answer", func(t *testing.T) {
		r := remote(t, func(w http.ResponseWriter, req *http.Request) {
			_, _ = io.Copy(io.Discard, req.Body)
			io.WriteString(w, `{"check_id":`)
			_ = http.NewResponseController(w).Flush()
			<-req.Context().Done()
		}, short)
		if got := said(r.Check(t.Context(), request())); got != "again timeout 2s" {
			t.Error(got)
		}
	})
	t.Run("the caller leaves", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		r := remote(t, func(_ http.ResponseWriter, req *http.Request) {
			_, _ = io.Copy(io.Discard, req.Body)
			cancel()
			<-req.Context().Done()
		}, func(c *eligibility.RemoteConfig) { c.TripAfter = 1 })
		_, err := r.Check(ctx, request())
		if got := said(eligibility.Answer{}, err); got != "again canceled 1s" || !errors.Is(err, context.Canceled) {
			t.Error(got)
		}
		if err := r.Ready(); err != nil {
			t.Errorf("the service is blamed for it: %v", err)
		}
	})
}

// tcp serves every connection by f, and counts them.
func tcp(t *testing.T, f func(c net.Conn)) (url string, connections *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	connections = new(atomic.Int64)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			f(c)
			c.Close()
		}
	}()
	return "http://" + l.Addr().String(), connections
}

// readRequest takes in a request, so that closing is no reset.
func readRequest(c net.Conn) string {
	req, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return ""
	}
	body, _ := io.ReadAll(req.Body)
	return string(body)
}

func TestRemoteOnBrokenConnections(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	for _, tc := range []struct {
		name  string
		serve func(c net.Conn)
		want  string
	}{
		{"closed at once", func(net.Conn) {}, "again unreachable 2s"},
		{"closed after the request", func(c net.Conn) { readRequest(c) }, "again unreachable 2s"},
		{"cut in the head", func(c net.Conn) { readRequest(c); io.WriteString(c, head) }, "again bad_answer 2s"},
		{"cut in the body", func(c net.Conn) { readRequest(c); io.WriteString(c, head+"Content-Length: 500\r\n\r\n{\"check_id\"") }, "again bad_answer 2s"},
		{"cut in a chunk", func(c net.Conn) {
			readRequest(c)
			io.WriteString(c, head+"Transfer-Encoding: chunked\r\n\r\nff\r\n{\"ch")
		}, "again bad_answer 2s"},
		{"not HTTP", func(c net.Conn) { readRequest(c); io.WriteString(c, "SSH-2.0-OpenSSH_9.2\r\n") }, "again unreachable 2s"},
		{"large head", func(c net.Conn) {
			readRequest(c)
			io.WriteString(c, head+"Connection: close\r\nX-Y: "+strings.Repeat("y", 64<<10)+"\r\n\r\n{\"status\":\"pending\"}")
		}, "again unreachable 2s"},
		{"endless body", func(c net.Conn) {
			readRequest(c)
			io.WriteString(c, head+"\r\n{")
			for _, err := io.WriteString(c, strings.Repeat(" ", 4096)); err == nil; {
				_, err = io.WriteString(c, strings.Repeat(" ", 4096))
			}
		}, "again bad_answer 2s"},
		{"endless head", func(c net.Conn) {
			readRequest(c)
			io.WriteString(c, head)
			for _, err := io.WriteString(c, "X-Y: "); err == nil; {
				_, err = io.WriteString(c, strings.Repeat("y", 4096)+"\r\nX-Y: ")
			}
		}, "again unreachable 2s"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			url, connections := tcp(t, tc.serve)
			r := newRemote(t, url)
			if got := said(r.Check(t.Context(), request())); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if n := connections.Load(); n != 1 {
				t.Errorf("%d connections for one try", n)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		if got := said(newRemote(t, "http://"+l.Addr().String()).Check(t.Context(), request())); got != "again unreachable 2s" {
			t.Error(got)
		}
	})
}

// A connection kept from an earlier request that breaks under the next one is
// where net/http by itself would send a request with an idempotency key again.
func TestRemoteTriesOnceOnAKeptConnection(t *testing.T) {
	var requests atomic.Int64
	r := remote(t, func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		if requests.Add(1) > 1 {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	_, _ = r.Check(t.Context(), request())
	if got := said(r.Check(t.Context(), request())); got != "again unreachable 2s" {
		t.Error(got)
	}
	if n := requests.Load(); n != 2 {
		t.Errorf("%d requests in two tries", n)
	}
}

func TestRemoteFollowsNoRedirect(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		var followed atomic.Bool
		r := remote(t, func(w http.ResponseWriter, req *http.Request) {
			if req.URL.Path == "/elsewhere" {
				followed.Store(true)
			}
			http.Redirect(w, req, "/elsewhere", status)
		})
		if got := said(r.Check(t.Context(), request())); got != fmt.Sprintf("refused %d redirects are not followed", status) {
			t.Error(got)
		}
		if followed.Load() {
			t.Errorf("%d was followed", status)
		}
	}
}

func TestRemoteConnectsToNoPrivateAddress(t *testing.T) {
	url, connections := tcp(t, func(net.Conn) {})
	_, port, _ := strings.Cut(strings.TrimPrefix(url, "http://"), ":")
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "127.1", "2130706433", "0x7f000001"} {
		r := newRemote(t, "https://"+host+":"+port, func(c *eligibility.RemoteConfig) { c.AllowPrivate = false })
		_, err := r.Check(t.Context(), request())
		if got := said(eligibility.Answer{}, err); got != "again unreachable 2s" {
			t.Errorf("%s: %s", host, got)
		}
		if digit := host[0] == '1' && host != "127.0.0.1" || host[0] == '2' || strings.HasPrefix(host, "0x"); !digit && !errors.Is(err, webhook.ErrPrivateAddress) {
			t.Errorf("%s failed, but not for its address: %v", host, err)
		}
	}
	if n := connections.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

func TestRemoteChecksWhoItTalksTo(t *testing.T) {
	answer := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"status":"pending"}`)
	}
	serve := func(t *testing.T, maxVersion uint16) *httptest.Server {
		srv := httptest.NewUnstartedServer(http.HandlerFunc(answer))
		srv.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: maxVersion}
		srv.Config.ErrorLog = log.New(io.Discard, "", 0)
		srv.StartTLS()
		t.Cleanup(srv.Close)
		return srv
	}
	trust := func(srv *httptest.Server) func(*eligibility.RemoteConfig) {
		return func(c *eligibility.RemoteConfig) {
			c.RootCAs = x509.NewCertPool()
			c.RootCAs.AddCert(srv.Certificate())
		}
	}
	for _, tc := range []struct {
		name    string
		version uint16
		trusted bool
		want    string
	}{
		{"TLS 1.3", tls.VersionTLS13, true, "pending 2s"},
		{"TLS 1.2", tls.VersionTLS12, true, "pending 2s"},
		{"TLS 1.1", tls.VersionTLS11, true, "again unreachable 2s"},
		{"unknown authority", tls.VersionTLS13, false, "again unreachable 2s"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			srv := serve(t, tc.version)
			r := newRemote(t, srv.URL)
			if tc.trusted {
				r = newRemote(t, srv.URL, trust(srv))
			}
			if got := said(r.Check(t.Context(), request())); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestRemoteRefusesBadIDs(t *testing.T) {
	var requests atomic.Int64
	r := remote(t, func(http.ResponseWriter, *http.Request) { requests.Add(1) })
	for _, id := range []string{"", "a b", "a\r\nX-Evil: 1", "a\x00", "../../admin", "..", ".", "a/b", "a?b", "a#b", "a%2fb", "号", strings.Repeat("a", 129)} {
		req := request()
		req.CheckID = id
		want := "refused 0 the check's id is malformed"
		if got := said(r.Check(t.Context(), req)); got != want {
			t.Errorf("check %q: %s", id, got)
		}
		if got := said(r.Poll(t.Context(), id)); got != want {
			t.Errorf("poll %q: %s", id, got)
		}
	}
	if requests.Load() != 0 {
		t.Error("something was sent")
	}
}

func TestRemoteConfig(t *testing.T) {
	for _, tc := range []struct {
		name   string
		c      eligibility.RemoteConfig
		want   string // "": fine
		secret string
	}{
		{name: "fine", c: eligibility.RemoteConfig{URL: "https://check.example.com/base", Token: "t", CallbackURL: "https://a.example.com/cb"}},
		{name: "demo", c: eligibility.RemoteConfig{URL: "http://127.0.0.1:8090", CallbackURL: "http://127.0.0.1:8080/cb", AllowPrivate: true}},
		{name: "nothing", want: "not an absolute URL"},
		{name: "no token", c: eligibility.RemoteConfig{URL: "https://check.example.com"}, want: "needs a token"},
		{name: "plain", c: eligibility.RemoteConfig{URL: "http://check.example.com", Token: "t"}, want: "must be https"},
		{name: "file", c: eligibility.RemoteConfig{URL: "file:///etc/passwd", Token: "t"}, want: "not an absolute URL"},
		{name: "other scheme", c: eligibility.RemoteConfig{URL: "ftp://x", Token: "t", AllowPrivate: true}, want: "must be https"},
		{name: "relative", c: eligibility.RemoteConfig{URL: "check.example.com", Token: "t"}, want: "not an absolute URL"},
		{name: "password", c: eligibility.RemoteConfig{URL: "https://u:hunter2@x", Token: "t"}, want: "user name or password", secret: "hunter2"},
		{name: "password, malformed", c: eligibility.RemoteConfig{URL: "https://u:hunter2@x:y z", Token: "t"}, want: "not an absolute URL", secret: "hunter2"},
		{name: "query", c: eligibility.RemoteConfig{URL: "https://x?key=hunter2", Token: "t"}, want: "no query", secret: "hunter2"},
		{name: "token with a line break", c: eligibility.RemoteConfig{URL: "https://x", Token: "hunter2\r\nX-Evil: 1"}, want: "no header may", secret: "hunter2"},
		{name: "token not of ASCII", c: eligibility.RemoteConfig{URL: "https://x", Token: "hunter2é"}, want: "no header may", secret: "hunter2"},
		{name: "callback", c: eligibility.RemoteConfig{URL: "https://x", Token: "t", CallbackURL: "http://x"}, want: "callback URL: must be https"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := eligibility.NewRemote(tc.c)
			if tc.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			if err != nil && tc.secret != "" && strings.Contains(err.Error(), tc.secret) {
				t.Errorf("the error tells a secret: %v", err)
			}
		})
	}
}

// TestRemoteErrorsTellNothing has a service say back what it was sent, in every
// place of an answer, and looks for it in everything a log could get hold of.
func TestRemoteErrorsTellNothing(t *testing.T) {
	echo := strings.Join(planted(), " ")
	raw := func(reply string) func(net.Conn) {
		return func(c net.Conn) {
			if body := readRequest(c); !strings.Contains(body, "欧阳测试") {
				reply = "the request was not sent"
			}
			io.WriteString(c, reply)
		}
	}
	const head = "Content-Type: application/problem+json\r\nContent-Length: 9999\r\n"
	for name, reply := range map[string]string{
		"not HTTP":         echo + "\r\n\r\n",
		"status line":      "HTTP/1.1 " + echo + "\r\n\r\n",
		"status text":      "HTTP/1.1 400 " + echo + "\r\nContent-Length: 0\r\n\r\n",
		"protocol":         "HTTP/" + echo + " 200 OK\r\n\r\n",
		"header name":      "HTTP/1.1 200 OK\r\n" + echo + ": x\r\n\r\n",
		"content length":   "HTTP/1.1 200 OK\r\nContent-Length: " + echo + "\r\n\r\n",
		"transfer coding":  "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + echo + "\r\n\r\n",
		"content type":     "HTTP/1.1 200 OK\r\nContent-Type: " + echo + "\r\nContent-Length: 0\r\n\r\n",
		"location":         "HTTP/1.1 302 Found\r\nLocation: https://x/" + echo + "\r\nContent-Length: 0\r\n\r\n",
		"broken location":  "HTTP/1.1 302 Found\r\nLocation: :" + echo + "\r\nContent-Length: 0\r\n\r\n",
		"retry after":      "HTTP/1.1 503 x\r\nRetry-After: " + echo + "\r\nContent-Length: 0\r\n\r\n",
		"problem":          "HTTP/1.1 400 x\r\n" + strings.Replace(head, "9999", fmt.Sprint(len(echo)*3+29), 1) + "\r\n{\"type\":\"" + echo + "\",\"title\":\"" + echo + "\",\"x\":\"" + echo + "\"}",
		"problem, cut":     "HTTP/1.1 400 x\r\n" + head + "\r\n{\"title\":\"" + echo,
		"chunk":            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + echo + "\r\n",
		"date in a result": "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"check_id\":\"CHECK7\",\"status\":\"decided\",\"valid_until\":\"" + echo + "\"}",
		"check id":         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"check_id\":\"" + echo + "\",\"status\":\"decided\"}",
		"decision":         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"check_id\":\"CHECK7\",\"status\":\"decided\",\"decision\":\"" + echo + "\"}",
	} {
		t.Run(name, func(t *testing.T) {
			url, _ := tcp(t, raw(reply))
			r := newRemote(t, url)
			a, err := r.Check(t.Context(), request())
			if err == nil && name != "decision" {
				t.Fatalf("no error but %+v", a)
			}
			var b bytes.Buffer
			for e := err; e != nil; e = errors.Unwrap(e) {
				fmt.Fprintf(&b, "%v %+v %#v %q\n", e, e, e, e)
			}
			fmt.Fprintf(&b, "%+v %#v", a, a)
			slog.New(slog.NewJSONHandler(&b, nil)).Error("failed", "error", err, "answer", a, "request", request())
			for _, p := range planted() {
				if strings.Contains(b.String(), p) {
					t.Errorf("%s is in %s", p, b.String())
				}
			}
		})
	}
}

// TestRemoteBreaker runs in a bubble, so that the breaker's clock is ours. The
// server stands outside and keeps no connection: a goroutine that waits for the
// network would keep the clock from moving.
func TestRemoteBreaker(t *testing.T) {
	var status, requests atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.Header().Set("Connection", "close")
		w.WriteHeader(int(status.Load()))
	}))
	defer srv.Close()
	synctest.Test(t, func(t *testing.T) {
		r := newRemote(t, srv.URL, func(c *eligibility.RemoteConfig) { c.TripAfter, c.Cooldown = 3, 20*time.Second })
		step := func(answer int, sent int64, want string, ready bool) {
			t.Helper()
			status.Store(int64(answer))
			before := requests.Load()
			if got := said(r.Check(t.Context(), request())); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if n := requests.Load() - before; n != sent {
				t.Errorf("%d requests, want %d", n, sent)
			}
			if err := r.Ready(); (err == nil) != ready {
				t.Errorf("ready: %v", err)
			}
		}
		const down, limited, refused, open = "again unavailable 2s", "again rate_limited 2s", "refused 400 Bad Request", "again breaker_open 20s"
		step(503, 1, down, true)
		step(503, 1, down, true)
		step(429, 1, limited, true) // a sign of life
		step(503, 1, down, true)
		step(503, 1, down, true)
		step(400, 1, refused, true) // this too
		step(503, 1, down, true)
		step(503, 1, down, true)
		step(503, 1, down, false) // the third in a row
		step(200, 0, open, false)
		time.Sleep(19 * time.Second)
		step(200, 0, open, false)
		time.Sleep(2 * time.Second)
		if err := r.Ready(); err != nil {
			t.Errorf("after the pause: %v", err)
		}
		step(503, 1, down, false) // the trial fails
		step(503, 0, open, false)
		time.Sleep(21 * time.Second)
		step(429, 1, limited, true) // and now it does not
		step(503, 1, down, true)
	})
}

func TestImmediate(t *testing.T) {
	var c eligibility.RemoteChecker = eligibility.Immediate{Checker: eligibility.NewEmbedded(mustRules(t), mustApplicants(t), today)}
	req := request()
	got, err := c.Check(t.Context(), req)
	if said(got, err) != "manual_review INSUFFICIENT_INFO" || got.Result.CheckID != req.CheckID {
		t.Error(said(got, err))
	}
	if got := said(c.Poll(t.Context(), req.CheckID)); got != "refused 404 checks are decided at once here" {
		t.Error(got)
	}
	c = eligibility.Immediate{Checker: eligibility.NewEmbedded(mustRules(t), failing{}, today)}
	if got := said(c.Check(t.Context(), req)); got != "again unavailable 2s" {
		t.Error(got)
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add(200, "application/json", "", `{"check_id":"CHECK7","status":"decided","decision":"eligible"}`)
	f.Add(202, "application/json", "3", `{"status":"pending"}`)
	f.Add(422, "application/problem+json", "", `{"type":"urn:fenfu:check:other-payload"}`)
	f.Add(429, "", "Fri, 31 Dec 1999 23:59:59 GMT", ``)
	f.Add(200, "application/json", "", `{"check_id":"CHECK7","status":"decided","decision":"not_eligible","reasons":[{"code":"UNDER_AGE","text_zh":"x"}]}`)
	f.Fuzz(func(t *testing.T, status int, contentType, retryAfter, body string) {
		h := http.Header{"Content-Type": {contentType}, "Retry-After": {retryAfter}}
		a, err := eligibility.DecodeAnswer(status, h, []byte(body), "CHECK7")
		var again *eligibility.TryAgainError
		var refused *eligibility.RefusedError
		switch {
		case errors.As(err, &again):
			if again.After < time.Second || again.After > time.Hour || again.Err == nil {
				t.Errorf("%+v", again)
			}
		case errors.As(err, &refused):
			if refused.Status != status {
				t.Errorf("%+v", refused)
			}
		case err != nil:
			t.Errorf("an error of another kind: %v", err)
		case a.Pending:
			if a.After < time.Second || a.After > time.Hour {
				t.Errorf("%+v", a)
			}
		default:
			if a.Result.CheckID != "CHECK7" || status != 200 {
				t.Errorf("%d: %+v", status, a)
			}
			if s := eligibility.Sanitize(a.Result); s.Decision != a.Result.Decision {
				t.Errorf("does not hold together: %+v", a)
			}
			for _, r := range a.Result.Reasons {
				if r.TextZH == "" || strings.ContainsAny(r.TextZH, "\n\u202e\u200b") {
					t.Errorf("reason %q", r.TextZH)
				}
			}
		}
	})
}
