package bot

import (
	"context"
	"time"

	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
	"fenfu/bot/pii"
)

// Owner says who answers a session's visitor.
type Owner string

// The owners. A new session belongs to the bot.
const (
	OwnerBot     Owner = "bot"
	OwnerWaiting Owner = "waiting" // queued for a person; the bot still answers
	OwnerAgent   Owner = "agent"   // a person has taken over; the bot only records
	OwnerClosed  Owner = "closed"
)

// Author says who wrote a message or an event.
type Author string

// The authors. A visitor's socket can only ever write as Visitor.
const (
	Visitor Author = "visitor"
	FromBot Author = "bot"
	Agent   Author = "agent"
	System  Author = "system"
)

// Origin says how the text of a bot's event came about, so that a visitor can
// tell a script from an AI and both from a person.
type Origin string

// The origins. Events of visitors have none.
const (
	Script    Origin = "script"    // fixed text of a flow
	Knowledge Origin = "knowledge" // an entry of the knowledge base
	AI        Origin = "ai"        // written by a language model
	Human     Origin = "human"
)

// Kind is the shape of a message or an event.
type Kind string

// The kinds. Choices and Notice are events only, the others but Text messages
// only; those after Notice are the system's.
const (
	Text      Kind = "text"
	Choose    Kind = "choose"    // a visitor pressed a button; the text is the choice's value
	Choices   Kind = "choices"   // text with buttons
	Notice    Kind = "notice"    // something happened; Code says what
	Outcome   Kind = "outcome"   // a try of the eligibility check has ended
	Delivered Kind = "delivered" // a try to deliver a notification has ended
	Released  Kind = "released"  // a claim was taken out of the index
	Remind    Kind = "remind"    // a visitor has left a form alone for a while
	Purge     Kind = "purge"     // details have been kept for long enough
	Attend    Kind = "attend"    // a handoff is to be looked after
	Entered   Kind = "entered"   // the desk's books show a version of the session
	Gone      Kind = "gone"      // the agent is no longer there
	Requeued  Kind = "requeued"  // an operator has a given-up application checked anew
	Scrubbed  Kind = "scrubbed"  // what people wrote beside the conversation was deleted
)

// The kinds of messages of agents, besides Text.
const (
	Take     Kind = "take"     // makes a waiting session the agent's
	Transfer Kind = "transfer" // passes it on to a desk or a colleague
	Return   Kind = "return"   // gives it back to the bot, where it was
	Close    Kind = "close"    // ends the conversation
	Answered Kind = "answered" // the language model was asked
)

// The codes of notices.
const (
	CodeSubmitted = "application.submitted"
	CodePending   = "application.pending" // the check takes its time
	CodeDelayed   = "application.delayed" // the check cannot be reached and is tried again
	CodeDecided   = "application.decided"
	CodeCorrected = "application.corrected" // an earlier version of it does not count any more
	CodeResumed   = "application.resumed"   // it was given up, and is checked anew
	CodeViewed    = "details.viewed"
	CodeErased    = "details.erased"
	CodeLapsed    = "details.lapsed" // they were given, not submitted, and deleted after a while
	CodeWithdrawn = "consent.withdrawn"
	CodeReview    = "review.requested"
	CodeReminder  = "form.reminder" // the visitor has left a question open for a while
	CodeParked    = "form.parked"   // for so long that the form was put aside

	CodeWaiting     = "handoff.waiting"     // queued for a person
	CodeOffline     = "handoff.offline"     // nobody is there: a message can be left
	CodeLeft        = "handoff.left"        // the visitor waits no longer
	CodeTaken       = "handoff.taken"       // a person has taken over
	CodeTransferred = "handoff.transferred" // and passed the visitor on
	CodeReleased    = "handoff.released"    // or was silent for too long
	CodeReturned    = "handoff.returned"    // the bot goes on
	CodeWarned      = "handoff.warned"      // the visitor is silent: it will be over
	CodeEnded       = "handoff.closed"
	CodeRated       = "rating.given"
)

// Choice is a button under an event. Value comes back in a Choose message.
type Choice = flow.Choice

