package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"fenfu/bot"
	"fenfu/bot/handoff"
	"fenfu/bot/staff"
)

// Bot handles what people at the desk do, and shows what they need to know.
type Bot interface {
	Handle(ctx context.Context, m bot.Message) (int64, error)
	Packet(s bot.Session) bot.Packet
}

// Sessions are the conversations. [fenfu/sessions.Store] keeps them.
type Sessions interface {
	Look(ctx context.Context, id string) (bot.Session, error)
	Events(ctx context.Context, id string, after int64, max int) ([]bot.Event, error)
	Follow(ctx context.Context, id string, after int64, wake func()) (bot.Feed, error)
}

// Beside is what people write beside conversations.
type Beside interface {
	AddNote(ctx context.Context, session string, n Note) error
	SetTags(ctx context.Context, session string, tags []string, at time.Time) error
	// Notes returns notes and tags as they were at an instant, or as they are.
	Notes(ctx context.Context, session string, until time.Time) ([]Note, []string, error)
}

// Note is a private note.
type Note struct {
	ID   string     `json:"id"`
	By   bot.Person `json:"by"`
	At   time.Time  `json:"at"`
	Text string     `json:"text"`
}

// Place is a conversation in the desk's books.
type Place struct {
	Session string
	Desk    string // of one that somebody has
	Since   time.Time
	Ended   time.Time
}

// Desk is the desk's books. [fenfu/sessions.Desk] keeps them.
type Desk interface {
	Queue(ctx context.Context) ([]handoff.Waiting, error)
	Active(ctx context.Context, agent string) ([]Place, error)
	// Ended lists what is over behind a place of that list.
	Ended(ctx context.Context, agent string, desks []string, behind Place, max int) (places []Place, total int64, err error)

	Agents(ctx context.Context) ([]handoff.Agent, error)
	SetPresence(ctx context.Context, a handoff.Agent) error
	Arrive(ctx context.Context, a handoff.Agent) error // SetPresence for who has none yet
	Seen(ctx context.Context, agent string) error
	Leave(ctx context.Context, agent string) error // whose logins were ended

	Reserve(ctx context.Context, session, agent string, capacity int) error
	Release(ctx context.Context, session, agent string) error
	ReserveJoin(ctx context.Context, session, agent string, capacity int) error
	ReleaseJoin(ctx context.Context, session, agent string) error
	Resync(ctx context.Context, session string) error

	Typing(ctx context.Context, session string, who bot.Author, on bool) error
	Tell(ctx context.Context, session string) error // that something beside a conversation changed
	Watch(fn func(Change)) (stop func())
}

// Change is something that moved at the desk, on any node.
type Change struct {
	Session string
	Agents  bool
	All     bool // something may have been missed
	Typing  bot.Author
	On      bool
}

// Staff are the accounts, their logins, and the audit log.
// [fenfu/sessions.Staff] keeps them.
type Staff interface {
	Account(ctx context.Context, id string) (staff.Account, error)
	Accounts(ctx context.Context) ([]staff.Account, error) // by id
	// Update writes what change makes of an account, or of nil if there is none.
	Update(ctx context.Context, id string, change func(was *staff.Account) (staff.Account, error)) error
	UseStep(ctx context.Context, account string, step int64) (bool, error)
	// Attempt counts something that is done at a pace, over all nodes.
	Attempt(ctx context.Context, who string, limit staff.Pace) (wait time.Duration, err error)
	Forgive(ctx context.Context, who string) error
	Spare(ctx context.Context, who string, limit staff.Pace) error // takes one attempt back

	// Remember returns a token by which a browser is known as one that an account
	// was signed in with, and Recall says which; nothing for any other token.
	Remember(account string) (token string, err error)
	Recall(token string) (account, browser string)

	Login(ctx context.Context, account string) (token string, err error)
	Authenticate(ctx context.Context, token string) (staff.Account, error)
	Logout(ctx context.Context, token string) error
	Revoke(ctx context.Context, account string) error              // all logins of an account
	Peek(ctx context.Context, token string) (staff.Account, error) // Authenticate, without keeping it from lying idle

	Append(ctx context.Context, e staff.Entry) (staff.Link, error)
	Audit(ctx context.Context, after int64, max int) ([]staff.Link, error)
	AuditHead(ctx context.Context) (*staff.Link, error)
}

// Config is what an API needs. All fields must be set, but Keys, Funnel,
// Assistant, OIDC and TrustedProxies.
type Config struct {
	Bot      Bot
	Sessions Sessions
	Beside   Beside
	Desk     Desk
	Staff    Staff
	Desks    *handoff.Desks
	Canned   []Canned
	// Forbidden returns what of an agent's words may not be said to a visitor,
	// "" if all may.
	Forbidden func(text string) string
	Keys      []Key     // of integrators
	Funnel    Funnels   // nil: nobody counts
	Assistant Assistant // nil: no language model helps
	OIDC      *OIDC     // nil: people sign in with passwords only
	// TrustedProxies are believed about whom they had a request from.
	TrustedProxies []netip.Prefix

	Fail      func(w http.ResponseWriter, r *http.Request, err error)
	Foreign   http.HandlerFunc // refuses what another site's page asks for
	RequestID func(context.Context) string
	Logger    *slog.Logger
	Registry  *prometheus.Registry
	Now       func() time.Time
}

