package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/handoff"
	"fenfu/bot/redact"
	"fenfu/bot/slot"
	"fenfu/bot/staff"
)

// Row is a conversation in a list.
type Row struct {
	Session   string         `json:"session"`
	Desk      string         `json:"desk"`
	Owner     bot.Owner      `json:"owner"`
	Agent     string         `json:"agent,omitempty"`
	AgentName string         `json:"agent_name,omitempty"`
	Reason    handoff.Reason `json:"reason"`
	Offline   bool           `json:"offline,omitempty"` // a message was left: its visitor is not there
	Since     time.Time      `json:"since"`             // when people were asked for
	WaitS     int64          `json:"wait_s"`            // how long the visitor waits, or waited, for somebody
	EndedAt   *time.Time     `json:"ended_at,omitempty"`
	Name      string         `json:"name,omitempty"` // masked
	Last      *lastWords     `json:"last,omitempty"`
	Unread    bool           `json:"unread"` // the visitor waits for an answer
	Tags      []string       `json:"tags"`
	Rating    int            `json:"rating,omitempty"`
	Decision  string         `json:"decision,omitempty"`
	Prefer    string         `json:"prefer,omitempty"` // the colleague it was transferred to
}

type lastWords struct {
	From bot.Author `json:"from"`
	Text string     `json:"text"`
	At   time.Time  `json:"at"`
}

// page is the answer to a list.
type page struct {
	Items []Row  `json:"items"`
	Next  string `json:"next,omitempty"` // cursor of the next page
	Total int64  `json:"total"`
}

const (
	pageSize = 30
	maxPage  = 100
	// maxSearch is how many conversations one search looks through.
	maxSearch = 300
	loaders   = 16 // conversations read at the same time for one request
	maxPeek   = 80 // characters of the last words in a row
	lookBack  = 8  // events in which they are looked for
)

// asked is the part of a list that somebody wants.
type asked struct {
	View   string `json:"view"`
	Desk   string `json:"desk"`
	Words  string `json:"q"`
	Cursor string `json:"cursor"`
}

// list answers with one of the lists: queue, mine, all (for who may reassign)
// or closed.
func (a *API) list(w http.ResponseWriter, r *request) error {
	query := r.URL.Query()
	if query.Has("q") { // proxies write addresses down, and people look for names
		return &bot.Error{Code: bot.Invalid, Message: "搜索请改用 POST /v1/desk/conversations/search，不要把要找的内容写在网址里。"}
	}
	limit, _ := strconv.Atoi(query.Get("limit"))
	if limit <= 0 || limit > maxPage {
		limit = pageSize
	}
	return a.listed(w, r, asked{View: query.Get("view"), Desk: query.Get("desk"), Cursor: query.Get("cursor")}, limit)
}

// search looks in one of the lists for words in names, tags and what was said.
func (a *API) search(w http.ResponseWriter, r *request) error {
	var want asked
	if err := read(w, r, &want); err != nil {
		return err
	}
	if want.Words = strings.TrimSpace(want.Words); want.Words == "" {
		return &bot.Error{Code: bot.Invalid, Message: "请输入要找的内容。"}
	}
	if err := a.record(r, staff.Entry{Action: "search", Reason: searched(want.Words, time.Now())}); err != nil {
		return err
	}
	return a.listed(w, r, want, maxSearch)
}

func (a *API) listed(w http.ResponseWriter, r *request, want asked, limit int) error {
	places, total, next, err := a.places(r, want, limit)
	if err != nil {
		return err
	}
	rows, err := a.rows(r.Context(), r.who, places, want.Words)
	if err != nil {
		return err
	}
	if want.Desk != "" { // an agent's own are listed together
		rows = slices.DeleteFunc(rows, func(row Row) bool { return row.Desk != want.Desk })
	}
	if want.Words != "" {
		total = int64(len(rows))
	}
	return answer(w, page{Items: rows, Next: next, Total: total})
}

