// Package bot is the domain: what happens when a visitor, an agent or the
// system says something in a session.
//
// # The walk of one message
//
// [Bot.Handle] is the one way in. It loads the session, understands the text
// (intents), lets the open flow answer (flow, slot) or answers itself
// (knowledge base, small talk), and commits one [Turn]: the new state, the
// events, what falls due. A version that moved meanwhile means that somebody
// else spoke first: Handle loads again and decides again.
//
// Nothing is sent from here. The events in the log are the only way out;
// whoever shows them follows the log (see [Feed]). A turn makes no call but
// its Load and its Commit: the eligibility check runs in [Bot.Wake], outside,
// one try at a time, and what a try came to goes through Handle like any other
// message. When to try or look again is a due time in the session's state,
// committed with it; nothing else keeps time. The parts of a session each say
// when they want to be woken (see [Session.Wants]): a check, a notification, a
// reminder to a silent visitor, the deletion of what a form holds that was left;
// the session is due at the earliest.
//
// # A question for the language model
//
// What nothing else answers is left to the [Model], if there is one, as the
// session's [Question] (ask.go): personal details are taken out in the turn
// itself, and the question is due at once, before all other work. Wake asks it
// (ask_work.go), shows what is written through Config.Show, and brings back an
// [Answer] through Handle, where it is held against what the session is by then:
// a question asked anew, erased, or taken over by a person is not answered.
// Nothing that a model says changes a form, an application or an owner.
//
// Each event says whether a detail was awaited when it was said ([Event.Open]).
// [Bot.Lines] is what a model may read of a conversation for an agent.
//
// # One application, one check
//
// An application is checked under an id of its version. A correction before
// the decision, and an operator's [Bot.Requeue], make a new version; the answer
// to any other is ignored. From the moment that a visitor says that something
// submitted is wrong until they have confirmed it anew, nothing is sent.
//
// Before the first try an application claims its applicant in the [Index]. If
// another one did so within the window, the check is not asked, and the visitor
// is told the same whatever became of the other. The index is no part of a
// turn: a claim may be made again by whoever tries again, and taking one back
// is work that the session is due for until it is done.
//
// # Rights
//
// To see what is kept, to have it deleted, to withdraw a consent, to have a
// person look at a decision: each is one message, at any time, and leaves a
// notice in the log with its code and none of the visitor's data (rights.go). A
// question about a right is answered, never executed. A deletion takes state,
// check, index and queue, and with [Turn.Erase] what was said so far: the log
// keeps its numbers and times, and gives a receipt.
//
// # What is counted, what is told
//
// What a turn made of a form is worked out after its commit from the session
// before and after it ([Bot.Counts]), and given to Config.Count; nothing is kept
// in the session for it but when its step was opened, what was corrected, and
// what was last refused, which whoever takes over is shown, too ([Packet]).
// Decisions and handoffs are told to the operator's own system as
// notifications, each due work of the session until it is delivered or given up.
//
// # Who owns a session
//
// While [Session.Owner] is OwnerAgent the bot records and keeps silent, but for
// the rights. The owner is part of the session's version, so no reply of the
// bot can be stored after a person took over.
//
// A [Handoff] is one time that people were asked for; the session remembers the
// last ten. Visitors are anonymous, and an ID number is only what somebody
// typed, so nothing links a handoff to those of another session. What an agent
// may still see of one that is over is [Session.AsLeftBy]. What the check left
// to people ([Handoff.Owed]) is theirs until people of that desk have ended a
// conversation, whatever the visitor does. Notes and tags beside a conversation
// are no part of the session; a deletion takes them as due work, like claims
// ([Session.Scrub]).
package bot
