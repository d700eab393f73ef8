package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"fenfu/bot"
	"fenfu/bot/handoff"
	"fenfu/bot/staff"
)

// eventsPage is how many events of a conversation are read at once.
const eventsPage = 200

// Event is an event of a log, as it is on the visitor's socket.
type Event struct {
	Seq     int64        `json:"seq"`
	From    bot.Author   `json:"from"`
	Kind    bot.Kind     `json:"kind"`
	Origin  bot.Origin   `json:"origin,omitempty"`
	Text    string       `json:"text"`
	Choices []bot.Choice `json:"choices,omitempty"`
	Code    string       `json:"code,omitempty"`
	Data    *bot.Data    `json:"data,omitempty"`
	ID      string       `json:"id,omitempty"`
	At      time.Time    `json:"at"`
}

func eventOf(e bot.Event) Event {
	return Event{
		Seq: e.Seq, From: e.From, Kind: e.Kind, Origin: e.Origin, Text: e.Text.Reveal(), Choices: e.Choices,
		Code: e.Code, Data: e.Data, ID: e.ID, At: e.At.UTC().Truncate(time.Millisecond),
	}
}

// events answers with a part of a conversation: the latest, or those before a
// number.
func (a *API) events(w http.ResponseWriter, r *request) error {
	s, err := a.conversation(r, staff.Read)
	if err != nil {
		return err
	}
	if err := a.reading(r, s.ID); err != nil {
		return err
	}
	to := s.Seq
	if before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64); err == nil && before > 0 {
		to = min(to, before-1)
	}
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	if limit <= 0 || limit > eventsPage {
		limit = eventsPage
	}
	from := max(0, to-int64(limit))
	all := []Event{}
	if to > from {
		events, err := a.Sessions.Events(r.Context(), s.ID, from, int(to-from))
		if err != nil {
			return err
		}
		for _, e := range events {
			all = append(all, eventOf(e))
		}
	}
	return answer(w, struct {
		Events []Event `json:"events"`
		More   bool    `json:"more"` // there are earlier ones
	}{all, from > 0})
}

// transcript answers with the whole conversation, as far as one may see it, as a
// text to keep, masked.
func (a *API) transcript(w http.ResponseWriter, r *request) error {
	s, err := a.conversation(r, staff.Export)
	if err != nil {
		return err
	}
	if err := a.record(r, staff.Entry{Action: "export", Session: s.ID}); err != nil {
		return err
	}
	events, err := a.said(r.Context(), &s, 0)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="transcript.txt"`)
	_ = bot.WriteTranscript(w, events) // the client is gone, then
	return nil
}

// agent is a colleague as the console shows it.
type agent struct {
	ID       string           `json:"id"`
	Name     string           `json:"name"`
	Desks    []string         `json:"desks"`
	Presence handoff.Presence `json:"presence"`
	Gone     bool             `json:"gone,omitempty"`
	Load     int              `json:"load"`
	Capacity int              `json:"capacity"`
}

func (a *API) agentList(r *request) ([]agent, error) {
	all, err := a.Desk.Agents(r.Context())
	if err != nil {
		return nil, err
	}
	agents := []agent{}
	for _, one := range all {
		agents = append(agents, agent{
			ID: one.ID, Name: one.Name, Desks: append([]string{}, one.Desks...),
			Presence: one.Presence, Gone: one.Gone, Load: one.Load, Capacity: one.Capacity,
		})
	}
	slices.SortFunc(agents, func(a, b agent) int { return strings.Compare(a.ID, b.ID) })
	return agents, nil
}

func (a *API) agents(w http.ResponseWriter, r *request) error {
	agents, err := a.agentList(r)
	if err != nil {
		return err
	}
	return answer(w, items[agent]{agents})
}

// items is a whole list.
type items[T any] struct {
	Items []T `json:"items"`
}

// desk is a desk as it is now.
type desk struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	NameEN   string `json:"name_en,omitempty"`
	Open     bool   `json:"open"`
	Capacity int    `json:"capacity"` // of an agent who has no own
	Waiting  int    `json:"waiting"`
	OldestS  int64  `json:"oldest_s"` // how long the first has waited
	Messages int    `json:"messages"` // left by visitors who are not there
}

func (a *API) deskList(r *request) ([]desk, error) {
	queue, err := a.Desk.Queue(r.Context())
	if err != nil {
		return nil, err
	}
	now := a.Now()
	all := []desk{}
	for _, d := range a.Desks.All() {
		one := desk{ID: d.ID, Name: d.Name, NameEN: d.NameEN, Open: a.Desks.Open(d.ID, now), Capacity: d.Capacity}
		for _, waits := range queue {
			switch {
			case waits.Desk != d.ID:
			case waits.Offline:
				one.Messages++
			default:
				one.Waiting++
				one.OldestS = max(one.OldestS, int64(now.Sub(waits.Since)/time.Second))
			}
		}
		all = append(all, one)
	}
	return all, nil
}

func (a *API) desks(w http.ResponseWriter, r *request) error {
	all, err := a.deskList(r)
	if err != nil {
		return err
	}
	return answer(w, items[desk]{all})
}

// Canned is a reply that agents keep at hand. {name} in it stands for the
// agent's name.
type Canned struct {
	ID    string `json:"id" yaml:"id"`
	Title string `json:"title" yaml:"title"`
	Text  string `json:"text" yaml:"text"`
}

func (a *API) canned(w http.ResponseWriter, _ *request) error {
	return answer(w, items[Canned]{append([]Canned{}, a.Canned...)})
}