// searched is what goes on record of a search. What may be somebody's detail is
// masked there: the audit log is append-only, and outlives every deletion.
func searched(q string, now time.Time) string {
	if name, err := slot.Name.Find(q, now); err == nil {
		return slot.Mask(slot.Name, name.Value)
	}
	return redact.Details(q, nil, now)
}

// places returns a page of a view out of the desk's books.
func (a *API) places(r *request, want asked, limit int) (places []Place, total int64, next string, err error) {
	ctx, view, desk := r.Context(), want.View, want.Desk
	switch view {
	case "queue":
		waiting, err := a.Desk.Queue(ctx)
		if err != nil {
			return nil, 0, "", err
		}
		for _, w := range waiting {
			if r.who.Serves(w.Desk) && (desk == "" || desk == w.Desk) {
				places = append(places, Place{Session: w.Session, Since: w.Since})
			}
		}
	case "mine", "all":
		agent := r.who.ID
		if view == "all" && r.who.Role != staff.Agent {
			agent = ""
		}
		if places, err = a.Desk.Active(ctx, agent); err != nil {
			return nil, 0, "", err
		}
		places = slices.DeleteFunc(places, func(p Place) bool { return agent == "" && !r.who.Serves(p.Desk) || desk != "" && desk != p.Desk })
	case "closed":
		agent := ""
		if r.who.Role == staff.Agent {
			agent = r.who.ID
		}
		desks := r.who.Desks
		if desk != "" {
			desks = slices.DeleteFunc([]string{desk}, func(d string) bool { return !r.who.Serves(d) })
			if len(desks) == 0 {
				return nil, 0, "", nil
			}
		}
		places, total, err = a.Desk.Ended(ctx, agent, desks, a.behind(want.Cursor), limit)
		if len(places) == limit {
			last := places[limit-1]
			next = fmt.Sprintf("%d:%s", last.Ended.UnixMilli(), last.Session)
		}
		return places, total, next, err
	default:
		return nil, 0, "", &bot.Error{Code: bot.Invalid, Message: "没有这个列表。"}
	}
	total = int64(len(places))
	cursor, _ := strconv.Atoi(want.Cursor)
	from := min(max(cursor, 0), len(places))
	to := min(from+limit, len(places))
	if to < len(places) {
		next = strconv.Itoa(to)
	}
	return places[from:to], total, next, nil
}

// behind is where a page of what is over begins: behind the last of the page
// before, or at the latest.
func (a *API) behind(cursor string) Place {
	ms, session, _ := strings.Cut(cursor, ":")
	at, err := strconv.ParseInt(ms, 10, 64)
	if err != nil || at <= 0 {
		return Place{Ended: a.Now().Add(time.Second)}
	}
	return Place{Session: session, Ended: time.UnixMilli(at)}
}