// Session is what is remembered of one visitor's conversation. It is a value:
// whoever changes one works on a copy (see [flow.State.Clone]).
type Session struct {
	ID          string
	Version     int64 // moves with every commit; 0: never stored
	Seq         int64 // sequence number of the last event
	Owner       Owner
	Agent       string // who has taken over, when Owner is OwnerAgent
	Flow        flow.State
	Application *Application // the latest one submitted, nil before the first
	Handoff     *Handoff     // the latest one to the operator's people, nil if there was none. Who changes it makes a new one
	Strain      Strain       // how little the bot was of help lately
	Silence     Silence      // how long the open form has been waiting for its visitor
	Keeping     Keeping      // how long it has held details that were not submitted
	Question    *Question    // that waits for the language model's answer, nil if none does
	Asked       int          // questions that went to it so far
	Near        string       // the entries last asked back, with spaces between, until the visitor says something
	// Claims are those of the session's applicants in the Index. Who changes
	// one makes a new slice.
	Claims []Claim
	// Notifications are those still to be delivered, oldest first. Who changes
	// one makes a new slice.
	Notifications []Notification
	Scrub         time.Time // since when what people wrote beside the conversation is to be deleted, zero: it is not
	Due           time.Time // when the session next wants to be woken, zero: never; made by every turn from what its parts want
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// Application is one submission to the eligibility check.
type Application struct {
	ID          string
	Version     int // moves whenever it is to be checked anew: answers to another version's check are ignored
	Status      ApplicationStatus
	Request     eligibility.Request // what was confirmed; cleared of personal data once decided
	Result      eligibility.Result
	Attempts    int       // tries and polls so far
	Failures    int       // of them, those in a row that had no answer
	Trouble     string    // why the last of them had no answer, one of the eligibility.Reason… constants; empty: it had one
	Next        time.Time // when to try or poll next, while it is open; zero: at once
	SubmittedAt time.Time // this version
	DecidedAt   time.Time
}

// ApplicationStatus is where an application stands.
type ApplicationStatus string

// The states of an application.
const (
	Queued  ApplicationStatus = "queued"  // to be sent to the check, perhaps again
	Pending ApplicationStatus = "pending" // the check has it and will decide
	Held    ApplicationStatus = "held"    // the visitor corrects something: not checked until it is confirmed anew
	Decided ApplicationStatus = "decided"
)

// Message is something that happened to a session from outside.
type Message struct {
	Session   string
	ID        string // the sender's id for it, unique in the session: the same id twice is one message
	From      Author
	Kind      Kind
	Text      pii.Text
	By        Person    // with From Agent, and Kind Gone
	Seize     bool      // with Kind Take and Transfer: even if a colleague has the session
	Desk      string    // with Kind Transfer: where to, or
	Colleague string    // to whom
	Version   int64     // with Kind Entered: of the session in the books
	Scrub     time.Time // with Kind Scrubbed: of the deletion that was carried out
	Outcome   *Try      // with Kind Outcome
	Receipt   *Receipt  // with Kind Delivered
	Answer    *Answer   // with Kind Answered
	Claim     *Claim    // with Kind Released
	At        time.Time // zero: now
}

// Try is what one try of an application's check came to: a result, or when to
// look again, or that no further try will help.
type Try struct {
	CheckID string
	Result  *eligibility.Result
	Pending bool          // the check was accepted, and is to be polled
	After   time.Duration // until the next try or poll, at least
	Trouble string        // why there is no answer, one of the eligibility.Reason… constants
	Final   bool          // trying again will not help
	Repeat  bool          // another application of the same person stands, so the check was not asked
}

// Event is one entry of a session's log. Seq is contiguous from 1. Text is what
// may be shown: details are masked in it already, and it may hold whatever else
// the visitor wrote, so it stays a pii.Text.
type Event struct {
	Seq     int64
	Kind    Kind
	From    Author
	Origin  Origin
	Text    pii.Text
	Choices []Choice
	Code    string // with Kind Notice
	Data    *Data  // with Kind Notice
	ID      string // the message id, on the event that a message became
	Open    bool   // no detail was awaited when it was said, nor after it: see [Bot.Lines]
	At      time.Time
}

// Data is what a notice tells a program.
type Data struct {
	Application string               `json:"application,omitempty"`
	Decision    eligibility.Decision `json:"decision,omitempty"`
	Reasons     []eligibility.Reason `json:"reasons,omitempty"`
	Receipt     string               `json:"receipt,omitempty"` // of a deletion
	Agent       string               `json:"agent,omitempty"`   // name of whoever has taken over
}

// Turn is the outcome of handling one message: everything in it is stored, or
// nothing is.
type Turn struct {
	Session   Session // the new state; Version and Seq are those it was loaded with
	MessageID string
	Events    []Event // numbered Session.Seq+1 and on; the first one is the message's own
	Asks      bool    // the message is a question of the visitor's; not stored
	Aside     bool    // the system's own work, nothing that anybody said: the session is kept no longer for it
	Erase     bool    // every earlier event is replaced by its [Event.Erased], in the same commit
}

// Memory keeps sessions. [fenfu/sessions.Store] is one.
type Memory interface {
	// Load returns the session, or a fresh one (Version 0, Owner bot) for an id
	// that was never stored. If its log is still kept but its state is not, it
	// is fresh but for Version and Seq. It may answer from a copy that is out of date:
	// Commit finds out.
	Load(ctx context.Context, id string) (Session, error)

	// Fresh is Load, but never from a copy: for what ends without a commit.
	Fresh(ctx context.Context, id string) (Session, error)

	// Commit stores the turn if the session's version is still the one it was
	// loaded with: state with version+1, events, due time, all or nothing. It
	// returns the sequence number of the first event.
	//
	// If MessageID has been committed in this session before, nothing is
	// stored and the error is a *DuplicateError holding the first one's
	// sequence number. If the version moved the error is ErrConflict.
	Commit(ctx context.Context, t Turn) (int64, error)
}

// Position is where a session's log stands.
type Position struct {
	Seq   int64 // of the last event, 0 if there is none
	Owner Owner
	Read  int64 // the last event the visitor has seen, on any device
}

// Feed is one follower's way through a session's log: first what it had missed,
// then what is added, each event once and in order.
type Feed interface {
	// Position returns where the log stood when the feed was opened.
	Position() Position
	// Next returns the events after those it returned before, at most max,
	// and none if there is nothing more now. It reads from storage only if
	// the follower has fallen behind what is kept for it in memory. The error
	// is ErrRewound if what it returned before is no longer in the log.
	Next(ctx context.Context, max int) ([]Event, error)
	// Close ends the feed. It may be called more than once.
	Close()
}
