package sessions

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
	"fenfu/bot/handoff"
	"fenfu/bot/pii"
	"fenfu/bot/slot"
	"fenfu/sessions/seal"
)

// This file, with codec_flow.go and encode.go, is the one place where personal
// data leaves its wrapping to be sealed: pii.Text writes itself masked, so the
// records hold strings.
//
// Records only ever gain fields. A field that this version does not know is
// ignored; a record whose version it does not know is refused.
const recordVersion = 1

// The names of the sealed fields. The state goes with the session's version,
// an event with its number.
const (
	fieldState = "state"
	fieldEvent = "event"
)

type stateRecord struct {
	Record      int                `json:"r"`
	ID          string             `json:"id"`
	Owner       bot.Owner          `json:"o"`
	Agent       string             `json:"a,omitempty"`
	Flow        flowRecord         `json:"f,omitzero"`
	Application *applicationRecord `json:"ap,omitempty"`
	Claims      []claimRecord      `json:"cl,omitempty"`
	Handoff     *handoffRecord     `json:"h,omitempty"`
	Strain      strainRecord       `json:"sn,omitzero"`
	Silence     silenceRecord      `json:"si,omitzero"`
	Question    *questionRecord    `json:"q,omitempty"`
	Asked       int                `json:"qn,omitempty"`
	Notify      []notifyRecord     `json:"nt,omitempty"`
	Due         nanos              `json:"d,omitempty"`
	CreatedAt   nanos              `json:"c,omitempty"`
	UpdatedAt   nanos              `json:"u,omitempty"`
}

type questionRecord struct {
	ID    string `json:"i"`
	Text  string `json:"x"`
	Guess bool   `json:"g,omitempty"`
	At    nanos  `json:"t"`
	N     int    `json:"n,omitempty"`
}

type flowRecord struct {
	Flow     string          `json:"f,omitempty"`
	Version  int             `json:"v,omitempty"`
	Status   flow.Status     `json:"s,omitempty"`
	Step     string          `json:"p,omitempty"`
	Asking   flow.Asking     `json:"a,omitempty"`
	Details  []detailRecord  `json:"d,omitempty"`
	Consents []consentRecord `json:"c,omitempty"`
	Misses   int             `json:"m,omitempty"`
	Offered  bool            `json:"o,omitempty"`
}

type detailRecord struct {
	Kind  slot.Kind `json:"k"`
	Value string    `json:"v"`
	At    nanos     `json:"t,omitempty"`
}

type consentRecord struct {
	ID         string `json:"i"`
	Version    string `json:"v"`
	TextSHA256 string `json:"h,omitempty"`
	At         nanos  `json:"t,omitempty"`
}

type applicationRecord struct {
	ID          string                `json:"i"`
	Version     int                   `json:"v,omitempty"`
	Status      bot.ApplicationStatus `json:"s"`
	Request     requestRecord         `json:"q,omitzero"`
	Result      *eligibility.Result   `json:"r,omitempty"`
	Attempts    int                   `json:"n,omitempty"`
	Failures    int                   `json:"f,omitempty"`
	Trouble     string                `json:"w,omitempty"`
	Next        nanos                 `json:"nx,omitempty"`
	SubmittedAt nanos                 `json:"st,omitempty"`
	DecidedAt   nanos                 `json:"dt,omitempty"`
}

type claimRecord struct {
	Application string `json:"a,omitempty"`
	Fingerprint string `json:"f,omitempty"`
	At          nanos  `json:"t,omitempty"`
	Drop        nanos  `json:"d,omitempty"`
}

// handoffRecord is written by encoding/json: few sessions have one.
type handoffRecord struct {
	Number    int            `json:"n,omitempty"`
	Reason    handoff.Reason `json:"r,omitempty"`
	Desk      string         `json:"d,omitempty"`
	Since     nanos          `json:"s,omitempty"`
	WaitsAt   nanos          `json:"wt,omitempty"`
	Prefer    string         `json:"p,omitempty"`
	Offline   bool           `json:"o,omitempty"`
	Asks      bot.Asks       `json:"as,omitempty"`
	Contact   string         `json:"c,omitempty"`
	Agent     bot.Person     `json:"a,omitzero"`
	TakenAt   nanos          `json:"tt,omitempty"`
	AgentAt   nanos          `json:"at,omitempty"`
	VisitorAt nanos          `json:"vt,omitempty"`
	WarnedAt  nanos          `json:"wa,omitempty"`
	EndedAt   nanos          `json:"et,omitempty"`
	Rating    int            `json:"rt,omitempty"`
	Comment   string         `json:"cm,omitempty"`
	Moved     int64          `json:"m,omitempty"`
	Next      nanos          `json:"nx,omitempty"`
	Past      []pastRecord   `json:"ps,omitempty"`
}

type pastRecord struct {
	Reason  handoff.Reason `json:"r,omitempty"`
	Desk    string         `json:"d,omitempty"`
	Agent   bot.Person     `json:"a,omitzero"`
	Since   nanos          `json:"s,omitempty"`
	EndedAt nanos          `json:"e,omitempty"`
	Rating  int            `json:"rt,omitempty"`
}

type strainRecord struct {
	Said  uint32 `json:"s,omitempty"`
	Times int    `json:"n,omitempty"`
}

