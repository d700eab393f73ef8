package main

import (
	"context"
	"time"

	"fenfu/bot/flow"
	"fenfu/sessions"
	"fenfu/web/api"
)

// funnel is the store's funnel as the API sees it: with the steps of the form in
// their order, and what they are called.
type funnel struct {
	*sessions.Funnel
	book *flow.Book
}

// Read implements [api.Funnels]. Steps that the newest version of the form does
// not have are left out.
func (f funnel) Read(ctx context.Context, days int) (*api.Funnel, error) {
	figures, err := f.Funnel.Read(ctx, days)
	if err != nil {
		return nil, err
	}
	whole := figures[""].Counts
	out := &api.Funnel{
		Days: days, Started: whole[flow.Started], Submitted: whole[flow.Submitted], Decided: whole[flow.Decided], Steps: []api.FunnelStep{},
	}
	for _, s := range f.book.Steps(mainFlow) {
		n := figures[s.ID].Counts
		step := api.FunnelStep{
			Step: s.ID, Label: s.Label, LabelEN: s.LabelEN, Asked: n[flow.Asked], Filled: n[flow.Filled], Retried: n[flow.Retried], Corrected: n[flow.Corrected],
			Digressed: n[flow.Digressed], Abandoned: max(0, n[flow.Abandoned]-n[flow.Resumed]),
			MedianS: int64((figures[s.ID].Median + time.Second/2) / time.Second),
		}
		out.Abandoned += step.Abandoned
		out.Steps = append(out.Steps, step)
	}
	return out, nil
}

// lastFigures writes what was counted until the end.
func (s *storage) lastFigures(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if err := s.funnel.Flush(ctx); err != nil {
		s.logger.Warn("the last figures of the funnel are lost", "error", err)
	}
}
