// Package intents understands what a visitor typed: text in, meaning out.
//
// It knows nothing of sessions, networks or storage. [Normalize] makes any
// input safe to look at, [Fold] makes it comparable, and a [Matcher] says what
// it is about ([Intent]), what it does to a dialogue ([Act]) and whether it
// asks to start the application ([Decision]). Rules know what they were written
// for; a classifier that learned from examples has an idea of the rest, and the
// two are weighed against each other (learned.go).
package intents

// Intent is the topic of a message.
type Intent string

// The topics a Matcher tells apart. None is the zero value.
const (
	None      Intent = ""
	Apply     Intent = "apply"       // wants to open the product now
	HowToOpen Intent = "how_to_open" // asks how, where, when or under what conditions it opens
	WhyNot    Intent = "why_not"     // asks why it was refused, is missing or does not work
	Limit     Intent = "limit"
	Repay     Intent = "repay"
	Close     Intent = "close"
	Human     Intent = "human"
	Status    Intent = "status" // asks how an application is getting on
	Greeting  Intent = "greeting"
	Other     Intent = "other" // about the product, but none of the above
)

// Act is what a message does to the dialogue it falls into, whatever it is about.
type Act string

// The acts a Matcher tells apart. NoAct is the zero value.
const (
	NoAct     Act = ""
	Affirm    Act = "affirm"
	Deny      Act = "deny"
	Cancel    Act = "cancel"
	Back      Act = "back"
	StartOver Act = "start_over"
	Correct   Act = "correct" // says that a detail is wrong; Match.Slot says which, if it does
	Why       Act = "why"     // asks why a detail is wanted
	Wait      Act = "wait"
	Thanks    Act = "thanks"
	Repeat    Act = "repeat"   // asks to hear the question again
	Progress  Act = "progress" // asks which step this is or what is left
	Refuse    Act = "refuse"   // will not give the detail
	Skip      Act = "skip"     // wants the next question without answering this one
	Clear     Act = "clear"    // takes a detail back; Match.Slot says which, if it does
	Lack      Act = "lack"     // has no such detail, or wants nothing deleted
	Later     Act = "later"    // wants to go on another time
	Grumble   Act = "grumble"  // finds it slow or tedious
	GoOn      Act = "go_on"    // wants to go on with what there is, or leaves it as it is
)

// Right is a right to the data about oneself that a message makes use of.
// Questions about a right are none: those are answered.
type Right string

// The rights a Matcher tells apart. NoRight is the zero value.
const (
	NoRight       Right = ""
	ViewRight     Right = "view"     // see what is kept
	CorrectRight  Right = "correct"  // have it corrected
	EraseRight    Right = "erase"    // have it deleted
	WithdrawRight Right = "withdraw" // withdraw the consents
	ReviewRight   Right = "review"   // have a person look at the decision
)

// Decision says what a message means for starting the application.
type Decision string

// The decisions, as `fenfuctl classify` prints them.
const (
	Nothing Decision = "none"
	Offer   Decision = "offer" // close to a request: answer, and offer to start
	Start   Decision = "start"
)

// Match is what a Matcher makes of one message.
type Match struct {
	Intent   Intent
	Act      Act
	Right    Right
	Decision Decision
	Slot     string // with Correct, Clear, Why, Refuse and Skip: the detail named ("name", "id_number", "phone", "email", "wechat", "contact"), or ""
	Question bool   // asks something, so it is never the value of a detail
	Folded   string // the text as it was looked at, in the form of Fold
	Rule     string // which rule decided, "learned" if none did, for `fenfuctl classify --explain` and tests
}
