package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	gcPercent = 300         // of the live heap may be garbage while there is work: a tenth less CPU time a turn
	restEvery = time.Second // how often to look whether there still is
	restBelow = 1 << 20     // bytes allocated meanwhile, at most, to call it a rest
)

// tendMemory spends memory to save CPU time under load, and gives it back to
// the system when nothing goes on, until ctx ends. A GOGC in the environment
// is the operator's choice and left alone.
func tendMemory(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(gcPercent)
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	allocated := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	tick := time.NewTicker(restEvery)
	defer tick.Stop()
	rested := false
	for last := allocated(); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := allocated()
		busy := now-last > restBelow
		if last = now; !busy && !rested {
			debug.FreeOSMemory()
			last = allocated()
		}
		rested = !busy
	}
}
