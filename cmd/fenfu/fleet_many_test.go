package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/sessions/redistest"
	"fenfu/web/ws"
)

// TestManyNodes runs three nodes on each kind of Redis: what two tabs on two
// nodes are told is the same, and a rolling restart is not noticed but for the
// goodbyes. In front of the first is an HTTP proxy, of the others a TCP proxy,
// none of them sticky.
func TestManyNodes(t *testing.T) {
	bin := build(t, "fenfu")
	for name, start := range map[string]func(*testing.T) string{
		"standalone": func(t *testing.T) string { return redistest.Redis(t).URL },
		"sentinel":   func(t *testing.T) string { return redistest.Sentinel(t).URL },
		"cluster":    func(t *testing.T) string { return redistest.Cluster(t).URL },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFleet(t, bin, 1, 3, "--redis-url", start(t))
			if name == "standalone" {
				f.address = f.httpProxy()
			}
			f.twoTabs(60)
			f.rollingRestart(150)
		})
	}
}

// httpProxy is a reverse proxy that hands each request to the next node.
func (f *fleet) httpProxy() (address string) {
	var next atomic.Uint64
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			node := f.nodes[next.Add(1)%uint64(len(f.nodes))]
			r.SetURL(&url.URL{Scheme: "http", Host: node.addr})
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	})
	f.t.Cleanup(proxy.Close)
	return strings.TrimPrefix(proxy.URL, "http://")
}

// twoTabs has visitors type in two tabs at once, each on another node.
func (f *fleet) twoTabs(visitors int) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	const messages = 8
	b := newBooks()
	tabs := f.guests(2*visitors, b)
	var group sync.WaitGroup
	for i := 0; i < len(tabs); i += 2 {
		pair := tabs[i : i+2]
		if err := pair[0].open(ctx, f.base()); err != nil {
			f.t.Fatal(err)
		}
		for n, g := range pair {
			g.token, g.partner = pair[0].token, pair[1-n]
			g.acks = newsWithin // nothing is lost here, so nobody has a reason to connect again
			g.url = "ws://" + f.nodes[(i/2+n)%len(f.nodes)].addr + "/ws"
			group.Go(func() {
				defer g.drop()
				for range messages {
					if err := g.say(ctx, "谢谢"); err != nil {
						b.deviates("unfinished", "%v", err)
						return
					}
				}
				err := g.follow(ctx, func() bool { return g.heardOf(bot.Visitor) == 2*messages })
				if err != nil {
					b.deviates("unfinished", "session %s: %d events: %v", g.session, g.last(), err)
				}
			})
		}
	}
	group.Wait()
	if n := b.connected.Load(); n != int64(len(tabs)) {
		f.t.Errorf("%d connections of %d tabs: they should not have needed more", n, len(tabs))
	}
	f.close(ctx, b, tabs, "two tabs on two nodes")
}

// heardOf is how many events of an author the tab has.
func (t *tab) heardOf(who bot.Author) (n int) {
	for i := range t.view {
		if t.view[i].From == who {
			n++
		}
	}
	return n
}

// rollingRestart ends node after node while visitors talk.
func (f *fleet) rollingRestart(visitors int) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	b := newBooks()
	guests := f.guests(visitors, b)
	restarted := make(chan struct{})
	go func() {
		defer close(restarted)
		for i, p := range f.nodes {
			if !sleep(ctx, 1500*time.Millisecond) {
				return
			}
			f.restart(ctx, i, p)
		}
	}()
	visit(ctx, guests, 4*time.Second)
	<-restarted
	if b.byes.Load() == 0 || int64(b.closes[int(ws.CloseDrain)]) != b.byes.Load() {
		f.t.Errorf("%d goodbyes, closed with %s: nobody is sent away without one", b.byes.Load(), inOrder(b.closes))
	}
	if n := b.torn.Load(); n > 0 {
		f.t.Errorf("%d connections broke without a word", n)
	}
	f.close(ctx, b, guests, "rolling restart")
}

// restart ends one node with SIGTERM and starts it again. From its first moment
// of leaving on it is not ready, and it listens until its last visitor has gone.
func (f *fleet) restart(ctx context.Context, number int, p *process) {
	if slow := f.dawdler(ctx, p); slow != nil {
		defer slow.Close()
	}
	ended := make(chan error, 1)
	go func() { ended <- p.stop() }()
	told := false
	for open := true; open; {
		status, err := probe(ctx, p.addr)
		told = told || status == http.StatusServiceUnavailable
		open = err == nil && ctx.Err() == nil
	}
	if !told {
		f.t.Errorf("node %d closed its door without having said that it is not ready", number)
	}
	if err := <-ended; err != nil {
		f.t.Errorf("node %d ended with %v", number, err)
	}
	if err := p.tryStart(); err != nil {
		f.t.Errorf("node %d: %v", number, err)
	}
}

// dawdler is a visitor of a node who does not answer its goodbye, so that it
// takes the node a moment to leave.
func (f *fleet) dawdler(ctx context.Context, p *process) *ws.Client {
	token, err := askToken(ctx, "http://"+p.addr)
	if err != nil {
		f.t.Error(err)
	}
	c, err := ws.Dial(ctx, "ws://"+p.addr+"/ws", ws.Options{Token: token})
	if err != nil {
		f.t.Error(err)
	}
	return c
}

// probe asks a node for its readiness, on a connection of its own.
func probe(ctx context.Context, addr string) (status int, err error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: newsWithin}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/readyz", nil)
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}
