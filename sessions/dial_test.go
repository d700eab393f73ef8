package sessions_test

import (
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"fenfu/sessions"
)

func TestDial(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		url, addr, user, password string
		db                        int
		tls                       bool
	}{
		{url: "redis://localhost:6380", addr: "localhost:6380"},
		{url: "redis://example.test", addr: "example.test:6379"},
		{url: "redis://[::1]/2", addr: "[::1]:6379", db: 2},
		{url: "redis://u:p%40ss@h:1/3", addr: "h:1", user: "u", password: "p@ss", db: 3},
		{url: "redis://:secret@h", addr: "h:6379", password: "secret"},
		{url: "rediss://h", addr: "h:6379", tls: true},
	} {
		got, err := sessions.Dial(c.url)
		if err != nil {
			t.Errorf("%s: %v", c.url, err)
			continue
		}
		one, ok := got.(*redis.Client)
		if !ok {
			t.Errorf("%s: a %T", c.url, got)
			continue
		}
		o := one.Options()
		if o.Addr != c.addr || o.Username != c.user || o.Password != c.password || o.DB != c.db || (o.TLSConfig != nil) != c.tls {
			t.Errorf("%s: addr %s, user %q, db %d, tls %t", c.url, o.Addr, o.Username, o.DB, o.TLSConfig != nil)
		}
		one.Close()
	}
	got, err := sessions.Dial("rediss+cluster://u:p@a:1,b")
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	cluster, ok := got.(*redis.ClusterClient)
	if !ok {
		t.Fatalf("cluster: a %T", got)
	}
	if o := cluster.Options(); strings.Join(o.Addrs, " ") != "a:1 b:6379" || o.Password != "p" || o.TLSConfig == nil {
		t.Errorf("cluster: %v, tls %t", o.Addrs, o.TLSConfig != nil)
	}
}

func TestDialRefuses(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"", "localhost:6379", "http://h", "redis+magic://h", "redis://a,b", "redis://h/x", "redis://h/-1",
		"redis+sentinel://h", "redis+sentinel://h/m/x", "redis+cluster://h/1", "redis://h?what=1", "redis://hunter2%zz@h", "redis://h?%zz",
		"x+cluster://h",
	} {
		c, err := sessions.Dial(url)
		if err == nil {
			c.Close()
			t.Errorf("%s: accepted", url)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error quotes the URL: %v", err)
		}
	}
}
