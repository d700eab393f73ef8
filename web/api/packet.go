package api

import (
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
	"fenfu/bot/handoff"
)

// packet is what the console shows beside a conversation.
type packet struct {
	Row         *Row         `json:"row"`
	Form        string       `json:"form,omitempty"` // running, parked, done or ""
	Step        string       `json:"step,omitempty"`
	StepEN      string       `json:"step_en,omitempty"`
	Progress    progress     `json:"progress"`
	Details     []detail     `json:"details"`
	Application *application `json:"application,omitempty"`
	Notes       []Note       `json:"notes"`
	Earlier     []earlier    `json:"earlier"`
	Seq         int64        `json:"seq"` // of the last event
	Comment     string       `json:"comment,omitempty"`
}

type progress struct {
	Done  int `json:"done"`
	Steps int `json:"steps"`
}

type detail struct {
	Kind   string     `json:"kind"`
	Label  string     `json:"label"`
	Masked string     `json:"masked,omitempty"`
	State  string     `json:"state"` // given, missing, corrected or refused
	Reason string     `json:"reason,omitempty"`
	At     *time.Time `json:"at,omitempty"`
}

type application struct {
	ID          string                `json:"id"`
	Version     int                   `json:"version"`
	Status      bot.ApplicationStatus `json:"status"`
	Decision    eligibility.Decision  `json:"decision,omitempty"`
	Reasons     []eligibility.Reason  `json:"reasons"`
	SubmittedAt time.Time             `json:"submitted_at"`
	DecidedAt   *time.Time            `json:"decided_at,omitempty"`
}

// earlier is a handoff of the same conversation that is over.
type earlier struct {
	Reason  handoff.Reason `json:"reason"`
	Desk    string         `json:"desk"`
	Agent   string         `json:"agent_name,omitempty"`
	Since   time.Time      `json:"since"`
	EndedAt time.Time      `json:"ended_at"`
	Rating  int            `json:"rating,omitempty"`
}

func packetOf(s *bot.Session, p bot.Packet, row *Row, notes []Note) packet {
	out := packet{
		Row: row, Form: string(p.Form), Step: p.Step.Label, StepEN: p.Step.LabelEN, Progress: progress{p.Done, p.Steps},
		Details: []detail{}, Notes: append([]Note{}, notes...), Earlier: []earlier{}, Seq: s.Seq,
		Comment: s.Handoff.Comment.Reveal(),
	}
	for _, d := range p.Details {
		out.Details = append(out.Details, detail{Kind: d.Kind, Label: d.Label, Masked: d.Masked, State: string(d.State), Reason: d.Reason, At: optional(d.At)})
	}
	if app := p.Application; app != nil {
		out.Application = &application{
			ID: app.ID, Version: app.Version, Status: app.Status, Decision: app.Decision,
			Reasons: append([]eligibility.Reason{}, app.Reasons...), SubmittedAt: app.SubmittedAt.UTC(), DecidedAt: optional(app.DecidedAt),
		}
	}
	for _, past := range s.Handoff.Past {
		out.Earlier = append(out.Earlier, earlier{
			Reason: past.Reason, Desk: past.Desk, Agent: past.Agent.Name, Since: past.Since.UTC(), EndedAt: past.EndedAt.UTC(), Rating: past.Rating,
		})
	}
	return out
}

// optional is nil for the zero time.
func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
