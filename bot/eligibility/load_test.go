package eligibility_test

import (
	"io/fs"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"fenfu/bot/eligibility"
)

// edit returns the embedded file with the first old replaced by new.
func edit(t *testing.T, file, old, new string) fstest.MapFS {
	t.Helper()
	b, err := fs.ReadFile(eligibility.Files, file)
	if err != nil {
		t.Fatal(err)
	}
	s := strings.Replace(string(b), old, new, 1)
	if s == string(b) {
		t.Fatalf("%q is not in %s", old, file)
	}
	return fstest.MapFS{file: {Data: []byte(s)}}
}

// place returns line:column of the first old in the file as edit leaves it.
func place(t *testing.T, file fstest.MapFS, name, at string) string {
	t.Helper()
	before, _, ok := strings.Cut(string(file[name].Data), at)
	if !ok {
		t.Fatalf("%q is not in the edited file", at)
	}
	line := strings.Count(before, "\n") + 1
	column := len([]rune(before[strings.LastIndex(before, "\n")+1:])) + 1
	return name + ":" + strconv.Itoa(line) + ":" + strconv.Itoa(column) + ": "
}

func TestLoadRulesNamesTheFault(t *testing.T) {
	for _, tc := range []struct {
		name, old, new string
		at, want       string // where, as text of the edited file, and what
	}{
		{"unknown key", "final: true", "finale: true", "finale", "unknown field"},
		{"repeated key", "    when: age < 18", "    when: age < 18\n    when: age < 16", "when: age < 16", "already defined"},
		{"wrong type", "valid_days: 30", "valid_days: soon", "soon", "cannot unmarshal"},
		{"not YAML", "valid_days: 30", "valid_days: [30", "decisions:", "must be specified"},
		{"unknown code", "code: UNDER_AGE", "code: TOO_YOUNG", "TOO_YOUNG", "no such reason code"},
		{"a rule cannot approve", "then: not_eligible", "then: eligible", "eligible\n    text: 申请人需要年满", "a rule can only lead to"},
		{"unknown fact", "when: age < 18", "when: years < 18", "years", "unknown name years"},
		{"fact of another type", "when: age < 18", "when: age and true", "age and", "at character 5"},
		{"not a condition", "when: age < 18", "when: age + 18", "age + 18", "expected bool"},
		{"syntax", "when: age < 18", "when: age < < 18", "age < < 18", "unexpected token"},
		{"no fact", "when: age < 18", "when: 1 < 18", "1 < 18", "mentions no fact"},
		{"no condition", "    when: age < 18\n", "", "code: UNDER_AGE", "rules[0].when is missing"},
		{"no text", "    text: 申请人需要年满 18 周岁。目前暂不能为未成年人办理。\n", "", "code: UNDER_AGE", "rules[0].text is missing"},
		{"nobody looks at a fact", "when: risk_flag", "when: open_application", "- code: UNDER_AGE", "no rule looks at risk_flag"},
		{"built-ins are out", "when: age < 18", "when: now().Year() < age", "now()", "unknown name now"},
		{"unknown decision", "  manual_review:\n", "  perhaps: {title: a, text: b, next: c}\n  manual_review:\n", "{title", "no such decision"},
		{"decision without words", "    title: 资格评估已通过\n", "", "text: 您的申请资料", "decisions.eligible.title is missing"},
		{"no version", `version: "2026-11-22"`, `version: ""`, `""`, "version is missing"},
		{"never valid", "valid_days: 30", "valid_days: 0", "0 #", "at least 1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fsys := edit(t, eligibility.RulesFile, tc.old, tc.new)
			_, err := eligibility.LoadRules(fsys, eligibility.RulesFile)
			if err == nil {
				t.Fatal("loaded")
			}
			if at := place(t, fsys, eligibility.RulesFile, tc.at); !strings.Contains(err.Error(), at) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got  %v\nwant %s… %s", err, at, tc.want)
			}
		})
	}
}

func TestLoadRulesReportsEveryFault(t *testing.T) {
	fsys := fstest.MapFS{"r.yaml": {Data: []byte("id: x\nrules:\n- code: NOPE\n  when: age <\n  then: eligible\n")}}
	_, err := eligibility.LoadRules(fsys, "r.yaml")
	if err == nil {
		t.Fatal("loaded")
	}
	for _, want := range []string{"version", "unknown is missing", "valid_days", "NOPE", "age <", "can only lead to", "risk_flag", "decisions.manual_review.next"} {
		if want == "age <" {
			want = "r.yaml:4:9: unexpected token"
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not among\n%v", want, err)
		}
	}
}

func TestLoadApplicantsNamesTheFault(t *testing.T) {
	for _, tc := range []struct {
		name, old, new string
		at, want       string
	}{
		{"unknown fact given", "facts: {payment_score: 601}", "facts: {score: 601}", "score: 601}", "unknown field"},
		{"unknown fact forgotten", "unknown: [payment_score", "unknown: [score", "score, overdue", "no such fact"},
		{"short number", `"11019919900521`, `"1101991990052`, `"1101991990052`, "18 characters"},
		{"no name", "name: 林小满", `name: ""`, `""`, "name is missing"},
		{"unknown decision", "{decision: eligible}", "{decision: yes}", "yes}", "no such decision"},
		{"unknown reason", "reasons: [UNDER_AGE]", "reasons: [YOUNG]", "YOUNG", "no such reason code"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fsys := edit(t, eligibility.ApplicantsFile, tc.old, tc.new)
			_, err := eligibility.LoadApplicants(fsys, eligibility.ApplicantsFile)
			if err == nil {
				t.Fatal("loaded")
			}
			if at := place(t, fsys, eligibility.ApplicantsFile, tc.at); !strings.Contains(err.Error(), at) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got  %v\nwant %s… %s", err, at, tc.want)
			}
		})
	}
}

func TestLoadMissingFile(t *testing.T) {
	if _, err := eligibility.LoadRules(fstest.MapFS{}, "rules.yaml"); err == nil {
		t.Error("rules loaded from nothing")
	}
	if _, err := eligibility.LoadApplicants(fstest.MapFS{}, "applicants.yaml"); err == nil {
		t.Error("applicants loaded from nothing")
	}
}

func TestTwoApplicantsCannotShareANumber(t *testing.T) {
	all := mustApplicants(t).All()
	fsys := edit(t, eligibility.ApplicantsFile, all[1].IDNumber.Reveal(), all[0].IDNumber.Reveal())
	if _, err := eligibility.LoadApplicants(fsys, eligibility.ApplicantsFile); err == nil || !strings.Contains(err.Error(), "another applicant's") {
		t.Errorf("got %v", err)
	}
}
