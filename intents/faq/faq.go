// Package faq answers questions about the product from entries written by
// people: knowledge as data, embedded and replaceable.
//
// [Load] reads and checks the entries. [Book.Find] finds the one that answers
// a question, or a few that may, or none: a wrong answer is worse than none.
// [Book.Retrieve] only ranks, for whoever judges on its own. Package audit holds
// entries against their facts and against each other.
package faq

import (
	"embed"
	"io/fs"
	"time"

	"fenfu/intents"
)

// Entry is one piece of knowledge.
type Entry struct {
	ID         string           `yaml:"id"`
	Intents    []intents.Intent `yaml:"intents"`     // the topics whose questions it may answer
	DefaultFor []intents.Intent `yaml:"default_for"` // the topics it answers when no entry fits better
	Questions  []string         `yaml:"questions"`   // how visitors ask for it; the first one is its title
	Keywords   []string         `yaml:"keywords"`    // words that point to it whatever surrounds them
	Answer     string           `yaml:"answer"`
	Sources    []string         `yaml:"sources"` // the facts it rests on
	ValidFrom  Date             `yaml:"valid_from"`
	ValidTo    Date             `yaml:"valid_to"` // the last day
	Next       Next             `yaml:"next"`
	At         string           `yaml:"-"` // where it is written: file:line:column
}

// Title is the entry as a question that visitors can pick.
func (e Entry) Title() string { return e.Questions[0] }

// Valid reports whether the entry answers at now. Its dates are days in China.
func (e Entry) Valid(now time.Time) bool {
	return (e.ValidFrom.IsZero() || !now.Before(e.ValidFrom.Time)) && (e.ValidTo.IsZero() || now.Before(e.ValidTo.AddDate(0, 0, 1)))
}

// Next is what to offer after an answer.
type Next string

// The offers. The zero value: nothing.
const (
	ToApply Next = "apply"
	ToHuman Next = "human"
)

//go:embed entries
var embedded embed.FS

// Embedded returns the built-in entries, as Load takes them.
func Embedded() fs.FS {
	sub, err := fs.Sub(embedded, "entries")
	if err != nil {
		panic(err) // the name above is wrong
	}
	return sub
}

// Default returns the embedded knowledge, by the clock of the system.
func Default() (*Book, error) { return Load(Embedded(), time.Now) }
