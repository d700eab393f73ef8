package sessions

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// CheckSettings reads how the Redis behind rdb is configured, every master of a
// cluster. risky names each setting under which it loses what it has taken, one
// a line, nil if there is none; unread says what could not be read: services
// that run a Redis for others often forbid CONFIG.
func CheckSettings(ctx context.Context, rdb redis.UniversalClient) (risky, unread error) {
	var mu sync.Mutex // masters are asked at the same time
	err := eachMaster(ctx, rdb, func(ctx context.Context, c redis.Cmdable) error {
		name := "redis"
		if one, ok := c.(*redis.Client); ok && one != rdb {
			name = "redis " + one.Options().Addr
		}
		risks, err := risksOf(ctx, c)
		mu.Lock()
		defer mu.Unlock()
		for _, r := range risks {
			risky = errors.Join(risky, fmt.Errorf("%s: %s", name, r))
		}
		if err != nil {
			unread = errors.Join(unread, fmt.Errorf("%s: %w", name, err))
		}
		return nil
	})
	return risky, errors.Join(unread, err)
}

// risksOf reads the settings of one server.
func risksOf(ctx context.Context, c redis.Cmdable) (risks []string, unread error) {
	read := func(name string) (string, bool) {
		got, err := c.ConfigGet(ctx, name).Result()
		if err == nil && got[name] == "" {
			err = errors.New("there is no such setting")
		}
		if err != nil {
			unread = errors.Join(unread, fmt.Errorf("read the setting %s: %w", name, err))
		}
		return got[name], err == nil
	}
	if v, ok := read("appendonly"); ok && v != "yes" {
		risks = append(risks, fmt.Sprintf("appendonly is %s, want yes: a restart loses every session since the last snapshot", v))
	}
	if v, ok := read("maxmemory-policy"); ok && v != "noeviction" {
		risks = append(risks, fmt.Sprintf("maxmemory-policy is %s, want noeviction: when memory is full it forgets sessions instead of refusing new ones", v))
	}
	replicas, err := connectedReplicas(ctx, c)
	if err != nil {
		return risks, errors.Join(unread, err)
	}
	if replicas == 0 {
		return risks, unread
	}
	if v, ok := read("min-replicas-to-write"); ok && v == "0" {
		risks = append(risks, "min-replicas-to-write is 0 though there are replicas, want 1: a master that is cut off from them goes on taking what is lost when one takes its place")
	} else if lag, is := read("min-replicas-max-lag"); ok && is && lag == "0" {
		risks = append(risks, "min-replicas-max-lag is 0, which switches min-replicas-to-write off, want 10")
	}
	return risks, unread
}

func connectedReplicas(ctx context.Context, c redis.Cmdable) (int, error) {
	info, err := c.Info(ctx, "replication").Result()
	if err != nil {
		return 0, fmt.Errorf("read the state of replication: %w", err)
	}
	for line := range strings.Lines(info) {
		if n, ok := strings.CutPrefix(strings.TrimSpace(line), "connected_slaves:"); ok {
			return strconv.Atoi(n)
		}
	}
	return 0, errors.New("read the state of replication: connected_slaves is not there")
}
