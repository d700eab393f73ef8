package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// framePage is the one page that other sites may embed.
const framePage = "widget/frame.html"

// contentTypes are those of the files that a front end is made of; a file of
// any other kind is not served.
var contentTypes = map[string]string{
	".html":  "text/html; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".css":   "text/css; charset=utf-8",
	".json":  "application/json",
	".svg":   "image/svg+xml",
	".png":   "image/png",
	".ico":   "image/x-icon",
	".webp":  "image/webp",
	".woff2": "font/woff2",
	".txt":   "text/plain; charset=utf-8",
}

// plainHost is a host that may be quoted in a policy.
var plainHost = regexp.MustCompile(`^[A-Za-z0-9.-]+(:[0-9]+)?$|^\[[0-9a-fA-F:]+\](:[0-9]+)?$`)

// file is one file, ready to be sent.
type file struct {
	kind      string
	plain, gz []byte // gz is nil if it would be no shorter
	tag       string
	page      bool
	ancestors string // of a page: who may embed it
}

// files is the built front end by path. Names carry no hash, so browsers ask
// each time, and mostly hear that nothing has changed.
type files struct {
	byPath   map[string]*file
	notFound http.HandlerFunc
}

func (s *Server) loadFiles() (*files, error) {
	ancestors, err := parseOrigins(s.cfg.FrameAncestors)
	if err != nil {
		return nil, fmt.Errorf("frame ancestors: %w", err)
	}
	set := &files{byPath: make(map[string]*file), notFound: s.notFound}
	if s.cfg.UI == nil {
		return set, nil
	}
	err = fs.WalkDir(s.cfg.UI, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		kind, ok := contentTypes[path.Ext(name)]
		if !ok || !s.cfg.Site.Demo && demoFile(name) {
			return nil
		}
		f, err := loadFile(s.cfg.UI, name, kind)
		if err != nil {
			return err
		}
		f.ancestors = "'none'"
		if name == framePage {
			f.ancestors = strings.Join(append([]string{"'self'"}, sorted(ancestors)...), " ")
		}
		set.add(name, f)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("front end: %w", err)
	}
	return set, nil
}

// demoFile reports whether a file belongs to the demo page, which has no place
// on a real site.
func demoFile(name string) bool { return name == "index.html" || strings.HasPrefix(name, "demo/") }

func sorted(o origins) []string {
	list := make([]string, 0, len(o))
	for origin := range o {
		list = append(list, origin)
	}
	slices.Sort(list)
	return list
}

// add puts a file under its path, a folder's index.html under the folder's.
func (fs *files) add(name string, f *file) {
	fs.byPath["/"+name] = f
	if dir, base := path.Split(name); base == "index.html" {
		fs.byPath["/"+dir] = f
	}
}

func loadFile(fsys fs.FS, name, kind string) (*file, error) {
	plain, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	var gz bytes.Buffer
	zip, err := gzip.NewWriterLevel(&gz, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, err = zip.Write(plain)
	if err := errors.Join(err, zip.Close()); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(plain)
	f := &file{kind: kind, plain: plain, tag: hex.EncodeToString(sum[:12]), page: strings.HasPrefix(kind, "text/html")}
	if gz.Len() < len(plain) {
		f.gz = gz.Bytes()
	}
	return f, nil
}

func (fs *files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := fs.byPath[r.URL.Path]
	if !ok {
		if folder := r.URL.Path + "/"; fs.byPath[folder] != nil { // what its page loads is named from there
			http.Redirect(w, r, folder, http.StatusMovedPermanently)
			return
		}
		fs.notFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // the loader is for other sites' pages
	h.Add("Vary", "Accept-Encoding")
	if f.page {
		h.Set("Content-Security-Policy", f.policy(r.Host))
	}
	body := f.plain
	h.Set("ETag", `"`+f.tag+`"`)
	if f.gz != nil && acceptsGzip(r) {
		body = f.gz
		h.Set("Content-Encoding", "gzip")
		h.Set("ETag", `"`+f.tag+`-gz"`)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// policy is a page's Content-Security-Policy. 'self' covers the socket in new
// browsers only, so it is named as well.
func (f *file) policy(host string) string {
	connect := "'self'"
	if plainHost.MatchString(host) {
		connect += " ws://" + host + " wss://" + host
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'; " +
		"connect-src " + connect + "; base-uri 'none'; form-action 'none'; frame-ancestors " + f.ancestors
}

// acceptsGzip is right for what clients send; one that lists gzip with q=0 is
// taken at its word.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" {
			return strings.TrimSpace(q) != "q=0"
		}
	}
	return false
}
