package sessions

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// CheckSettings reads how the Redis behind rdb is configured: every master of a
// cluster, and the replicas that masters know of, for each may be the next.
// risky names each setting under which it loses what it has taken, one a line,
// nil if there is none; unread says what could not be read: services that run a
// Redis for others often forbid CONFIG, and let nobody reach a replica.
func CheckSettings(ctx context.Context, rdb redis.UniversalClient) (risky, unread error) {
	var mu sync.Mutex // servers are asked at the same time
	look := func(name string, c redis.Cmdable, replicated bool) {
		risks, err := risksOf(ctx, c, replicated)
		mu.Lock()
		defer mu.Unlock()
		for _, r := range risks {
			risky = errors.Join(risky, fmt.Errorf("%s: %s", name, r))
		}
		if err != nil {
			unread = errors.Join(unread, fmt.Errorf("%s: %w", name, err))
		}
	}
	err := eachMaster(ctx, rdb, func(ctx context.Context, c redis.Cmdable) error {
		name := "redis"
		one, ok := c.(*redis.Client)
		if ok && one != rdb {
			name = "redis " + one.Options().Addr
		}
		addrs, err := replicaAddrs(ctx, c)
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		look(name, c, len(addrs) > 0)
		if !ok {
			return err
		}
		var group sync.WaitGroup
		for _, addr := range addrs {
			group.Go(func() {
				replica := redis.NewClient(replicaOptions(one.Options(), addr))
				defer replica.Close()
				look("redis replica "+addr, replica, true)
			})
		}
		group.Wait()
		return err
	})
	return risky, errors.Join(unread, err)
}

// replicaOptions are those of a client of a master's replica. The master's
// cannot be taken as they are: Sentinel's lead to the master wherever they point.
func replicaOptions(master *redis.Options, addr string) *redis.Options {
	return &redis.Options{
		Addr: addr, Username: master.Username, Password: master.Password, TLSConfig: master.TLSConfig,
		DialTimeout: master.DialTimeout, ReadTimeout: master.ReadTimeout, WriteTimeout: master.WriteTimeout,
		ContextTimeoutEnabled: true, MaxRetries: -1, DialerRetries: 1,
		DisableIdentity: master.DisableIdentity, MaintNotificationsConfig: master.MaintNotificationsConfig,
	}
}

// risksOf reads the settings of one server, of several that replicate or alone.
func risksOf(ctx context.Context, c redis.Cmdable, replicated bool) (risks []string, unread error) {
	if err := c.Ping(ctx).Err(); err != nil { // said once, not for each setting
		return nil, err
	}
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
	} else if ok {
		if v, ok := read("appendfsync"); ok && v == "no" {
			risks = append(risks, "appendfsync is no, want everysec or always: a crash of its machine loses what the system had not yet written, often half a minute")
		}
	}
	if v, ok := read("maxmemory-policy"); ok && v != "noeviction" {
		risks = append(risks, fmt.Sprintf("maxmemory-policy is %s, want noeviction: when memory is full it forgets sessions instead of refusing new ones", v))
	}
	if !replicated {
		return risks, unread
	}
	if v, ok := read("min-replicas-to-write"); ok && v == "0" {
		risks = append(risks, "min-replicas-to-write is 0 though there are replicas, want 1: a master that is cut off from them goes on taking what is lost when one takes its place")
	} else if lag, is := read("min-replicas-max-lag"); ok && is && lag == "0" {
		risks = append(risks, "min-replicas-max-lag is 0, which switches min-replicas-to-write off, want 10")
	}
	return risks, unread
}

// replicaAddrs returns where a server's replicas are.
func replicaAddrs(ctx context.Context, c redis.Cmdable) ([]string, error) {
	info, err := c.Info(ctx, "replication").Result()
	if err != nil {
		return nil, fmt.Errorf("read the state of replication: %w", err)
	}
	var addrs []string
	for line := range strings.Lines(info) { // slave0:ip=127.0.0.1,port=6380,state=online,…
		key, values, _ := strings.Cut(strings.TrimSpace(line), ":")
		if n, ok := strings.CutPrefix(key, "slave"); !ok || n == "" || strings.Trim(n, "0123456789") != "" {
			continue
		}
		of := make(map[string]string)
		for value := range strings.SplitSeq(values, ",") {
			name, v, _ := strings.Cut(value, "=")
			of[name] = v
		}
		addrs = append(addrs, net.JoinHostPort(of["ip"], of["port"]))
	}
	return addrs, nil
}
