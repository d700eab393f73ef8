package main

import (
	"slices"
	"strings"

	"fenfu/bot/eligibility"
	"fenfu/bot/pii"
)

// step is one thing that a visitor does in the dialogue.
type step struct {
	say     func(v *visitor) pii.Text // nil: press the first button of what was said last
	buttons bool                      // the answer has buttons, to be pressed next
	confirm bool                      // the application is submitted
}

func literal(text pii.Text) func(*visitor) pii.Text {
	return func(*visitor) pii.Text { return text }
}

// openings are not the same twice running: who says the same again and again is
// offered a person.
var openings = []pii.Text{"开通分付", "我要开通分付", "我想开通分付", "帮我开通分付", "申请开通分付"}

func opening(v *visitor) pii.Text { return openings[v.walks%len(openings)] }

// dialogue is the whole way from the keyword to the confirmation; the decision
// follows by itself.
var dialogue = []step{
	{say: opening, buttons: true},
	{buttons: true}, // consent to collect
	{},              // consent to disclose
	{say: func(v *visitor) pii.Text { return v.who.name }},
	{say: func(v *visitor) pii.Text { return v.who.idNumber }},
	{say: literal("13800138000"), buttons: true},
	{confirm: true},
}

// applicant is whom a visitor plays, and what is to come of it.
type applicant struct {
	name, idNumber pii.Text
	decision       eligibility.Decision
}

// cast returns the demo applicants who can walk the whole dialogue: adults
// with a resident's ID number, of whom no person has to decide. There is none,
// and thousands who wait for one would be another measurement.
func cast() ([]applicant, error) {
	all, err := eligibility.LoadApplicants(eligibility.Files, eligibility.ApplicantsFile)
	if err != nil {
		return nil, err
	}
	var out []applicant
	for _, a := range all.All() {
		if slices.Contains(a.Reasons, eligibility.UnderAge) || slices.Contains(a.Reasons, eligibility.NotPRCNational) ||
			a.Decision == eligibility.ManualReview {
			continue
		}
		out = append(out, applicant{name: a.Name, idNumber: pii.Text(strings.ToUpper(a.IDNumber.Reveal())), decision: a.Decision})
	}
	return out, nil
}
