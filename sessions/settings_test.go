package sessions_test

import (
	"strings"
	"testing"

	"fenfu/sessions"
	"fenfu/sessions/redistest"
)

// TestCheckSettings spoils one setting of a real server at a time.
func TestCheckSettings(t *testing.T) {
	t.Parallel()
	good := map[string]string{"appendonly": "yes", "maxmemory-policy": "noeviction", "min-replicas-to-write": "1", "min-replicas-max-lag": "10"}
	alone := redistest.Redis(t)
	master := redistest.Redis(t)
	master.Replica(t)
	tests := []struct {
		name   string
		server *redistest.Server
		spoil  map[string]string
		want   []string
	}{
		{"all is well", master, nil, nil},
		{"not on disk", master, map[string]string{"appendonly": "no"}, []string{"appendonly is no"}},
		{"forgets when full", master, map[string]string{"maxmemory-policy": "allkeys-lru"}, []string{"maxmemory-policy is allkeys-lru"}},
		{"forgets what has a TTL when full", master, map[string]string{"maxmemory-policy": "volatile-ttl"}, []string{"maxmemory-policy is volatile-ttl"}},
		{"takes what no replica gets", master, map[string]string{"min-replicas-to-write": "0"}, []string{"min-replicas-to-write is 0"}},
		{"takes it, however far replicas are behind", master, map[string]string{"min-replicas-max-lag": "0"}, []string{"min-replicas-max-lag is 0"}},
		{"there is no replica", alone, map[string]string{"min-replicas-to-write": "0"}, nil},
		{"everything at once", master, map[string]string{"appendonly": "no", "maxmemory-policy": "allkeys-random", "min-replicas-to-write": "0"},
			[]string{"appendonly is no", "maxmemory-policy is allkeys-random", "min-replicas-to-write is 0"}},
	}
	for _, tt := range tests {
		c := tt.server.Client(t)
		for _, settings := range []map[string]string{good, tt.spoil} {
			for name, value := range settings {
				if err := c.ConfigSet(t.Context(), name, value).Err(); err != nil {
					t.Fatal(err)
				}
			}
		}
		risky, unread := sessions.CheckSettings(t.Context(), c)
		if unread != nil {
			t.Errorf("%s: %v", tt.name, unread)
		}
		wantLines(t, tt.name, risky, tt.want)
	}
}

// TestCheckSettingsOfCluster: every master is looked at, and named.
func TestCheckSettingsOfCluster(t *testing.T) {
	t.Parallel()
	ring := redistest.Cluster(t)
	for i, s := range ring.Servers {
		if i != 1 {
			s.Client(t).ConfigSet(t.Context(), "appendonly", "yes")
		}
	}
	risky, unread := sessions.CheckSettings(t.Context(), dialWorld("cluster", ring.URL).client(t))
	if unread != nil {
		t.Error(unread)
	}
	wantLines(t, "cluster", risky, []string{ring.Servers[1].Addr + ": appendonly is no"})
}

// TestCheckSettingsForbidden: what may not be read is no risk, and said.
func TestCheckSettingsForbidden(t *testing.T) {
	t.Parallel()
	server := redistest.Redis(t)
	if err := server.Client(t).Do(t.Context(), "acl", "setuser", "default", "-config").Err(); err != nil {
		t.Fatal(err)
	}
	risky, unread := sessions.CheckSettings(t.Context(), server.Client(t))
	wantLines(t, "forbidden", risky, nil)
	wantLines(t, "forbidden", unread, []string{"read the setting appendonly: NOPERM", "read the setting maxmemory-policy: NOPERM"})
}

// wantLines checks that an error has as many lines, each with its text.
func wantLines(t *testing.T, name string, err error, want []string) {
	t.Helper()
	var lines []string
	if err != nil {
		lines = strings.Split(err.Error(), "\n")
	}
	if len(lines) != len(want) {
		t.Errorf("%s: %q, want %q", name, lines, want)
		return
	}
	for i, l := range lines {
		if !strings.Contains(l, want[i]) {
			t.Errorf("%s: %q, want %q", name, l, want[i])
		}
	}
}
