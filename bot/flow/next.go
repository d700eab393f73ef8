package flow

import (
	"time"

	"fenfu/intents"
)

// Choice is a button: Value comes back when it is pressed.
type Choice struct {
	Value string `json:"value" yaml:"value"`
	Label string `json:"label" yaml:"label"`
}

// Input is one message to a flow, already cleaned and understood.
type Input struct {
	Now    time.Time
	Text   string        // by intents.Normalize; "" if a button was pressed
	Choice string        // the value of the button pressed
	Match  intents.Match // what Text means
	Answer string        // what the knowledge base says to Text, "" if nothing
}

// Action is something a flow wants done, in order. Exactly one field is set.
type Action struct {
	Say     *Say
	Submit  bool   // send what was confirmed to the check
	Erase   bool   // forget every detail and consent
	Handoff string // ask for a person; the reason
}

// Say is something to tell the visitor.
type Say struct {
	Text    string // details in it are masked
	Choices []Choice
	Code    string // for a notice, "" for ordinary text
	Answer  bool   // the text is from the knowledge base, not from the flow
}
