package main

import (
	"bytes"
	"strings"
	"testing"

	"fenfu/sessions/redistest"
)

// TestRedisSettingsAtStart: production refuses a Redis that loses sessions, and
// says every reason at once, unless that is accepted; a demo is warned; what
// may not be read keeps nobody from starting.
func TestRedisSettingsAtStart(t *testing.T) {
	t.Parallel()
	server := redistest.Redis(t)
	client := server.Client(t)
	if err := client.ConfigSet(t.Context(), "maxmemory-policy", "allkeys-lru").Err(); err != nil {
		t.Fatal(err)
	}
	risks := []string{"appendonly is no", "maxmemory-policy is allkeys-lru"}
	settings := production(t)
	settings["redis-url"] = server.URL
	args := []string{"--production", "--data-dir", t.TempDir()}
	for name, value := range settings {
		args = append(args, "--"+name+"="+value)
	}
	said := func(where, text string, want []string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: %q is not in\n%s", where, w, text)
			}
		}
	}

	var out bytes.Buffer
	if code := run(append(args, "--listen=127.0.0.1:0"), &out, &out); code != 1 {
		t.Errorf("production: exit status %d, want 1", code)
	}
	said("production", out.String(), append(risks, "--redis-accept-risk"))
	if n := client.DBSize(t.Context()).Val(); n != 0 {
		t.Errorf("production refused, and wrote %d keys", n)
	}
	const warning = "Redis may lose what it has acknowledged"
	said("accepted", startServer(t, append(args, "--redis-accept-risk")...).output(), append(risks, warning))
	said("demo", startServer(t, "--data-dir", t.TempDir(), "--redis-url", server.URL).output(), append(risks, warning))

	if err := client.Do(t.Context(), "acl", "setuser", "default", "-config").Err(); err != nil {
		t.Fatal(err)
	}
	said("forbidden", startServer(t, args...).output(), []string{"settings of Redis could not be read"})
}
