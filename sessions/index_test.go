package sessions_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/pii"
	"fenfu/sessions"
	"fenfu/sessions/seal"
)

var _ bot.Index = (*sessions.Index)(nil)

func index(t *testing.T, s *sessions.Store) *sessions.Index {
	t.Helper()
	x, err := s.Index()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// newPerson returns an ID number that no other test has.
func newPerson() pii.Text { return pii.Text("11010519491231" + newID()[:3] + "X") }

func claim(t *testing.T, x *sessions.Index, fingerprint, application string, want bool) {
	t.Helper()
	got, err := x.Claim(t.Context(), fingerprint, application, time.Hour)
	if err != nil || got != want {
		t.Errorf("claim for %s: %v, %v; want %v", application, got, err, want)
	}
}

// testIndex: the first application of a person stands, on every node, until it
// lets go.
func testIndex(t *testing.T, w *world) {
	a, b := index(t, w.node(t)), index(t, w.node(t))
	person, other := newPerson(), newPerson()
	f := a.Fingerprint(person)
	if f != b.Fingerprint(pii.Text(strings.ToLower(person.Reveal()))) || f == a.Fingerprint(other) {
		t.Error("fingerprints do not tell people apart, or nodes differ")
	}
	if strings.Contains(f, person.Reveal()) {
		t.Error("the fingerprint shows the number")
	}
	for range 2 {
		claim(t, a, f, "one", true)
		claim(t, b, f, "one", true)
		claim(t, b, f, "two", false)
	}
	claim(t, b, b.Fingerprint(other), "two", true)
	if err := b.Release(t.Context(), f, "two"); err != nil {
		t.Fatal(err)
	}
	claim(t, b, f, "two", false)
	for range 2 {
		if err := b.Release(t.Context(), f, "one"); err != nil {
			t.Fatal(err)
		}
	}
	claim(t, a, f, "two", true)
	for _, bad := range []string{"", "x"} {
		if _, err := a.Claim(t.Context(), bad, "one", time.Hour); err == nil {
			t.Errorf("fingerprint %q was taken", bad)
		}
	}
}

// testIndexRacing: of many applications at once, one stands.
func testIndexRacing(t *testing.T, w *world) {
	f := index(t, w.node(t)).Fingerprint(newPerson())
	nodes := []*sessions.Index{index(t, w.node(t)), index(t, w.node(t))}
	var won atomic.Int32
	var group sync.WaitGroup
	for n := range 20 {
		group.Go(func() {
			ok, err := nodes[n%2].Claim(t.Context(), f, newID(), time.Hour)
			if err != nil {
				t.Error(err)
			}
			if ok {
				won.Add(1)
			}
		})
	}
	group.Wait()
	if n := won.Load(); n != 1 {
		t.Errorf("%d applications stand", n)
	}
}

// testIndexRotation: a claim is found under the key that it was made with, and
// let go under it.
func testIndexRotation(t *testing.T, w *world) {
	with := func(text string) *sessions.Index {
		keys, err := seal.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return index(t, w.node(t, func(o *sessions.Options) { o.Keys = keys }))
	}
	k2, k1, _ := strings.Cut(testKeys, ",")
	old, both, last := with(k1), with(testKeys), with(k2)
	person := newPerson()
	was, is := old.Fingerprint(person), both.Fingerprint(person)
	claim(t, old, was, "one", true)
	claim(t, both, is, "two", false)
	claim(t, both, is, "one", true) // now under the new key too
	claim(t, last, last.Fingerprint(person), "two", false)
	if err := both.Release(t.Context(), is, "one"); err != nil {
		t.Fatal(err)
	}
	claim(t, old, was, "two", true)
	claim(t, both, is, "three", false)
}

// testIndexRunsOut: after the window the next application is a first one.
func testIndexRunsOut(t *testing.T, w *world) {
	x := index(t, w.node(t))
	f := x.Fingerprint(newPerson())
	if ok, err := x.Claim(t.Context(), f, "one", 50*time.Millisecond); !ok || err != nil {
		t.Fatal(ok, err)
	}
	eventually(t, "the window has passed", func() error {
		if ok, err := x.Claim(t.Context(), f, "two", time.Hour); err != nil || !ok {
			return errors.Join(err, errors.New("the first application still stands"))
		}
		return nil
	})
}
