// Package slot finds the details an application needs in what a visitor typed,
// and says of each whether it is well formed.
//
// A [Kind] is one sort of detail. [Kind.Find] reads the answer to a question
// for that detail; [Scan] looks for details volunteered anywhere in a message;
// [Redact] hides whatever looks like one. Rules and their sources stand beside
// each kind: id.go, phone.go, name.go, contact.go.
package slot

import "fmt"

// Kind is one sort of detail.
type Kind string

// The kinds. Contact is a question that any of Phone, Email and WeChat answers.
const (
	Name    Kind = "name"
	ID      Kind = "id_number"
	Contact Kind = "contact"
	Phone   Kind = "phone"
	Email   Kind = "email"
	WeChat  Kind = "wechat"
)

// Error says why a text holds no usable detail of a kind. Reason is one of
// [Reasons]; the flow has words for each.
type Error struct {
	Kind   Kind
	Reason string
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Kind, e.Reason) }
