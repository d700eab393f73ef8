package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"fenfu/web"
	builtin "fenfu/web/ui"
)

func TestFiles(t *testing.T) {
	tests := []struct {
		path, kind, frames string
		file               string
	}{
		{"/", "text/html; charset=utf-8", "'none'", "index.html"},
		{"/index.html", "text/html; charset=utf-8", "'none'", "index.html"},
		{"/widget.js", "text/javascript; charset=utf-8", "", "widget.js"},
		{"/widget/frame.html", "text/html; charset=utf-8", "'self' " + allowed, "widget/frame.html"},
		{"/widget/frame.css", "text/css; charset=utf-8", "", "widget/frame.css"},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			b := setup(t)
			resp := b.do(request{method: "GET", path: tt.path})
			want := string(ui[tt.file].Data)
			if got := body(t, resp); resp.StatusCode != http.StatusOK || got != want {
				t.Fatalf("%d %q", resp.StatusCode, got)
			}
			if got := resp.Header.Get("Content-Type"); got != tt.kind {
				t.Errorf("content type %q", got)
			}
			csp := resp.Header.Get("Content-Security-Policy")
			if !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
				t.Errorf("policy %q", csp)
			}
			if tt.frames != "" && !strings.HasSuffix(csp, "; frame-ancestors "+tt.frames) {
				t.Errorf("policy %q, want frame-ancestors %s", csp, tt.frames)
			}
			if tt.frames != "" && !strings.Contains(csp, "connect-src 'self' ws://support.example.com wss://support.example.com;") {
				t.Errorf("policy %q", csp)
			}
			tag := resp.Header.Get("ETag")
			again := b.do(request{"GET", tt.path, "", map[string]string{"If-None-Match": tag}})
			if tag == "" || again.StatusCode != http.StatusNotModified {
				t.Errorf("asked again: %d", again.StatusCode)
			}
			head := b.do(request{method: "HEAD", path: tt.path})
			if head.StatusCode != http.StatusOK || body(t, head) != "" {
				t.Errorf("HEAD: %d", head.StatusCode)
			}
		})
	}
}

func TestGzip(t *testing.T) {
	b := setup(t)
	resp := b.do(request{"GET", "/widget.js", "", map[string]string{"Accept-Encoding": "br;q=1.0, gzip"}})
	if resp.Header.Get("Content-Encoding") != "gzip" || resp.Header.Get("Vary") == "" {
		t.Fatalf("header %v", resp.Header)
	}
	zip, err := gzip.NewReader(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(zip); err != nil || string(got) != string(ui["widget.js"].Data) {
		t.Errorf("%q, %v", got, err)
	}
	plain := b.do(request{"GET", "/widget.js", "", map[string]string{"Accept-Encoding": "gzip;q=0, br"}})
	if plain.Header.Get("Content-Encoding") != "" || plain.Header.Get("ETag") == resp.Header.Get("ETag") {
		t.Errorf("header %v", plain.Header)
	}
	tiny := b.do(request{"GET", "/widget/frame.css", "", map[string]string{"Accept-Encoding": "gzip"}})
	if tiny.Header.Get("Content-Encoding") != "" {
		t.Error("a file of 3 bytes was made longer")
	}
}

// A host that a stranger made up does not get into the policy.
func TestPolicyQuotesPlainHostsOnly(t *testing.T) {
	b := setup(t)
	for host, quoted := range map[string]bool{
		"127.0.0.1:8080": true, "[::1]:8080": true, "a.example": true,
		"a.example;script-src *": false, "a.example b": false, "": false,
	} {
		csp := policyFor(b, host)
		if strings.Contains(csp, "ws://"+host+" ") != quoted || strings.Contains(csp, "script-src *") {
			t.Errorf("host %q: %s", host, csp)
		}
	}
}

func policyFor(b *testBundle, host string) string {
	b.t.Helper()
	rec := newRecorder(b, host)
	return rec.Header().Get("Content-Security-Policy")
}

// A real site shows the widget, and no page that says it is a demo.
func TestNoDemoPage(t *testing.T) {
	b := setup(t, func(c *web.Config) { c.Site.Demo = false })
	for path, want := range map[string]int{"/": 404, "/index.html": 404, "/demo/demo.js": 404, "/widget.js": 200, "/widget/frame.html": 200} {
		if got := b.do(request{method: "GET", path: path}).StatusCode; got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
}

// The front end that is built into the server is the one this package expects.
func TestBuiltFrontEnd(t *testing.T) {
	b := setup(t, func(c *web.Config) { c.UI = builtin.FS() })
	for _, path := range []string{"/", "/widget.js", "/widget/frame.html", "/widget/frame.js", "/widget/frame.css", "/demo/demo.js", "/console/", "/console/console.js", "/console/console.css"} {
		if got := b.do(request{method: "GET", path: path}).StatusCode; got != http.StatusOK {
			t.Errorf("%s: %d", path, got)
		}
	}
}

// What a folder's page loads is named from the folder, so that is where a
// browser has to be.
func TestFolderWithoutSlash(t *testing.T) {
	b := setup(t, func(c *web.Config) { c.UI = builtin.FS() })
	resp := b.do(request{method: "GET", path: "/console"})
	if got := resp.Header.Get("Location"); resp.StatusCode != http.StatusMovedPermanently || got != "/console/" {
		t.Errorf("status %d to %q", resp.StatusCode, got)
	}
	if resp := b.do(request{method: "GET", path: "/widget"}); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a folder without a page: status %d", resp.StatusCode)
	}
}

func TestNoFrontEnd(t *testing.T) {
	b := setup(t, func(c *web.Config) { c.UI = nil })
	if resp := b.do(request{method: "GET", path: "/"}); resp.StatusCode != http.StatusNotFound {
		t.Errorf("status %d", resp.StatusCode)
	}
}
