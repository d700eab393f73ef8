package bot_test

import (
	"testing"
	"time"

	"fenfu/bot"
	"fenfu/bot/eligibility"
)

func TestApplication(t *testing.T) {
	pending := func() (eligibility.Answer, error) { return eligibility.Answer{Pending: true, After: time.Second}, nil }
	w, _ := submitted(t, pending, eligible)
	id := w.load().Application.ID
	want := func(status bot.ApplicationStatus, decision eligibility.Decision) {
		t.Helper()
		got, err := w.node().Application(ctx, w.session, id)
		if err != nil || got.ID != id || got.Version != 1 || got.Status != status || got.Result.Decision != decision ||
			got.SubmittedAt.IsZero() || got.DecidedAt.IsZero() != (status != bot.Decided) || got.Next == "" {
			t.Errorf("%+v, %v; want it %s %s", got, err, status, decision)
		}
	}
	want(bot.Queued, "")
	w.wake()
	want(bot.Pending, "")
	w.wake()
	want(bot.Decided, eligibility.Eligible)
	for session, id := range map[string]string{w.session: "OTHER", "other-session": id, "another": "", w.session + "x": "OTHER"} {
		if got, err := w.node().Application(ctx, session, id); bot.ErrorCode(err) != bot.NotFound || got.ID != "" {
			t.Errorf("session %s, application %q: %+v, %v", session, id, got, err)
		}
	}
}
