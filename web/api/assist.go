package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"fenfu/bot"
	"fenfu/bot/staff"
)

// Assistant has a language model help people at the desk. It shows the model
// nothing of a conversation but what it may see, and checks what comes back. It
// keeps nothing, and says nothing to a visitor. An empty answer without an error:
// the model had nothing to say that passed.
type Assistant interface {
	Summarize(ctx context.Context, s bot.Session, events []bot.Event) (string, error)
	Suggest(ctx context.Context, s bot.Session, events []bot.Event) ([]Suggestion, error)
}

// Suggestion is what an agent may answer next.
type Suggestion struct {
	Text  string   `json:"text"`
	Cites []string `json:"cites"` // ids of the knowledge entries that it rests on
}

// How often an account asks the model, and of how much of a conversation.
const (
	askEvery  = 10 * time.Second // once more in this time, after
	askBurst  = 6                // at once
	askEvents = 200              // the latest
)

// paces bounds how often each account does something, on this node.
type paces struct {
	every time.Duration
	burst int

	mu       sync.Mutex
	limiters map[string]*rate.Limiter
}

func newPaces(every time.Duration, burst int) *paces {
	return &paces{every: every, burst: burst, limiters: make(map[string]*rate.Limiter)}
}

func (l *paces) allow(account string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.limiters[account] == nil {
		l.limiters[account] = rate.NewLimiter(rate.Every(l.every), l.burst)
	}
	return l.limiters[account].AllowN(now, 1)
}

// summary answers with what the conversation was about, in a few sentences of a
// language model.
func (a *API) summary(w http.ResponseWriter, r *request) error {
	s, events, err := a.forModel(r, staff.Read, "summary")
	if err != nil {
		return err
	}
	text, err := a.Assistant.Summarize(r.Context(), s, events)
	if err != nil {
		return err
	}
	return answer(w, struct {
		Origin bot.Origin `json:"origin"`
		Text   string     `json:"text"`
	}{bot.AI, text})
}

// suggestions answers with what a language model would answer the visitor.
func (a *API) suggestions(w http.ResponseWriter, r *request) error {
	s, events, err := a.forModel(r, staff.Speak, "suggest")
	if err != nil {
		return err
	}
	all, err := a.Assistant.Suggest(r.Context(), s, events)
	if err != nil {
		return err
	}
	return answer(w, struct {
		Origin bot.Origin   `json:"origin"`
		Items  []Suggestion `json:"items"`
	}{bot.AI, append([]Suggestion{}, all...)})
}

// forModel returns a conversation that somebody may have the model look at. That
// it does is on record before.
func (a *API) forModel(r *request, may staff.Action, action string) (bot.Session, []bot.Event, error) {
	s, err := a.conversation(r, may)
	if err != nil {
		return s, nil, err
	}
	if a.Assistant == nil {
		return s, nil, errForbidden
	}
	if !a.asks.allow(r.who.ID, a.Now()) {
		return s, nil, &bot.Error{Code: bot.Limited, Message: "请求太频繁了，请稍后再试。"}
	}
	if err := a.record(r, staff.Entry{Action: action, Session: s.ID}); err != nil {
		return s, nil, err
	}
	events, err := a.said(r.Context(), &s, s.Seq-askEvents)
	return s, events, err
}
