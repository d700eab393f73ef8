package bot

import (
	"time"

	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
	"fenfu/bot/pii"
	"fenfu/bot/slot"
)

// Packet is what a person who takes over sees at once, so that the visitor need
// not say it again. Details in it are masked.
type Packet struct {
	Form        flow.Status // of the application's form
	Step        string      // label of the open step, "" if none is
	Done, Steps int         // how many of the form's steps are done
	Details     []PacketDetail
	Application *PacketApplication // nil: none was submitted
}

// PacketDetail is one detail that the form asks for, or that was left with a
// message.
type PacketDetail struct {
	Kind   string // as Detail takes it
	Label  string
	Masked string // "" if it is missing
	Given  bool
	At     time.Time
}

// PacketApplication is how the latest application stands.
type PacketApplication struct {
	ID          string
	Version     int
	Status      ApplicationStatus
	Decision    eligibility.Decision
	Reasons     []eligibility.Reason
	SubmittedAt time.Time
	DecidedAt   time.Time
}

// ContactLeft is the kind of the contact that a visitor left with a message.
const ContactLeft = "contact_left"

// Packet makes the packet of a session.
func (b *Bot) Packet(s Session) Packet {
	p := Packet{Form: s.Flow.Status}
	p.Step, p.Done, p.Steps = b.Book.Progress(s.Flow)
	for _, k := range b.Book.Kinds(s.Flow) {
		d, given := s.Flow.Details[k]
		detail := PacketDetail{Kind: string(k), Label: flow.KindLabel(k), Given: given, At: d.At}
		if given {
			detail.Masked = slot.Mask(k, d.Value)
		}
		p.Details = append(p.Details, detail)
	}
	if h := s.Handoff; h != nil && h.Contact != "" {
		p.Details = append(p.Details, PacketDetail{
			Kind: ContactLeft, Label: "留言联系方式", Masked: slot.Redact(h.Contact.Reveal()), Given: true, At: h.Since,
		})
	}
	if a := s.Application; a != nil {
		p.Application = &PacketApplication{
			ID: a.ID, Version: a.Version, Status: a.Status, SubmittedAt: a.SubmittedAt, DecidedAt: a.DecidedAt,
			Decision: a.Result.Decision, Reasons: a.Result.Reasons,
		}
	}
	return p
}

// Detail returns one detail in full, and false if there is none. Whoever is
// shown it has been written down before.
func (s *Session) Detail(kind string) (pii.Text, bool) {
	if kind == ContactLeft {
		if s.Handoff == nil || s.Handoff.Contact == "" {
			return "", false
		}
		return s.Handoff.Contact, true
	}
	d, ok := s.Flow.Details[slot.Kind(kind)]
	return d.Value, ok
}
