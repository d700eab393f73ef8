package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"fenfu/bot"
	"fenfu/bot/handoff"
	"fenfu/bot/pii"
	"fenfu/bot/staff"
)

// handle has the bot handle a message of somebody's. It is in the audit log
// before, and what was refused is there as that, too.
func (a *API) handle(r *request, s *bot.Session, action string, c command, m bot.Message) error {
	id, err := c.messageID(r)
	if err != nil {
		return err
	}
	target := m.Desk
	if m.Colleague != "" {
		target = m.Colleague
	}
	if err := a.record(r, staff.Entry{Action: action, Session: s.ID, Field: target}); err != nil {
		return err
	}
	m.Session, m.ID, m.From, m.By = s.ID, id, bot.Agent, r.person()
	if _, err = a.Bot.Handle(r.Context(), m); err != nil {
		return errors.Join(err, a.refused(r, action, s.ID))
	}
	return nil
}

// take makes a waiting conversation one's own. A place is kept first, so nobody
// gets more than they may have; then the session decides between those who try
// at once.
func (a *API) take(w http.ResponseWriter, r *request) error {
	var c command
	if err := read(w, r, &c); err != nil {
		return err
	}
	s, err := a.conversation(r, staff.Take)
	if err != nil {
		return err
	}
	if _, err := c.messageID(r); err != nil {
		return err
	}
	if s.Owner == bot.OwnerAgent && s.Agent == r.who.ID {
		return done(w) // the answer to the first call was lost
	}
	if err := a.takeOver(r, &s, "take", c, bot.Message{Kind: bot.Take}); err != nil {
		return err
	}
	return done(w)
}

// join makes a conversation a supervisor's own, whoever has it.
func (a *API) join(w http.ResponseWriter, r *request) error {
	var c command
	if err := read(w, r, &c); err != nil {
		return err
	}
	s, err := a.conversation(r, staff.Reassign)
	if err != nil {
		return err
	}
	if _, err := c.messageID(r); err != nil {
		return err
	}
	if s.Owner == bot.OwnerAgent && s.Agent == r.who.ID {
		return done(w)
	}
	if err := a.takeOver(r, &s, "join", c, bot.Message{Kind: bot.Take, Seize: true}); err != nil {
		return err
	}
	return done(w)
}

var errNotTheirs = &bot.Error{Code: bot.Conflict, Message: "这个会话现在不由您接待，请刷新后再试。"}

// takeOver has a conversation change hands, with a place kept for it first.
func (a *API) takeOver(r *request, s *bot.Session, action string, c command, m bot.Message) error {
	if err := a.arrive(r); err != nil {
		return err
	}
	reserve, release := a.Desk.Reserve, a.Desk.Release
	if s.Owner == bot.OwnerAgent && m.Seize {
		reserve, release = a.Desk.ReserveJoin, a.Desk.ReleaseJoin
	}
	err := reserve(r.Context(), s.ID, r.who.ID, a.capacity(r))
	if bot.ErrorCode(err) == bot.Conflict && (s.Owner == bot.OwnerWaiting || s.Owner == bot.OwnerAgent) {
		// The books may be behind the session; next time they are not.
		if err := a.Desk.Resync(r.Context(), s.ID); err != nil {
			return err
		}
		if m.Seize {
			err = reserve(r.Context(), s.ID, r.who.ID, a.capacity(r))
		}
	}
	if err != nil {
		return err
	}
	if err = a.handle(r, s, action, c, m); err == nil {
		err = a.taken(r, s.ID, action)
	}
	if err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 5*time.Second)
		defer cancel()
		if err := release(ctx, s.ID, r.who.ID); err != nil {
			a.Logger.Warn("a place with an agent was not given back", "session", s.ID, "err", err)
		}
	}
	return err
}

// taken makes sure that a conversation is with who took it. The bot handles an
// id once, so a command under one that was used before did nothing by now.
func (a *API) taken(r *request, session, action string) error {
	s, err := a.Sessions.Look(r.Context(), session)
	if err != nil {
		return err
	}
	if s.Owner != bot.OwnerAgent || s.Agent != r.who.ID {
		return errors.Join(errNotTheirs, a.refused(r, action, session))
	}
	return nil
}

// arrive has a person who never said how present they are be there: who has a
// conversation and is gone is to lose it. A program has no presence.
func (a *API) arrive(r *request) error {
	if r.who.Role == staff.Key {
		return nil
	}
	return a.Desk.Arrive(r.Context(), handoff.Agent{
		ID: r.who.ID, Name: r.who.Name, Desks: r.who.Desks, Capacity: a.capacity(r), Presence: handoff.Away,
	})
}

