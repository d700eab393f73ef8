package sessions

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"fenfu/bot"
	"fenfu/bot/handoff"
)

//go:embed scripts/desk_move.lua
var deskMove string

//go:embed scripts/desk_reserve.lua
var deskReserve string

//go:embed scripts/desk_release.lua
var deskRelease string

//go:embed scripts/desk_presence.lua
var deskPresence string

// Times of the desk.
const (
	reservation = 15 * time.Second // for a reserved place to become a conversation
	goneAfter   = 35 * time.Second // without a sign of life, an agent is gone; who reloads or waits for a server for half a minute is not
	sweepEvery  = 2 * time.Second  // when nothing was heard
	overFor     = time.Hour        // an entry may come late, after the one that says that a conversation is over
)

// DeskOptions say how a desk is kept.
type DeskOptions struct {
	Prefer time.Duration // how long a transferred visitor waits for the named agent
	Listed time.Duration // how long ended conversations are listed, 30 days by default

	Sync   func(context.Context) error // as in [Options]
	Logger *slog.Logger                // slog.Default by default
	Now    func() time.Time            // time.Now by default
}

// Desk keeps the books of the agents' desk: who waits, who has whom, who is
// there. The books are on one hash tag and follow the sessions: a session whose
// owner changed is due, and whoever works on it calls Move, so a crash delays an
// entry and loses none. What decides is always the session.
type Desk struct {
	rdb                              redis.UniversalClient
	o                                DeskOptions
	move, reserve, release, presence *redis.Script
	begun                            time.Time
	changes                          watchers
	staffed                          atomic.Pointer[map[string]bool] // desks that somebody serves, "" for any
	gone                             map[string]bool                 // agents who were when Work last looked
}

// NewDesk returns the desk kept in the database of rdb.
func NewDesk(rdb redis.UniversalClient, o DeskOptions) *Desk {
	o.Listed = or(o.Listed, 30*24*time.Hour)
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Desk{
		rdb: rdb, o: o, begun: o.Now(),
		move: redis.NewScript(deskMove), reserve: redis.NewScript(deskReserve),
		release: redis.NewScript(deskRelease), presence: redis.NewScript(deskPresence),
	}
}

// Move enters into the books where a conversation is. It may be called any
// number of times, in any order: the highest version stands.
func (d *Desk) Move(ctx context.Context, p handoff.Place) error {
	keys := []string{deskWaitingKey, deskActiveKey, deskLoadsKey, deskIdleKey, deskPaceKey, deskEndedKey, deskEndedOfKey(p.Agent),
		deskEndedAtKey(p.Desk), deskEndedAtKey(p.Before), deskOverKey, deskOverAtKey}
	now := d.o.Now()
	ended := now
	if !p.Ended.IsZero() {
		ended = p.Ended
	}
	err := d.move.Run(ctx, d.rdb, keys, p.Session, p.Version, string(p.State), p.Desk, p.Agent,
		p.Since.UnixMilli(), now.UnixMilli(), d.o.Listed.Milliseconds(), p.Offline, p.Queued.UnixMilli(), ended.UnixMilli(),
		overFor.Milliseconds()).Err()
	if err != nil {
		return unavailable("enter a conversation into the desk's books", err)
	}
	return d.sync(ctx)
}

// Why a conversation is not reserved.
var (
	errNotWaiting = &bot.Error{Code: bot.Conflict, Message: "这个会话已经不在排队了。"}
	errTaken      = &bot.Error{Code: bot.Conflict, Message: "这个会话已被其他同事接入。"}
	errFull       = &bot.Error{Code: bot.Conflict, Message: "接待数已满，请先结束一个会话再接入。"}
)

// Reserve keeps a place for a waiting conversation with an agent who may have
// so many. Of several who try at once, even for the same agent, one succeeds; the others
// get a *bot.Error, Conflict. Who has reserved takes the conversation over, or releases it; after
// some seconds the place is lost.
func (d *Desk) Reserve(ctx context.Context, session, agent string, capacity int) error {
	return d.keep(ctx, deskWaitingKey, session, agent, capacity)
}

// ReserveJoin is Reserve for a conversation that a colleague has. Its place is
// given back by ReleaseJoin, or when the conversation moves.
func (d *Desk) ReserveJoin(ctx context.Context, session, agent string, capacity int) error {
	return d.keep(ctx, deskActiveKey, session, agent, capacity)
}

// holder is the field of who a place is kept for, in a conversation's record.
func holder(key string) string {
	if key == deskActiveKey {
		return "r"
	}
	return "a"
}

func (d *Desk) keep(ctx context.Context, key, session, agent string, capacity int) error {
	now := d.o.Now()
	n, err := d.reserve.Run(ctx, d.rdb, []string{key, deskLoadsKey, deskIdleKey},
		session, agent, capacity, now.UnixMilli(), now.Add(reservation).UnixMilli(), holder(key)).Int()
	if err != nil {
		return unavailable("reserve a place with an agent", err)
	}
	switch n {
	case 1:
		return d.sync(ctx)
	case -1:
		return errTaken
	case -2:
		return errFull
	}
	return errNotWaiting
}

// Release gives back a place that Reserve kept.
func (d *Desk) Release(ctx context.Context, session, agent string) error {
	return d.giveBack(ctx, deskWaitingKey, session, agent, "")
}

