package flow

import (
	"fenfu/bot/pii"
	"fenfu/bot/slot"
	"fenfu/intents"
)

// Verb is what a Command does to the dialogue. The set is closed: whatever a
// message says comes to some of these, or to nothing.
type Verb string

// The verbs.
const (
	Fill      Verb = "fill"       // gives details, or tries to
	Correct   Verb = "correct"    // says that a detail is wrong
	Clear     Verb = "clear"      // takes a detail back
	Cancel    Verb = "cancel"     // gives up the application
	StartOver Verb = "start_over" // wants to begin anew
	Back      Verb = "back"       // wants the question before this one
	Ask       Verb = "ask"        // asks something, or makes small talk
	AskWhy    Verb = "ask_why"    // asks what a detail or a consent is wanted for
	Skip      Verb = "skip"       // will not give what is asked for
	Repeat    Verb = "repeat"     // wants to hear the question again
	Wait      Verb = "wait"       // needs time
	HandOff   Verb = "hand_off"   // wants a person
	Confirm   Verb = "confirm"    // yes
	Deny      Verb = "deny"       // no
	GoOn      Verb = "go_on"      // wants to go on with what there is
	Rights    Verb = "rights"     // makes use of a right to the data
)

// Command is one thing that a message does to the dialogue. Which question a
// yes or a no answers is not said here: it is the open one.
type Command struct {
	Verb   Verb
	Step   string        // with Fill that failed, Correct, Clear, Skip and AskWhy: the step meant, "" if none is named
	Others []string      // with Correct: the steps that are wrong, too
	Found  []slot.Found  // with Fill: what was given
	Reason string        // with Fill that found nothing: why, "" or one of slot.Reasons
	Piece  pii.Text      // with Fill that found nothing: the part of the answer that it is
	Hides  []slot.Found  // with Piece: where that stands
	Topic  Topic         // with Ask
	Plain  bool          // with Confirm: it is said in words that count as a consent
	Later  bool          // with Wait: not in this sitting
	Right  intents.Right // with Rights
}

// Topic is what an Ask is about.
type Topic string

// The topics. The zero value: whatever the knowledge base knows of it.
const (
	General  Topic = ""
	Progress Topic = "progress" // how far this is, what is left
	Begin    Topic = "begin"    // asks to start what is running already
	Result   Topic = "result"   // when there will be a decision
	Hello    Topic = "hello"
	Thanks   Topic = "thanks"
	Grumble  Topic = "grumble" // is tired of this
	Safety   Topic = "safety"  // gives away a password or a code
)
