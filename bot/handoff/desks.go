package handoff

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a minimal container has no zones of its own

	"fenfu/bot/internal/yamldoc"
)

// DesksFile is the embedded file of desks; an operator gives its own.
const DesksFile = "desks.yaml"

// Files holds DesksFile.
//
//go:embed desks.yaml
var Files embed.FS

// Reason is why a visitor was handed to a person.
type Reason string

// The reasons.
const (
	Asked      Reason = "asked"      // in words or by the button
	Misses     Reason = "misses"     // the bot did not understand several times
	Frustrated Reason = "frustrated" // by the sound of it
	Review     Reason = "review"     // the check wants a person to decide
	Failed     Reason = "failed"     // the check could not be reached
	Appeal     Reason = "appeal"     // of a decision
	Rule       Reason = "rule"       // of the operator's
)

// Reasons are all there are.
func Reasons() []Reason { return []Reason{Asked, Misses, Frustrated, Review, Failed, Appeal, Rule} }

// Desks are the operator's desks. The first one takes what no other claims.
type Desks struct {
	Limits Limits
	desks  []Desk
	rules  []ruleYAML
	zone   *time.Location
	always bool
}

// Limits are the times that a handed-over conversation is kept to.
type Limits struct {
	TakeBack   time.Duration // an agent's silence after which the visitor waits again
	WarnAfter  time.Duration // a visitor's silence after which closing is announced
	CloseAfter time.Duration // further silence after which it is closed
	GiveUp     time.Duration // waiting after which the visitor is offered to leave a message
	Prefer     time.Duration // waiting for a named agent before anybody may take over
}

// Desk is a group of agents with a queue of its own.
type Desk struct {
	ID       string   `yaml:"id"`
	Name     string   `yaml:"name"`
	NameEN   string   `yaml:"name_en"` // for people at the desk who read English; may be ""
	Capacity int      `yaml:"capacity"`
	Hours    []Hours  `yaml:"hours"`
	Holidays []string `yaml:"holidays"`
	Reasons  []Reason `yaml:"reasons"`
}

// Hours are opening hours on some days of the week, by the clock of the desks'
// zone. Close is later than Open on the same day.
type Hours struct {
	Days  []string `yaml:"days"`
	Open  string   `yaml:"open"`
	Close string   `yaml:"close"`

	from, to int // minutes of the day
}

type desksYAML struct {
	Zone   string     `yaml:"zone"`
	Limits limitsYAML `yaml:"limits"`
	Desks  []Desk     `yaml:"desks"`
	Rules  []ruleYAML `yaml:"rules"`
}

type limitsYAML struct {
	TakeBack   string `yaml:"take_back"`
	WarnAfter  string `yaml:"warn_after"`
	CloseAfter string `yaml:"close_after"`
	GiveUp     string `yaml:"give_up"`
	Prefer     string `yaml:"prefer"`
}

