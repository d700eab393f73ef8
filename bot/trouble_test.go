package bot_test

import (
	"net/http"
	"testing"

	"fenfu/bot/eligibility"
)

// TestTrouble: the last trouble is kept for whoever looks after the queue, also
// once the application was given up, until the check has answered.
func TestTrouble(t *testing.T) {
	w, _ := submitted(t, trouble(eligibility.ReasonTimeout, 0), pending, trouble(eligibility.ReasonLimited, 0), refused(http.StatusBadRequest))
	for _, want := range []string{eligibility.ReasonTimeout, "", eligibility.ReasonLimited, eligibility.ReasonRefused} {
		w.wake()
		if got := w.load().Application.Trouble; got != want {
			t.Errorf("trouble %q, want %q", got, want)
		}
	}
	if !w.load().Application.GivenUp() {
		t.Error("not given up")
	}
}
