// Package api is the JSON API of the agents' desk: people sign in, see who
// waits, take conversations over, talk, pass them on. The console uses nothing
// else, so an operator's own desk can do all that it does, with a key in place
// of a person.
//
// # Who may
//
// Every request is somebody's ([staff.Principal]): a person with a login, kept
// in a cookie that scripts cannot read, or a key as bearer token. What they may
// do at all, and in which conversations, is package staff's to say; there is no
// other rule here. What somebody may not reach is not found. Whatever is done is
// written to the audit log before it is done.
//
// People sign in with a password, or at the operator's identity provider
// ([OIDC]), which then says who they are and what role they have.
//
// A language model may help people ([Assistant]); what it says goes to whoever
// asked, marked as an AI's, and nowhere else.
//
// # What is live
//
// [API.Live] is a socket that only tells: which rows of the lists moved, what
// is said in the conversations that are looked at, who types, who is there.
// Whatever it tells can be read again by a request.
package api
