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
	good := map[string]string{"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction", "min-replicas-to-write": "1", "min-replicas-max-lag": "10"}
	alone := redistest.Redis(t)
	master := redistest.Redis(t)
	configure(t, master.Replica(t), good)
	tests := []struct {
		name   string
		server *redistest.Server
		spoil  map[string]string
		want   []string
	}{
		{"all is well", master, nil, nil},
		{"not on disk", master, map[string]string{"appendonly": "no"}, []string{"appendonly is no"}},
		{"on disk when the system likes", master, map[string]string{"appendfsync": "no"}, []string{"appendfsync is no"}},
		{"forgets when full", master, map[string]string{"maxmemory-policy": "allkeys-lru"}, []string{"maxmemory-policy is allkeys-lru"}},
		{"forgets what has a TTL when full", master, map[string]string{"maxmemory-policy": "volatile-ttl"}, []string{"maxmemory-policy is volatile-ttl"}},
		{"takes what no replica gets", master, map[string]string{"min-replicas-to-write": "0"}, []string{"min-replicas-to-write is 0"}},
		{"takes it, however far replicas are behind", master, map[string]string{"min-replicas-max-lag": "0"}, []string{"min-replicas-max-lag is 0"}},
		{"there is no replica", alone, map[string]string{"min-replicas-to-write": "0"}, nil},
		{"everything at once", master, map[string]string{"appendonly": "no", "maxmemory-policy": "allkeys-random", "min-replicas-to-write": "0"},
			[]string{"appendonly is no", "maxmemory-policy is allkeys-random", "min-replicas-to-write is 0"}},
	}
	for _, tt := range tests {
		configure(t, tt.server, good)
		configure(t, tt.server, tt.spoil)
		risky, unread := sessions.CheckSettings(t.Context(), tt.server.Client(t))
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

// TestCheckSettingsOfReplicas: a replica may be the next master, so it is looked
// at and named, and one that cannot be reached is said.
func TestCheckSettingsOfReplicas(t *testing.T) {
	t.Parallel()
	good := map[string]string{"appendonly": "yes", "min-replicas-to-write": "1"}
	group := redistest.Sentinel(t)
	for _, s := range group.Servers {
		configure(t, s, good)
	}
	spoilt, gone := group.Servers[1], group.Servers[2]
	configure(t, spoilt, map[string]string{"appendonly": "no"})
	gone.Stop()
	risky, unread := sessions.CheckSettings(t.Context(), dialWorld("sentinel", group.URL).client(t))
	gone.Resume()
	wantLines(t, "sentinel", risky, []string{"replica " + spoilt.Addr + ": appendonly is no"})
	if unread == nil || !strings.Contains(unread.Error(), "replica "+gone.Addr) || strings.Contains(unread.Error(), spoilt.Addr) {
		t.Errorf("unread: %v, want the replica that did not answer", unread)
	}

	ring := redistest.Cluster(t, redistest.Replicas(1))
	for _, s := range ring.Servers {
		configure(t, s, good)
	}
	configure(t, ring.Servers[4], map[string]string{"min-replicas-to-write": "0", "maxmemory-policy": "allkeys-lru"})
	risky, unread = sessions.CheckSettings(t.Context(), dialWorld("cluster", ring.URL).client(t))
	if unread != nil {
		t.Error(unread)
	}
	name := "replica " + ring.Servers[4].Addr
	wantLines(t, "cluster", risky, []string{name + ": maxmemory-policy is allkeys-lru", name + ": min-replicas-to-write is 0"})
}

// configure changes settings of a server.
func configure(t *testing.T, s *redistest.Server, settings map[string]string) {
	t.Helper()
	c := s.Client(t)
	for name, value := range settings {
		if err := c.ConfigSet(t.Context(), name, value).Err(); err != nil {
			t.Fatal(err)
		}
	}
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
