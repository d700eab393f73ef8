package sessions

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"time"
)

// Every key of a session carries the hash tag of its partition, so that one
// script may touch them all and a cluster keeps them on one node. Key names
// hold random session ids and nothing of a visitor.

// partitionsKey holds the number of partitions, which is fixed for the life of
// a database: another number would look for every session elsewhere.
const partitionsKey = "fenfu:partitions" // STRING

// partitionOf returns the partition that a session lives in.
func partitionOf(id string, partitions int) int {
	h := fnv.New32a()
	h.Write([]byte(id))
	return int(h.Sum32() % uint32(partitions))
}

// tag is the hash tag of a partition.
func tag(partition int) string { return fmt.Sprintf("{p%02d}", partition) }

// sessionKey: HASH s sealed state, a sealed application (if any), o owner, d due
// in ms (if any). It goes when the visitor's details are to go.
func sessionKey(tag, id string) string { return tag + ":s:" + id }

// logKey: HASH v version and number of the last event, r last event read (if
// any), e7 sealed entry whose first event is number 7, mX number of the event
// that a message became, X the keyed hash of its id, or the id if it is the
// system's.
func logKey(tag, id string) string { return tag + ":e:" + id }

// notesKey: HASH n:X sealed note X, t:9 sealed tags as they were set at 9 ms; what
// people wrote beside the conversation.
func notesKey(tag, id string) string { return tag + ":n:" + id }

// entryField is the log's field of the entry that begins with an event.
func entryField(first int64) string { return "e" + strconv.FormatInt(first, 10) }

// dueKey: ZSET of session ids by the next instant, in ms, at which something
// is to be done for them.
func dueKey(tag string) string { return tag + ":due" }

// nodesKey: ZSET of the nodes that the partition's commits are published to, by
// the instant, in ms, at which their registration ends.
func nodesKey(tag string) string { return tag + ":nodes" }

// namesKey: STRING of the names of those nodes, with blanks between.
func namesKey(tag string) string { return tag + ":names" }

// identityKey: STRING, the application that stands for a person. The person is
// a keyed HMAC of their ID number, under a key that is derived from the key of
// the ring with the id. These keys have no hash tag: a cluster spreads them.
func identityKey(key, hmac string) string { return "fenfu:id:" + key + ":" + hmac }

// channelName: PUB/SUB channel of what other nodes commit, one per node.
// scripts/commit.lua makes the same name.
func channelName(node string) string { return "fenfu:node:" + node }

// markKey: STRING, there if a fact was noted.
func markKey(name string) string { return "fenfu:mark:" + name }

// budgetDayKey and budgetSessionKey: STRING, how much was spent of a budget, of
// all in one day (UTC) and of one session.
func budgetDayKey(at time.Time) string       { return "fenfu:budget:d:" + at.UTC().Format(time.DateOnly) }
func budgetSessionKey(session string) string { return "fenfu:budget:s:" + session }

// The keys of the desk's staff, all on one hash tag of their own.
const (
	accountsKey  = "{desk}:accounts"   // HASH of account id to sealed account
	stepsKey     = "{desk}:steps"      // HASH of account id to the last time step of its one-time codes
	auditHeadKey = "{desk}:audit:head" // HASH n number, m mark of the last entry
)

// loginKey: HASH a account, e end of the login in ms; the name is the hash of
// the login's token.
func loginKey(name string) string { return "{desk}:login:" + name }

// loginsKey: ZSET of the names of an account's logins by their ends in ms.
func loginsKey(account string) string { return "{desk}:logins:" + account }

// auditKey: LIST of sealed links, the page of the audit log that entry n is in.
func auditKey(n int64) string { return fmt.Sprintf("{desk}:audit:%d", (n-1)/auditPage) }

// The keys of the desk's books: where every conversation is that was handed to
// people. The truth is in the sessions; the books follow.
const (
	deskWaitingKey = "{desk}:waiting" // HASH of session to {v version, d desk, s since, p preferred agent, o message left, q waiting again since, a reserved for, l until}
	deskActiveKey  = "{desk}:active"  // HASH of session to {v version, d desk, s since, a agent, r who joins, l until}
	deskLoadsKey   = "{desk}:loads"   // HASH of agent to the number of conversations it has or is reserved for
	deskIdleKey    = "{desk}:idle"    // HASH of agent to the instant, in ms, at which it last got one
	deskPaceKey    = "{desk}:pace"    // HASH of desk to {l last take, e ms until the next one on average, while somebody waits}
	deskEndedKey   = "{desk}:ended"   // ZSET of sessions by the instant, in ms, at which people were done with them
	deskOverKey    = "{desk}:over"    // HASH of session to the version at which it was over, those of the last hour
	deskOverAtKey  = "{desk}:over-at" // ZSET of these sessions by the instant, in ms, at which that was entered
	deskAgentsKey  = "{desk}:agents"  // HASH of agent to {n name, d desks, c capacity, p presence}
	deskSeenKey    = "{desk}:seen"    // ZSET of agents by the instant, in ms, at which they were last connected
	deskChannel    = "fenfu:desk"     // PUB/SUB channel: the session that moved in the books, or '' for agents
)

// funnelKey: HASH of what:step, and what.span:step by how long it took, to how
// often; the figures of one day, in China, in days since 1970.
func funnelKey(day int) string {
	return "{desk}:funnel:" + time.Unix(int64(day)*86400, 0).UTC().Format(time.DateOnly)
}

// dayOf is the day of an instant, where visitors live.
func dayOf(at time.Time) int { return int((at.Unix() + 8*60*60) / 86400) }

// deskEndedAtKey is deskEndedKey for the conversations of one desk.
func deskEndedAtKey(desk string) string { return "{desk}:ended-at:" + desk }

// deskEndedOfKey is deskEndedKey for the conversations of one agent.
func deskEndedOfKey(agent string) string { return "{desk}:ended:" + agent }
