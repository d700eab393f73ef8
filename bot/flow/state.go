package flow

import (
	"maps"
	"slices"
	"time"

	"fenfu/bot/pii"
	"fenfu/bot/slot"
)

// Status is how far a run of a flow has come.
type Status string

// The statuses. The zero value: nothing is running.
const (
	Idle    Status = ""
	Running Status = "running" // a question is open
	Parked  Status = "parked"  // put aside by the visitor, can be taken up again
	Done    Status = "done"    // confirmed and submitted
)

// State is where a session is in its flow, with what it has given so far. It
// is a value; Next never changes the one it is given.
type State struct {
	Flow     string // id of the flow, "" if none was ever started
	Version  int    // of the flow it was started with
	Status   Status
	Step     string   // id of the step whose question is open
	Trail    []string // steps passed, for going back
	Return   string   // step to return to after correcting one detail, "" if none
	Details  map[slot.Kind]Detail
	Consents []Consent
	Misses   int  // answers in a row that the open step could not use
	Offered  bool // the offer to start is open: a yes starts
}

// Detail is one detail as the visitor gave it.
type Detail struct {
	Value pii.Text // normalised
	At    time.Time
}

// Consent is one consent the visitor gave: which text, when.
type Consent struct {
	ID         string // "collect", "disclose"
	Version    string // of the text
	TextSHA256 string // of the text as shown, hex
	At         time.Time
}

// Clone returns a copy that shares nothing with s.
func (s State) Clone() State {
	s.Trail = slices.Clone(s.Trail)
	s.Details = maps.Clone(s.Details)
	s.Consents = slices.Clone(s.Consents)
	return s
}
