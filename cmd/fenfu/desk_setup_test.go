package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/trace/noop"

	"fenfu/bot"
	"fenfu/bot/handoff"
	"fenfu/bot/pii"
	"fenfu/bot/staff"
	"fenfu/sessions"
	"fenfu/sessions/embedded"
	"fenfu/sessions/redistest"
	"fenfu/sessions/seal"
	"fenfu/web"
	"fenfu/web/webtest"
)

// office is a whole server in this process, with people at its desk.
type office struct {
	t       testing.TB
	url     string
	server  *web.Server
	store   *storage
	rdb     redis.UniversalClient
	brain   *bot.Bot
	books   deskBooks
	clock   *shifted
	logged  *webtest.Log
	web     *httptest.Server
	drained sync.Once
	keyText string // of an integrator's key for the desk service
}

const officePassword = "correct horse battery"

// officeHash is made once: a password's hash is meant to take its time.
var officeHash = sync.OnceValues(func() (staff.Hash, error) {
	return staff.NewHasher().Hash(context.Background(), officePassword)
})

// shifted is a clock that can be put forward.
type shifted struct {
	mu sync.Mutex
	by time.Duration
}

func (c *shifted) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.by)
}

func (c *shifted) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by += d
}

// onOffices runs a test on the embedded store and on a real Redis.
func onOffices(t *testing.T, test func(*testing.T, *office)) {
	for name, url := range map[string]func(*testing.T) string{
		"embedded": func(*testing.T) string { return "" },
		"redis":    func(t *testing.T) string { return redistest.Redis(t).URL },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newOffice(t, url(t)))
		})
	}
}

// newOffice starts a server on a Redis, or on an embedded store.
func newOffice(t testing.TB, redisURL string, change ...func(*config)) *office {
	t.Helper()
	c := config{
		DataDir: t.TempDir(), Retention: 720 * time.Hour, FormRetention: 168 * time.Hour, LogRetention: 720 * time.Hour, DuplicateWindow: time.Hour,
		VisitorRate: 1000, VisitorBurst: 1000, MaxConnections: 1000, RemindAfter: []time.Duration{5 * time.Minute},
		LLMSessionLimit: 1, LLMDailyLimit: 1, RedisURL: redisURL,
	}
	if err := c.demo(); err != nil {
		t.Fatal(err)
	}
	for _, do := range change {
		do(&c)
	}
	keyText, sum := "a key of a test", sha256.Sum256([]byte("a key of a test"))
	c.APIKeysFile = filepath.Join(t.TempDir(), "keys.yaml")
	entry := fmt.Sprintf("- {id: crm, name: 外部客服, scopes: [read, speak, presence], desks: [service], sha256: %x}\n", sum)
	if err := os.WriteFile(c.APIKeysFile, []byte(entry), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.check(); err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, clock: &shifted{}, logged: &webtest.Log{}, keyText: keyText}
	logger := slog.New(slog.NewTextHandler(o.logged, nil))
	o.openStore(c, logger)
	w := &watch{newCounters(), noop.NewTracerProvider().Tracer("")}
	brain, probes, err := newBot(c, o.store.Store, o.store, w, logger)
	if err != nil {
		t.Fatal(err)
	}
	o.brain, o.books = brain, deskBooks{o.store.desk, o.store.Store, brain}
	if o.server, err = newServer(c, watchedBot{brain, w}, o.store, o.books, probes, logger); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { o.store.Work(ctx, 32, brain.Wake) })
	group.Go(func() { o.books.Work(ctx, o.books) })
	group.Go(func() { o.attend(ctx) })
	o.web = httptest.NewTLSServer(o.server.Handler())
	o.url = o.web.URL
	t.Cleanup(func() {
		o.drain()
		o.web.Close()
		cancel()
		group.Wait()
		o.store.close()
	})
	return o
}

// attend keeps everybody at the desk who has come, as the sockets of their
// consoles do: a test may last longer than the desk waits for somebody.
func (o *office) attend(ctx context.Context) {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		agents, err := o.books.Agents(ctx)
		for _, a := range agents {
			if !a.Gone {
				err = errors.Join(err, o.books.Seen(ctx, a.ID))
			}
		}
		if err != nil && ctx.Err() == nil {
			o.t.Error(err)
		}
	}
}

