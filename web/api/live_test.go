package api

import (
	"context"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"fenfu/bot"
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

func (d *countedDesk) Ended(context.Context, string, []string, Place, int) ([]Place, int64, error) {
	return []Place{{Session: "passed on"}, {Session: "message"}, {Session: "left"}}, 3, nil
}

type pastSessions struct {
	Sessions
	all map[string]*bot.Handoff
}

func (s pastSessions) Look(_ context.Context, id string) (bot.Session, error) {
	return bot.Session{ID: id, Handoff: s.all[id]}, nil
}

// Nobody waits while an agent talks to them, nor overnight for the answer to a
// message.
func TestFiguresOfWaits(t *testing.T) {
	begun := time.Now().Add(-time.Hour)
	at := func(minutes int) time.Time { return begun.Add(time.Duration(minutes) * time.Minute) }
	a := &API{Config: Config{Now: time.Now, Desk: &countedDesk{}, Sessions: pastSessions{all: map[string]*bot.Handoff{
		"passed on": {Since: begun, Waited: time.Minute, MetAt: at(1), TakenAt: at(21), EndedAt: at(31), Rating: 4},
		"message":   {Since: begun.Add(-12 * time.Hour), MetAt: at(1), TakenAt: at(1), EndedAt: at(3)},
		"left":      {Since: begun, EndedAt: at(5)},
	}}}}
	st := stats{Reasons: map[string]int{}}
	if err := a.past(&request{Request: httptest.NewRequest("GET", "/", nil)}, &st); err != nil {
		t.Fatal(err)
	}
	if st.Waits != (spans{1, 60, 60}) || st.Talks != (spans{2, 30 * 60, 30 * 60}) || st.Ratings.Average != 4 || st.Handled != 3 {
		t.Errorf("figures %+v", st)
	}
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
