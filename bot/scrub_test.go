package bot_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/sessions"
)

// besides is the real store, out of reach for the first few calls.
type besides struct {
	*sessions.Store
	fails int
	calls int
}

func (b *besides) ForgetNotes(ctx context.Context, session string) error {
	if b.calls++; b.calls <= b.fails {
		return errors.New("out of reach")
	}
	return b.Store.ForgetNotes(ctx, session)
}

// A deletion takes what people wrote beside the conversation, as soon as it can
// be reached, whatever else is due.
func TestErasureReachesNotes(t *testing.T) {
	w := newWorld(t)
	w.desk.staffed = true
	store := &besides{Store: w.store(), fails: 2}
	w.parts.Beside = store
	w.takeOver()
	note := sessions.Note{ID: "n", By: bot.Person{ID: "li", Name: "李"}, At: w.now, Text: "住在海边"}
	if err := errors.Join(store.AddNote(t.Context(), w.session, note), store.SetTags(t.Context(), w.session, []string{"海边"}, w.now)); err != nil {
		t.Fatal(err)
	}
	_, err := w.node().Handle(t.Context(), bot.Message{Session: w.session, ID: "erase", From: bot.Visitor, Kind: bot.Text, Text: "删除我的信息"})
	if err != nil {
		t.Fatal(err)
	}
	for range store.fails {
		if s := w.load(); s.Scrub.IsZero() || s.Due.After(w.now) {
			t.Fatalf("the notes are there, and nobody is to delete them: due %v", s.Due)
		}
		if err := w.node().Wake(t.Context(), w.session); err == nil {
			t.Fatal("a failure was not told")
		}
	}
	if err := w.node().Wake(t.Context(), w.session); err != nil {
		t.Fatal(err)
	}
	if notes, tags, err := store.Notes(t.Context(), w.session, time.Time{}); err != nil || len(notes)+len(tags) != 0 {
		t.Errorf("left: %v %v, %v", notes, tags, err)
	}
	s := w.load()
	if !s.Scrub.IsZero() {
		t.Error("it is still to be done")
	}
	for want := range s.Wants {
		if want.What == bot.WantScrub {
			t.Errorf("wants %v", want)
		}
	}
	if err := store.AddNote(t.Context(), w.session, note); err != nil {
		t.Fatal(err)
	}
	for range 5 { // an earlier try that comes late, and what else is due
		if _, err := w.node().Handle(t.Context(), bot.Message{Session: w.session, ID: "late", From: bot.System, Kind: bot.Scrubbed, Scrub: w.now}); err != nil {
			t.Fatal(err)
		}
		if err := w.node().Wake(t.Context(), w.session); err != nil {
			t.Fatal(err)
		}
	}
	if notes, _, _ := store.Notes(t.Context(), w.session, time.Time{}); len(notes) != 1 || store.calls != 3 {
		t.Errorf("%d calls, and of a later note %d are left", store.calls, len(notes))
	}
}
