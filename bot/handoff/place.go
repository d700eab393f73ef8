package handoff

import "time"

// State is where a conversation stands with the desk.
type State string

// The states.
const (
	InQueue State = "waiting"
	Taken   State = "active"
	Over    State = "over" // people are done with it, or it was never theirs
)

// Place is where a conversation is, as its session says.
type Place struct {
	Session string
	Version int64 // of the session that says so
	State   State
	Desk    string
	Agent   string    // who has it, had it, or is to have it
	Since   time.Time // when its visitor began to wait
	Queued  time.Time // of one that waits: since when it does this time
	Offline bool      // of one that waits: its visitor left a message and is not there
	Ended   time.Time // of one that is over
	Before  string    // the desk of the handoff before, "" if there was none
}
