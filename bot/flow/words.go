package flow

// The values of the buttons, by their name in the flow file. A value is what
// comes back over the socket, so these are part of the protocol.
var buttonValues = map[string]string{
	"agree":       "consent.agree",
	"decline":     "consent.decline",
	"confirm":     "confirm.yes",
	"edit":        "edit",
	"cancel":      "flow.cancel",
	"cancel_yes":  "flow.cancel.yes",
	"keep":        KeepChoice,
	"park":        "flow.park",
	"human":       HumanChoice,
	"restart_yes": "flow.restart.yes",
	"again":       StartChoice,
}

// StartChoice is the value of every button that starts the application.
const StartChoice = "flow.start"

// KeepChoice is the value of every button that goes on with the application.
const KeepChoice = "flow.keep"

// HumanChoice is the value of every button that asks for a person.
const HumanChoice = "human"

// editPrefix stands before the id of the step to change.
const editPrefix = "edit."

// textKeys are the texts that a flow must have.
var textKeys = []string{
	"begin", "resume", "migrated", "migrated_again", "cancelled", "cancel_ask", "kept", "parked", "restart_ask", "restarted", "first",
	"consent_first", "wait", "thanks", "hello", "grumble", "already", "progress", "result", "left", "nothing_left", "unknown", "stale", "stuck",
	"remind", "parked_silent", "edit_ask", "edit", "given", "unchanged", "updated", "cleared", "not_given", "noted", "required", "invalid_kept",
	"under14", "safety",
}

func (f *Flow) choices(keys ...string) []Choice {
	out := make([]Choice, len(keys))
	for i, k := range keys {
		out[i] = Choice{Value: buttonValues[k], Label: f.Buttons[k]}
	}
	return out
}

// edits offers each detail for correction.
func (f *Flow) edits() []Choice {
	var out []Choice
	for i := range f.Steps {
		if s := &f.Steps[i]; s.Kind == DetailStep {
			out = append(out, Choice{Value: editPrefix + s.ID, Label: s.editLabel()})
		}
	}
	return out
}
