package sessions_test

import (
	"context"
	"testing"
	"time"

	"fenfu/sessions"
)

// TestBudget is one of all nodes, also of those that start later, by day and by
// session, and nothing of it stays.
func TestBudget(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		now := time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC)
		node := func() *sessions.Budget {
			return sessions.NewBudget(w.client(t), sessions.BudgetOptions{
				PerDay: 3, PerOne: 2, Keep: time.Hour, Sync: w.sync, Now: func() time.Time { return now },
			})
		}
		day := func(want bool) {
			t.Helper()
			if ok, err := node().SpendDay(ctx); ok != want || err != nil {
				t.Errorf("today: %v, %v, want %v", ok, err, want)
			}
		}
		for _, want := range []bool{true, true, true, false, false} {
			day(want)
		}
		for i, want := range []bool{true, true, false} {
			if ok, err := node().SpendSession(ctx, "s1"); ok != want || err != nil {
				t.Errorf("%d of a session: %v, %v, want %v", i+1, ok, err, want)
			}
		}
		if ok, err := node().SpendSession(ctx, "s2"); !ok || err != nil {
			t.Errorf("of another session: %v, %v", ok, err)
		}
		now = now.Add(2 * time.Hour)
		day(true)
		for key, most := range map[string]time.Duration{"fenfu:budget:d:2026-11-23": 48 * time.Hour, "fenfu:budget:s:s1": time.Hour} {
			if ttl := w.client(t).TTL(ctx, key).Val(); ttl <= 0 || ttl > most {
				t.Errorf("%s is kept for %v", key, ttl)
			}
		}
	})
}

// TestBudgetOutOfReach: without Redis nothing is spent, and so nothing is done.
func TestBudgetOutOfReach(t *testing.T) {
	w := embeddedWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if ok, err := sessions.NewBudget(w.client(t), sessions.BudgetOptions{PerDay: 3}).SpendDay(ctx); ok || err == nil {
		t.Errorf("%v, %v", ok, err)
	}
}
