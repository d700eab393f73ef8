package main

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/goccy/go-yaml"

	"fenfu/bot"
	"fenfu/bot/handoff"
	"fenfu/bot/staff"
	"fenfu/intents/guard"
	"fenfu/sessions"
	"fenfu/web"
	"fenfu/web/api"
	"fenfu/web/ws"
)

// loadDesks reads the operator's desks. Those of a demo are always open.
func (c *config) loadDesks() (*handoff.Desks, error) {
	fsys, name := fs.FS(handoff.Files), handoff.DesksFile
	if c.DesksFile != "" {
		fsys, name = os.DirFS(filepath.Dir(c.DesksFile)), filepath.Base(c.DesksFile)
	}
	desks, err := handoff.Load(fsys, name)
	if err == nil && !c.Production {
		desks.AlwaysOpen()
	}
	return desks, err
}

//go:embed canned.yaml
var cannedReplies []byte

func (c *config) canned() ([]api.Canned, error) {
	text, err := cannedReplies, error(nil)
	if c.CannedFile != "" {
		if text, err = os.ReadFile(c.CannedFile); err != nil {
			return nil, err
		}
	}
	var all []api.Canned
	if err := yaml.UnmarshalWithOptions(text, &all, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("canned replies: %w", err)
	}
	words := guard.New(c.ComplaintChannel)
	for _, r := range all {
		if r.ID == "" || r.Title == "" || r.Text == "" {
			return nil, fmt.Errorf("canned reply %q: id, title and text are needed", r.ID)
		}
		if found := words.Check(r.Text); len(found) > 0 {
			return nil, fmt.Errorf("canned reply %q says what may not be said: %s", r.ID, found[0].Text)
		}
	}
	return all, nil
}

// forbidden holds agents to what the bot is held to.
func (c *config) forbidden() func(string) string {
	words := guard.New(c.ComplaintChannel)
	return func(text string) string {
		if found := words.Check(text); len(found) > 0 {
			return found[0].Text
		}
		return ""
	}
}

// deskBooks is the store's desk as the API and the bot see it.
type deskBooks struct {
	*sessions.Desk
	store *sessions.Store
	bot   *bot.Bot
}

func (d deskBooks) Queue(ctx context.Context) ([]handoff.Waiting, error) {
	q, err := d.Desk.Queue(ctx)
	if err != nil {
		return nil, err
	}
	return q.Waiting, nil
}

func (d deskBooks) Active(ctx context.Context, agent string) ([]api.Place, error) {
	active, err := d.Desk.Active(ctx, agent)
	var places []api.Place
	for _, a := range active {
		places = append(places, api.Place{Session: a.Session, Desk: a.Desk, Since: a.Since})
	}
	return places, err
}

func (d deskBooks) Ended(ctx context.Context, agent string, desks []string, behind api.Place, max int) ([]api.Place, int64, error) {
	ended, total, err := d.Desk.Ended(ctx, agent, desks, sessions.Ended{Session: behind.Session, At: behind.Ended}, max)
	var places []api.Place
	for _, e := range ended {
		places = append(places, api.Place{Session: e.Session, Ended: e.At})
	}
	return places, total, err
}

func (d deskBooks) Watch(fn func(api.Change)) (stop func()) {
	return d.Desk.Watch(func(c sessions.DeskChange) { fn(api.Change(c)) })
}

// Resync reads the session anew: the copy that this node holds may be what the
// books are wrong about.
func (d deskBooks) Resync(ctx context.Context, session string) error {
	if _, err := d.store.Look(ctx, session); err != nil {
		return err
	}
	return d.bot.Resync(ctx, session)
}

// Assign and TakeBack are what the desk asks for while it works.
func (d deskBooks) Assign(ctx context.Context, session, agent, name string) error {
	_, err := d.bot.Handle(ctx, bot.Message{
		Session: session, ID: "assign:" + rand.Text(), From: bot.Agent, Kind: bot.Take, By: bot.Person{ID: agent, Name: name},
	})
	return err
}

func (d deskBooks) TakeBack(ctx context.Context, session, agent string) error {
	_, err := d.bot.Handle(ctx, bot.Message{
		Session: session, ID: "gone:" + rand.Text(), From: bot.System, Kind: bot.Gone, By: bot.Person{ID: agent},
	})
	return err
}

// besides are the store's notes as the API sees them.
type besides struct{ *sessions.Store }

func (b besides) AddNote(ctx context.Context, session string, n api.Note) error {
	return b.Store.AddNote(ctx, session, sessions.Note(n))
}

