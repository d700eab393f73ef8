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
// the application with the version that it was written with, an entry of the
// log with the number of its first event.
const (
	fieldState       = "state"
	fieldApplication = "application"
	fieldEntry       = "entry"
)

type stateRecord struct {
	Record    int             `json:"r"`
	ID        string          `json:"id"`
	Owner     bot.Owner       `json:"o"`
	Agent     string          `json:"a,omitempty"`
	Flow      flowRecord      `json:"f,omitzero"`
	Applied   int64           `json:"ap,omitempty"` // version with which the application was written, 0: there is none
	Claims    []claimRecord   `json:"cl,omitempty"`
	Handoff   *handoffRecord  `json:"h,omitempty"`
	Strain    strainRecord    `json:"sn,omitzero"`
	Silence   silenceRecord   `json:"si,omitzero"`
	Keeping   keepingRecord   `json:"kp,omitzero"`
	Question  *questionRecord `json:"q,omitempty"`
	Asked     int             `json:"qn,omitempty"`
	Near      string          `json:"nr,omitempty"`
	Notify    []notifyRecord  `json:"nt,omitempty"`
	Scrub     nanos           `json:"sb,omitempty"`
	Due       nanos           `json:"d,omitempty"`
	CreatedAt nanos           `json:"c,omitempty"`
	UpdatedAt nanos           `json:"u,omitempty"`
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
	Since    nanos           `json:"w,omitempty"`
	Refused  refusalRecord   `json:"r,omitzero"`
	Between  []string        `json:"b,omitempty"`
	Offered  bool            `json:"o,omitempty"`
	Replaced []detailRecord  `json:"x,omitempty"`
	Again    []string        `json:"g,omitempty"`
	Piece    string          `json:"q,omitempty"`
}

type refusalRecord struct {
	Step   string `json:"s,omitempty"`
	Reason string `json:"r,omitempty"`
	Tries  int    `json:"n,omitempty"`
}

type detailRecord struct {
	Kind      slot.Kind `json:"k"`
	Value     string    `json:"v"`
	At        nanos     `json:"t,omitempty"`
	Corrected int       `json:"n,omitempty"`
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
	MetAt     nanos          `json:"mt,omitempty"`
	Waited    time.Duration  `json:"wd,omitempty"`
	AgentAt   nanos          `json:"at,omitempty"`
	VisitorAt nanos          `json:"vt,omitempty"`
	QuietAt   nanos          `json:"qt,omitempty"`
	WarnedAt  nanos          `json:"wa,omitempty"`
	EndedAt   nanos          `json:"et,omitempty"`
	Left      leftRecord     `json:"lf,omitzero"`
	Owed      handoff.Reason `json:"ow,omitempty"`
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
	Left    leftRecord     `json:"lf,omitzero"`
	Rating  int            `json:"rt,omitempty"`
}