// rows reads the conversations of places, those that the principal reaches.
func (a *API) rows(ctx context.Context, who staff.Principal, places []Place, q string) ([]Row, error) {
	all := make([]*Row, len(places))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(loaders)
	for i, p := range places {
		group.Go(func() error {
			row, err := a.row(ctx, who, p.Session, q)
			all[i] = row
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	rows := []Row{}
	for _, row := range all {
		if row != nil {
			rows = append(rows, *row)
		}
	}
	return rows, nil
}

// row reads one conversation; nil if the principal does not reach it, or it has
// not what is looked for.
func (a *API) row(ctx context.Context, who staff.Principal, session, q string) (*Row, error) {
	s, err := a.Sessions.Look(ctx, session)
	if err != nil {
		return nil, err
	}
	s, ok := asSeen(s, who, staff.Read)
	if !ok {
		return nil, nil
	}
	after := s.Seq - lookBack
	if q != "" {
		after = 0
	}
	events, err := a.said(ctx, &s, after)
	if err != nil {
		return nil, err
	}
	_, tags, err := a.Beside.Notes(ctx, session, seenUntil(&s, who))
	if err != nil {
		return nil, err
	}
	row := a.rowOf(&s, events, tags)
	if q != "" && !row.has(q, events) {
		return nil, nil
	}
	return row, nil
}

func (a *API) rowOf(s *bot.Session, events []bot.Event, tags []string) *Row {
	h := s.Handoff
	row := &Row{
		Session: s.ID, Desk: h.Desk, Owner: s.Owner, Agent: h.Agent.ID, AgentName: h.Agent.Name, Reason: h.Reason,
		Offline: h.Offline, Since: h.Since.UTC(), Tags: append([]string{}, tags...), Rating: h.Rating, Prefer: h.Prefer,
		Unread: s.Owner == bot.OwnerAgent && !h.AgentAt.After(h.VisitorAt),
	}
	if d, ok := s.Flow.Details[slot.Name]; ok {
		row.Name = slot.Mask(slot.Name, d.Value)
	}
	switch {
	case s.Owner == bot.OwnerWaiting:
		row.WaitS = int64(a.Now().Sub(h.WaitsAt).Seconds())
	case h.Waited > 0:
		row.WaitS = int64(h.Waited.Seconds())
	case !h.MetAt.IsZero():
		row.WaitS = int64(h.MetAt.Sub(h.Since).Seconds())
	}
	if !h.EndedAt.IsZero() {
		at := h.EndedAt.UTC()
		row.EndedAt = &at
	}
	if app := s.Application; app != nil && app.Status == bot.Decided {
		row.Decision = string(app.Result.Decision)
	} else if app != nil {
		row.Decision = string(eligibility.Decision(app.Status))
	}
	if last := lastSaid(events); last != nil {
		text := []rune(last.Text.Reveal())
		row.Last = &lastWords{From: last.From, Text: string(text[:min(len(text), maxPeek)]), At: last.At.UTC()}
	}
	return row
}

// lastSaid is what tells most of where a conversation is: the last words of a
// person, or else the last of all; nil if there is nothing.
func lastSaid(events []bot.Event) *bot.Event {
	for _, e := range slices.Backward(events) {
		if e.From == bot.Visitor || e.From == bot.Agent {
			return &e
		}
	}
	if len(events) == 0 {
		return nil
	}
	return &events[len(events)-1]
}

// has reports whether a row, or what was said in it, holds the words.
func (row *Row) has(q string, events []bot.Event) bool {
	q = strings.ToLower(q)
	tagged := slices.ContainsFunc(row.Tags, func(tag string) bool { return strings.ToLower(tag) == q })
	if tagged || strings.HasPrefix(strings.ToLower(row.Session), q) || strings.Contains(row.Name, q) {
		return true
	}
	return slices.ContainsFunc(events, func(e bot.Event) bool { return strings.Contains(strings.ToLower(e.Text.Reveal()), q) })
}

// packet answers with what somebody who takes over needs to know.
func (a *API) packet(w http.ResponseWriter, r *request) error {
	s, err := a.conversation(r, staff.Read)
	if err != nil {
		return err
	}
	if err := a.reading(r, s.ID); err != nil {
		return err
	}
	var events []bot.Event
	var notes []Note
	var tags []string
	var once sync.Once
	var failed error
	var group sync.WaitGroup
	try := func(do func() error) {
		group.Go(func() {
			if err := do(); err != nil {
				once.Do(func() { failed = err })
			}
		})
	}
	try(func() (err error) {
		events, err = a.said(r.Context(), &s, s.Seq-3)
		return err
	})
	try(func() (err error) {
		notes, tags, err = a.Beside.Notes(r.Context(), s.ID, seenUntil(&s, r.who))
		return err
	})
	if group.Wait(); failed != nil {
		return failed
	}
	return answer(w, packetOf(&s, a.Bot.Packet(s), a.rowOf(&s, events, tags), notes))
}
