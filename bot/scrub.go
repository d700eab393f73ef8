package bot

import (
	"context"
	"fmt"
	"time"
)

// Beside keeps what people at the desk wrote beside conversations: private
// notes, tags. [fenfu/sessions.Store] does.
type Beside interface {
	// ForgetNotes deletes all that is kept beside a session's conversation. It
	// may be called again.
	ForgetNotes(ctx context.Context, session string) error
}

// scrub deletes what people wrote beside a conversation whose visitor has had
// their data deleted. It is no part of the turn that orders it, and is tried
// until it is done.
func (b *Bot) scrub(ctx context.Context, s Session) error {
	if b.Beside != nil {
		if err := b.Beside.ForgetNotes(ctx, s.ID); err != nil {
			return fmt.Errorf("delete the notes beside session %s: %w", s.ID, err)
		}
	}
	_, err := b.Handle(ctx, Message{Session: s.ID, ID: fmt.Sprintf("scrub:%d", s.Version), From: System, Kind: Scrubbed, Scrub: s.Scrub})
	return err
}

// scrubbed notes that it is done, unless another deletion was ordered meanwhile.
func (t *turn) scrubbed() {
	if t.nothing = !t.s.Scrub.Equal(t.m.Scrub) || t.s.Scrub.IsZero(); !t.nothing {
		t.s.Scrub = time.Time{}
	}
}
