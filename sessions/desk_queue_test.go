package sessions_test

import (
	"fmt"
	"testing"
	"time"

	"fenfu/bot/handoff"
)

// Where five thousand stand is told for all of them at once: it is looked up
// several times a second while the queue moves.
func BenchmarkTurns(b *testing.B) {
	d := deskOf(b, embeddedWorld(b))
	since := time.Now()
	for i := range 5000 {
		move(b, d, fmt.Sprintf("wait%022d", i), 1, handoff.InQueue, "", since.Add(time.Duration(i)*time.Millisecond))
	}
	q, err := d.Queue(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if turns := q.Turns(); len(turns) != 5000 {
			b.Fatalf("%d turns", len(turns))
		}
	}
}
