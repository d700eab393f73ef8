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
//
// How far the visitor has come follows from what was given: the open step is
// the first whose consent or detail is missing, unless the visitor went back.
// So a correction needs no way back to remember, and a flow that gained a step
// asks for just that.
type State struct {
	Flow     string // id of the flow, "" if none was ever started
	Version  int    // of the flow it was last continued with
	Status   Status
	Step     string // id of the step whose question is open
	Asking   Asking // a question about the flow itself that is open on top of the step's
	Details  map[slot.Kind]Detail
	Consents []Consent
	Misses   int        // answers in a row that the open step could not use
	Since    time.Time  // when the open step was opened
	Refused  Refusal    // what was last asked for and not given
	Between  []pii.Text // the numbers among which the visitor has not yet chosen the answer to the open step
	Offered  bool       // the offer to start is open: a yes starts

	// Replaced is what the latest correction of each step took the place of,
	// until the form is confirmed: 改回来 brings it back.
	Replaced map[slot.Kind]pii.Text

	// Piece is what the last message gave of the answer to the open step, if that
	// comes in several. It is gone with whatever else is said.
	Piece pii.Text

	// Again is the ids of the steps that the visitor said are wrong, too, and that
	// are asked after the open one.
	Again []string
}

// Refusal is a step that the visitor did not give what it asks for, and why. It
// holds nothing of what was written. It is forgotten when the step has its
// answer.
type Refusal struct {
	Step   string
	Reason string // one of slot.Reasons, [WouldNot], or "": it looked like no answer at all
	Tries  int    // answers that were of no use
}

// WouldNot is the reason of a visitor who will not give a detail.
const WouldNot = "would_not"

// Asking is a question about the flow itself.
type Asking string

// The questions. The zero value: none is open.
const (
	AskNothing Asking = ""
	AskCancel  Asking = "cancel"  // really cancel?
	AskRestart Asking = "restart" // really start over?
	AskStuck   Asking = "stuck"   // three misses: a person, later, or cancel?
	AskEdit    Asking = "edit"    // which detail is wrong?
	AskRemind  Asking = "remind"  // the visitor was silent: go on, later, or cancel?
)

// Detail is one detail as the visitor gave it.
type Detail struct {
	Value     pii.Text // normalised
	At        time.Time
	Corrected int // how often it took the place of another answer to the same question
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
	s.Details = maps.Clone(s.Details)
	s.Consents = slices.Clone(s.Consents)
	s.Between = slices.Clone(s.Between)
	s.Replaced = maps.Clone(s.Replaced)
	s.Again = slices.Clone(s.Again)
	return s
}
