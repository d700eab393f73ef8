package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"fenfu/sessions/redistest"
)

func quickRedis(t *testing.T) *meter {
	t.Helper()
	server := redistest.Redis(t)
	m := quick(t, "")
	m.opt.RedisURL, m.opt.redis, m.opt.Due = server.URL, server.Client(t), 300
	return m
}

func TestEverySessionThatIsDueIsWokenOnce(t *testing.T) {
	m := quickRedis(t)
	r := &Report{}
	if err := m.queue(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	if len(r.Queue.Runs) != 2 || r.Queue.PopsPerS == 0 || len(m.bad.counts) > 0 {
		t.Fatalf("%+v, deviations %v", r.Queue, m.bad.examples)
	}
	for _, run := range r.Queue.Runs {
		if run.Lost != 0 || run.Twice != 0 || run.WakesPS == 0 || run.Lag.Count != 300 {
			t.Errorf("%+v", run)
		}
	}
	var out strings.Builder
	if err := r.table(&out); err != nil || !strings.Contains(out.String(), "0 lost, 0 woken twice") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// TestRedisIsLeftEmpty: and one that holds something is not touched.
func TestRedisIsLeftEmpty(t *testing.T) {
	m := quickRedis(t)
	if err := m.queue(t.Context(), &Report{}); err != nil {
		t.Fatal(err)
	}
	if n := m.opt.redis.DBSize(t.Context()).Val(); n != 0 {
		t.Errorf("%d keys are left", n)
	}
	m.opt.redis.Set(t.Context(), "somebody", "else", time.Hour)
	if _, err := m.server(t.Context()); err == nil || !strings.Contains(err.Error(), "holds 1 keys") {
		t.Errorf("a server on a database that is not empty: %v", err)
	}
	if err := m.queue(t.Context(), &Report{}); err == nil {
		t.Error("a queue in a database that is not empty")
	}
	if m.opt.redis.Get(t.Context(), "somebody").Val() != "else" {
		t.Error("what was there has gone")
	}
}

// TestTheCountOfWakesFindsFaults has sessions that were left out, and one that
// was woken twice.
func TestTheCountOfWakesFindsFaults(t *testing.T) {
	ctx := context.Background()
	m := quickRedis(t)
	keys, err := freshKeys()
	if err != nil {
		t.Fatal(err)
	}
	s, end, err := m.node(ctx, keys)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	b, err := fill(ctx, s, 5)
	if err != nil {
		t.Fatal(err)
	}
	for id, i := range b.number {
		if i == 0 {
			continue // nobody wakes it
		}
		for range 1 + i/4 { // the last one twice
			if err := b.wake(ctx, s, id, time.Now()); err != nil && i < 4 {
				t.Fatal(err)
			}
		}
	}
	run := &QueueRun{Nodes: 1}
	if err := b.count(ctx, m, keys, run); err != nil {
		t.Fatal(err)
	}
	if run.Lost != 1 || run.Twice != 1 || m.bad.counts["lost_wake"] != 1 || m.bad.counts["woken_twice"] != 1 {
		t.Errorf("%+v, %v", run, m.bad.examples)
	}
}

func TestASessionsKeysAreWeighed(t *testing.T) {
	ctx := context.Background()
	m := quickRedis(t)
	keys, err := freshKeys()
	if err != nil {
		t.Fatal(err)
	}
	s, end, err := m.node(ctx, keys)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	before, err := m.commands(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for i := range 20 {
		id := fmt.Sprintf("session%d", i)
		ids[id] = i%2 == 0 // the others are not looked at
		fresh, err := s.Load(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Commit(ctx, due(fresh, "m1", time.Now().Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
		if !ids[id] {
			delete(ids, id)
		}
	}
	k := &Kept{Sessions: len(ids), BytesByKey: map[string]float64{}, ByCommand: map[string]float64{}}
	partitions, err := m.weigh(ctx, k, ids)
	if err != nil {
		t.Fatal(err)
	}
	after, err := m.commands(ctx)
	if err != nil {
		t.Fatal(err)
	}
	k.Partition = 0.5
	k.work(before, after)
	in := 0
	for _, n := range partitions {
		in += n
	}
	if in != len(ids) || k.Keys < 1 || k.Bytes < 100 || len(k.BytesByKey) != int(k.Keys) {
		t.Errorf("%+v in %v", k, partitions)
	}
	if k.ByCommand["zadd"] == 0 || k.SharedShare <= 0 || k.SharedShare >= 1 || k.Busiest == "" {
		t.Errorf("%+v", k)
	}
}
