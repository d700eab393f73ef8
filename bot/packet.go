package bot

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
	"fenfu/bot/pii"
	"fenfu/bot/slot"
)

// Packet is what a person who takes over sees at once, so that the visitor need
// not say it again. Details in it are masked.
type Packet struct {
	Form        flow.Status  // of the application's form
	Step        flow.Heading // the open step, zero if none is
	Done, Steps int          // how many of the form's steps are done
	Details     []PacketDetail
	Application *PacketApplication // nil: none was submitted
}

// PacketDetail is one detail that the form asks for, or that was left with a
// message.
type PacketDetail struct {
	Kind   string // as Detail takes it
	Label  string
	Masked string // "" if it is missing
	State  DetailState
	Reason string // why it was refused, or how often it was corrected, for people; "" otherwise
	At     time.Time
}

// DetailState is how a detail stands.
type DetailState string

// The states of a detail.
const (
	Given     DetailState = "given"
	Missing   DetailState = "missing"
	Corrected DetailState = "corrected" // given, and another one before
	Refused   DetailState = "refused"   // asked for, and not given
)

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
		p.Details = append(p.Details, b.packetDetail(s.Flow, k))
	}
	if h := s.Handoff; h != nil && h.Contact != "" {
		p.Details = append(p.Details, PacketDetail{
			Kind: ContactLeft, Label: "留言联系方式", Masked: slot.Redact(h.Contact.Reveal()), State: Given, At: h.Since,
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

// packetDetail says how one detail of a form stands.
func (b *Bot) packetDetail(s flow.State, k slot.Kind) PacketDetail {
	d, given := s.Details[k]
	out := PacketDetail{Kind: string(k), Label: flow.KindLabel(k), State: Missing, At: d.At}
	var reasons []string
	switch {
	case given && d.Corrected > 0:
		out.State = Corrected
		reasons = append(reasons, fmt.Sprintf("改过 %d 次", d.Corrected))
	case given:
		out.State = Given
	}
	if given {
		out.Masked = slot.Mask(k, d.Value)
	}
	if s.Refused.Step != "" && s.Refused.Step == b.Book.StepFor(s, k) {
		why := refusalWords(s.Refused)
		if given {
			why = "又想改，但" + why
		} else {
			out.State = Refused
		}
		reasons = append(reasons, why)
	}
	out.Reason = strings.Join(reasons, "；")
	return out
}

// Mask returns what somebody at the desk writes beside a session with details
// masked: those of the session wherever they stand, and what looks like one.
func (s *Session) Mask(text string, now time.Time) string {
	text = maskAgain(slot.Hide(text, slot.Scan(text, now)), s.Flow.Details)
	for _, d := range s.known() {
		if value := d.Reveal(); value != "" {
			text = strings.ReplaceAll(text, value, strings.Repeat("*", utf8.RuneCountInString(value)))
		}
	}
	return text
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
