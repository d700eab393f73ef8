package sessions_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/sessions"
)

func TestNotes(t *testing.T) {
	onStaff(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		a, b := w.node(t), w.node(t)
		id, at := newID(), time.Unix(1790000000, 0).UTC()
		for i, n := range []sessions.Note{
			{ID: "n2", By: bot.Person{ID: "wang", Name: "王"}, At: at.Add(time.Second), Text: "second"},
			{ID: "n1", By: bot.Person{ID: "li", Name: "李"}, At: at, Text: planted},
			{ID: "n1", By: bot.Person{ID: "li", Name: "李"}, At: at, Text: "the same call again"},
		} {
			if err := []*sessions.Store{a, b, b}[i].AddNote(ctx, id, n); err != nil {
				t.Fatal(err)
			}
		}
		if err := a.SetTags(ctx, id, []string{"还款"}, at); err != nil {
			t.Fatal(err)
		}
		if err := b.SetTags(ctx, id, []string{"额度", "急"}, at.Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		notes, tags, err := a.Notes(ctx, id, time.Time{})
		if err != nil || len(notes) != 2 || notes[0].Text != planted || notes[1].By.ID != "wang" || !notes[0].At.Equal(at) || !slices.Equal(tags, []string{"额度", "急"}) {
			t.Errorf("notes %v, tags %v, %v", notes, tags, err)
		}
		notes, tags, err = b.Notes(ctx, id, at)
		if err != nil || len(notes) != 1 || notes[0].ID != "n1" || !slices.Equal(tags, []string{"还款"}) {
			t.Errorf("as it was before: notes %v, tags %v, %v", notes, tags, err)
		}
		for key, text := range dump(t, w) {
			if strings.Contains(text, "张三丰") || strings.Contains(text, "额度") {
				t.Errorf("%s can be read", key)
			}
		}
		if notes, _, err := a.Notes(ctx, newID(), time.Time{}); err != nil || len(notes) != 0 {
			t.Errorf("notes on another session: %v, %v", notes, err)
		}
		if err := b.ForgetNotes(ctx, id); err != nil {
			t.Fatal(err)
		}
		if notes, tags, err := a.Notes(ctx, id, time.Time{}); err != nil || len(notes)+len(tags) != 0 {
			t.Errorf("forgotten, but there: %v %v, %v", notes, tags, err)
		}
	})
}
