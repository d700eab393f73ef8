package flow_test

import (
	"testing"
	"time"

	"fenfu/bot/flow"
	"fenfu/intents"
)

// Only what is said of the consent that is open counts.
func TestUnderstandWhichConsent(t *testing.T) {
	b, m := book(t), intents.New()
	const yes, no, again = flow.Confirm, flow.Deny, flow.GoOn
	for _, c := range []struct {
		text          string
		first, second flow.Verb
	}{
		{"我同意第一个，第二个不同意", yes, no},
		{"第一项同意，第二项不同意", yes, no},
		{"同意第一个不同意第二个", yes, no},
		{"第一个同意第二个不同意", yes, no},
		{"收集同意，提供给别人不同意", yes, no},
		{"第一个可以同意，但是第二个我拒绝", yes, no},
		{"第二个不同意，第一个同意", yes, no},
		{"第一个不同意，第二个同意", no, no},
		{"不同意第一个", no, no},
		{"第二个不同意", again, no},
		{"第一个同意", yes, again},
		{"第二个同意", again, yes},
		{"同意", yes, yes},
		{"不同意", no, no},
		{"我同意收集", yes, again},
	} {
		for step, want := range map[string]flow.Verb{"collect": c.first, "disclose": c.second} {
			s := flow.State{Flow: "apply", Version: 1, Status: flow.Running, Step: step}
			got := b.Understand(s, flow.Read(m, intents.Normalize(c.text), time.Time{}))
			if len(got) != 1 || got[0].Verb != want || want == yes && !got[0].Plain {
				t.Errorf("%s at %s: %+v, want %s", c.text, step, got, want)
			}
		}
	}
}
