package api

import (
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/time/rate"

	"fenfu/bot"
	"fenfu/bot/staff"
)

// A detail is shown in full for a while, one at a time, to whoever says what
// for, and not to somebody who reads through all there are.
const (
	revealFor   = 30 * time.Second
	revealEvery = time.Minute // one more in this time, after
	revealBurst = 6           // at once
	maxReason   = 200         // characters
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

// reveal answers with one detail in full. It is on record before it is shown.
func (a *API) reveal(w http.ResponseWriter, r *request) error {
	var body struct {
		Kind   string `json:"kind"`
		Reason string `json:"reason"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	reason := strings.TrimSpace(body.Reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > maxReason {
		return &bot.Error{Code: bot.Invalid, Message: "请写明查看原因。"}
	}
	s, err := a.conversation(r, staff.Reveal)
	if err != nil {
		return err
	}
	value, ok := s.Detail(body.Kind)
	if !ok {
		return &bot.Error{Code: bot.NotFound, Message: "没有这项信息。"}
	}
	if !a.reveals.allow(r.who.ID, a.Now()) {
		if err := a.refused(r, "reveal", s.ID); err != nil {
			return err
		}
		return &bot.Error{Code: bot.Limited, Message: "查看太频繁了，请稍后再试。"}
	}
	if err := a.record(r, staff.Entry{Action: "reveal", Session: s.ID, Field: body.Kind, Reason: reason}); err != nil {
		return err
	}
	return answer(w, struct {
		Value    string `json:"value"`
		ExpiresS int    `json:"expires_in_s"`
	}{value.Reveal(), int(revealFor.Seconds())})
}
