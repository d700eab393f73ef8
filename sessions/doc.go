// Package sessions remembers conversations in Redis, through go-redis.
//
// A [Store] is the bot's Memory: Load gives a session, Commit stores a turn,
// Follow gives a session's log to whoever shows it, on any node, and Work wakes
// sessions when something falls due.
//
// # One commit
//
// A turn is stored by one script on one hash tag, in one round trip: it looks
// the message id up, compares the version, writes the sealed state, appends the
// sealed events, writes the due instant and publishes. Nothing is stored in
// part, so there is no order of failures to think about. The scripts, with what
// they take and return, are in scripts/*.lua, all keys in keys.go.
//
// A session has two keys. Its log is a hash of the version, the message ids and
// one sealed entry for each turn that had events; its state is another, for it
// may have to go sooner. A session whose state has gone begins anew, but its
// version and the numbers of its events go on. Redis takes most of its time for
// what a script is sent and for each call that it makes, so both are kept small:
// what a turn does not change (the application, what is due, the TTLs) is not
// sent, and in steady state there are four calls.
//
// A turn that erases ([bot.Turn.Erase]) reads the log before and writes all of
// its entries anew with the commit, which the version protects like any other.
//
// The calls of many goroutines are gathered into one pipeline (batch.go): while
// one is on its way the next ones queue, and a call that finds nothing on its
// way is sent at once.
//
// # An answer that never came
//
// go-redis sends a call again whose connection broke, applied or not. A commit
// that had been applied is then answered as a duplicate of itself. The caller
// cannot tell, and need not: a duplicate is a success for the sender of the
// message. What must not be missed are the followers on this node, so every
// duplicate makes them read the log.
//
// # Followers
//
// The log is the only way out. A follower holds a cursor and a few live events
// (feed.go). What is committed here goes to the session's followers directly,
// what other nodes commit by way of a channel (listen.go). Whenever a follower may have missed something (a gap in the numbers,
// a full buffer, a connection to Redis that came back) it drops what it holds
// and reads the log from its cursor.
//
// # An operator's look
//
// Queue and All show what is due and what is kept, from outside any turn, and
// Requeue gives up a lease (inspect.go). None of them changes a state.
//
// Storage may lose the end of a log: a failover, a restart, a backup put back. A
// follower that reads the log reads the event at its cursor, too, and is told
// ([bot.ErrRewound]) if that is not the one it has returned.
//
// # What a failover may lose
//
// Redis replicates after it has answered. With [Options.Replicas] every batch
// ends with WAIT on the same connection (replicas.go), so that nothing is
// acknowledged, shown, claimed or worked on that fewer replicas have; what is
// published is only a sign to read the log, then.
//
// # What is kept, and how long
//
// The index of applicants (index.go) is no part of a session: it maps a keyed
// HMAC of an ID number to the application that stands for it, for the window,
// which is no longer than sessions are kept.
//
// The funnel (funnel.go) is none, either: figures of what became of forms, added
// up in memory and written every few seconds, approximate and about nobody. Nor
// is the [Budget] of what costs money, counted when it is spent.
//
// State and events are sealed (package seal). Every key has a TTL, set anew when
// somebody has said something; see [TTLs]. The nodes of one database must have the same keys,
// partitions and TTLs, and clocks that agree to a few seconds.
package sessions
