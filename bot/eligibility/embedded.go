package eligibility

import (
	"context"
	"fmt"
	"time"
)

// Embedded is the Checker that applies Rules to profiles at hand, without a
// network.
//
// The answer depends on nothing but the request, the profile, the rules and the
// day in China, so a check repeated under the same CheckID on the same day gets
// the first answer again, to the byte. Only a check repeated after midnight can
// differ, by a later ValidUntil or a birthday.
type Embedded struct {
	rules    *Rules
	profiles Profiles
	now      func() time.Time
	fields   []field
}

// NewEmbedded returns a checker that looks applicants up in profiles and tells
// the date by now.
func NewEmbedded(rules *Rules, profiles Profiles, now func() time.Time) *Embedded {
	return &Embedded{rules: rules, profiles: profiles, now: now, fields: profileFields()}
}

// Check implements Checker. An applicant without a profile is one of whom
// nothing is known but what the ID number says: not eligible if that settles
// it, else for a person to look at.
func (e *Embedded) Check(ctx context.Context, r Request) (Result, error) {
	p, _, err := e.profiles.Find(ctx, r.Subject.IDNumber)
	if err != nil {
		return Result{}, fmt.Errorf("find profile: %w", err)
	}
	now := e.now()
	decision, reasons, err := e.rules.decide(factsOf(e.fields, r.Subject, p, now))
	if err != nil {
		return Result{}, err
	}
	y, m, d := now.In(china()).Date()
	return Result{
		CheckID:      r.CheckID,
		Decision:     decision,
		Reasons:      reasons,
		ValidUntil:   time.Date(y, m, d+e.rules.validDays, 0, 0, 0, 0, china()),
		ModelVersion: e.rules.version,
	}, nil
}