// drain has everybody leave, once.
func (o *office) drain() {
	o.drained.Do(func() {
		bye, done := context.WithTimeout(context.Background(), 3*time.Minute)
		defer done()
		if err := o.server.Drain(bye); err != nil {
			o.t.Error(err)
		}
	})
}

// openStore is openStorage, with a clock of its own for logins.
func (o *office) openStore(c config, logger *slog.Logger) {
	o.t.Helper()
	keys, err := seal.Parse(c.SealKeys)
	if err != nil {
		o.t.Fatal(err)
	}
	s := &storage{journal: func() error { return nil }, logger: logger}
	options := sessions.Options{Keys: keys, Logger: logger}
	if c.RedisURL != "" {
		if o.rdb, err = sessions.Dial(c.RedisURL); err != nil {
			o.t.Fatal(err)
		}
		s.client = o.rdb.Close
	} else {
		db, err := embedded.Open(c.DataDir)
		if err != nil {
			o.t.Fatal(err)
		}
		o.rdb, s.client, options.Sync = db.Client(), db.Close, db.Sync
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if s.Store, err = sessions.Open(ctx, o.rdb, options); err != nil {
		o.t.Fatal(err)
	}
	s.desk = sessions.NewDesk(o.rdb, sessions.DeskOptions{Prefer: time.Minute, Sync: options.Sync, Logger: logger})
	if s.staff, err = sessions.NewStaff(o.rdb, sessions.StaffOptions{Keys: keys, Sync: options.Sync, Now: o.clock.now}); err != nil {
		o.t.Fatal(err)
	}
	s.budget = sessions.NewBudget(o.rdb, c.budget(options.Sync))
	s.funnel = sessions.NewFunnel(o.rdb, sessions.FunnelOptions{Sync: options.Sync, Logger: logger})
	o.store = s
}

// account gives somebody an account with the password of all.
func (o *office) account(a staff.Account) staff.Account {
	o.t.Helper()
	hash, err := officeHash()
	if err != nil {
		o.t.Fatal(err)
	}
	if a.Name == "" {
		a.Name = "同事" + a.ID
	}
	if a.Password == "" {
		a.Password = hash
	}
	if err := o.store.staff.Put(o.t.Context(), a); err != nil {
		o.t.Fatal(err)
	}
	return a
}

// person is a browser, or a program with a key.
type person struct {
	o      *office
	id     string
	http   *http.Client
	bearer string
}

func (o *office) browser() *person {
	o.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	client := *o.web.Client()
	client.Jar = jar
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &person{o: o, http: &client}
}

// signIn makes an account, and signs it in.
func (o *office) signIn(a staff.Account) *person {
	o.t.Helper()
	o.account(a)
	p := o.browser()
	p.id = a.ID
	var got struct{ Me *struct{ ID string } }
	if status := p.post("login", map[string]string{"account": a.ID, "password": officePassword}, &got); status != http.StatusOK || got.Me == nil || got.Me.ID != a.ID {
		o.t.Fatalf("sign in as %s: %d %+v", a.ID, status, got)
	}
	return p
}

// reply is what came back.
type reply struct {
	status int
	body   string
	header http.Header
}

// send makes a request below /v1/desk/.
func (p *person) send(method, path, body string, header map[string]string) reply {
	p.o.t.Helper()
	req, err := http.NewRequestWithContext(p.o.t.Context(), method, p.o.url+"/v1/desk/"+path, strings.NewReader(body))
	if err != nil {
		p.o.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if p.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+p.bearer)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := p.http.Do(req)
	if err != nil {
		p.o.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		p.o.t.Fatal(err)
	}
	got := reply{res.StatusCode, string(raw), res.Header}
	checkContract(p.o.t, req, got)
	return got
}

func (p *person) post(path string, body, to any) int {
	p.o.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		p.o.t.Fatal(err)
	}
	return p.decoded(p.send(http.MethodPost, path, string(raw), nil), to)
}