type ruleYAML struct {
	Words []string `yaml:"words"`
	Desk  string   `yaml:"desk"`
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Load reads and checks a file of desks. Its errors name file, line and column,
// all that there are.
func Load(fsys fs.FS, name string) (*Desks, error) {
	doc, err := yamldoc.Open(fsys, name)
	if err != nil {
		return nil, err
	}
	var y desksYAML
	if err := doc.Decode(&y); err != nil {
		return nil, err
	}
	d := &Desks{desks: y.Desks, rules: y.Rules}
	if d.zone, err = time.LoadLocation(y.Zone); err != nil || y.Zone == "" {
		doc.Fail("$.zone", fmt.Sprintf("no such time zone: %q", y.Zone))
	}
	for at, to := range map[string]struct {
		text string
		to   *time.Duration
	}{
		"take_back": {y.Limits.TakeBack, &d.Limits.TakeBack}, "warn_after": {y.Limits.WarnAfter, &d.Limits.WarnAfter},
		"close_after": {y.Limits.CloseAfter, &d.Limits.CloseAfter}, "give_up": {y.Limits.GiveUp, &d.Limits.GiveUp},
		"prefer": {y.Limits.Prefer, &d.Limits.Prefer},
	} {
		if *to.to, err = time.ParseDuration(to.text); err != nil || *to.to <= 0 {
			doc.Fail("$.limits."+at, at+" is a duration, like 3m or 45s")
		}
	}
	d.check(doc)
	if err := doc.Err(); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *Desks) check(doc *yamldoc.Doc) {
	if len(d.desks) == 0 {
		doc.Fail("$.desks", "there must be a desk")
	}
	claimed := make(map[Reason]string)
	for i := range d.desks {
		desk, at := &d.desks[i], fmt.Sprintf("$.desks[%d]", i)
		doc.Require(at+".id", desk.ID)
		doc.Require(at+".name", desk.Name)
		if slices.ContainsFunc(d.desks[:i], func(o Desk) bool { return o.ID == desk.ID }) {
			doc.Fail(at+".id", fmt.Sprintf("desk %q is there twice", desk.ID))
		}
		if desk.Capacity < 1 || desk.Capacity > 50 {
			doc.Fail(at+".capacity", "the capacity is 1 to 50")
		}
		for j := range desk.Hours {
			checkHours(doc, fmt.Sprintf("%s.hours[%d]", at, j), &desk.Hours[j])
		}
		for j, day := range desk.Holidays {
			if _, err := time.Parse(time.DateOnly, day); err != nil {
				doc.Fail(fmt.Sprintf("%s.holidays[%d]", at, j), "a holiday is a date like 2027-02-17")
			}
		}
		for j, r := range desk.Reasons {
			if !slices.Contains(Reasons(), r) {
				doc.Fail(fmt.Sprintf("%s.reasons[%d]", at, j), fmt.Sprintf("no such reason: %q", r))
			} else if other, ok := claimed[r]; ok {
				doc.Fail(fmt.Sprintf("%s.reasons[%d]", at, j), fmt.Sprintf("desk %q takes this reason already", other))
			}
			claimed[r] = desk.ID
		}
	}
	for i, r := range d.rules {
		at := fmt.Sprintf("$.rules[%d]", i)
		if _, ok := d.Desk(r.Desk); !ok {
			doc.Fail(at+".desk", fmt.Sprintf("no such desk: %q", r.Desk))
		}
		if len(r.Words) == 0 || slices.Contains(r.Words, "") {
			doc.Fail(at+".words", "a rule needs words")
		}
	}
}

func checkHours(doc *yamldoc.Doc, at string, h *Hours) {
	for i, day := range h.Days {
		if !slices.Contains(weekdays, day) {
			doc.Fail(fmt.Sprintf("%s.days[%d]", at, i), fmt.Sprintf("no such day: %q; want %s", day, strings.Join(weekdays, ", ")))
		}
	}
	if len(h.Days) == 0 {
		doc.Fail(at+".days", "hours need days")
	}
	from, ok := minutes(h.Open)
	to, ok2 := minutes(h.Close)
	if !ok || !ok2 || to <= from {
		doc.Fail(at+".open", `open and close are times like "09:00", close the later one; "24:00" is midnight`)
	}
	h.from, h.to = from, to
}

// minutes of the day; 24:00 is its end.
func minutes(clock string) (int, bool) {
	if clock == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", clock)
	return t.Hour()*60 + t.Minute(), err == nil
}

// AlwaysOpen lets every desk be open at any time: a demo is tried at night too.
func (d *Desks) AlwaysOpen() { d.always = true }

// All returns the desks in their order.
func (d *Desks) All() []Desk { return slices.Clone(d.desks) }

// Desk returns the desk with an id.
func (d *Desks) Desk(id string) (Desk, bool) {
	i := slices.IndexFunc(d.desks, func(o Desk) bool { return o.ID == id })
	if i < 0 {
		return Desk{}, false
	}
	return d.desks[i], true
}

// For returns the desk that a reason comes to.
func (d *Desks) For(r Reason) Desk {
	for _, desk := range d.desks {
		if slices.Contains(desk.Reasons, r) {
			return desk
		}
	}
	return d.desks[0]
}

// Rule returns the desk that the operator wants a message to go to at once, and
// false if it has no rule for it. The text is normalised.
func (d *Desks) Rule(text string) (Desk, bool) {
	for _, r := range d.rules {
		if slices.ContainsFunc(r.Words, func(w string) bool { return strings.Contains(text, w) }) {
			return d.Desk(r.Desk)
		}
	}
	return Desk{}, false
}

// Open reports whether a desk is open at an instant.
func (d *Desks) Open(id string, at time.Time) bool {
	desk, ok := d.Desk(id)
	if !ok {
		return false
	}
	if d.always {
		return true
	}
	local := at.In(d.zone)
	if slices.Contains(desk.Holidays, local.Format(time.DateOnly)) {
		return false
	}
	now := local.Hour()*60 + local.Minute()
	return slices.ContainsFunc(desk.Hours, func(h Hours) bool {
		return slices.Contains(h.Days, weekdays[local.Weekday()]) && h.from <= now && now < h.to
	})
}

// Opens returns when a desk that is closed opens next, in the desks' zone, and
// false if it does not within a month.
func (d *Desks) Opens(id string, after time.Time) (time.Time, bool) {
	desk, ok := d.Desk(id)
	if !ok {
		return time.Time{}, false
	}
	local := after.In(d.zone)
	for day := range 31 {
		date := time.Date(local.Year(), local.Month(), local.Day()+day, 0, 0, 0, 0, d.zone)
		if slices.Contains(desk.Holidays, date.Format(time.DateOnly)) {
			continue
		}
		var first time.Time
		for _, h := range desk.Hours {
			opens := time.Date(date.Year(), date.Month(), date.Day(), 0, h.from, 0, 0, d.zone)
			if slices.Contains(h.Days, weekdays[date.Weekday()]) && opens.After(after) && (first.IsZero() || opens.Before(first)) {
				first = opens
			}
		}
		if !first.IsZero() {
			return first, true
		}
	}
	return time.Time{}, false
}
