package main

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"fenfu/bot/webhook"
)

// TestSlowCallsEndByThemselves: a wake is not cut short before the slowest call
// in it has had its time. A webhook whose endpoint hangs was one: never over, it
// was never counted, and tried again with every lease.
func TestSlowCallsEndByThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := finish(func(ctx context.Context, _ string) error {
			time.Sleep(webhook.TryTime)
			return ctx.Err()
		})(t.Context(), "s")
		if err != nil {
			t.Errorf("a try of a webhook: %v", err)
		}
	})
}

// TestLeavingNodeWaitsForWakes, but not for long.
func TestLeavingNodeWaitsForWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		node, leave := context.WithCancel(t.Context())
		start := time.Now()
		var left time.Duration
		wake := finish(func(ctx context.Context, _ string) error {
			time.Sleep(time.Second)
			leave()
			<-ctx.Done()
			left = time.Since(start)
			return ctx.Err()
		})
		if err := wake(node, "s"); err == nil || left != time.Second+drainTime {
			t.Errorf("after %v: %v", left, err)
		}
	})
}
