package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Kept is what Redis holds, and does, for a session that has been through one
// whole dialogue.
type Kept struct {
	Sessions    int                `json:"sessions"`
	Keys        float64            `json:"keys_per_session"`
	Bytes       float64            `json:"bytes_per_session"`      // MEMORY USAGE, all elements sampled, summed over the session's keys
	UsedBytes   float64            `json:"used_bytes_per_session"` // growth of used_memory: with what is shared, and allocation
	BytesByKey  map[string]float64 `json:"bytes_by_key"`
	Commands    float64            `json:"commands_per_turn"`
	ByCommand   map[string]float64 `json:"commands_per_turn_by_name"`
	SharedShare float64            `json:"shared_share"`  // of the commands, those on keys that the sessions of a partition share
	Partition   float64            `json:"partition_max"` // share of the sessions that the fullest partition has
	Busiest     string             `json:"busiest_key"`
	BusiestPart float64            `json:"busiest_share"` // of all commands, those on the busiest key
}

// sharedBy says which key a command goes to that is not the session's own: the
// store keeps its shared keys, and nothing else, in sorted sets and strings.
func sharedBy(command string) string {
	switch {
	case command == "zrange" || command == "zremrangebyscore":
		return "nodes"
	case command == "get" || command == "set":
		return "names"
	case strings.HasPrefix(command, "z"):
		return "due"
	}
	return ""
}

// keyless are commands on no key, or our own looking.
var keyless = []string{
	"evalsha", "eval", "publish", "subscribe", "unsubscribe", "info", "ping", "hello", "client", "scan", "memory",
	"script", "select", "config", "command", "auth", "setnx",
}

func (m *meter) measureKept(ctx context.Context, t *target, n int) (*Kept, error) {
	if _, err := m.dialogues(ctx, t, min(n, 100)); err != nil { // what is set up once is no session's
		return nil, err
	}
	commands, err := m.commands(ctx)
	if err != nil {
		return nil, err
	}
	memory := m.usedMemory(ctx)
	sessions, err := m.dialogues(ctx, t, n)
	if err != nil {
		return nil, err
	}
	k := &Kept{Sessions: n, UsedBytes: (m.usedMemory(ctx) - memory) / float64(n), BytesByKey: map[string]float64{}, ByCommand: map[string]float64{}}
	after, err := m.commands(ctx)
	if err != nil {
		return nil, err
	}
	partitions, err := m.weigh(ctx, k, sessions)
	if err != nil {
		return nil, err
	}
	if len(partitions) > 0 {
		k.Partition = float64(slices.Max(slices.Collect(maps.Values(partitions)))) / float64(n)
	}
	k.work(commands, after)
	return k, nil
}

// dialogues has n visitors go through one dialogue each, and returns their
// sessions.
func (m *meter) dialogues(ctx context.Context, t *target, n int) (map[string]bool, error) {
	ids := make([]string, n)
	err := each(n, m.opt.Dials, func(i int) error {
		s, err := t.newSession(ctx)
		if err != nil {
			return err
		}
		ids[i] = s.ID
		l, _, err := m.dial.visit(ctx, t, s, 0)
		if err != nil {
			return err
		}
		defer l.close()
		v := &visitor{number: i, line: l, books: newLedger(), pace: newPace(time.Now(), 0, 0, 1), who: m.cast[i%len(m.cast)]}
		_, err = v.walk(ctx, func(timing) {})
		return err
	})
	set := make(map[string]bool, n)
	for _, id := range ids {
		set[id] = true
	}
	return set, err
}

func (m *meter) usedMemory(ctx context.Context) float64 {
	v, _ := strconv.ParseFloat(m.opt.redisInfo(ctx, "memory", "used_memory"), 64)
	return v
}

