package webhook

import (
	"math/rand/v2"
	"time"
)

// Pauses lie between the tries of one message, as Standard Webhooks recommends
// them: ten tries within some three days.
func Pauses() []time.Duration {
	return []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
		10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
}

// Pause returns how long to wait after a number of tries, up to a tenth longer
// so that what failed together does not come back together. It returns 0 after
// the last one.
func Pause(pauses []time.Duration, tries int) time.Duration {
	if tries < 1 || tries > len(pauses) {
		return 0
	}
	p := pauses[tries-1]
	return p + rand.N(p/10+1)
}

// longestWait is for a breaker that stays open for hours.
const longestWait = 15 * time.Minute

// Wait returns how long to wait after a try that an open breaker kept back, if
// there were so many such tries of the message before. The first wait is as
// long as the breaker stays open.
func Wait(before int) time.Duration {
	p := min(cooldown<<min(before, 10), longestWait)
	return p + rand.N(p/10+1)
}
