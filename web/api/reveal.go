package api

import (
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"fenfu/bot"
	"fenfu/bot/redact"
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
	wait, err := a.Staff.Attempt(r.Context(), "reveal "+r.who.ID, staff.Pace{AtOnce: revealBurst, Every: revealEvery})
	if err != nil {
		return err
	}
	if wait > 0 {
		if err := a.refused(r, "reveal", s.ID); err != nil {
			return err
		}
		return &bot.Error{Code: bot.Limited, Message: "查看太频繁了，请稍后再试。"}
	}
	if err := a.record(r, staff.Entry{Action: "reveal", Session: s.ID, Field: body.Kind, Reason: redact.Details(s.Mask(reason, a.Now()), nil, a.Now())}); err != nil {
		return err
	}
	return answer(w, struct {
		Value    string `json:"value"`
		ExpiresS int    `json:"expires_in_s"`
	}{value.Reveal(), int(revealFor.Seconds())})
}
