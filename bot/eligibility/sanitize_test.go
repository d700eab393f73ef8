package eligibility_test

import (
	"strings"
	"testing"
	"time"

	"fenfu/bot/eligibility"
)

func TestSanitize(t *testing.T) {
	why := func(codes ...string) (rs []eligibility.Reason) {
		for _, c := range codes {
			rs = append(rs, eligibility.Reason{Code: c, TextZH: "原因"})
		}
		return rs
	}
	for _, tc := range []struct {
		name string
		in   eligibility.Result
		want string
	}{
		{"eligible", eligibility.Result{Decision: "eligible"}, "eligible"},
		{"refused with reasons", eligibility.Result{Decision: "not_eligible", Reasons: why("UNDER_AGE", "LOW_CAPACITY")}, "not_eligible UNDER_AGE,LOW_CAPACITY"},
		{"review with a reason", eligibility.Result{Decision: "manual_review", Reasons: why("RISK_REVIEW")}, "manual_review RISK_REVIEW"},
		{"review without", eligibility.Result{Decision: "manual_review"}, "manual_review"},
		{"nothing", eligibility.Result{}, "manual_review SYSTEM_UNAVAILABLE"},
		{"unknown decision", eligibility.Result{Decision: "approved"}, "manual_review SYSTEM_UNAVAILABLE"},
		{"decision in capitals", eligibility.Result{Decision: "ELIGIBLE"}, "manual_review SYSTEM_UNAVAILABLE"},
		{"unknown reason", eligibility.Result{Decision: "not_eligible", Reasons: why("UNDER_AGE", "BAD_HAIR")}, "manual_review SYSTEM_UNAVAILABLE"},
		{"unknown reason of a review", eligibility.Result{Decision: "manual_review", Reasons: why("")}, "manual_review SYSTEM_UNAVAILABLE"},
		{"eligible with a reason", eligibility.Result{Decision: "eligible", Reasons: why("RISK_REVIEW")}, "manual_review SYSTEM_UNAVAILABLE"},
		{"refused without a reason", eligibility.Result{Decision: "not_eligible"}, "manual_review SYSTEM_UNAVAILABLE"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.in.CheckID, tc.in.ModelVersion = "c7", "m"
			got := eligibility.Sanitize(tc.in)
			if outcome(got) != tc.want {
				t.Errorf("got %s, want %s", outcome(got), tc.want)
			}
			if got.CheckID != "c7" || got.ModelVersion != "m" {
				t.Errorf("lost the check id or model version: %+v", got)
			}
		})
	}
}

// TestOver: nobody is eligible by a decision whose time is over.
func TestOver(t *testing.T) {
	end := today()
	for _, tc := range []struct {
		decision eligibility.Decision
		at       time.Time
		want     string
	}{
		{eligibility.Eligible, end.Add(-time.Second), "eligible"},
		{eligibility.Eligible, end, "manual_review SYSTEM_UNAVAILABLE"},
		{eligibility.ManualReview, end, "manual_review"},
	} {
		got := eligibility.Result{CheckID: "c7", Decision: tc.decision, ValidUntil: end}.On(tc.at)
		if outcome(got) != tc.want || got.CheckID != "c7" || !got.ValidUntil.Equal(end) {
			t.Errorf("%s %v before its end: %+v", tc.decision, end.Sub(tc.at), got)
		}
	}
	if got := (eligibility.Result{Decision: eligibility.Eligible}).On(end); outcome(got) != "eligible" {
		t.Errorf("without an end: %+v", got)
	}
}

// TestWordsPromiseNothing holds every text a visitor reads to the rule: no
// promise, no rate, no limit, no odds, and no asking for secrets.
func TestWordsPromiseNothing(t *testing.T) {
	rules := mustRules(t)
	var texts []string
	for _, d := range []eligibility.Decision{eligibility.Eligible, eligibility.NotEligible, eligibility.ManualReview} {
		w := rules.Words(d)
		texts = append(texts, w.Title, w.Text, w.Next)
	}
	for _, a := range mustApplicants(t).All() {
		for _, r := range check(t, mustApplicants(t), rules, subject(a.Name, a.IDNumber), today()).Reasons {
			texts = append(texts, r.TextZH)
		}
	}
	texts = append(texts, eligibility.Unavailable("").Reasons[0].TextZH)
	for _, text := range texts {
		for _, bad := range []string{"保证", "一定能", "肯定", "必定", "%", "％", "利率", "概率", "几率", "元", "600", "601"} {
			if strings.Contains(text, bad) {
				t.Errorf("%q says %q", text, bad)
			}
		}
	}
	if next := rules.Words(eligibility.Eligible).Next; !strings.Contains(next, "我 → 服务 → 钱包 → 分付") {
		t.Errorf("approved does not say where to look: %q", next)
	}
	if next := rules.Words(eligibility.NotEligible).Next; !strings.Contains(next, "人工复核") {
		t.Errorf("refused does not say that a person can look again: %q", next)
	}
	if rules.Words("no such") != rules.Words(eligibility.ManualReview) {
		t.Error("an unknown decision is not worded as a review")
	}
}
