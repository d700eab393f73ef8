package sessions

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// BudgetOptions say how a budget is kept.
type BudgetOptions struct {
	PerDay int           // spendings of a day (UTC), of all nodes together
	PerOne int           // of a session
	Keep   time.Duration // how long those of a session are remembered, since the last

	Sync func(context.Context) error // as in [Options]
	Now  func() time.Time            // time.Now by default
}

// Budget counts what costs money, over all nodes and restarts. It holds numbers
// and ids of sessions, nothing of anybody, and is no part of a turn. A spending
// whose answer was lost is counted, and one that a failover loses is not.
type Budget struct {
	rdb redis.UniversalClient
	o   BudgetOptions
}

// NewBudget returns the budget kept in the database of rdb.
func NewBudget(rdb redis.UniversalClient, o BudgetOptions) *Budget {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Budget{rdb, o}
}

// SpendDay spends one of what is left today, and reports whether anything was.
func (b *Budget) SpendDay(ctx context.Context) (bool, error) {
	return b.spend(ctx, budgetDayKey(b.o.Now()), b.o.PerDay, 48*time.Hour)
}

// SpendSession spends one of what is left of a session, and reports whether
// anything was.
func (b *Budget) SpendSession(ctx context.Context, session string) (bool, error) {
	return b.spend(ctx, budgetSessionKey(session), b.o.PerOne, b.o.Keep)
}

func (b *Budget) spend(ctx context.Context, key string, limit int, keep time.Duration) (bool, error) {
	var spent *redis.IntCmd
	_, err := b.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		spent = p.Incr(ctx, key)
		p.Expire(ctx, key, keep)
		return nil
	})
	if err == nil && b.o.Sync != nil {
		err = b.o.Sync(ctx)
	}
	if err != nil {
		return false, unavailable("spend of a budget", err)
	}
	return spent.Val() <= int64(limit), nil
}