// ReleaseJoin gives back a place that ReserveJoin kept.
func (d *Desk) ReleaseJoin(ctx context.Context, session, agent string) error {
	return d.giveBack(ctx, deskActiveKey, session, agent, "")
}

// giveBack gives a place back; with an instant, in ms, only if its lease had run
// out by then.
func (d *Desk) giveBack(ctx context.Context, key, session, agent string, by any) error {
	if err := d.release.Run(ctx, d.rdb, []string{key, deskLoadsKey}, session, agent, by, holder(key)).Err(); err != nil {
		return unavailable("give back a place with an agent", err)
	}
	return d.sync(ctx)
}

// agentRecord is an agent in the books.
type agentRecord struct {
	Name     string           `json:"n"`
	Desks    []string         `json:"d,omitempty"`
	Capacity int              `json:"c"`
	Presence handoff.Presence `json:"p"`
}

// SetPresence writes down who an agent is and how present. It counts as a sign
// of life.
func (d *Desk) SetPresence(ctx context.Context, a handoff.Agent) error {
	return d.describe(ctx, a, false)
}

// Arrive is SetPresence for who has none yet, and a sign of life of others.
func (d *Desk) Arrive(ctx context.Context, a handoff.Agent) error { return d.describe(ctx, a, true) }

func (d *Desk) describe(ctx context.Context, a handoff.Agent, first bool) error {
	text, err := json.Marshal(agentRecord{Name: a.Name, Desks: a.Desks, Capacity: a.Capacity, Presence: a.Presence})
	if err != nil {
		return fmt.Errorf("presence of %s: %w", a.ID, err)
	}
	return d.seen(ctx, a.ID, string(text), first)
}

// Leave has an agent be away, who cannot say so: their logins were ended. It is
// no sign of life.
func (d *Desk) Leave(ctx context.Context, agent string) error {
	text, err := d.rdb.HGet(ctx, deskAgentsKey, agent).Result()
	if errors.Is(err, redis.Nil) {
		return nil
	}
	if err != nil {
		return unavailable("read an agent's presence", err)
	}
	var r agentRecord
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return damaged("agent", err)
	}
	r.Presence = handoff.Away
	away, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("presence of %s: %w", agent, err)
	}
	_, err = d.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, deskAgentsKey, agent, away)
		p.Publish(ctx, deskChannel, "")
		return nil
	})
	if err != nil {
		return unavailable("write an agent's presence", err)
	}
	return d.sync(ctx)
}

// Seen is a sign of life of an agent. Without one for half a minute it is gone.
func (d *Desk) Seen(ctx context.Context, agent string) error { return d.seen(ctx, agent, "", false) }

func (d *Desk) seen(ctx context.Context, agent, text string, first bool) error {
	err := d.presence.Run(ctx, d.rdb, []string{deskAgentsKey, deskSeenKey}, agent, text, d.o.Now().UnixMilli(), first).Err()
	if err != nil {
		return unavailable("write an agent's presence", err)
	}
	return d.sync(ctx)
}

// Agents returns everybody who was ever at the desk, those who are gone as away.
func (d *Desk) Agents(ctx context.Context) ([]handoff.Agent, error) {
	var all, loads, idle *redis.MapStringStringCmd
	var seen *redis.ZSliceCmd
	_, err := d.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		all, loads, idle = p.HGetAll(ctx, deskAgentsKey), p.HGetAll(ctx, deskLoadsKey), p.HGetAll(ctx, deskIdleKey)
		seen = p.ZRangeWithScores(ctx, deskSeenKey, 0, -1)
		return nil
	})
	if err != nil {
		return nil, unavailable("read the desk's agents", err)
	}
	last := make(map[string]int64)
	for _, z := range seen.Val() {
		id, _ := z.Member.(string)
		last[id] = int64(z.Score)
	}
	gone := d.goneBefore().UnixMilli()
	var agents []handoff.Agent
	for id, text := range all.Val() {
		var r agentRecord
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			return nil, damaged("agent", err)
		}
		a := handoff.Agent{ID: id, Name: r.Name, Desks: r.Desks, Capacity: r.Capacity, Presence: r.Presence}
		a.Load, _ = strconv.Atoi(loads.Val()[id])
		ms, _ := strconv.ParseInt(idle.Val()[id], 10, 64)
		a.IdleSince = time.UnixMilli(ms)
		if a.Gone = last[id] < gone; a.Gone {
			a.Presence = handoff.Away
		}
		agents = append(agents, a)
	}
	return agents, nil
}

// goneBefore is the instant before which the last sign of life of whoever is gone
// was. While a server was down nobody could give one: after its start there is as
// much time as ever to come back.
func (d *Desk) goneBefore() time.Time {
	now := d.o.Now()
	if now.Before(d.begun.Add(goneAfter)) {
		now = d.begun
	}
	return now.Add(-goneAfter)
}

// Forget takes an agent out of the books, when its account is gone.
func (d *Desk) Forget(ctx context.Context, agent string) error {
	_, err := d.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.HDel(ctx, deskAgentsKey, agent)
		p.ZRem(ctx, deskSeenKey, agent)
		p.HDel(ctx, deskIdleKey, agent)
		return nil
	})
	if err != nil {
		return unavailable("forget an agent", err)
	}
	return d.sync(ctx)
}

func (d *Desk) sync(ctx context.Context) error { return toDisk(ctx, d.o.Sync) }
