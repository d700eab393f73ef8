package eligibility

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"

	"fenfu/bot/internal/yamldoc"
)

// The embedded files: the rules, and the applicants of the demo.
const (
	RulesFile      = "rules.yaml"
	ApplicantsFile = "applicants.yaml"
)

// Files holds RulesFile and ApplicantsFile.
//
//go:embed rules.yaml applicants.yaml
var Files embed.FS

type rulesYAML struct {
	ID        string             `yaml:"id"`
	Version   string             `yaml:"version"`
	ValidDays int                `yaml:"valid_days"`
	Decisions map[Decision]Words `yaml:"decisions"`
	Unknown   string             `yaml:"unknown"`
	Rules     []ruleYAML         `yaml:"rules"`
}

type ruleYAML struct {
	Code  string   `yaml:"code"`
	When  string   `yaml:"when"`
	Then  Decision `yaml:"then"`
	Final bool     `yaml:"final"`
	Text  string   `yaml:"text"`
}

// LoadRules reads and checks a rules file. Its errors name file, line and
// column, all that there are.
//
// Rules must mention every fact of a [Profile], and age, resident_id and
// name_matches: a fact nobody looks at could be unknown, or bad, and the
// applicant eligible all the same.
func LoadRules(fsys fs.FS, name string) (*Rules, error) {
	d, err := yamldoc.Open(fsys, name)
	if err != nil {
		return nil, err
	}
	var y rulesYAML
	if err := d.Decode(&y); err != nil {
		return nil, err
	}
	r := &Rules{version: y.ID + "/" + y.Version, validDays: y.ValidDays, decisions: y.Decisions, unknown: y.Unknown}
	checkHead(d, &y)
	types := factTypes()
	unused := maps.Clone(types)
	for i, ry := range y.Rules {
		r.rules = append(r.rules, compile(d, i, ry, types, unused))
	}
	if len(unused) > 0 {
		d.Fail("$.rules", "no rule looks at "+strings.Join(slices.Sorted(maps.Keys(unused)), ", "))
	}
	if err := d.Err(); err != nil {
		return nil, err
	}
	return r, nil
}

func checkHead(d *yamldoc.Doc, y *rulesYAML) {
	d.Require("$.id", y.ID)
	d.Require("$.version", y.Version)
	d.Require("$.unknown", y.Unknown)
	if y.ValidDays < 1 {
		d.Fail("$.valid_days", "valid_days must be at least 1")
	}
	for _, k := range slices.Sorted(maps.Keys(y.Decisions)) {
		if !knownDecision(k) {
			d.Fail("$.decisions."+string(k), fmt.Sprintf("no such decision: %q", k))
		}
	}
	for _, k := range []Decision{Eligible, NotEligible, ManualReview} {
		w, path := y.Decisions[k], "$.decisions."+string(k)
		d.Require(path+".title", w.Title)
		d.Require(path+".text", w.Text)
		d.Require(path+".next", w.Next)
	}
}

// rule compiles one rule and takes the facts it mentions out of unused.
func compile(d *yamldoc.Doc, i int, y ruleYAML, types, unused facts) rule {
	at := fmt.Sprintf("$.rules[%d]", i)
	d.Require(at+".text", y.Text)
	if !knownCode(y.Code) {
		d.Fail(at+".code", fmt.Sprintf("no such reason code: %q", y.Code))
	}
	if y.Then != NotEligible && y.Then != ManualReview {
		d.Fail(at+".then", fmt.Sprintf("a rule can only lead to %s or %s, not %q", NotEligible, ManualReview, y.Then))
	}
	rl := rule{reason: Reason{Code: y.Code, TextZH: y.Text}, then: y.Then, final: y.Final}
	if !d.Require(at+".when", y.When) {
		return rl
	}
	names := &factNames{}
	program, err := expr.Compile(y.When,
		expr.Env(map[string]any(types)), expr.AsBool(), expr.DisableAllBuiltins(), expr.Patch(names))
	if err != nil {
		d.FailIn(at+".when", err)
		return rl
	}
	for _, n := range names.seen {
		if _, ok := types[n]; ok && !slices.Contains(rl.needs, n) {
			rl.needs = append(rl.needs, n)
			delete(unused, n)
		}
	}
	if len(rl.needs) == 0 {
		d.Fail(at+".when", "the expression mentions no fact")
	}
	rl.when = program
	return rl
}

// factNames collects the names an expression mentions.
type factNames struct{ seen []string }

// Visit implements ast.Visitor.
func (v *factNames) Visit(n *ast.Node) {
	if id, ok := (*n).(*ast.IdentifierNode); ok {
		v.seen = append(v.seen, id.Value)
	}
}
