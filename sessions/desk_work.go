package sessions

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"fenfu/bot"
	"fenfu/bot/handoff"
)

// DeskChange is something that moved in the desk's books, on any node.
type DeskChange struct {
	Session string // the conversation, or
	Agents  bool   // the agents and their presence, or
	All     bool   // anything: some changes may not have been heard

	Typing bot.Author // of Session: who has begun or stopped to type; nothing moved
	On     bool
}

// watchers are those who want to hear of changes.
type watchers struct {
	mu    sync.Mutex
	next  int
	calls map[int]func(DeskChange)
}

// Watch calls fn for every change, until stop is called. fn must return at once.
func (d *Desk) Watch(fn func(DeskChange)) (stop func()) {
	w := &d.changes
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.calls == nil {
		w.calls = make(map[int]func(DeskChange))
	}
	id := w.next
	w.next++
	w.calls[id] = fn
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.calls, id)
	}
}

func (w *watchers) tell(c DeskChange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, fn := range w.calls {
		fn(c)
	}
}

// Dispatcher is what the desk asks for while it works. Both go through the
// session, which may refuse: then what the books believed was out of date.
type Dispatcher interface {
	// Assign gives a waiting conversation to an agent, for whom a place is kept.
	Assign(ctx context.Context, session, agent, name string) error
	// TakeBack puts a conversation back into the queue, because its agent is gone.
	TakeBack(ctx context.Context, session, agent string) error
	// Resync moves a conversation in the books to where its session says it is.
	Resync(ctx context.Context, session string) error
}

// Work hears what changes, gives waiting visitors to agents with room as soon as
// there is one, and takes conversations back from agents who are gone, until ctx
// ends. Every node may do so at the same time: a place is reserved before it is
// given away, and the session has the last word.
func (d *Desk) Work(ctx context.Context, to Dispatcher) {
	nudged := make(chan struct{}, 1)
	nudge := nudged
	stop := d.Watch(func(c DeskChange) {
		if c.Typing != "" {
			return
		}
		select {
		case nudged <- struct{}{}:
		default:
		}
	})
	defer stop()
	var group sync.WaitGroup
	defer group.Wait()
	group.Go(func() { d.listen(ctx) })
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for swept := true; ; {
		err := d.dispatch(ctx, to)
		if swept && err == nil {
			err = d.takeBack(ctx, to)
		}
		if err != nil && ctx.Err() == nil {
			d.o.Logger.Warn("the desk could not do its work, trying again", "error", err)
			nudge = nil // not at once: whatever failed may fail for everybody
		}
		select {
		case <-ctx.Done():
			return
		case <-nudge:
			swept = false
		case <-tick.C:
			swept, nudge = true, nudged
		}
	}
}

// Staffed reports whether somebody is online, with room or without, who serves
// a desk. It answers from memory, a moment out of date at most. Before Work has
// looked it is taken for granted: who waits in vain is told within a minute.
func (d *Desk) Staffed(desk string) bool {
	staffed := d.staffed.Load()
	return staffed == nil || (*staffed)[desk] || (*staffed)[""]
}

// noteStaff remembers which desks are served; "" is any.
func (d *Desk) noteStaff(agents []handoff.Agent) {
	staffed := make(map[string]bool)
	for _, a := range agents {
		if a.Presence != handoff.Online {
			continue
		}
		if len(a.Desks) == 0 {
			staffed[""] = true
		}
		for _, desk := range a.Desks {
			staffed[desk] = true
		}
	}
	d.staffed.Store(&staffed)
}

// noteGone tells those who watch when an agent is gone: it is nothing that
// anybody writes, so nobody else does. Each node finds out for its own.
func (d *Desk) noteGone(agents []handoff.Agent) {
	gone, news := make(map[string]bool), false
	for _, a := range agents {
		if a.Gone {
			gone[a.ID] = true
			news = news || !d.gone[a.ID]
		}
	}
	if d.gone = gone; news {
		d.changes.tell(DeskChange{Agents: true})
	}
}

