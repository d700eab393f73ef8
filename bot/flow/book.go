// Package flow runs guided dialogues that are written as data.
//
// A flow is a YAML file: its steps, what each asks, why, with which words it
// refuses what it cannot use (see flows/apply.yaml). [Load] checks a folder of
// them and names line and column of whatever is wrong. [Book.Next] is a pure
// function from a state and one message to the next state and what is to be
// done, so a dialogue can be tested, replayed and moved between nodes freely.
//
// # From a message to what is done
//
// [Read] tells what a message says from what it asks. [Book.Understand] makes
// of both a list of commands, out of a closed set (see [Verb]). They are carried
// out in order, then the open question is put once: in full after progress, in
// short after an interruption. A question fills nothing and costs no try, and a
// yes counts only for what was shown before the message came.
//
// # Versions
//
// A book may hold several versions of a flow. The newest is started; a run stays
// on its own for as long as that is loaded, unless the newest has a rule for it
// (see [Migration]). A run whose version is gone goes on with the newest. What
// was given stays if it still fits, what changed is asked again, and the visitor
// is told. So: to change a flow, add a file with the next version, and take the
// old one away when --retention has passed, or give the new one a rule.
package flow

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"strings"

	"fenfu/bot/slot"
)

//go:embed flows/*.yaml
var embedded embed.FS

// Embedded returns the flows that come with the program.
func Embedded() fs.FS {
	sub, err := fs.Sub(embedded, "flows")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return sub
}

// StepKind says what a step does.
type StepKind string

// The kinds of steps.
const (
	ConsentStep StepKind = "consent" // asks for one consent, explicitly
	DetailStep  StepKind = "detail"  // asks for one detail
	ConfirmStep StepKind = "confirm" // shows the masked details and asks to go ahead
	SubmitStep  StepKind = "submit"  // the end: what was confirmed is submitted
)

// Sensitivity is how carefully a detail must be handled.
type Sensitivity string

// The sensitivities.
const (
	Personal Sensitivity = "personal" // a name, a contact
	Identity Sensitivity = "identity" // an identity number
)

// Flow is one dialogue, as its file has it.
type Flow struct {
	ID      string            `yaml:"id"`
	Version int               `yaml:"version"`
	Migrate []Migration       `yaml:"migrate"`
	Product string            `yaml:"product"`
	Texts   map[string]string `yaml:"texts"`
	Buttons map[string]string `yaml:"buttons"`
	Steps   []Step            `yaml:"steps"`
}

// Step is one step of a flow.
type Step struct {
	ID          string            `yaml:"id"`
	Kind        StepKind          `yaml:"kind"`
	Label       string            `yaml:"label"`    // how the step is called in front of the visitor
	LabelEN     string            `yaml:"label_en"` // and of people at the desk who read English; may be ""
	Consent     ConsentText       `yaml:"consent"`
	Detail      slot.Kind         `yaml:"detail"`
	Sensitivity Sensitivity       `yaml:"sensitivity"`
	Ask         string            `yaml:"ask"`
	Short       string            `yaml:"short"` // the question again, after an interruption
	Why         string            `yaml:"why"`
	Example     string            `yaml:"example"`
	Explicit    string            `yaml:"explicit"` // answer to a yes that is not a consent
	Declined    string            `yaml:"declined"`
	Errors      map[string]string `yaml:"errors"` // words for each of slot.Reasons
	Next        string            `yaml:"next"`
}

// ConsentText names the version of a consent's text.
type ConsentText struct {
	ID      string `yaml:"id"`
	Version string `yaml:"version"`
}

// Book holds the flows that were loaded, with their placeholders filled in. Of
// one flow there may be several versions side by side: the newest is started,
// the others are gone on with.
type Book struct {
	flows map[string][]*Flow // by id, the newest version first
}

// Flow returns the newest version of the flow with the id, nil if there is none.
func (b *Book) Flow(id string) *Flow {
	if versions := b.flows[id]; len(versions) > 0 {
		return versions[0]
	}
	return nil
}

func (b *Book) version(id string, version int) *Flow {
	for _, f := range b.flows[id] {
		if f.Version == version {
			return f
		}
	}
	return nil
}

// Label returns what the button with the value says, "" if no flow has it.
func (b *Book) Label(value string) string {
	for _, versions := range b.flows {
		for _, f := range versions {
			if l := f.label(value); l != "" {
				return l
			}
		}
	}
	return ""
}

// ConsentLabel returns what a consent is called in the session's flow.
func (b *Book) ConsentLabel(s State, id string) string {
	if f := b.Of(s); f != nil {
		for i := range f.Steps {
			if f.Steps[i].Kind == ConsentStep && f.Steps[i].Consent.ID == id {
				return f.Steps[i].Label
			}
		}
	}
	return id
}

func (f *Flow) label(value string) string {
	for key, v := range buttonValues {
		if v == value {
			return f.Buttons[key]
		}
	}
	if id, ok := strings.CutPrefix(value, editPrefix); ok {
		if s := f.step(id); s != nil {
			return s.editLabel()
		}
	}
	return ""
}

func (f *Flow) step(id string) *Step {
	for i := range f.Steps {
		if f.Steps[i].ID == id {
			return &f.Steps[i]
		}
	}
	return nil
}

// number returns the place of a step among the steps, from 1, and how many
// there are to walk through (the submission is not one of them).
func (f *Flow) number(id string) (n, total int) {
	for i := range f.Steps {
		if f.Steps[i].Kind != SubmitStep {
			total++
		}
		if f.Steps[i].ID == id {
			n = i + 1
		}
	}
	return n, total
}

// accepts returns the kinds of details that answer the step's question.
func (s *Step) accepts() []slot.Kind {
	if s.Detail == slot.Contact {
		return []slot.Kind{slot.Phone, slot.Email, slot.WeChat}
	}
	return []slot.Kind{s.Detail}
}

// editLabel is what the button that corrects the step's detail says.
func (s *Step) editLabel() string { return "修改" + s.Label }

// takes reports whether a detail of the kind answers the step's question.
func (s *Step) takes(k slot.Kind) bool {
	if s.Kind != DetailStep {
		return false
	}
	for _, a := range s.accepts() {
		if a == k {
			return true
		}
	}
	return k == s.Detail
}

// oneOfSeveral reports whether a detail of the kind answers the step's question,
// and others do as well.
func (s *Step) oneOfSeveral(k slot.Kind) bool {
	return k != s.Detail && s.takes(k) && len(s.accepts()) > 1
}

func textHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// stepFor returns the step that asks for details of the kind.
func (f *Flow) stepFor(k slot.Kind) *Step {
	for i := range f.Steps {
		if f.Steps[i].takes(k) {
			return &f.Steps[i]
		}
	}
	return nil
}