func (b besides) Notes(ctx context.Context, session string, until time.Time) ([]api.Note, []string, error) {
	notes, tags, err := b.Store.Notes(ctx, session, until)
	var all []api.Note
	for _, n := range notes {
		all = append(all, api.Note(n))
	}
	return all, tags, err
}

// scrubber deletes what people wrote beside conversations.
type scrubber struct{ *storage }

// ForgetNotes also tells the consoles, which may be showing it.
func (s scrubber) ForgetNotes(ctx context.Context, session string) error {
	if err := s.Store.ForgetNotes(ctx, session); err != nil {
		return err
	}
	return s.desk.Tell(ctx, session)
}

// desk makes the desk's part of the server.
func (c *config) desk(b watchedBot, s *storage, books deskBooks, logger *slog.Logger) (*web.Desk, error) {
	canned, err := c.canned()
	if err != nil {
		return nil, err
	}
	keys, err := c.apiKeys(b.Desks)
	if err != nil {
		return nil, err
	}
	provider, err := c.oidc()
	if err != nil {
		return nil, err
	}
	proxies, err := c.proxies()
	if err != nil {
		return nil, err
	}
	return &web.Desk{
		Config: api.Config{
			Assistant: c.assistant(b.Bot, s),
			Keys:      keys,
			OIDC:      provider,
			Bot:       b, Sessions: s.Store, Beside: besides{s.Store}, Desk: books, Staff: s.staff,
			Funnel: funnel{s.funnel, b.Book},
			Desks:  b.Desks, Canned: canned, Forbidden: c.forbidden(), TrustedProxies: proxies,
		},
		Typing: func(session string, on bool) {
			go tellTyping(books, session, on, logger)
		},
	}, nil
}

// tellTyping lets an agent see that the visitor types. Nobody else wants to know.
func tellTyping(books deskBooks, session string, on bool, logger *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	s, err := books.store.Load(ctx, session)
	if err == nil && s.Owner == bot.OwnerAgent {
		err = books.Typing(ctx, session, bot.Visitor, on)
	}
	if err != nil {
		logger.Debug("nobody was told that a visitor types", "session", session, "error", err)
	}
}

// showEvery is how often visitors' places are looked up at most.
const showEvery = 300 * time.Millisecond

// showQueue has the visitors of this node see their places in the queue, and
// whether the agent types, until ctx ends.
func showQueue(ctx context.Context, books deskBooks, server *web.Server, logger *slog.Logger) {
	moved := make(chan struct{}, 1)
	stop := books.Desk.Watch(func(c sessions.DeskChange) {
		switch {
		case c.Typing == bot.Agent:
			server.AgentTyping(c.Session, c.On)
		case c.Typing == "" && !c.Agents:
			select {
			case moved <- struct{}{}:
			default:
			}
		}
	})
	defer stop()
	slow := time.NewTicker(15 * time.Second) // the expected wait changes though nobody moves
	defer slow.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-moved:
		case <-slow.C:
		}
		q, err := books.Desk.Queue(ctx)
		if err != nil {
			if ctx.Err() == nil {
				logger.Warn("could not read the queue", "error", err)
			}
		} else {
			places := make(map[string]ws.Waiting)
			for session, turn := range q.Turns() {
				places[session] = ws.Waiting(turn)
			}
			server.Queue(places)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(showEvery):
		}
	}
}

// demoStaff are the accounts that a demo has. Each has a password of its own, which
// is made anew with every start, and printed.
func demoStaff() []staff.Account {
	return []staff.Account{
		{ID: "agent1", Name: "小林", Role: staff.Agent},
		{ID: "agent2", Name: "小周", Role: staff.Agent},
		{ID: "lead", Name: "值班组长", Role: staff.Supervisor},
		{ID: "admin", Name: "管理员", Role: staff.Admin},
		{ID: "auditor", Name: "审计员", Role: staff.Auditor},
	}
}

// openDemoStaff gives the demo's accounts new passwords and prints them, when
// they are good. To hash five takes a while, in which visitors are served.
func openDemoStaff(ctx context.Context, s *sessions.Staff, out io.Writer) error {
	hasher := staff.NewHasher()
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "people of the demo sign in at /console, until the next start with:")
	for _, a := range demoStaff() {
		password := staff.NewPassword()
		hash, err := hasher.Hash(ctx, password)
		if err != nil {
			return err
		}
		a.Password, a.Created = hash, time.Now().UTC()
		if err := errors.Join(s.Put(ctx, a), s.Revoke(ctx, a.ID)); err != nil {
			return err
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\n", a.ID, password, a.Role)
	}
	return table.Flush()
}
