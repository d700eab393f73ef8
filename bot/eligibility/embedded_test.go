package eligibility_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fenfu/bot/eligibility"
	"fenfu/bot/pii"
)

// today is the day on which the demo applicants' ages are taken.
func today() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

func mustRules(tb testing.TB) *eligibility.Rules {
	tb.Helper()
	r, err := eligibility.LoadRules(eligibility.Files, eligibility.RulesFile)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func mustApplicants(tb testing.TB) *eligibility.Applicants {
	tb.Helper()
	a, err := eligibility.LoadApplicants(eligibility.Files, eligibility.ApplicantsFile)
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// one is a source that knows one profile, whatever the ID number.
type one eligibility.Profile

func (p one) Find(context.Context, pii.Text) (eligibility.Profile, bool, error) {
	return eligibility.Profile(p), true, nil
}

type failing struct{}

func (failing) Find(context.Context, pii.Text) (eligibility.Profile, bool, error) {
	return eligibility.Profile{}, false, errors.New("source is down")
}

// goodProfile is that of the first demo applicant, for whom everything is known and well.
func goodProfile(tb testing.TB) (eligibility.Profile, eligibility.Subject) {
	tb.Helper()
	a := mustApplicants(tb).All()[0]
	return a.Profile, subject(a.Name, a.IDNumber)
}

func subject(name, id pii.Text) eligibility.Subject {
	kind := "resident"
	switch {
	case strings.HasPrefix(id.Reveal(), "9"):
		kind = "foreign"
	case strings.HasPrefix(id.Reveal(), "8"):
		kind = "hk_mo_tw"
	}
	return eligibility.Subject{Name: name, IDType: kind, IDNumber: id}
}

func check(tb rapid.TB, p eligibility.Profiles, rules *eligibility.Rules, s eligibility.Subject, now time.Time) eligibility.Result {
	tb.Helper()
	c := eligibility.NewEmbedded(rules, p, func() time.Time { return now })
	res, err := c.Check(context.Background(), eligibility.Request{CheckID: "c1", Subject: s})
	if err != nil {
		tb.Fatal(err)
	}
	if diff := cmp.Diff(res, eligibility.Sanitize(res)); diff != "" {
		tb.Fatalf("the answer does not stand up to Sanitize:\n%s", diff)
	}
	return res
}

func outcome(r eligibility.Result) string {
	codes := make([]string, len(r.Reasons))
	for i, re := range r.Reasons {
		codes[i] = re.Code
	}
	return strings.TrimSpace(string(r.Decision) + " " + strings.Join(codes, ","))
}

func TestEveryDemoApplicantGetsWhatTheFilePromises(t *testing.T) {
	rules, applicants := mustRules(t), mustApplicants(t)
	seen := map[string]bool{}
	for _, a := range applicants.All() {
		t.Run(a.About, func(t *testing.T) {
			want := strings.TrimSpace(string(a.Decision) + " " + strings.Join(a.Reasons, ","))
			got := check(t, applicants, rules, subject(a.Name, a.IDNumber), today())
			if outcome(got) != want {
				t.Errorf("got %s, want %s", outcome(got), want)
			}
			if got.CheckID != "c1" || got.ModelVersion != rules.Version() || !got.ValidUntil.After(today()) {
				t.Errorf("check id %q, model version %q, valid until %v", got.CheckID, got.ModelVersion, got.ValidUntil)
			}
			for _, r := range got.Reasons {
				if r.TextZH == "" {
					t.Errorf("%s has no text", r.Code)
				}
			}
			if !wellFormed(a.IDNumber.Reveal()) {
				t.Errorf("the ID number's check digit is wrong")
			}
		})
		seen[string(a.Decision)] = true
		for _, code := range a.Reasons {
			seen[code] = true
		}
	}
	for _, want := range []string{
		"eligible", "not_eligible", "manual_review",
		"UNDER_AGE", "NOT_PRC_NATIONAL", "NOT_REAL_NAME", "ID_NAME_MISMATCH", "NO_SAVINGS_CARD", "INSUFFICIENT_BALANCE",
		"SERIOUS_OVERDUE", "LOW_PAYMENT_SCORE", "LOW_CAPACITY", "DUPLICATE_APPLICATION", "INSUFFICIENT_INFO", "RISK_REVIEW",
	} {
		if !seen[want] {
			t.Errorf("no demo applicant shows %s", want)
		}
	}
}

// wellFormed checks the check digit by GB 11643, spelled out here on purpose.
func wellFormed(id string) bool {
	if len(id) != 18 {
		return false
	}
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(id[i]-'0') * w
	}
	return "10X98765432"[sum%11] == id[17]
}

func TestBoundaries(t *testing.T) {
	rules := mustRules(t)
	type P = eligibility.Profile
	for _, tc := range []struct {
		name string
		set  func(*P)
		want string
	}{
		{"score 600 is not above 600", func(p *P) { p.PaymentScore = ptr(600) }, "not_eligible LOW_PAYMENT_SCORE"},
		{"score 601 is", func(p *P) { p.PaymentScore = ptr(601) }, "eligible"},
		{"balance a fen short", func(p *P) { p.CardBalanceFen = ptr(9999) }, "not_eligible INSUFFICIENT_BALANCE"},
		{"balance just enough", func(p *P) { p.CardBalanceFen = ptr(10000) }, "eligible"},
		{"two months overdue in a row", func(p *P) { p.OverdueRunMonths, p.OverdueMonths = ptr(2), ptr(2) }, "eligible"},
		{"three months overdue in a row", func(p *P) { p.OverdueRunMonths, p.OverdueMonths = ptr(3), ptr(3) }, "not_eligible SERIOUS_OVERDUE"},
		{"five months overdue in all", func(p *P) { p.OverdueMonths = ptr(5) }, "eligible"},
		{"six months overdue in all", func(p *P) { p.OverdueMonths = ptr(6) }, "not_eligible SERIOUS_OVERDUE"},
		{"both kinds of overdue are one reason", func(p *P) { p.OverdueRunMonths, p.OverdueMonths = ptr(6), ptr(6) }, "not_eligible SERIOUS_OVERDUE"},
		{"half of the income repaid", func(p *P) { p.MonthlyRepaymentsFen = ptr(425000) }, "eligible"},
		{"more than half of it", func(p *P) { p.MonthlyRepaymentsFen = ptr(425001) }, "not_eligible LOW_CAPACITY"},
		{"all that is left is spent", func(p *P) { p.MonthlySpendingFen = ptr(670000) }, "eligible"},
		{"more than is left is spent", func(p *P) { p.MonthlySpendingFen = ptr(670001) }, "not_eligible LOW_CAPACITY"},
		{"no income, no obligations", func(p *P) {
			p.MonthlyIncomeFen, p.MonthlyRepaymentsFen, p.MonthlySpendingFen = ptr(0), ptr(0), ptr(1)
		}, "not_eligible LOW_CAPACITY"},
		{"the other name: nothing else is told", func(p *P) { p.Name, p.PaymentScore = "别人", ptr(1) }, "not_eligible ID_NAME_MISMATCH"},
		{"nameless account", func(p *P) { p.Name = "" }, "manual_review INSUFFICIENT_INFO"},
		{"a refusal outweighs a review", func(p *P) { p.RiskFlag, p.OpenApplication = ptr(true), ptr(true) }, "not_eligible DUPLICATE_APPLICATION"},
		{"a refusal outweighs the unknown", func(p *P) { p.RiskFlag, p.RealName = nil, ptr(false) }, "not_eligible NOT_REAL_NAME"},
		{"a card of a kind nobody knows", func(p *P) { p.BankCard = ptr("passbook") }, "not_eligible NO_SAVINGS_CARD"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, s := goodProfile(t)
			tc.set(&p)
			if got := outcome(check(t, one(p), rules, s, today())); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }

func TestTheIDNumberAloneCanSettleIt(t *testing.T) {
	rules := mustRules(t)
	nobody := mustApplicants(t)
	at := func(s string) time.Time {
		d, err := time.ParseInLocation("2006-01-02 15:04", s, time.FixedZone("CST", 8*3600))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, tc := range []struct {
		name, kind, id, now, want string
	}{
		{"18 today", "resident", "130284200811229911", "2026-11-22 00:00", "manual_review INSUFFICIENT_INFO"},
		{"18 tomorrow", "resident", "130284200811239925", "2026-11-22 23:59", "not_eligible UNDER_AGE"},
		{"18 since midnight in China", "resident", "130284200811239925", "2026-11-23 00:00", "manual_review INSUFFICIENT_INFO"},
		{"born on a leap day, 28 February", "resident", "130209200802299934", "2026-02-28 12:00", "not_eligible UNDER_AGE"},
		{"born on a leap day, 1 March", "resident", "130209200802299934", "2026-03-01 12:00", "manual_review INSUFFICIENT_INFO"},
		{"foreigner", "foreign", "911336198002149912", "2026-11-22 12:00", "not_eligible NOT_PRC_NATIONAL"},
		{"Hong Kong permit", "hk_mo_tw", "810000198506069986", "2026-11-22 12:00", "not_eligible NOT_PRC_NATIONAL"},
		{"Macau permit taken for a resident's", "resident", "820000198506069988", "2026-11-22 12:00", "not_eligible NOT_PRC_NATIONAL"},
		{"foreign minor: both reasons", "foreign", "944336201002149915", "2026-11-22 12:00", "not_eligible UNDER_AGE,NOT_PRC_NATIONAL"},
		{"foreigner's card before 2023", "foreign2017", "UTO110085010112", "2026-11-22 12:00", "not_eligible NOT_PRC_NATIONAL"},
		{"a document of no kind", "", "11010519491231002X", "2026-11-22 12:00", "manual_review INSUFFICIENT_INFO"},
		{"a passport", "passport", "11010519491231002X", "2026-11-22 12:00", "not_eligible NOT_PRC_NATIONAL"},
		{"no number", "resident", "", "2026-11-22 12:00", "manual_review INSUFFICIENT_INFO"},
		{"a number of no date", "resident", "123456789012345678", "2026-11-22 12:00", "manual_review INSUFFICIENT_INFO"},
		{"born tomorrow", "resident", "110199202611239999", "2026-11-22 12:00", "manual_review INSUFFICIENT_INFO"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := eligibility.Subject{Name: "某人", IDType: tc.kind, IDNumber: pii.Text(tc.id)}
			if got := outcome(check(t, nobody, rules, s, at(tc.now))); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestAMinorIsNotEligibleWhateverTheProfile(t *testing.T) {
	p, s := goodProfile(t)
	s.IDNumber = "130284200811239925"
	if got := outcome(check(t, one(p), mustRules(t), s, today())); got != "not_eligible UNDER_AGE" {
		t.Errorf("got %s", got)
	}
}

func TestNoUnknownFactIsEverEligible(t *testing.T) {
	rules := mustRules(t)
	fields := reflect.TypeFor[eligibility.Profile]()
	for i := range fields.NumField() {
		t.Run(fields.Field(i).Name, func(t *testing.T) {
			p, s := goodProfile(t)
			reflect.ValueOf(&p).Elem().Field(i).SetZero()
			if got := outcome(check(t, one(p), rules, s, today())); got != "manual_review INSUFFICIENT_INFO" {
				t.Errorf("got %s", got)
			}
		})
	}
}

// TestEligibleOnlyIfAllIsKnownAndGood draws every fact from unknown, bad and
// good values, and compares with the three requirements written out.
func TestEligibleOnlyIfAllIsKnownAndGood(t *testing.T) {
	rules := mustRules(t)
	good, s := goodProfile(t)
	rapid.Check(t, func(t *rapid.T) {
		p := good
		v := reflect.ValueOf(&p).Elem()
		for i := range v.NumField() {
			f, name := v.Field(i), v.Type().Field(i).Name
			switch rapid.SampledFrom([]string{"good", "good", "good", "unknown", "drawn"}).Draw(t, name) {
			case "unknown":
				f.SetZero()
			case "drawn":
				draw(t, f, name)
			}
		}
		got := check(t, one(p), rules, s, today())
		if want := qualifies(p, s); (got.Decision == eligibility.Eligible) != want {
			t.Fatalf("got %s, want eligible: %v", outcome(got), want)
		}
	})
}

func draw(t *rapid.T, f reflect.Value, name string) {
	switch f.Interface().(type) {
	case *bool:
		f.Set(reflect.ValueOf(ptr(rapid.Bool().Draw(t, name))))
	case *string:
		f.Set(reflect.ValueOf(ptr(rapid.SampledFrom([]string{"debit", "credit", "none", ""}).Draw(t, name))))
	case *int:
		f.Set(reflect.ValueOf(ptr(rapid.OneOf(rapid.IntRange(0, 7), rapid.IntRange(598, 603), rapid.IntRange(0, 1_000_000)).Draw(t, name))))
	case pii.Text:
		f.Set(reflect.ValueOf(pii.Text("别人")))
	default:
		t.Fatalf("fact %s has a type the test does not know", name)
	}
}

func qualifies(p eligibility.Profile, s eligibility.Subject) bool {
	for i, v := 0, reflect.ValueOf(p); i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			return false
		}
	}
	verified := *p.RealName && *p.FullLegalCapacity && p.Name == s.Name
	card := *p.BankCard == "debit" && *p.CardHolderMatches && *p.CardIDMatches && *p.CardBalanceFen >= 10000
	credit := *p.OverdueRunMonths < 3 && *p.OverdueMonths < 6 && *p.PaymentScore > 600
	left := *p.MonthlyIncomeFen - *p.MonthlyRepaymentsFen
	capacity := *p.MonthlyRepaymentsFen <= left && *p.MonthlySpendingFen <= left
	return verified && card && credit && capacity && !*p.OpenApplication && !*p.RiskFlag
}

func TestTheSameCheckGetsTheSameAnswerAllDay(t *testing.T) {
	p, s := goodProfile(t)
	rules := mustRules(t)
	morning := check(t, one(p), rules, s, time.Date(2026, 11, 21, 16, 0, 0, 0, time.UTC))
	night := check(t, one(p), rules, s, time.Date(2026, 11, 22, 15, 59, 59, 0, time.UTC))
	if diff := cmp.Diff(morning, night); diff != "" {
		t.Error(diff)
	}
}

func TestASourceThatFailsIsAnErrorNotADecision(t *testing.T) {
	c := eligibility.NewEmbedded(mustRules(t), failing{}, today)
	res, err := c.Check(context.Background(), eligibility.Request{})
	if err == nil || res.Decision != "" {
		t.Errorf("got %v, %v", res, err)
	}
}

func TestADemoNameIsNotPrinted(t *testing.T) {
	a := mustApplicants(t).All()[0]
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if out := fmt.Sprintf(verb, a); strings.Contains(out, a.Name.Reveal()) || strings.Contains(out, a.IDNumber.Reveal()) {
			t.Errorf("%s prints %s", verb, out)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	applicants := mustApplicants(b)
	c := eligibility.NewEmbedded(mustRules(b), applicants, today)
	a := applicants.All()[0]
	req := eligibility.Request{CheckID: "c1", Subject: subject(a.Name, a.IDNumber)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Check(context.Background(), req); err != nil {
			b.Fatal(err)
		}
	}
}
