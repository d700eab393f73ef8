// Package handoff says who takes a waiting visitor, and when anybody does: the
// operator's desks with their opening hours and limits, and the policy that
// picks an agent. It is pure: the desk's state (package sessions keeps it) comes
// in as values.
package handoff
