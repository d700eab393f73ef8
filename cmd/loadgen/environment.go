package main

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Environment is what a figure depends on beside the code.
type Environment struct {
	At    time.Time `json:"at"`
	OS    string    `json:"os"`
	Go    string    `json:"go"`
	Cores int       `json:"cores"`
	Store string    `json:"store"`
}

func (e Environment) String() string {
	return fmt.Sprintf("%d cores shared by generator, server and store; %s, %s; store: %s", e.Cores, e.OS, e.Go, e.Store)
}

func (o *options) describe(ctx context.Context) Environment {
	return Environment{
		At: time.Now().UTC().Truncate(time.Second), OS: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
		Cores: runtime.NumCPU(), Store: o.store(ctx),
	}
}

func (o *options) store(ctx context.Context) string {
	switch {
	case o.redis != nil:
		return "Redis " + o.redisInfo(ctx, "server", "redis_version")
	case o.URL != "":
		return "as the running server has it"
	default:
		return "embedded"
	}
}

// redisCPU is the CPU time that Redis has used, in seconds; 0 if unknown.
func (o *options) redisCPU() float64 {
	if o.redis == nil {
		return 0
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	user, _ := strconv.ParseFloat(o.redisInfo(ctx, "cpu", "used_cpu_user"), 64)
	system, _ := strconv.ParseFloat(o.redisInfo(ctx, "cpu", "used_cpu_sys"), 64)
	return user + system
}

func (o *options) redisInfo(ctx context.Context, section, key string) string {
	info, err := o.redis.Info(ctx, section).Result()
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(info, key+":")
	v, _, _ := strings.Cut(rest, "\r\n")
	return v
}

// openRedis connects to the server's store, to read its version and CPU time.
// URLs that go-redis does not know (Sentinel, Cluster) are left to the server.
func (o *options) openRedis() {
	if opt, err := redis.ParseURL(o.RedisURL); o.RedisURL != "" && err == nil {
		o.redis = redis.NewClient(opt)
	}
}

// emptyRedis makes sure that a measurement begins with an empty database, and
// returns what empties it afterwards. What is left in it falls due minutes
// later, in the middle of another measurement, at a server that cannot open it
// and tries again for as long as it runs. If emptying fails, the next
// measurement says so.
func (o *options) emptyRedis(ctx context.Context) (leave func(), err error) {
	if o.redis == nil {
		return func() {}, nil
	}
	n, err := o.redis.DBSize(ctx).Result()
	if err != nil {
		return nil, fmt.Errorf("look into Redis: %w", err)
	}
	if n > 0 {
		return nil, fmt.Errorf("the database of --redis-url holds %d keys: name one with none, it is emptied after each measurement", n)
	}
	return func() { _ = o.redis.FlushDB(context.Background()).Err() }, nil
}