// search looks for words in a list.
func (p *person) search(view, words string) reply {
	p.o.t.Helper()
	return p.send(http.MethodPost, "conversations/search", encode(p.o.t, map[string]string{"view": view, "q": words}), nil)
}

func (p *person) get(path string, to any) int {
	p.o.t.Helper()
	return p.decoded(p.send(http.MethodGet, path, "", nil), to)
}

func (p *person) decoded(r reply, to any) int {
	p.o.t.Helper()
	if to != nil && r.status == http.StatusOK {
		if err := json.Unmarshal([]byte(r.body), to); err != nil {
			p.o.t.Fatalf("%v in %s", err, r.body)
		}
	}
	return r.status
}

// must is post for what is to succeed.
func (p *person) must(path string, body any) {
	p.o.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		p.o.t.Fatal(err)
	}
	if r := p.send(http.MethodPost, path, string(raw), nil); r.status >= 300 {
		p.o.t.Fatalf("%s: %d %s", path, r.status, r.body)
	}
}

func (p *person) cookie() *http.Cookie {
	u, err := url.Parse(p.o.url)
	if err != nil {
		p.o.t.Fatal(err)
	}
	for _, c := range p.http.Jar.Cookies(u) {
		if !strings.HasSuffix(c.Name, "-known") { // it lets nobody in
			return c
		}
	}
	return nil
}

// command is the body of a command, under a new id.
func command(more ...string) map[string]string {
	c := map[string]string{"id": rand.Text()[:16]}
	for i := 0; i < len(more); i += 2 {
		c[more[i]] = more[i+1]
	}
	return c
}

// staffed has somebody be there who takes nobody, so that visitors wait.
func (o *office) staffed() {
	o.t.Helper()
	err := o.books.SetPresence(o.t.Context(), handoff.Agent{ID: "full", Name: "满员", Presence: handoff.Online})
	if err != nil {
		o.t.Fatal(err)
	}
	o.eventually("somebody is there", func() error {
		if !o.books.Staffed("service") {
			return errors.New("nobody")
		}
		return nil
	})
}

// says has a visitor say things.
func (o *office) says(session string, texts ...string) {
	o.t.Helper()
	for _, text := range texts {
		_, err := o.brain.Handle(o.t.Context(), bot.Message{Session: session, ID: rand.Text(), From: bot.Visitor, Kind: bot.Text, Text: pii.Text(text)})
		if err != nil {
			o.t.Fatal(err)
		}
	}
}

// waiting returns a visitor who waits for a person, as the books know.
func (o *office) waiting(texts ...string) string {
	o.t.Helper()
	session := "s" + strings.ToLower(rand.Text()[:25])
	o.says(session, append(texts, "转人工")...)
	o.inBooks(session)
	return session
}

func (o *office) inBooks(session string) {
	o.t.Helper()
	o.eventually("the books know the visitor waits", func() error {
		queue, err := o.books.Queue(o.t.Context())
		for _, w := range queue {
			if w.Session == session {
				return nil
			}
		}
		return errors.Join(err, errors.New("not there"))
	})
}

func (o *office) look(session string) bot.Session {
	o.t.Helper()
	s, err := o.store.Look(o.t.Context(), session)
	if err != nil {
		o.t.Fatal(err)
	}
	return s
}

func (o *office) eventually(what string, check func() error) {
	o.t.Helper()
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if err = check(); err == nil {
			return
		}
	}
	o.t.Fatalf("%s: %v\n%s", what, err, o.logged)
}

// entries are the audit log, from the first.
func (o *office) entries() []staff.Entry {
	o.t.Helper()
	links, err := o.store.staff.Audit(o.t.Context(), 0, 10_000)
	if err != nil {
		o.t.Fatal(err)
	}
	var all []staff.Entry
	for _, l := range links {
		all = append(all, l.Entry)
	}
	return all
}

// brief is an entry in short.
func brief(e staff.Entry) string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %t", e.Actor, e.Action, e.Field, e.OK))
}

func conversation(session string, more ...string) string {
	return "conversations/" + session + strings.Join(more, "")
}

func encode(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
