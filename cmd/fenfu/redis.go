package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/redis/go-redis/v9"

	"fenfu/sessions"
)

// checkRedis looks at how Redis is configured. A demo is only warned; in
// production a setting that loses what was acknowledged has to be accepted
// knowingly. What cannot be read is for the operator to know.
func (c *config) checkRedis(ctx context.Context, client redis.UniversalClient, logger *slog.Logger) error {
	risky, unread := sessions.CheckSettings(ctx, client)
	if unread != nil {
		logger.Warn("settings of Redis could not be read: make sure that they are those of the README's checklist", "error", unread)
	}
	switch {
	case risky == nil:
		return nil
	case c.Production && !c.RedisAcceptRisk:
		return refusal{fmt.Errorf("%w\nto start regardless: --redis-accept-risk", risky)}
	}
	logger.Warn("Redis may lose what it has acknowledged", "error", risky)
	return nil
}
