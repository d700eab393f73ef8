package sessions

import (
	"context"
	"crypto/sha1"
	"embed"
	"encoding/hex"
	"fmt"

	"github.com/redis/go-redis/v9"
)

//go:embed scripts/*.lua
var scriptFiles embed.FS

// script is a Lua script and the name that Redis caches it under.
type script struct {
	source string
	sha    string
}

// scripts are all there are; each file's head says what it takes and returns.
type scripts struct {
	commit, load, follow, read, claim, settle, disclaim, requeue, register *script
}

func readScripts() (*scripts, error) {
	s := &scripts{
		commit: new(script), load: new(script), follow: new(script),
		read: new(script), claim: new(script), settle: new(script), disclaim: new(script), requeue: new(script), register: new(script),
	}
	for name, to := range s.byName() {
		text, err := scriptFiles.ReadFile("scripts/" + name + ".lua")
		if err != nil {
			return nil, fmt.Errorf("read an embedded script: %w", err)
		}
		sum := sha1.Sum(text)
		*to = script{source: string(text), sha: hex.EncodeToString(sum[:])}
	}
	return s, nil
}

func (s *scripts) byName() map[string]*script {
	return map[string]*script{
		"commit": s.commit, "load": s.load, "follow": s.follow,
		"read": s.read, "claim": s.claim, "settle": s.settle, "disclaim": s.disclaim, "requeue": s.requeue, "register": s.register,
	}
}

// install makes every master know the scripts, which also tells at the start
// whether they may run at all. A server that forgets them later (restart,
// failover, SCRIPT FLUSH) is sent the source again by the batcher.
func (s *scripts) install(ctx context.Context, rdb redis.UniversalClient) error {
	return eachMaster(ctx, rdb, func(ctx context.Context, c redis.Cmdable) error {
		for name, script := range s.byName() {
			if err := c.ScriptLoad(ctx, script.source).Err(); err != nil {
				return fmt.Errorf("load script %s: %w", name, err)
			}
		}
		return nil
	})
}

// eachMaster calls fn for every master of a cluster, or for the one there is.
func eachMaster(ctx context.Context, rdb redis.UniversalClient, fn func(context.Context, redis.Cmdable) error) error {
	if cluster, ok := rdb.(*redis.ClusterClient); ok {
		return cluster.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error { return fn(ctx, c) })
	}
	return fn(ctx, rdb)
}