// weigh adds up the keys whose name ends in one of the sessions' ids. It
// returns how many sessions each partition has.
func (m *meter) weigh(ctx context.Context, k *Kept, sessions map[string]bool) (map[string]int, error) {
	seen := map[string]bool{}
	partitions := map[string]int{}
	counted := map[string]bool{}
	bytes := map[string]int64{} // by the sort of key
	for cursor := uint64(0); ; {
		keys, next, err := m.opt.redis.Scan(ctx, cursor, "*", 1000).Result()
		if err != nil {
			return nil, err
		}
		pipe := m.opt.redis.Pipeline()
		sizes := map[string]*redis.IntCmd{}
		for _, key := range keys {
			if id := key[strings.LastIndexByte(key, ':')+1:]; sessions[id] && !seen[key] {
				seen[key] = true
				sizes[key] = pipe.MemoryUsage(ctx, key, 0)
			}
		}
		if _, err := pipe.Exec(ctx); len(sizes) > 0 && err != nil && !errors.Is(err, redis.Nil) {
			return nil, err
		}
		for key, size := range sizes {
			tag, kind, _ := strings.Cut(key[:strings.LastIndexByte(key, ':')], ":")
			if id := key[strings.LastIndexByte(key, ':')+1:]; !counted[id] {
				counted[id] = true
				partitions[tag]++
			}
			bytes[kind] += size.Val()
		}
		if cursor = next; cursor == 0 {
			break
		}
	}
	for kind, n := range bytes {
		k.BytesByKey[kind] = float64(n) / float64(len(sessions))
		k.Bytes += k.BytesByKey[kind]
	}
	k.Keys = float64(len(seen)) / float64(len(sessions))
	return partitions, nil
}

// commands counts the calls of each command since the server started, those
// that scripts make included.
func (m *meter) commands(ctx context.Context) (map[string]float64, error) {
	info, err := m.opt.redis.Info(ctx, "commandstats").Result()
	if err != nil {
		return nil, err
	}
	calls := map[string]float64{}
	for line := range strings.Lines(info) {
		name, rest, ok := strings.Cut(strings.TrimPrefix(line, "cmdstat_"), ":calls=")
		if !ok {
			continue
		}
		name, _, _ = strings.Cut(name, "|")
		if n, _, _ := strings.Cut(rest, ","); !slices.Contains(keyless, name) {
			v, _ := strconv.ParseFloat(n, 64)
			calls[name] += v
		}
	}
	return calls, nil
}

// work says what Redis was asked to do for a turn, and how much of it at keys
// that sessions share.
func (k *Kept) work(before, after map[string]float64) {
	turns := float64(k.Sessions * len(dialogue))
	on := map[string]float64{}
	var all, shared float64
	for name, n := range after {
		n -= before[name]
		if n <= 0 {
			continue
		}
		k.ByCommand[name] = n / turns
		all += n
		if key := sharedBy(name); key != "" {
			shared += n
			on[key] += n
		}
	}
	if all == 0 {
		return
	}
	k.Commands, k.SharedShare = all/turns, shared/all
	for key, n := range on {
		if part := n / all * k.Partition; part > k.BusiestPart {
			k.Busiest, k.BusiestPart = key, part
		}
	}
}

// table writes the sessions' rows.
func (k *Kept) table(out io.Writer) {
	fmt.Fprintf(out, "%d sessions after a dialogue: %.1f keys each, %.0f bytes by MEMORY USAGE (", k.Sessions, k.Keys, k.Bytes)
	for i, kind := range slices.Sorted(maps.Keys(k.BytesByKey)) {
		if i > 0 {
			fmt.Fprint(out, ", ")
		}
		fmt.Fprintf(out, "%s %.0f", kind, k.BytesByKey[kind])
	}
	fmt.Fprintf(out, "), used_memory grew by %.0f bytes a session\n", k.UsedBytes)
	fmt.Fprintf(out, "  %.1f commands on keys a turn (commandstats), %.0f %% of them on keys that a partition's sessions share; the busiest, %q of the fullest partition, gets %.1f %% of all\n",
		k.Commands, 100*k.SharedShare, k.Busiest, 100*k.BusiestPart)
}
