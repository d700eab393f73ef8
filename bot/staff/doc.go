// Package staff says who works at the agents' desk and what each may do:
// accounts, their passwords and one-time codes, the one table of permissions,
// and the audit log's chain. It does no I/O; package sessions keeps what it
// makes, web/api asks it before it does anything for anybody.
package staff
