package eligibility

import (
	"context"
	"reflect"
	"time"

	"fenfu/bot/pii"
)

// Profile is what a wallet knows of the holder of one ID number. A fact that is
// nil (or an empty Name) is unknown. Amounts are in fen, a hundredth of a yuan.
type Profile struct {
	Name                 pii.Text `yaml:"name"`                   // of the account's holder
	RealName             *bool    `yaml:"real_name"`              // the account is real-name verified
	FullLegalCapacity    *bool    `yaml:"full_legal_capacity"`    // 完全民事行为能力
	BankCard             *string  `yaml:"bank_card"`              // the best card bound: debit (a savings card), credit, none
	CardHolderMatches    *bool    `yaml:"card_holder_matches"`    // the savings card is in the holder's name …
	CardIDMatches        *bool    `yaml:"card_id_matches"`        // … and ID number
	CardBalanceFen       *int     `yaml:"card_balance_fen"`       // on the savings card, fen
	OverdueRunMonths     *int     `yaml:"overdue_run_months"`     // longest run of months overdue in the last 24
	OverdueMonths        *int     `yaml:"overdue_months"`         // months overdue in the last 24, in all
	PaymentScore         *int     `yaml:"payment_score"`          // 支付分
	MonthlyIncomeFen     *int     `yaml:"monthly_income_fen"`     // mean of the last 6 months, like the next two
	MonthlyRepaymentsFen *int     `yaml:"monthly_repayments_fen"` // due on loans and credit cards
	MonthlySpendingFen   *int     `yaml:"monthly_spending_fen"`   // on everything else
	OpenApplication      *bool    `yaml:"open_application"`       // has the product, or asked for it and waits
	RiskFlag             *bool    `yaml:"risk_flag"`              // something a person should look at
}

// Profiles finds an applicant's profile.
type Profiles interface {
	// Find returns the profile of the holder of an ID number. Nobody there is
	// no error but false.
	Find(ctx context.Context, idNumber pii.Text) (Profile, bool, error)
}

// facts is what the rules' expressions see: what is known of an applicant, by
// the yaml names of Profile and the names below. What is unknown is absent.
type facts map[string]any

// The facts that follow from the request, beside those of a profile.
const (
	factAge         = "age"          // full years, by the ID number
	factResidentID  = "resident_id"  // the document is a PRC resident's
	factNameMatches = "name_matches" // the name given is the account holder's
)

// field is a fact that a profile holds: its name, and where.
type field struct {
	name  string
	index int
}

// profileFields returns the facts of a profile. The name in it is no fact of
// its own: expressions see name_matches only, so that no rule can decide by
// what somebody is called.
func profileFields() []field {
	var out []field
	for i, f := range reflect.VisibleFields(reflect.TypeFor[Profile]()) {
		if f.Type.Kind() == reflect.Pointer {
			out = append(out, field{f.Tag.Get("yaml"), i})
		}
	}
	return out
}

// factTypes returns a zero value for every fact there is, to check expressions
// against.
func factTypes() facts {
	f := facts{factAge: 0, factResidentID: false, factNameMatches: false}
	profile := reflect.TypeFor[Profile]()
	for _, is := range profileFields() {
		f[is.name] = reflect.Zero(profile.Field(is.index).Type.Elem()).Interface()
	}
	return f
}

// factsOf gathers what is known of s on the day of now. fields is what
// profileFields returns, which takes longer than all the rest.
func factsOf(fields []field, s Subject, p Profile, now time.Time) facts {
	f := make(facts, len(fields)+3)
	v := reflect.ValueOf(p)
	for _, is := range fields {
		if at := v.Field(is.index); !at.IsNil() {
			f[is.name] = at.Elem().Interface()
		}
	}
	id := s.IDNumber.Reveal()
	if age, ok := ageOf(id, now); ok {
		f[factAge] = age
	}
	switch {
	case s.IDType == "":
	case s.IDType != residentID:
		f[factResidentID] = false
	case len(id) == 18:
		f[factResidentID] = !permit(id)
	}
	if !p.Name.IsZero() && !s.Name.IsZero() {
		f[factNameMatches] = p.Name == s.Name
	}
	return f
}

const residentID = "resident" // Subject.IDType of a PRC resident

// permit tells the numbers of residence permits (Hong Kong, Macau and Taiwan
// residents) and permanent residence cards (foreigners), whatever the caller
// took them for.
func permit(id string) bool {
	switch {
	case id[0] == '9':
		return true
	default:
		region := id[:6]
		return region == "810000" || region == "820000" || region == "830000"
	}
}

// ageOf returns the full years of age by the birth date in an ID number.
// Someone born on 29 February is a year older on 1 March of a common year.
func ageOf(id string, now time.Time) (int, bool) {
	if len(id) != 18 {
		return 0, false
	}
	birth, err := time.Parse("20060102", id[6:14])
	if err != nil {
		return 0, false
	}
	now = now.In(china())
	age := now.Year() - birth.Year()
	if now.Month() < birth.Month() || now.Month() == birth.Month() && now.Day() < birth.Day() {
		age--
	}
	return age, age >= 0
}

// china is where a day begins and ends for an applicant. It has no name: of such
// zones package time keeps one for every hour.
func china() *time.Location { return time.FixedZone("", 8*60*60) }
