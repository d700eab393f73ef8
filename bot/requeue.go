package bot

import (
	"context"
	"fmt"
	"slices"

	"fenfu/bot/eligibility"
	"fenfu/bot/flow"
)

// GivenUp reports whether the application was handed to manual review because
// the check could not be had, not because of what the check said.
func (a *Application) GivenUp() bool {
	return a != nil && a.Status == Decided && slices.ContainsFunc(a.Result.Reasons, func(r eligibility.Reason) bool {
		return r.Code == eligibility.SystemUnavailable
	})
}

// Requeue has a session's given-up application checked anew, under the same
// id, as a version of its own: so a late answer to the check that failed is
// ignored, and the new check is no repetition of it. The details are those
// that the visitor confirmed; the visitor is told. If there is no such
// application, or its details were deleted or are being changed, nothing
// happens and the error is ErrNotGivenUp. Two calls at once queue it once.
func (b *Bot) Requeue(ctx context.Context, session string) error {
	s, err := b.Memory.Load(ctx, session)
	if err != nil {
		return fmt.Errorf("load session: %w", err)
	}
	id := "requeue"
	if a := s.Application; a != nil {
		id = fmt.Sprintf("requeue:%s.%d", a.ID, a.Version)
	}
	_, err = b.Handle(ctx, Message{Session: session, ID: id, From: System, Kind: Requeued})
	return err
}

func (t *turn) requeue() error {
	if !t.s.Application.GivenUp() || t.s.Flow.Status != flow.Done || len(t.s.Flow.Details) == 0 {
		return ErrNotGivenUp
	}
	a := *t.s.Application
	t.queue(&Application{ID: a.ID, Version: a.Version + 1})
	t.notice(CodeResumed, "之前没能完成的核对已重新开始，不需要重新提交。结果会在这里通知您。", &Data{Application: a.ID})
	return nil
}
