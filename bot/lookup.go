package bot

import (
	"context"
	"fmt"
	"time"

	"fenfu/bot/eligibility"
)

// Standing is where an application stands, as its applicant may be told. It
// holds none of the details that were given.
type Standing struct {
	ID          string
	Version     int
	Status      ApplicationStatus
	Result      eligibility.Result // once decided
	Next        string             // in Chinese: what happens next, or what can be done
	SubmittedAt time.Time
	DecidedAt   time.Time // zero until decided
}

// Application returns where a session's latest application stands. Any other
// id is not found, whoever's it is.
func (b *Bot) Application(ctx context.Context, session, id string) (Standing, error) {
	s, err := b.Memory.Load(ctx, session)
	if err != nil {
		return Standing{}, fmt.Errorf("load session: %w", err)
	}
	a := s.Application
	if a == nil || a.ID != id {
		return Standing{}, &Error{Code: NotFound, Message: "没有找到这份申请。"}
	}
	st := Standing{ID: a.ID, Version: a.Version, Status: a.Status, SubmittedAt: a.SubmittedAt}
	switch a.Status {
	case Decided:
		st.Result, st.DecidedAt, st.Next = a.Result, a.DecidedAt, b.Rules.Words(a.Result.Decision).Next
	case Pending:
		st.Next = "审核方正在核对，可能需要一些时间。结果会在对话里通知您，不需要重复提交。"
	case Held:
		st.Next = "您正在更正信息，确认之后会重新核对。"
	default:
		st.Next = "申请已经提交，正在送往审核方。结果会在对话里通知您，不需要重复提交。"
	}
	return st, nil
}
