package sessions_test

import (
	"testing"
)

func testMarks(t *testing.T, w *world) {
	s, other, name := w.node(t), w.node(t), "test:"+newID()
	marked := func(want bool) {
		t.Helper()
		if got, err := other.Marked(t.Context(), name); got != want || err != nil {
			t.Errorf("marked: %v, %v; want %v", got, err, want)
		}
	}
	marked(false)
	for range 2 {
		if err := s.Mark(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		marked(true)
	}
}