type silenceRecord struct {
	Since    nanos `json:"s,omitempty"`
	Reminded int   `json:"n,omitempty"`
	Next     nanos `json:"nx,omitempty"`
}

type notifyRecord struct {
	ID          string               `json:"i"`
	Application string               `json:"a,omitempty"`
	Decision    eligibility.Decision `json:"d,omitempty"`
	At          nanos                `json:"t,omitempty"`
	Attempts    int                  `json:"n,omitempty"`
	Next        nanos                `json:"nx,omitempty"`
}

type requestRecord struct {
	CheckID  string        `json:"i,omitempty"`
	Product  string        `json:"p,omitempty"`
	Consent  consentRecord `json:"c,omitzero"`
	Name     string        `json:"n,omitempty"`
	IDType   string        `json:"it,omitempty"`
	IDNumber string        `json:"in,omitempty"`
	Phone    string        `json:"ph,omitempty"`
	Email    string        `json:"em,omitempty"`
	WeChat   string        `json:"wc,omitempty"`
}

type eventRecord struct {
	Record  int          `json:"r"`
	Seq     int64        `json:"n"`
	Kind    bot.Kind     `json:"k"`
	From    bot.Author   `json:"f"`
	Origin  bot.Origin   `json:"o,omitempty"`
	Text    string       `json:"x,omitempty"`
	Choices []bot.Choice `json:"c,omitempty"`
	Code    string       `json:"cd,omitempty"`
	Data    *bot.Data    `json:"d,omitempty"`
	ID      string       `json:"i,omitempty"`
	At      nanos        `json:"t,omitempty"`
}

// nanos is an instant in nanoseconds since 1970, 0 for the zero time.
type nanos int64

func toNanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func (n nanos) time() time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(n)).UTC()
}

// sealer seals what one commit stores. It is used again, and so is its room.
type sealer struct {
	plain  []byte
	sealed []byte // the values sealed so far, one after the other
}

func (w *sealer) reset() { w.sealed = w.sealed[:0] }

// seal returns a sealed value, good until the reset.
func (w *sealer) seal(box *seal.Box, field string, n int64) []byte {
	from := len(w.sealed)
	w.sealed = box.AppendSeal(w.sealed, field, n, w.plain)
	return w.sealed[from:len(w.sealed):len(w.sealed)]
}

func (w *sealer) state(c *cached) []byte {
	w.plain = encodeState(w.plain[:0], &c.session, c.application)
	return w.seal(c.box, fieldState, c.session.Version)
}

func (w *sealer) event(box *seal.Box, e *bot.Event) []byte {
	w.plain = encodeEvent(w.plain[:0], e)
	return w.seal(box, fieldEvent, e.Seq)
}

func openState(box *seal.Box, id string, version int64, sealed []byte) (bot.Session, error) {
	var r stateRecord
	if err := open(box, fieldState, version, sealed, &r); err != nil {
		return bot.Session{}, damaged("session", err)
	}
	if r.Record != recordVersion {
		return bot.Session{}, damaged("session", fmt.Errorf("record version %d is not known here", r.Record))
	}
	if r.ID != id {
		return bot.Session{}, damaged("session", errors.New("it is another session's"))
	}
	return bot.Session{
		ID: id, Version: version, Owner: r.Owner, Agent: r.Agent,
		Flow: r.Flow.state(), Application: r.Application.application(), Notifications: notifications(r.Notify),
		Handoff: r.Handoff.handoff(), Strain: bot.Strain(r.Strain),
		Claims:   claims(r.Claims),
		Silence:  bot.Silence{Since: r.Silence.Since.time(), Reminded: r.Silence.Reminded, Next: r.Silence.Next.time()},
		Question: r.Question.question(), Asked: r.Asked,
		Due: r.Due.time(), CreatedAt: r.CreatedAt.time(), UpdatedAt: r.UpdatedAt.time(),
	}, nil
}

func openEvent(box *seal.Box, seq int64, sealed []byte) (bot.Event, error) {
	var r eventRecord
	if err := open(box, fieldEvent, seq, sealed, &r); err != nil {
		return bot.Event{}, damaged("event", err)
	}
	if r.Record != recordVersion || r.Seq != seq {
		return bot.Event{}, damaged("event", fmt.Errorf("record version %d, number %d: not what belongs here", r.Record, r.Seq))
	}
	return bot.Event{
		Seq: seq, Kind: r.Kind, From: r.From, Origin: r.Origin, Text: pii.Text(r.Text),
		Choices: r.Choices, Code: r.Code, Data: r.Data, ID: r.ID, At: r.At.time(),
	}, nil
}

// openEvents opens consecutive events of a log, the first one numbered first.
func openEvents(box *seal.Box, first int64, sealed []string) ([]bot.Event, error) {
	events := make([]bot.Event, len(sealed))
	for i, text := range sealed {
		e, err := openEvent(box, first+int64(i), []byte(text))
		if err != nil {
			return nil, err
		}
		events[i] = e
	}
	return events, nil
}

// open never puts what it decrypted into an error, as json's own errors may.
func open(box *seal.Box, field string, n int64, sealed []byte, to any) error {
	plain, err := box.Open(field, n, sealed)
	if err != nil {
		return err
	}
	if json.Unmarshal(plain, to) != nil {
		return errors.New("it opened but is no record")
	}
	return nil
}
