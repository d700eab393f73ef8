package embedded

import (
	"context"
	"strings"
	"sync"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// marks are the keys that may have changed since the journal was last written.
type marks struct {
	mu   sync.Mutex
	keys map[string]struct{}
	err  error
}

func (m *marks) add(keys []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys == nil {
		m.keys = make(map[string]struct{})
	}
	for _, k := range keys {
		m.keys[k] = struct{}{}
	}
}

func (m *marks) take() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	keys := make([]string, 0, len(m.keys))
	for k := range m.keys {
		keys = append(keys, k)
	}
	m.keys = nil
	return keys
}

func (m *marks) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

func (m *marks) failure() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.err
}

// hook marks the keys that commands write, after they were sent and before
// their sender hears of it, whatever the outcome. It holds no lock while a
// command runs: go-redis greets a new connection inside of one.
type hook struct {
	server *miniredis.Miniredis
	marks  *marks
}

func (h *hook) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h *hook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if keys := h.written(nil, cmd); len(keys) > 0 {
			h.marks.add(keys)
		}
		return err
	}
}

func (h *hook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		var keys []string
		for _, cmd := range cmds {
			keys = h.written(keys, cmd)
		}
		if len(keys) > 0 {
			h.marks.add(keys)
		}
		return err
	}
}

// written adds the keys that cmd may write. A name too many does no harm: the
// journal looks at the key and finds it unchanged or absent.
func (h *hook) written(keys []string, cmd redis.Cmder) []string {
	args := cmd.Args()
	if len(args) < 2 {
		return keys
	}
	switch name := strings.ToLower(cmd.Name()); name {
	case "eval", "evalsha":
		n, _ := args[2].(int)
		for _, a := range args[3:min(3+n, len(args))] {
			keys = appendText(keys, a)
		}
	case "del", "unlink":
		for _, a := range args[1:] {
			keys = appendText(keys, a)
		}
	case "hello", "client", "script", "ping", "publish", "subscribe", "select", "auth", "flushall", "flushdb", "info":
	default:
		if !h.server.IsReadOnlyCommand(strings.ToUpper(name)) {
			keys = appendText(keys, args[1])
		}
	}
	return keys
}

func appendText(keys []string, a any) []string {
	if text, ok := a.(string); ok {
		return append(keys, text)
	}
	return keys
}
