package flow

import (
	"regexp"
	"strings"
)

// What a visitor says of one consent or another: which, and yes or no. Nothing
// but 同意 is a yes.
var (
	verdicts = regexp.MustCompile(`(不是不|没有?不|没说不)|(不(?:太|能|想|会)?(?:同意|愿意|接受|授权|可以|行)|拒绝|反对)|(同意)|(第[一1]|前一|头一|前面|收集)|(第[二2]|后一|后面|提供|审核方|给别人|给第三方|共享)`)
	butThen  = regexp.MustCompile(`但是?|不过|然而|而`)
)

// The groups of verdicts.
const (
	doubleNo = iota + 1
	saysNo
	saysYes
	ofFirst
	ofSecond
)

// verdict is what was said of a consent.
type verdict struct{ yes, no bool }

// whichConsent reads an answer that tells the consents apart: 第一个同意，第二个
// 不同意. Only what is said of the open one counts: the next one is asked by
// itself, and nothing is remembered of it until then.
func (r *reader) whichConsent(p Part) (Command, bool) {
	if r.step.Kind != ConsentStep || p.Match.Question {
		return Command{}, false
	}
	said, open, ok := [2]verdict{}, r.f.consentNumber(r.step), false
	if open > 1 {
		return Command{}, false
	}
	for clause := range strings.FieldsFuncSeq(butThen.ReplaceAllString(p.Text, ","), isBreak) {
		named, fits := inClause(clause, open, &said)
		if !fits {
			return Command{}, false
		}
		ok = ok || named
	}
	v := said[open]
	switch {
	case !ok || v.yes && v.no:
		return Command{}, false
	case v.no || open == 1 && said[0].no: // the one given before is taken back
		return Command{Verb: Deny}, true
	case v.yes:
		return Command{Verb: Confirm, Plain: true}, true
	}
	return Command{Verb: GoOn}, true // said of another one only
}

// inClause adds what a clause says to said, and reports whether it names a
// consent. A word without one is of the open one. It does not fit if which is
// meant by what cannot be told.
func inClause(clause string, open int, said *[2]verdict) (named, fits bool) {
	var tokens []int
	for _, at := range verdicts.FindAllStringSubmatchIndex(clause, -1) {
		for g := doubleNo; g <= ofSecond; g++ {
			if at[2*g] >= 0 && (len(tokens) == 0 || tokens[len(tokens)-1] != g) { // 提供给别人 says it twice
				tokens = append(tokens, g)
			}
		}
	}
	isVerdict := func(g int) bool { return g <= saysYes }
	for i := 0; i < len(tokens); i += 2 {
		word, which := tokens[i], ofFirst+open
		switch {
		case i+1 < len(tokens) && isVerdict(word) != isVerdict(tokens[i+1]):
			which, named = tokens[i+1], true
			if !isVerdict(word) {
				word, which = which, word
			}
		case len(tokens) > 1 || !isVerdict(word): // 收集, and nothing of it
			return named, len(tokens) == 1
		}
		if word == doubleNo {
			return named, false
		}
		v := &said[which-ofFirst]
		v.yes, v.no = v.yes || word == saysYes, v.no || word == saysNo
	}
	return named, true
}

// consentNumber is how many consents are asked for before the step.
func (f *Flow) consentNumber(s *Step) (n int) {
	for i := range f.Steps {
		if p := &f.Steps[i]; p.ID == s.ID {
			return n
		} else if p.Kind == ConsentStep {
			n++
		}
	}
	return n
}
