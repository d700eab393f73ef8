package api

import "context"

// Funnels tell how far visitors come in the application.
type Funnels interface {
	Read(ctx context.Context) (*Funnel, error)
}

// Funnel is how far they came, over the latest days.
type Funnel struct {
	Days      int          `json:"days"`
	Started   int64        `json:"started"`
	Submitted int64        `json:"submitted"`
	Decided   int64        `json:"decided"`
	Abandoned int64        `json:"abandoned"` // forms put aside or given up
	Steps     []FunnelStep `json:"steps"`
}

// FunnelStep is one question of the form.
type FunnelStep struct {
	Step      string `json:"step"`
	Label     string `json:"label"`
	Asked     int64  `json:"asked"`
	Filled    int64  `json:"filled"`
	Retried   int64  `json:"retried"`   // answers that were none
	Corrected int64  `json:"corrected"` // answers that were changed later
	Digressed int64  `json:"digressed"` // questions of the visitor's own meanwhile
	Abandoned int64  `json:"abandoned"`
	MedianS   int64  `json:"median_s"` // from the question to the answer
}
