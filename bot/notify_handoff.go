package bot

import (
	"fmt"
	"slices"
)

// CodeRequested is the event of a handoff that was asked for. The other events
// of handoffs are called as their notices are.
const CodeRequested = "handoff.requested"

// maxNotifications is how many notifications of a session wait to be delivered.
// A visitor who goes in and out of the queue while nobody takes them does not
// make the state grow without end.
const maxNotifications = 50

// NotifyEvents are the events that the operator's own system can be told of.
func NotifyEvents() []string { return []string{CodeDecided, CodeRequested, CodeTaken, CodeEnded} }

// checkEvents refuses events that do not exist.
func checkEvents(events []string) error {
	for _, e := range events {
		if !slices.Contains(NotifyEvents(), e) {
			return fmt.Errorf("bot: there is no event %q to notify of", e)
		}
	}
	return nil
}

// notifies reports whether anybody is to be told of an event. Unless the
// operator says otherwise it is decisions, and nothing else.
func (b *Bot) notifies(event string) bool {
	if b.Notifier == nil {
		return false
	}
	if b.NotifyEvents == nil {
		return event == CodeDecided
	}
	return slices.Contains(b.NotifyEvents, event)
}

// announceHandoff makes the notifications of what became of a handoff in this
// turn, from what the session was and is.
func (t *turn) announceHandoff(was *Session) {
	is := &t.s
	h, before := is.Handoff, was.Handoff
	if h == nil || h == before {
		return
	}
	if before.open() && (before.Number != h.Number || !h.open()) {
		t.tell(CodeEnded, before)
	}
	if before == nil || before.Number != h.Number {
		t.tell(CodeRequested, h)
	}
	if is.Owner == OwnerAgent && (was.Owner != OwnerAgent || was.Agent != is.Agent) {
		t.tell(CodeTaken, h)
	}
}

// tell makes the notification of an event of a handoff, due at once. When too
// many wait, the oldest one of a handoff is left out.
func (t *turn) tell(event string, h *Handoff) {
	if !t.bot.notifies(event) {
		return
	}
	waiting := slices.Clone(t.s.Notifications)
	if len(waiting) >= maxNotifications {
		if i := slices.IndexFunc(waiting, func(n Notification) bool { return n.Handoff > 0 }); i >= 0 {
			waiting = slices.Delete(waiting, i, i+1)
		}
	}
	t.s.Notifications = append(waiting, Notification{
		ID: t.bot.NewID(), Event: event, Handoff: h.Number, Desk: h.Desk, Reason: h.Reason, At: t.m.At, Next: t.m.At,
	})
}