// API answers the desk's requests.
type API struct {
	Config
	hasher     *staff.Hasher
	protection *http.CrossOriginProtection // trusts no origin but the server's own: pages that embed the widget are not the desk's
	asks       *paces                      // of the language model
	reads      *reads
	alive      *reads
	watched    *watched
	actions    *prometheus.CounterVec
	provider   *provider // nil: there is none
}

// New returns an API.
func New(c Config) (*API, error) {
	if c.Bot == nil || c.Sessions == nil || c.Beside == nil || c.Desk == nil || c.Staff == nil || c.Desks == nil || c.Forbidden == nil ||
		c.Foreign == nil || c.Fail == nil || c.RequestID == nil || c.Logger == nil || c.Registry == nil || c.Now == nil {
		return nil, errors.New("api: incomplete config")
	}
	a := &API{
		Config: c, hasher: staff.NewHasher(), protection: http.NewCrossOriginProtection(),
		asks: newPaces(askEvery, askBurst), reads: newReads(readAgain), alive: newReads(aliveAgain),
	}
	if c.OIDC != nil {
		var err error
		if a.provider, err = newProvider(*c.OIDC, c.Now); err != nil {
			return nil, err
		}
	}
	a.actions = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "fenfu_desk_actions_total", Help: "What people at the desk did, by action and whether it was allowed.",
	}, []string{"action", "ok"})
	if err := c.Registry.Register(a.actions); err != nil {
		return nil, err
	}
	a.watched = newWatched()
	a.Desk.Watch(a.watched.tell)
	return a, nil
}

// Route is one path with its method.
type Route struct {
	Method, Path string
	Handler      http.Handler
}

// Routes are all that there are, but for the live socket, which is [API.Live].
func (a *API) Routes() []Route {
	routes := []Route{
		{http.MethodPost, "/v1/desk/login", http.HandlerFunc(a.login)},
		{http.MethodPost, "/v1/desk/logout", http.HandlerFunc(a.logout)},
		{http.MethodGet, "/v1/desk/options", http.HandlerFunc(a.options)},
		{http.MethodGet, "/v1/desk/oidc/start", http.HandlerFunc(a.oidcStart)},
		{http.MethodGet, "/v1/desk/oidc/callback", http.HandlerFunc(a.oidcCallback)},
	}
	add := func(method, path string, may staff.Action, h func(w http.ResponseWriter, r *request) error) {
		routes = append(routes, Route{method, path, a.as(may, h)})
	}
	const conversation = "/v1/desk/conversations/{session}"
	add(http.MethodGet, "/v1/desk/me", "", a.me)
	add(http.MethodPost, "/v1/desk/presence", staff.Presence, a.presence)
	add(http.MethodGet, "/v1/desk/conversations", staff.Read, a.list)
	add(http.MethodPost, "/v1/desk/conversations/search", staff.Read, a.search)
	add(http.MethodGet, conversation, staff.Read, a.packet)
	add(http.MethodGet, conversation+"/events", staff.Read, a.events)
	add(http.MethodPost, conversation+"/take", staff.Take, a.take)
	add(http.MethodPost, conversation+"/join", staff.Reassign, a.join)
	add(http.MethodPost, conversation+"/assign", staff.Reassign, a.assign)
	add(http.MethodPost, conversation+"/messages", staff.Speak, a.message)
	add(http.MethodPost, conversation+"/typing", staff.Speak, a.typing)
	add(http.MethodPost, conversation+"/transfer", staff.Hand, a.transfer)
	add(http.MethodPost, conversation+"/return", staff.Hand, a.giveBack)
	add(http.MethodPost, conversation+"/close", staff.Hand, a.close)
	add(http.MethodPost, conversation+"/notes", staff.Note, a.note)
	add(http.MethodPost, conversation+"/tags", staff.Note, a.tags)
	add(http.MethodPost, conversation+"/reveal", staff.Reveal, a.reveal)
	add(http.MethodGet, conversation+"/transcript", staff.Export, a.transcript)
	add(http.MethodPost, conversation+"/summary", staff.Read, a.summary)
	add(http.MethodPost, conversation+"/suggestions", staff.Speak, a.suggestions)
	add(http.MethodGet, "/v1/desk/agents", staff.Read, a.agents)
	add(http.MethodGet, "/v1/desk/desks", staff.Read, a.desks)
	add(http.MethodGet, "/v1/desk/canned", staff.Canned, a.canned)
	add(http.MethodGet, "/v1/desk/stats", staff.Overview, a.stats)
	add(http.MethodGet, "/v1/desk/audit", staff.Audit, a.audit)
	add(http.MethodGet, "/v1/desk/accounts", staff.Accounts, a.accounts)
	add(http.MethodPost, "/v1/desk/accounts/{account}/logout", staff.Accounts, a.endLogins)
	return routes
}
