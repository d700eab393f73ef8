package embedded

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// TestDeadline: PTTL answers 0 for a key whose last millisecond has begun, and
// -1 for one that stays.
func TestDeadline(t *testing.T) {
	now := time.UnixMilli(1_700_000_000_000)
	for _, test := range []struct {
		ttl      time.Duration
		deadline int64
		expired  bool
	}{
		{ttl: -1},
		{ttl: 0, deadline: now.UnixMilli(), expired: true},
		{ttl: time.Second, deadline: now.UnixMilli() + 1000},
	} {
		e, err := newEntry(redis.NewStringResult("v", nil), test.ttl, now)
		if err != nil {
			t.Fatal(err)
		}
		if e.deadline != test.deadline || e.expired(now) != test.expired {
			t.Errorf("PTTL %d: deadline %d, expired %v; want %d, %v", test.ttl, e.deadline, e.expired(now), test.deadline, test.expired)
		}
	}
}
