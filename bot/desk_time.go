package bot

import "time"

// attend works out when a handoff is to be looked after next. It ends every
// turn.
func (t *turn) attend() {
	h := t.s.Handoff
	if h == nil {
		return
	}
	if t.s.Owner == OwnerAgent && t.m.From == Visitor {
		h = t.touch()
		switch h.WarnedAt = (time.Time{}); {
		case h.waited() && !h.VisitorAt.Before(h.TakenAt): // the wait is as long as it is, however often the visitor asks
		case t.thanks:
			h.QuietAt = t.m.At
		default:
			h.VisitorAt = t.m.At
		}
	}
	if next := t.nextLook(h); !next.Equal(h.Next) {
		t.touch().Next = next
	}
}

func (t *turn) nextLook(h *Handoff) time.Time {
	limits := t.bot.Desks.Limits
	switch {
	case h.Moved != 0:
		return t.m.At
	case t.s.Owner == OwnerWaiting && !h.Offline:
		next := h.WaitsAt.Add(lookEvery)
		for !next.After(t.m.At) {
			next = next.Add(lookEvery)
		}
		if end := h.WaitsAt.Add(limits.GiveUp); end.Before(next) {
			next = end
		}
		return next
	case t.s.Owner != OwnerAgent:
		return time.Time{}
	case h.waited():
		return latest(h.VisitorAt, h.TakenAt).Add(limits.TakeBack)
	case !h.WarnedAt.IsZero():
		return h.WarnedAt.Add(limits.CloseAfter)
	}
	return latest(h.AgentAt, h.QuietAt).Add(limits.WarnAfter)
}

// lookEvery is how often it is looked whether there is still somebody whom a
// visitor can wait for.
const lookEvery = time.Minute

// waited reports whether it is the agent who is to speak next.
func (h *Handoff) waited() bool { return !h.AgentAt.After(latest(h.VisitorAt, h.TakenAt)) }

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// look sees whether somebody has been silent for too long: the agent, and the
// visitor waits again, with the place it had; the visitor, and is asked, then
// left; all agents, or they have gone, and the visitor need wait no longer.
func (t *turn) look() {
	h := t.s.Handoff
	if h == nil || h.Moved != 0 || h.Next.IsZero() || h.Next.After(t.m.At) {
		t.nothing = true
		return
	}
	switch {
	case t.s.Owner == OwnerWaiting && t.m.At.Before(h.WaitsAt.Add(t.bot.Desks.Limits.GiveUp)):
		if desk, ok := t.bot.Desks.Desk(h.Desk); ok && !t.bot.Desk.Staffed(desk.ID) {
			t.change(OwnerWaiting).Offline = true
			t.away(desk)
		}
	case t.s.Owner == OwnerWaiting:
		h = t.change(OwnerWaiting)
		h.Offline, h.Asks = true, AsksMessage
		t.notice(CodeOffline, "抱歉，客服都在忙，让您久等了。您不用一直等：请直接写下您的问题，客服会在这里回复，您下次打开对话就能看到。", nil, skipButton())
	case t.s.Owner != OwnerAgent:
		t.nothing = true
	case h.waited():
		t.takeBack()
	case h.VisitorAt.Before(h.TakenAt): // a message was left and answered; its visitor is not there to be asked
		t.park()
		t.release("客服已回复您的留言，本次人工服务已结束。还有问题，随时可以在这里继续问。", CodeEnded)
	case h.WarnedAt.IsZero():
		t.touch().WarnedAt = t.m.At
		t.notice(CodeWarned, "您还在吗？暂时没有别的问题的话，本次人工服务稍后会自动结束。", nil)
	default:
		t.park()
		t.release("较长时间没有收到您的消息，本次人工服务已结束。之后有问题，随时可以在这里继续问。", CodeEnded)
	}
}

// takeBack lets the visitor wait for another agent.
func (t *turn) takeBack() {
	h := t.change(OwnerWaiting)
	h.Prefer, h.WaitsAt = "", t.m.At
	if h.VisitorAt.Before(h.TakenAt) { // a message was left, and its visitor has not been back
		h.Offline = true
		t.notice(CodeReleased, "您的留言已转给其他客服，回复会显示在这里。", nil)
		return
	}
	t.notice(CodeReleased, "抱歉让您久等了，正在为您换一位客服。", nil, leaveButton())
}

// entered notes that the desk's books show what a version of the session said.
func (t *turn) entered() {
	h := t.s.Handoff
	if h == nil || h.Moved == 0 || t.m.Version < h.Moved {
		t.nothing = true // it has moved on: another entry is due
		return
	}
	t.touch().Moved = 0
}
