package eligibility

import (
	"context"
	"fmt"
	"io/fs"
	"reflect"
	"slices"

	"fenfu/bot/internal/yamldoc"
	"fenfu/bot/pii"
)

// Applicant is an invented person of the demo, with what the check will say.
type Applicant struct {
	Name     pii.Text // to be given with the ID number
	IDNumber pii.Text
	About    string // what is special, in a few words
	Profile  Profile
	Decision Decision // expected, with the codes of the reasons
	Reasons  []string
}

// Applicants are the profiles of a demo, read from a file. They implement
// Profiles.
type Applicants struct {
	all  []Applicant
	byID map[pii.Text]int
}

type applicantsYAML struct {
	Ordinary   Profile         `yaml:"ordinary"`
	Applicants []applicantYAML `yaml:"applicants"`
}

type applicantYAML struct {
	Name     pii.Text `yaml:"name"`
	IDNumber pii.Text `yaml:"id_number"`
	About    string   `yaml:"about"`
	Facts    Profile  `yaml:"facts"`
	Unknown  []string `yaml:"unknown"`
	Expect   struct {
		Decision Decision `yaml:"decision"`
		Reasons  []string `yaml:"reasons"`
	} `yaml:"expect"`
}

// LoadApplicants reads and checks a file of demo applicants. Its errors name
// file, line and column.
func LoadApplicants(fsys fs.FS, name string) (*Applicants, error) {
	d, err := yamldoc.Open(fsys, name)
	if err != nil {
		return nil, err
	}
	var y applicantsYAML
	if err := d.Decode(&y); err != nil {
		return nil, err
	}
	a := &Applicants{byID: map[pii.Text]int{}}
	for i := range y.Applicants {
		a.all = append(a.all, readApplicant(d, fmt.Sprintf("$.applicants[%d]", i), y.Ordinary, &y.Applicants[i]))
		id := y.Applicants[i].IDNumber
		if _, ok := a.byID[id]; ok {
			d.Fail(fmt.Sprintf("$.applicants[%d].id_number", i), "this ID number is another applicant's too")
		}
		a.byID[id] = i
	}
	if err := d.Err(); err != nil {
		return nil, err
	}
	return a, nil
}

func readApplicant(d *yamldoc.Doc, at string, ordinary Profile, y *applicantYAML) Applicant {
	d.Require(at+".name", y.Name.Reveal())
	d.Require(at+".about", y.About)
	if len(y.IDNumber) != 18 {
		d.Fail(at+".id_number", "an ID number has 18 characters")
	}
	if !knownDecision(y.Expect.Decision) {
		d.Fail(at+".expect.decision", fmt.Sprintf("no such decision: %q", y.Expect.Decision))
	}
	for i, code := range y.Expect.Reasons {
		if !knownCode(code) {
			d.Fail(fmt.Sprintf("%s.expect.reasons[%d]", at, i), fmt.Sprintf("no such reason code: %q", code))
		}
	}
	p := overlay(ordinary, y.Facts)
	if p.Name.IsZero() {
		p.Name = y.Name
	}
	for i, fact := range y.Unknown {
		if !p.forget(fact) {
			d.Fail(fmt.Sprintf("%s.unknown[%d]", at, i), fmt.Sprintf("no such fact: %q", fact))
		}
	}
	return Applicant{y.Name, y.IDNumber, y.About, p, y.Expect.Decision, y.Expect.Reasons}
}

// overlay returns base with the facts that are known in top.
func overlay(base, top Profile) Profile {
	b, t := reflect.ValueOf(&base).Elem(), reflect.ValueOf(top)
	for i := range t.NumField() {
		if !t.Field(i).IsZero() {
			b.Field(i).Set(t.Field(i))
		}
	}
	return base
}

// forget makes the fact of a name unknown, and reports whether there is one.
func (p *Profile) forget(fact string) bool {
	v := reflect.ValueOf(p).Elem()
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("yaml") == fact {
			v.Field(i).SetZero()
			return true
		}
	}
	return false
}

// Find implements Profiles.
func (a *Applicants) Find(_ context.Context, idNumber pii.Text) (Profile, bool, error) {
	i, ok := a.byID[idNumber]
	if !ok {
		return Profile{}, false, nil
	}
	return a.all[i].Profile, true, nil
}

// All returns the applicants in the order of the file.
func (a *Applicants) All() []Applicant { return slices.Clone(a.all) }
