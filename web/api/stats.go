package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"fenfu/bot"
)

// statsOver is how many of the latest conversations the averages are of.
const statsOver = 200

// stats is what a supervisor watches. What is over is told of the latest
// conversations only.
type stats struct {
	Desks   []desk         `json:"desks"`
	Agents  []agent        `json:"agents"`
	Active  int            `json:"active"`  // conversations that somebody has
	Handled int64          `json:"handled"` // and that are over, as far as they are listed
	Waits   spans          `json:"waits"`   // of visitors who waited, until somebody took over
	Talks   spans          `json:"talks"`   // from then to the end
	Ratings ratings        `json:"ratings"`
	Reasons map[string]int `json:"reasons"` // why people were asked for
	Funnel  *Funnel        `json:"funnel,omitempty"`
}

// spans are how long something took.
type spans struct {
	Count   int   `json:"count"`
	MedianS int64 `json:"median_s"`
	P90S    int64 `json:"p90_s"`
}

type ratings struct {
	Count   int     `json:"count"`
	Average float64 `json:"average"`
	By      [5]int  `json:"by"` // how often 1, 2, … 5 was given
}

func (a *API) stats(w http.ResponseWriter, r *request) error {
	st := stats{Reasons: map[string]int{}}
	days, err := daysOf(r)
	if err != nil {
		return err
	}
	if st.Desks, err = a.deskList(r); err != nil {
		return err
	}
	if st.Agents, err = a.agentList(r); err != nil {
		return err
	}
	active, err := a.Desk.Active(r.Context(), "")
	if err != nil {
		return err
	}
	st.Active = len(active)
	if err := a.past(r, &st); err != nil {
		return err
	}
	if a.Funnel != nil {
		if st.Funnel, err = a.Funnel.Read(r.Context(), days); err != nil {
			return err
		}
	}
	return answer(w, st)
}

// past adds up the latest conversations that are over.
func (a *API) past(r *request, st *stats) error {
	places, total, err := a.Desk.Ended(r.Context(), "", nil, Place{Ended: a.Now().Add(time.Second)}, statsOver)
	if err != nil {
		return err
	}
	st.Handled = total
	sessions, err := a.look(r.Context(), places)
	if err != nil {
		return err
	}
	var waits, talks []int64
	sum := 0
	for _, s := range sessions {
		h := s.Handoff
		if h == nil {
			continue
		}
		st.Reasons[string(h.Reason)]++
		if h.Rating > 0 {
			st.Ratings.By[h.Rating-1]++
			st.Ratings.Count++
			sum += h.Rating
		}
		if h.Waited > 0 {
			waits = append(waits, int64(h.Waited/time.Second))
		}
		if !h.MetAt.IsZero() && !h.EndedAt.IsZero() {
			talks = append(talks, int64(h.EndedAt.Sub(h.MetAt)/time.Second))
		}
	}
	if st.Ratings.Count > 0 {
		st.Ratings.Average = float64(sum) / float64(st.Ratings.Count)
	}
	st.Waits, st.Talks = spansOf(waits), spansOf(talks)
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

func spansOf(of []int64) spans {
	n := len(of)
	if n == 0 {
		return spans{}
	}
	slices.Sort(of)
	return spans{Count: n, MedianS: of[n/2], P90S: of[min(n-1, n*9/10)]}
}
