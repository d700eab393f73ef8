package intents

// Proposal is a guess at what a text means that no rule understood. It never
// does anything: at most the visitor is asked whether it was meant.
type Proposal string

// All proposals there are. "": no idea.
const (
	ProposeApply      Proposal = "apply"      // to start the application
	ProposeConditions Proposal = "conditions" // to hear what it takes
	ProposeStatus     Proposal = "status"     // to hear how an application is getting on
	ProposeHuman      Proposal = "human"      // to talk to a person
)