// assign passes a conversation that somebody has on to a colleague.
func (a *API) assign(w http.ResponseWriter, r *request) error {
	var body struct {
		command
		Agent string `json:"agent"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	s, err := a.conversation(r, staff.Reassign)
	if err != nil {
		return err
	}
	if err := a.colleague(r, body.Agent); err != nil {
		return err
	}
	if err := a.handle(r, &s, "assign", body.command, bot.Message{Kind: bot.Transfer, Colleague: body.Agent, Seize: true}); err != nil {
		return err
	}
	return done(w)
}

func (a *API) colleague(r *request, id string) error {
	agents, err := a.Desk.Agents(r.Context())
	if err != nil {
		return err
	}
	for _, other := range agents {
		if other.ID == id && !other.Gone {
			return nil
		}
	}
	return &bot.Error{Code: bot.Invalid, Message: "这位同事现在不在线。"}
}

// message says something to the visitor.
func (a *API) message(w http.ResponseWriter, r *request) error {
	var body struct {
		command
		Text string `json:"text"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	s, err := a.conversation(r, staff.Speak)
	if err != nil {
		return err
	}
	if err := a.guard(body.Text); err != nil {
		return err
	}
	id, err := body.messageID(r)
	if err != nil {
		return err
	}
	// What is said is on record in the conversation itself.
	seq, err := a.Bot.Handle(r.Context(), bot.Message{
		Session: s.ID, ID: id, From: bot.Agent, Kind: bot.Text, By: r.person(), Text: pii.Text(body.Text),
	})
	if err != nil {
		return err
	}
	return answer(w, map[string]int64{"seq": seq})
}

func (a *API) typing(w http.ResponseWriter, r *request) error {
	var body struct {
		On bool `json:"on"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	s, err := a.conversation(r, staff.Speak)
	if err != nil {
		return err
	}
	if err := a.Desk.Typing(r.Context(), s.ID, bot.Agent, body.On); err != nil {
		return err
	}
	return done(w)
}

// transfer passes a conversation on to a desk or to a colleague, with a note.
func (a *API) transfer(w http.ResponseWriter, r *request) error {
	var body struct {
		command
		Desk  string `json:"desk"`
		Agent string `json:"agent"`
		Note  string `json:"note"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	s, err := a.conversation(r, staff.Hand)
	if err != nil {
		return err
	}
	if body.Agent != "" {
		if err := a.colleague(r, body.Agent); err != nil {
			return err
		}
	}
	if _, ok := a.Desks.Desk(body.Desk); body.Desk != "" && !ok {
		return &bot.Error{Code: bot.Invalid, Message: "没有这个服务组。"}
	}
	if strings.TrimSpace(body.Note) != "" {
		if _, err := a.writeNote(r, &s, body.ID, "转接："+body.Note); err != nil {
			return err
		}
	}
	err = a.handle(r, &s, "transfer", body.command, bot.Message{Kind: bot.Transfer, Desk: body.Desk, Colleague: body.Agent})
	if err != nil {
		return err
	}
	return done(w)
}

// giveBack gives a conversation back to the bot, which goes on where it was.
func (a *API) giveBack(w http.ResponseWriter, r *request) error {
	return a.end(w, r, "return", bot.Return)
}

// close ends a conversation.
func (a *API) close(w http.ResponseWriter, r *request) error { return a.end(w, r, "close", bot.Close) }

func (a *API) end(w http.ResponseWriter, r *request, action string, kind bot.Kind) error {
	var c command
	if err := read(w, r, &c); err != nil {
		return err
	}
	s, err := a.conversation(r, staff.Hand)
	if err != nil {
		return err
	}
	if err := a.handle(r, &s, action, c, bot.Message{Kind: kind}); err != nil {
		return err
	}
	return done(w)
}

// Bounds of what is written beside a conversation, in characters.
const (
	maxNote = 1000
	maxTags = 8
	maxTag  = 12
)

func (a *API) note(w http.ResponseWriter, r *request) error {
	var body struct {
		command
		Text string `json:"text"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	s, err := a.conversation(r, staff.Note)
	if err != nil {
		return err
	}
	n, err := a.writeNote(r, &s, body.ID, body.Text)
	if err != nil {
		return err
	}
	return answer(w, n)
}

// writeNote writes a note down, with the details in it masked: what is kept in
// full is kept in one place.
func (a *API) writeNote(r *request, s *bot.Session, id, text string) (Note, error) {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > maxNote {
		return Note{}, &bot.Error{Code: bot.Invalid, Message: "备注为空或太长，请修改后再保存。"}
	}
	name, err := command{ID: id}.messageID(r)
	if err != nil {
		return Note{}, err
	}
	if err := a.record(r, staff.Entry{Action: "note", Session: s.ID}); err != nil {
		return Note{}, err
	}
	n := Note{ID: name, By: r.person(), At: a.Now().UTC(), Text: s.Mask(text, a.Now())}
	if err := a.Beside.AddNote(r.Context(), s.ID, n); err != nil {
		return Note{}, err
	}
	return n, a.Desk.Tell(r.Context(), s.ID)
}

func (a *API) tags(w http.ResponseWriter, r *request) error {
	var body struct {
		Tags []string `json:"tags"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	s, err := a.conversation(r, staff.Note)
	if err != nil {
		return err
	}
	tags := []string{}
	for _, tag := range body.Tags {
		tag = strings.TrimSpace(tag)
		if tag == "" || utf8.RuneCountInString(tag) > maxTag || len(tags) == maxTags {
			return &bot.Error{Code: bot.Invalid, Message: "标签最多 8 个，每个不超过 12 个字。"}
		}
		if tag = s.Mask(tag, a.Now()); !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	if err := a.record(r, staff.Entry{Action: "tags", Session: s.ID}); err != nil {
		return err
	}
	if err := a.Beside.SetTags(r.Context(), s.ID, tags, a.Now()); err != nil {
		return err
	}
	if err := a.Desk.Tell(r.Context(), s.ID); err != nil {
		return err
	}
	return answer(w, map[string][]string{"tags": tags})
}
