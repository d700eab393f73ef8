package bot

import "time"

// Want is what a part of a session wants to be woken for.
type Want struct {
	What     string // one of the Want… constants
	At       time.Time
	Attempts int // so far, where they are counted
}

// What a session may be woken for.
const (
	WantAnswer = "answer" // from the language model
	WantCheck  = "check"
	WantPoll   = "poll"
	WantNotify = "webhook"
	WantDesk   = "desk"  // who waits for a person, or is with one
	WantClaim  = "claim" // a place in the index of applicants is to be given up
	WantScrub  = "notes" // people wrote beside the conversation, which are to be deleted
	WantRemind = "reminder"
	WantPurge  = "purge" // details that were not submitted are to be deleted
)

// Wants yields what the parts of the session want, in no order. Everything that
// makes a session due is here, and nothing else.
func (s *Session) Wants(yield func(Want) bool) {
	if q := s.Question; q != nil && !yield(Want{What: WantAnswer, At: q.At}) {
		return
	}
	if at, ok := s.Application.wants(); ok {
		what := WantCheck
		if s.Application.Status == Pending {
			what = WantPoll
		}
		if !yield(Want{What: what, At: at, Attempts: s.Application.Attempts}) {
			return
		}
	}
	for _, n := range s.Notifications {
		if !yield(Want{What: WantNotify, At: n.Next, Attempts: n.Attempts}) {
			return
		}
	}
	if h := s.Handoff; h != nil && !h.Next.IsZero() && !yield(Want{What: WantDesk, At: h.Next}) {
		return
	}
	for _, c := range s.Claims {
		if !c.Drop.IsZero() && !yield(Want{What: WantClaim, At: c.Drop}) {
			return
		}
	}
	if !s.Scrub.IsZero() && !yield(Want{What: WantScrub, At: s.Scrub}) {
		return
	}
	if at := s.Silence.Next; !at.IsZero() && !yield(Want{What: WantRemind, At: at}) {
		return
	}
	if at := s.Keeping.Next; !at.IsZero() {
		yield(Want{What: WantPurge, At: at})
	}
}
