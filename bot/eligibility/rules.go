package eligibility

import (
	"fmt"
	"slices"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// Rules decide over the facts of an applicant. They never change once loaded
// and may be used by several goroutines.
type Rules struct {
	version   string
	validDays int
	decisions map[Decision]Words
	unknown   string
	rules     []rule
}

// Words are what a visitor reads of a decision, before and after its reasons.
type Words struct {
	Title string `yaml:"title"`
	Text  string `yaml:"text"`
	Next  string `yaml:"next"` // what to do, or what happens, next
}

type rule struct {
	reason Reason
	then   Decision
	final  bool // if it fires, no later rule is looked at
	when   *vm.Program
	needs  []string // the facts its expression mentions
}

// Version names the rules and their version; it goes out as a result's
// model version.
func (r *Rules) Version() string { return r.version }

// Words returns what to tell the visitor about a decision. Those of
// ManualReview are the answer for any value that is none of the decisions.
func (r *Rules) Words(d Decision) Words {
	if w, ok := r.decisions[d]; ok {
		return w
	}
	return r.decisions[ManualReview]
}

// decide weighs the facts, in three-valued logic:
//
//   - A rule with an unknown fact does not fire. Every fact is mentioned by
//     some rule (LoadRules insists), so an unknown one is always noticed.
//   - One rule that refuses settles it, whatever is unknown: no missing fact
//     could make the applicant eligible, and a person has nothing to find out.
//     The reasons are those that refuse, and only they: what is unknown or to
//     be reviewed played no part.
//   - Without a refusal, a rule that asks for review or an unknown fact sends
//     the application to a person.
//   - Eligible is what remains when everything is known and nothing fired.
func (r *Rules) decide(f facts) (Decision, []Reason, error) {
	var refusals, reviews []Reason
	unknown := false
	for i := range r.rules {
		rl := &r.rules[i]
		if !rl.known(f) {
			unknown = true
			continue
		}
		fired, err := expr.Run(rl.when, map[string]any(f))
		if err != nil {
			return "", nil, fmt.Errorf("eligibility rule %d (%s): %w", i+1, rl.reason.Code, err)
		}
		if fired != true {
			continue
		}
		if rl.then == NotEligible {
			refusals = appendNew(refusals, rl.reason)
		} else {
			reviews = appendNew(reviews, rl.reason)
		}
		if rl.final {
			break
		}
	}
	switch {
	case len(refusals) > 0:
		return NotEligible, refusals, nil
	case unknown:
		return ManualReview, append(reviews, Reason{Code: InsufficientInfo, TextZH: r.unknown}), nil
	case len(reviews) > 0:
		return ManualReview, reviews, nil
	default:
		return Eligible, nil, nil
	}
}

// known reports whether every fact the rule mentions is.
func (rl *rule) known(f facts) bool {
	for _, name := range rl.needs {
		if _, ok := f[name]; !ok {
			return false
		}
	}
	return true
}

// appendNew keeps two rules that say the same from saying it twice.
func appendNew(reasons []Reason, r Reason) []Reason {
	if slices.Contains(reasons, r) {
		return reasons
	}
	return append(reasons, r)
}
