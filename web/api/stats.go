package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"fenfu/bot"
	"fenfu/bot/handoff"
)

// statsOver is how many of the latest conversations the averages are of.
const statsOver = 200

// stats is what a supervisor watches.
type stats struct {
	Waiting  int            `json:"waiting"`
	Messages int            `json:"messages"` // left by visitors who are not there
	LongestS int64          `json:"longest_wait_s"`
	Active   int            `json:"active"`
	Agents   []agent        `json:"agents"`
	Ended    int64          `json:"ended"`   // as far as they are listed
	Over     int            `json:"over"`    // of these, the figures below are
	WaitS    *int64         `json:"wait_s"`  // median until somebody took over
	TalkS    *int64         `json:"talk_s"`  // median from then to the end
	Ratings  [5]int         `json:"ratings"` // how often 1, 2, … 5 was given
	Reasons  map[string]int `json:"reasons"` // why people were asked for
	Desks    map[string]int `json:"by_desk"` // who waits, by desk
}

func (a *API) stats(w http.ResponseWriter, r *request) error {
	queue, err := a.Desk.Queue(r.Context())
	if err != nil {
		return err
	}
	active, err := a.Desk.Active(r.Context(), "")
	if err != nil {
		return err
	}
	agents, err := a.agentList(r)
	if err != nil {
		return err
	}
	st := stats{Active: len(active), Agents: agents, Reasons: map[string]int{}, Desks: map[string]int{}}
	for _, waits := range queue {
		if waits.Offline {
			st.Messages++
			continue
		}
		st.Waiting++
		st.Desks[waits.Desk]++
		st.LongestS = max(st.LongestS, int64(a.Now().Sub(waits.Since)/time.Second))
	}
	if err := a.past(r, &st); err != nil {
		return err
	}
	return answer(w, st)
}

// past adds up the latest conversations that are over.
func (a *API) past(r *request, st *stats) error {
	places, total, err := a.Desk.Ended(r.Context(), "", a.Now().Add(time.Second), statsOver)
	if err != nil {
		return err
	}
	st.Ended, st.Over = total, len(places)
	sessions, err := a.look(r.Context(), places)
	if err != nil {
		return err
	}
	var waits, talks []int64
	for _, s := range sessions {
		h := s.Handoff
		if h == nil {
			continue
		}
		st.Reasons[string(h.Reason)]++
		if h.Rating > 0 {
			st.Ratings[h.Rating-1]++
		}
		if h.TakenAt.IsZero() {
			continue
		}
		if h.Reason != handoff.Review && h.Reason != handoff.Failed {
			waits = append(waits, int64(h.TakenAt.Sub(h.Since)/time.Second))
		}
		if !h.EndedAt.IsZero() {
			talks = append(talks, int64(h.EndedAt.Sub(h.TakenAt)/time.Second))
		}
	}
	st.WaitS, st.TalkS = median(waits), median(talks)
	return nil
}

// look reads the sessions of places.
func (a *API) look(ctx context.Context, places []Place) ([]bot.Session, error) {
	sessions := make([]bot.Session, len(places))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(loaders)
	for i, p := range places {
		group.Go(func() (err error) {
			sessions[i], err = a.Sessions.Look(ctx, p.Session)
			return err
		})
	}
	return sessions, group.Wait()
}

func median(of []int64) *int64 {
	if len(of) == 0 {
		return nil
	}
	slices.Sort(of)
	return &of[len(of)/2]
}
