package sessions

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"fenfu/bot/handoff"
)

// bookRecord is a conversation in the books, waiting or active.
type bookRecord struct {
	Version int64  `json:"v"`
	Desk    string `json:"d"`
	Since   int64  `json:"s"`
	Agent   string `json:"a"` // who has it; of one that waits, for whom it is reserved
	Prefer  string `json:"p"`
	Offline int    `json:"o"`
	Until   int64  `json:"l"`
	Queued  int64  `json:"q"`
}

// Queue is who waits, the longest waiting first, and how fast desks take people
// off it.
type Queue struct {
	Waiting []handoff.Waiting
	held    map[string]bool          // those that a place is kept for at this moment
	lost    map[string]string        // those that one was kept for until its lease ran out, and the agent
	pace    map[string]time.Duration // by desk
}

// Queue reads the whole queue.
func (d *Desk) Queue(ctx context.Context) (*Queue, error) {
	var all, paces *redis.MapStringStringCmd
	_, err := d.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		all, paces = p.HGetAll(ctx, deskWaitingKey), p.HGetAll(ctx, deskPaceKey)
		return nil
	})
	if err != nil {
		return nil, unavailable("read the desk's queue", err)
	}
	q := &Queue{held: make(map[string]bool), lost: make(map[string]string), pace: make(map[string]time.Duration)}
	now := d.o.Now().UnixMilli()
	for session, text := range all.Val() {
		var r bookRecord
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			return nil, damaged("place in the queue", err)
		}
		q.Waiting = append(q.Waiting, handoff.Waiting{Session: session, Desk: r.Desk, Since: time.UnixMilli(r.Since), Queued: time.UnixMilli(r.Queued), Prefer: r.Prefer, Offline: r.Offline == 1})
		if q.held[session] = r.Agent != "" && r.Until > now; r.Agent != "" && r.Until <= now {
			q.lost[session] = r.Agent
		}
	}
	slices.SortFunc(q.Waiting, func(a, b handoff.Waiting) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Session, b.Session))
	})
	for desk, text := range paces.Val() {
		var p struct {
			Average float64 `json:"e"`
		}
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			return nil, damaged("pace of a desk", err)
		}
		q.pace[desk] = time.Duration(p.Average * float64(time.Millisecond))
	}
	return q, nil
}

// Turn is where somebody stands in the queue of their desk.
type Turn struct {
	Position int           // from 1
	Wait     time.Duration // until it may be their turn, 0 if that is not known
}

// Turns returns where everybody who waits stands, by session. Who has left a
// message instead is not among them.
func (q *Queue) Turns() map[string]Turn {
	turns, last := make(map[string]Turn, len(q.Waiting)), make(map[string]int)
	for _, w := range q.Waiting {
		if w.Offline {
			continue
		}
		last[w.Desk]++
		n := last[w.Desk]
		turns[w.Session] = Turn{n, min(time.Duration(n)*q.pace[w.Desk], time.Hour)}
	}
	return turns
}

// Active is a conversation that an agent has.
type Active struct {
	Session, Desk, Agent string
	Since                time.Time // when its visitor began to wait
}

// Active returns the conversations that agents have, those of one agent or, with
// agent "", all, the oldest first.
func (d *Desk) Active(ctx context.Context, agent string) ([]Active, error) {
	all, err := d.rdb.HGetAll(ctx, deskActiveKey).Result()
	if err != nil {
		return nil, unavailable("read the desk's conversations", err)
	}
	var active []Active
	for session, text := range all {
		var r bookRecord
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			return nil, damaged("conversation at the desk", err)
		}
		if agent == "" || r.Agent == agent {
			active = append(active, Active{Session: session, Desk: r.Desk, Agent: r.Agent, Since: time.UnixMilli(r.Since)})
		}
	}
	slices.SortFunc(active, func(a, b Active) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Session, b.Session))
	})
	return active, nil
}

// Ended is a conversation that people were done with.
type Ended struct {
	Session string
	At      time.Time
}

// order is that of the lists: the latest first, and those of one millisecond as
// the database has them.
func (e Ended) order(other Ended) int {
	return cmp.Or(cmp.Compare(other.At.UnixMilli(), e.At.UnixMilli()), cmp.Compare(other.Session, e.Session))
}

// Ended returns the conversations that an agent, or with agent "" anybody at
// some desks (none: at any), was done with, the latest first, and how many there
// are in all. It begins behind a place in that order; a session need not be there.
func (d *Desk) Ended(ctx context.Context, agent string, desks []string, behind Ended, max int) (ended []Ended, total int64, err error) {
	keys := []string{deskEndedKey}
	if agent != "" {
		keys = []string{deskEndedOfKey(agent)}
	} else if len(desks) > 0 {
		keys = nil
		for _, desk := range desks {
			keys = append(keys, deskEndedAtKey(desk))
		}
	}
	// Several may have ended in one millisecond, those of the last page among them.
	at := strconv.FormatInt(behind.At.UnixMilli(), 10)
	same, earlier, counts := make([]*redis.ZSliceCmd, len(keys)), make([]*redis.ZSliceCmd, len(keys)), make([]*redis.IntCmd, len(keys))
	_, err = d.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, key := range keys {
			same[i] = p.ZRevRangeByScoreWithScores(ctx, key, &redis.ZRangeBy{Min: at, Max: at})
			earlier[i] = p.ZRevRangeByScoreWithScores(ctx, key, &redis.ZRangeBy{Min: "-inf", Max: "(" + at, Count: int64(max)})
			counts[i] = p.ZCard(ctx, key)
		}
		return nil
	})
	if err != nil {
		return nil, 0, unavailable("read what the desk is done with", err)
	}
	for i := range keys {
		for _, z := range append(same[i].Val(), earlier[i].Val()...) {
			e := Ended{At: time.UnixMilli(int64(z.Score))}
			e.Session, _ = z.Member.(string)
			if e.order(behind) > 0 {
				ended = append(ended, e)
			}
		}
		total += counts[i].Val()
	}
	slices.SortFunc(ended, Ended.order)
	return ended[:min(len(ended), max)], total, nil
}