// dispatch gives waiting visitors to agents.
func (d *Desk) dispatch(ctx context.Context, to Dispatcher) error {
	agents, err := d.Agents(ctx)
	if err != nil {
		return err
	}
	d.noteStaff(agents)
	d.noteGone(agents)
	q, err := d.Queue(ctx)
	if err != nil || len(q.Waiting) == 0 {
		return err
	}
	for session, agent := range q.lost { // whoever kept the place is no more
		if err := d.giveBack(ctx, deskWaitingKey, session, agent, d.o.Now().UnixMilli()); err != nil {
			return err
		}
	}
	var free []handoff.Waiting
	for _, w := range q.Waiting {
		if !q.held[w.Session] {
			free = append(free, w)
		}
	}
	byID := make(map[string]handoff.Agent)
	for _, a := range agents {
		byID[a.ID] = a
	}
	var group sync.WaitGroup
	defer group.Wait()
	for _, m := range handoff.Pick(free, agents, d.o.Prefer, d.o.Now()) {
		a := byID[m.Agent]
		group.Go(func() { d.assign(ctx, to, m.Session, a) })
	}
	return nil
}

func (d *Desk) assign(ctx context.Context, to Dispatcher, session string, a handoff.Agent) {
	err := d.Reserve(ctx, session, a.ID, a.Capacity)
	if errors.Is(err, errTaken) || errors.Is(err, errFull) || errors.Is(err, errNotWaiting) {
		return // another node was faster
	}
	if err == nil {
		if err = to.Assign(ctx, session, a.ID, a.Name); err == nil {
			return
		}
		err = errors.Join(d.Release(ctx, session, a.ID), to.Resync(ctx, session))
	}
	if err != nil && ctx.Err() == nil {
		d.o.Logger.Warn("could not give a conversation to an agent", "session", session, "agent", a.ID, "error", err)
	}
}

// takeBack frees the visitors of agents who are gone.
func (d *Desk) takeBack(ctx context.Context, to Dispatcher) error {
	agents, err := d.Agents(ctx)
	if err != nil {
		return err
	}
	for _, a := range agents {
		if !a.Gone || a.Load == 0 {
			continue
		}
		active, err := d.Active(ctx, a.ID)
		if err != nil {
			return err
		}
		for _, c := range active {
			if err := to.TakeBack(ctx, c.Session, a.ID); err != nil {
				if err := to.Resync(ctx, c.Session); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// listen hears what moves in the books, until ctx ends. Whenever something may
// have been missed it says so.
func (d *Desk) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := d.hear(ctx); err != nil && ctx.Err() == nil {
			d.o.Logger.Warn("lost the subscription to the desk, subscribing again", "error", err)
		}
		select {
		case <-time.After(listenRetry):
		case <-ctx.Done():
		}
	}
}

func (d *Desk) hear(ctx context.Context) error {
	missed := func(context.Context) error {
		d.changes.tell(DeskChange{All: true})
		return nil
	}
	return hearChannel(ctx, d.rdb, deskChannel, missed, func(payload string) { d.changes.tell(parseChange(payload)) })
}

// Typing tells every node that the visitor or the agent of a conversation has
// begun or stopped to type. It is not kept.
func (d *Desk) Typing(ctx context.Context, session string, who bot.Author, on bool) error {
	if err := d.rdb.Publish(ctx, deskChannel, fmt.Sprintf("%s %s %t", session, who, on)).Err(); err != nil {
		return unavailable("say that somebody is typing", err)
	}
	return nil
}

// Tell says to every node that something beside a conversation changed.
func (d *Desk) Tell(ctx context.Context, session string) error {
	if err := d.rdb.Publish(ctx, deskChannel, session).Err(); err != nil {
		return unavailable("say that a conversation changed", err)
	}
	return nil
}

func parseChange(payload string) DeskChange {
	session, rest, typing := strings.Cut(payload, " ")
	if !typing {
		return DeskChange{Session: session, Agents: session == ""}
	}
	who, on, _ := strings.Cut(rest, " ")
	return DeskChange{Session: session, Typing: bot.Author(who), On: on == "true"}
}
