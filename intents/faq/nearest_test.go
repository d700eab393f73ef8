package faq_test

import "testing"

func TestNearest(t *testing.T) {
	b := book(t)
	near := b.Nearest("我想知道分付开通条件", 3)
	if len(near) != 3 || near[0].Entry.ID != "conditions" || near[0].Score < near[1].Score || near[1].Score < near[2].Score {
		t.Errorf("%+v", near)
	}
	if near := b.Nearest("xyz", 3); len(near) != 0 {
		t.Errorf("%+v", near)
	}
}
