package main

import (
	"cmp"
	"context"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/sessions"
)

// What a row says of a session.
const (
	stateLater   = "later"    // wants something, but not yet
	stateDue     = "due"      // waits for a worker
	stateLeased  = "leased"   // a worker has it
	stateStuck   = "stuck"    // taken on before, and still not done; or unreadable, or in no queue
	stateGivenUp = "given-up" // the check was given up: a person has to decide
)

// forUnread stands for whatever a session wants whose state cannot be read.
const forUnread = "unknown"

// row is what the listing says of one session. It holds nothing of a visitor.
type row struct {
	Session     string     `json:"session"`
	Partition   int        `json:"partition"`
	State       string     `json:"state"`
	For         string     `json:"for,omitempty"`
	Due         *time.Time `json:"due,omitempty"` // when it is, or was, to be woken; of a check given up, since when
	LateS       float64    `json:"late_s,omitempty"`
	LeaseLeftS  float64    `json:"lease_left_s,omitempty"`
	Attempts    int        `json:"attempts"`
	Failures    int        `json:"failures"`
	Trouble     string     `json:"trouble,omitempty"`
	Application string     `json:"application,omitempty"`
}

// lister makes rows of what the store says.
type lister struct {
	now   time.Time
	lease time.Duration
}

// queued is the row of a session that is in the due queue, or ought to be. It
// is false for one that wants nothing: a worker takes it out in passing.
func (l *lister) queued(e sessions.Entry) (row, bool) {
	s := &e.Session
	r := row{Session: e.ID, Partition: e.Partition}
	if e.Err != nil {
		r.State, r.For, r.Trouble = stateStuck, forUnread, "its state cannot be read: "+e.Err.Error()
		l.late(&r, e.At)
		return r, true
	}
	if s.Due.IsZero() {
		return r, false
	}
	l.late(&r, s.Due)
	r.For, r.Attempts = wanted(s)
	if a := s.Application; a != nil {
		r.Application, r.Failures, r.Trouble = a.ID, a.Failures, a.Trouble
	}
	if e.Claimed() {
		r.LeaseLeftS = max(e.At.Sub(l.now).Seconds(), 0)
	}
	switch {
	case e.At.IsZero():
		r.State, r.Trouble = stateStuck, "it is in no queue"
	case s.Due.After(l.now):
		r.State = stateLater
	case e.Claimed() && l.now.Sub(s.Due) > 2*l.lease:
		r.State = stateStuck
	case r.LeaseLeftS > 0:
		r.State = stateLeased
	default:
		r.State = stateDue
	}
	return r, true
}

func (l *lister) late(r *row, due time.Time) {
	due = due.UTC()
	r.Due = &due
	r.LateS = max(l.now.Sub(due).Seconds(), 0)
}

// givenUp is the row of a session whose application no check has decided.
func (l *lister) givenUp(_ context.Context, e sessions.Entry) (row, bool) {
	a := e.Session.Application
	if e.Err != nil || !a.GivenUp() {
		return row{}, false
	}
	r := row{
		Session: e.ID, Partition: e.Partition, State: stateGivenUp, For: bot.WantCheck,
		Attempts: a.Attempts, Failures: a.Failures, Application: a.ID,
		Trouble: cmp.Or(a.Trouble, eligibility.SystemUnavailable),
	}
	l.late(&r, a.DecidedAt)
	return r, true
}

// wanted says what a session wants first, and how often that was tried.
func wanted(s *bot.Session) (what string, attempts int) {
	var first bot.Want
	for w := range s.Wants {
		if first.At.IsZero() || w.At.Before(first.At) {
			first = w
		}
	}
	return first.What, first.Attempts
}
