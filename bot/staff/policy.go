package staff

import "slices"

// Role is what an account is for.
type Role string

// The roles. Key is not a person's: it is an integrator's bearer key, which may
// do what its scopes name and nothing else.
const (
	Agent      Role = "agent"
	Supervisor Role = "supervisor"
	Auditor    Role = "auditor"
	Admin      Role = "admin"
	Key        Role = "key"
)

// Action is something a person at the desk may want to do.
type Action string

// The actions. Those that touch a conversation are also bound to the ones that
// the account reaches, see [Principal.Reaches].
const (
	Read     Action = "read"     // a conversation: its log, its masked details, its notes
	Take     Action = "take"     // it over from the queue
	Speak    Action = "speak"    // in it: messages, typing
	Note     Action = "note"     // beside it: private notes and tags
	Hand     Action = "hand"     // it on: transfer, give back to the bot, close
	Reveal   Action = "reveal"   // one detail of it, for a reason, for a short time
	Export   Action = "export"   // its masked transcript
	Reassign Action = "reassign" // it, whoever has it: join, assign
	Presence Action = "presence" // say that one is there, so that visitors come
	Overview Action = "overview" // queue, agents, waits, ratings, funnel
	Canned   Action = "canned"   // read canned replies
	Audit    Action = "audit"    // read the audit log
	Accounts Action = "accounts" // see accounts, end their logins
)

// policy is who may do what. What is not in it is denied.
var policy = map[Role][]Action{
	Agent:      {Read, Take, Speak, Note, Hand, Reveal, Export, Presence, Canned},
	Supervisor: {Read, Take, Speak, Note, Hand, Reveal, Export, Presence, Canned, Reassign, Overview},
	Auditor:    {Audit, Overview},
	Admin:      {Accounts, Overview},
}

// Roles are those that a person's account can have.
func Roles() []Role { return []Role{Agent, Supervisor, Auditor, Admin} }

// Scopes are the actions that an integrator's key can be given.
func Scopes() []Action {
	return []Action{Read, Take, Speak, Note, Hand, Export, Presence, Overview, Canned}
}

// Principal is who makes a request: a person who signed in, or a key.
type Principal struct {
	ID     string // of the account or key
	Name   string // shown to visitors and colleagues
	Role   Role
	Desks  []string // whose queues a person serves; none: all
	Scopes []Action // of a key
}

// May reports whether the principal may do a at all.
func (p Principal) May(a Action) bool {
	if p.Role == Key {
		return slices.Contains(p.Scopes, a) && slices.Contains(Scopes(), a)
	}
	return slices.Contains(policy[p.Role], a)
}

// Actions are what the principal may do, so that a console shows no button
// that is refused.
func (p Principal) Actions() []Action {
	var all []Action
	for _, a := range []Action{Read, Take, Speak, Note, Hand, Reveal, Export, Reassign, Presence, Overview, Canned, Audit, Accounts} {
		if p.May(a) {
			all = append(all, a)
		}
	}
	return all
}

// Conversation is what decides whether somebody reaches one.
type Conversation struct {
	Desk    string // "" if it was never handed to a desk
	Waiting bool   // in the desk's queue
	Agent   string // who has it, or had it last
	Active  bool   // Agent has it now
}

// Serves reports whether the principal belongs to a desk.
func (p Principal) Serves(desk string) bool {
	return len(p.Desks) == 0 || slices.Contains(p.Desks, desk)
}

// Reaches reports whether the principal may do a to this conversation. An agent
// reaches what waits for one of its desks, and its own; it speaks only in what
// it has now. Supervisors and keys reach every conversation that a desk of
// theirs was asked for. The bot's own conversations are nobody's to read.
func (p Principal) Reaches(a Action, c Conversation) bool {
	if !p.May(a) || c.Desk == "" {
		return false
	}
	own := c.Agent == p.ID && c.Agent != "" && !c.Waiting // passed on, it waits for somebody else
	switch p.Role {
	case Agent:
		switch a {
		case Read:
			return own || c.Waiting && p.Serves(c.Desk)
		case Take:
			return c.Waiting && p.Serves(c.Desk) || own && c.Active
		case Export:
			return own
		default:
			return own && c.Active
		}
	case Supervisor, Key:
		if !p.Serves(c.Desk) {
			return false
		}
		if a == Speak || a == Reveal {
			return own && c.Active
		}
		return true
	}
	return false
}