type leftRecord struct {
	Seq int64 `json:"q,omitempty"`
	At  nanos `json:"t,omitempty"`
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

type keepingRecord struct {
	Since nanos `json:"s,omitempty"`
	Next  nanos `json:"nx,omitempty"`
}

type notifyRecord struct {
	ID          string               `json:"i"`
	Event       string               `json:"e,omitempty"`
	Handoff     int                  `json:"h,omitempty"`
	Desk        string               `json:"k,omitempty"`
	Reason      handoff.Reason       `json:"r,omitempty"`
	Application string               `json:"a,omitempty"`
	Decision    eligibility.Decision `json:"d,omitempty"`
	At          nanos                `json:"t,omitempty"`
	Attempts    int                  `json:"n,omitempty"`
	Unsent      int                  `json:"u,omitempty"`
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

// entryRecord is what one turn added to the log.
type entryRecord struct {
	Record int           `json:"r"`
	First  int64         `json:"n"`
	At     nanos         `json:"t,omitempty"` // of all events but those that have another
	Events []eventRecord `json:"e"`
}

type eventRecord struct {
	Kind    bot.Kind     `json:"k"`
	From    bot.Author   `json:"f"`
	Origin  bot.Origin   `json:"o,omitempty"`
	Text    string       `json:"x,omitempty"`
	Choices []bot.Choice `json:"c,omitempty"`
	Code    string       `json:"cd,omitempty"`
	Data    *bot.Data    `json:"d,omitempty"`
	ID      string       `json:"i,omitempty"`
	Open    bool         `json:"u,omitempty"`
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
	w.plain = encodeState(w.plain[:0], &c.session, c.applied)
	return w.seal(c.box, fieldState, c.session.Version)
}

func (w *sealer) application(c *cached) (sealed []byte, err error) {
	if w.plain, err = encodeApplication(w.plain[:0], c.session.Application); err != nil {
		return nil, err
	}
	return w.seal(c.box, fieldApplication, c.applied), nil
}

func (w *sealer) entry(box *seal.Box, events []bot.Event) []byte {
	w.plain = encodeEntry(w.plain[:0], events)
	return w.seal(box, fieldEntry, events[0].Seq)
}

// openState opens a state and the application that goes with it, and returns
// the version with which that was written.
func openState(box *seal.Box, id string, version int64, state, application string) (bot.Session, int64, error) {
	var r stateRecord
	if err := open(box, fieldState, version, state, &r); err != nil {
		return bot.Session{}, 0, err
	}
	if r.Record != recordVersion {
		return bot.Session{}, 0, fmt.Errorf("record version %d is not known here", r.Record)
	}
	if r.ID != id {
		return bot.Session{}, 0, errors.New("it is another session's")
	}
	session := bot.Session{
		ID: id, Owner: r.Owner, Agent: r.Agent,
		Flow: r.Flow.state(), Notifications: notifications(r.Notify),
		Handoff: r.Handoff.handoff(), Strain: bot.Strain(r.Strain),
		Claims:   claims(r.Claims),
		Silence:  bot.Silence{Since: r.Silence.Since.time(), Reminded: r.Silence.Reminded, Next: r.Silence.Next.time()},
		Keeping:  bot.Keeping{Since: r.Keeping.Since.time(), Next: r.Keeping.Next.time()},
		Question: r.Question.question(), Asked: r.Asked, Near: r.Near,
		Scrub: r.Scrub.time(), Due: r.Due.time(), CreatedAt: r.CreatedAt.time(), UpdatedAt: r.UpdatedAt.time(),
	}
	if r.Applied != 0 {
		var a applicationRecord
		if err := open(box, fieldApplication, r.Applied, application, &a); err != nil {
			return bot.Session{}, 0, fmt.Errorf("application: %w", err)
		}
		session.Application = a.application()
	}
	return session, r.Applied, nil
}

// sealedEntry is an entry of the log as it is kept, entry what one turn added.
type (
	sealedEntry struct {
		first int64
		text  string
	}
	entry struct {
		first  int64
		events []bot.Event
	}
)

func openEntry(box *seal.Box, sealed sealedEntry) (entry, error) {
	var r entryRecord
	if err := open(box, fieldEntry, sealed.first, sealed.text, &r); err != nil {
		return entry{}, damaged("log", err)
	}
	if r.Record != recordVersion || r.First != sealed.first {
		return entry{}, damaged("log", fmt.Errorf("record version %d, number %d: not what belongs here", r.Record, r.First))
	}
	e := entry{first: r.First, events: make([]bot.Event, len(r.Events))}
	for i, v := range r.Events {
		if v.At == 0 {
			v.At = r.At
		}
		e.events[i] = bot.Event{
			Seq: r.First + int64(i), Kind: v.Kind, From: v.From, Origin: v.Origin, Text: pii.Text(v.Text),
			Choices: v.Choices, Code: v.Code, Data: v.Data, ID: v.ID, Open: v.Open, At: v.At.time(),
		}
	}
	return e, nil
}

// openEntries opens the entries of a part of the log, but for those that end
// before the event after after.
func openEntries(box *seal.Box, after int64, sealed []sealedEntry) ([]entry, error) {
	for len(sealed) > 1 && sealed[1].first <= after+1 {
		sealed = sealed[1:]
	}
	entries := make([]entry, len(sealed))
	for i, text := range sealed {
		e, err := openEntry(box, text)
		if err != nil {
			return nil, err
		}
		entries[i] = e
	}
	return entries, nil
}

// eventsOf returns the events after the given number, at most max.
func eventsOf(entries []entry, after int64, max int) []bot.Event {
	var events []bot.Event
	for _, e := range entries {
		for _, v := range e.events {
			if v.Seq > after && len(events) < max {
				events = append(events, v)
			}
		}
	}
	return events
}

// open never puts what it decrypted into an error, as json's own errors may.
func open(box *seal.Box, field string, n int64, sealed string, to any) error {
	plain, err := box.Open(field, n, []byte(sealed))
	if err != nil {
		return err
	}
	if json.Unmarshal(plain, to) != nil {
		return errors.New("it opened but is no record")
	}
	return nil
}
