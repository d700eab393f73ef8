package api

import (
	"context"
	"strconv"

	"fenfu/bot"
)

// Funnels tell how far visitors come in the application, over the latest days.
type Funnels interface {
	Read(ctx context.Context, days int) (*Funnel, error)
}

// How many days the funnel is of.
const (
	funnelDays    = 7
	maxFunnelDays = 90
)

// daysOf reads how many days are asked for.
func daysOf(r *request) (int, error) {
	text := r.URL.Query().Get("days")
	if text == "" {
		return funnelDays, nil
	}
	days, err := strconv.Atoi(text)
	if err != nil || days < 1 || days > maxFunnelDays {
		return 0, &bot.Error{Code: bot.Invalid, Message: "天数应为 1 到 90。"}
	}
	return days, nil
}

// Funnel is how far they came. The figures are approximate: see
// [fenfu/sessions.Funnel].
type Funnel struct {
	Days      int          `json:"days"`
	Started   int64        `json:"started"`
	Submitted int64        `json:"submitted"`
	Decided   int64        `json:"decided"`
	Abandoned int64        `json:"abandoned"` // forms put aside or given up, and not taken up again
	Steps     []FunnelStep `json:"steps"`
}

// FunnelStep is one question of the form.
type FunnelStep struct {
	Step      string `json:"step"`
	Label     string `json:"label"`
	LabelEN   string `json:"label_en,omitempty"`
	Asked     int64  `json:"asked"`
	Filled    int64  `json:"filled"`    // may be more: some answers come before their question
	Retried   int64  `json:"retried"`   // answers that were none
	Corrected int64  `json:"corrected"` // answers that were changed later
	Digressed int64  `json:"digressed"` // questions of the visitor's own meanwhile
	Abandoned int64  `json:"abandoned"`
	MedianS   int64  `json:"median_s"` // from the question to the answer
}
