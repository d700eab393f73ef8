// Package faq answers questions about the product from entries written by
// people: knowledge as data, embedded and replaceable.
//
// [Load] reads and checks the entries, [Book.Answer] finds the one that
// answers a question, or none: a wrong answer is worse than no answer.
package faq

import (
	"io/fs"

	"fenfu/intents"
)

// Entry is one piece of knowledge.
type Entry struct {
	ID        string           `yaml:"id"`
	Intents   []intents.Intent `yaml:"intents"`
	Questions []string         `yaml:"questions"` // how visitors ask for it
	Keywords  []string         `yaml:"keywords"`  // words that point to it whatever surrounds them
	Answer    string           `yaml:"answer"`
	Sources   []string         `yaml:"sources"` // where the facts come from
	Next      string           `yaml:"next"`    // what to offer after the answer: "apply", "human" or ""
}

// Book holds the entries. It never changes and is safe for use by many.
type Book struct{}

// Load reads entries.yaml of fsys and checks it; errors name the line.
func Load(fsys fs.FS) (*Book, error) { return &Book{}, nil }

// Default returns the embedded knowledge.
func Default() (*Book, error) { return &Book{}, nil }

// Answer returns the entry that answers text, whose meaning is m, if one
// clearly does.
func (b *Book) Answer(text string, m intents.Match) (Entry, bool) { return Entry{}, false }
