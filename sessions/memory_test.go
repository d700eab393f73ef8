package sessions_test

import (
	"runtime"
	"testing"

	"fenfu/bot"
	"fenfu/sessions/redistest"
)

// TestIdleFollowers: ten thousand visitors who look on cost little each.
func TestIdleFollowers(t *testing.T) {
	s := openStore(t, redistest.Redis(t).Client(t))
	const visitors, most = 10000, 1024
	ids := make([]string, visitors)
	for i := range ids {
		ids[i] = newID()
	}
	feeds := make([]bot.Feed, visitors)
	wake := func() {}
	before := heap()
	for i, id := range ids {
		f, err := s.Follow(t.Context(), id, 0, wake)
		if err != nil {
			t.Fatal(err)
		}
		feeds[i] = f
	}
	each := (heap() - before) / visitors
	t.Logf("%d bytes each", each)
	if each > most {
		t.Errorf("%d bytes for each idle follower, want at most %d", each, most)
	}
	for _, f := range feeds {
		f.Close()
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
