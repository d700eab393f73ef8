package api

import (
	"context"
	"sync"
	"testing"

	"fenfu/bot/handoff"
)

type countedDesk struct {
	Desk
	reads   int
	waiting []handoff.Waiting
}

func (d *countedDesk) Queue(context.Context) ([]handoff.Waiting, error) {
	d.reads++
	return d.waiting, nil
}

// However many consoles hear of a change, the queue is read once.
func TestConsolesShareTheQueue(t *testing.T) {
	desk := &countedDesk{waiting: []handoff.Waiting{{Desk: "service"}, {Desk: "service", Offline: true}, {Desk: "review"}}}
	a := &API{Config: Config{Desk: desk}, watched: newWatched()}
	look := func() {
		t.Helper()
		by, err := a.lineups(t.Context())
		if err != nil || by["service"] != (lineup{1, 1}) || by["review"] != (lineup{waiting: 1}) {
			t.Errorf("who waits: %v, %v", by, err)
		}
	}
	var group sync.WaitGroup
	for range 100 {
		group.Go(look)
	}
	group.Wait()
	a.watched.tell(Change{Session: "s", Typing: "visitor"})
	look()
	if desk.reads != 1 {
		t.Errorf("the queue was read %d times", desk.reads)
	}
	a.watched.tell(Change{Session: "s"})
	look()
	if desk.reads != 2 {
		t.Errorf("after a change the queue was read %d times in all", desk.reads)
	}
}
