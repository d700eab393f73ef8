// Package pii holds the one type that personal data travels in.
//
// A [Text] hides its content from every ordinary way of writing a value down:
// fmt with any verb, slog, encoding/json and encoding/text all print
// [Redacted]. The content leaves only through [Text.Reveal], so that a search
// for that name lists every place in the program where personal data is seen.
//
// Some gaps cannot be closed for a string type. fmt asks no value about %p, nor
// about %w for what is no error (vet refuses both); it prints the unexported
// fields of a struct as they are, and what a pointer inside a slice or map leads
// to if the verb is a wrong one; encoding/json asks no map key. So a Text is
// never an unexported field of a struct that is printed, and never a map key.
package pii

import (
	"fmt"
	"log/slog"
)

// Redacted is what a non-empty Text prints as.
const Redacted = "[redacted]"

// Text is personal data, or text that may hold some: what a visitor typed, a
// name, an ID number, a contact. Its length is hidden too.
type Text string

// Reveal returns the content. Every call is a place where personal data leaves
// its wrapping: to be sealed, to be checked, or to be shown to its owner.
func (t Text) Reveal() string { return string(t) }

// IsZero reports whether there is no content.
func (t Text) IsZero() bool { return t == "" }

// String hides the content.
func (t Text) String() string {
	if t == "" {
		return ""
	}
	return Redacted
}

// GoString hides the content from %#v.
func (t Text) GoString() string { return fmt.Sprintf("pii.Text(%q)", t.String()) }

// Format hides the content from every verb, %x and %q and %d included.
func (t Text) Format(f fmt.State, verb rune) {
	if verb == 'v' && f.Flag('#') {
		fmt.Fprint(f, t.GoString())
		return
	}
	fmt.Fprint(f, t.String())
}

// LogValue hides the content from slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText hides the content from encoding/json, YAML and XML.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
