package handoff

import (
	"cmp"
	"slices"
	"time"
)

// Presence is what an agent says of itself.
type Presence string

// The presences. Only who is online is given visitors.
const (
	Online Presence = "online"
	Busy   Presence = "busy"
	Away   Presence = "away"
)

// Agent is somebody at the desk, as the desk knows them now.
type Agent struct {
	ID, Name  string
	Desks     []string // whose queues it serves; none: all
	Presence  Presence
	Gone      bool      // without a connection for a while; then it is Away
	Load      int       // conversations it has, or is about to get
	Capacity  int       // how many it may have
	IdleSince time.Time // when its load last changed
}

// Waiting is a visitor in a queue.
type Waiting struct {
	Session string
	Desk    string
	Since   time.Time
	Queued  time.Time // since when it waits this time: when it was passed on or taken back
	Prefer  string    // the agent it was transferred to, if any
	Offline bool      // it left a message and is not there: agents take it when they see fit, unless one was named
}

// Match is who gets whom.
type Match struct {
	Session string
	Agent   string
}

// Pick gives waiting visitors, the longest waiting first, to agents with room:
// to the least busy, of these to the longest idle. A visitor who was
// transferred to an agent waits for that one for a while. It changes nothing of
// what it is given.
func Pick(waiting []Waiting, agents []Agent, prefer time.Duration, now time.Time) []Match {
	agents = slices.Clone(agents)
	waiting = slices.Clone(waiting)
	slices.SortStableFunc(waiting, func(a, b Waiting) int { return a.Since.Compare(b.Since) })
	var matches []Match
	for _, w := range waiting {
		best := -1
		for i := range agents {
			if agents[i].takes(w, prefer, now) && (best < 0 || less(&agents[i], &agents[best])) {
				best = i
			}
		}
		if best < 0 {
			continue
		}
		agents[best].Load++
		agents[best].IdleSince = now
		matches = append(matches, Match{Session: w.Session, Agent: agents[best].ID})
	}
	return matches
}

func (a *Agent) takes(w Waiting, prefer time.Duration, now time.Time) bool {
	if a.Presence != Online || a.Load >= a.Capacity {
		return false
	}
	if w.Offline {
		return a.ID == w.Prefer
	}
	if w.Prefer != "" && now.Sub(w.Queued) < prefer {
		return a.ID == w.Prefer
	}
	return len(a.Desks) == 0 || slices.Contains(a.Desks, w.Desk)
}

// less compares how busy two agents are: by the share of their capacity that is
// taken, then by how long they have had no new visitor.
func less(a, b *Agent) bool {
	return cmp.Or(
		cmp.Compare(a.Load*b.Capacity, b.Load*a.Capacity),
		a.IdleSince.Compare(b.IdleSince),
		cmp.Compare(a.ID, b.ID),
	) < 0
}
