package eligibility_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"fenfu/bot/eligibility"
)

var update = flag.Bool("update", false, "rewrite the table of demo applicants in README.md")

const (
	readme     = "../../README.md"
	tableBegin = "<!-- demo-applicants -->\n"
	tableEnd   = "<!-- /demo-applicants -->"
)

// table is the README's table of demo applicants.
func table(applicants []eligibility.Applicant) string {
	var b strings.Builder
	b.WriteString("| 姓名 | 身份证号码（虚构） | 情形 | 结果 | 原因 |\n|---|---|---|---|---|\n")
	for _, a := range applicants {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n",
			a.Name.Reveal(), a.IDNumber.Reveal(), a.About, a.Decision, strings.Join(a.Reasons, ", "))
	}
	return b.String()
}

// TestREADMEListsTheDemoApplicants compares the README with the data file:
//
//	go test ./bot/eligibility -run README -update
//
// rewrites the table between the two marker comments.
func TestREADMEListsTheDemoApplicants(t *testing.T) {
	src, err := os.ReadFile(readme)
	if err != nil {
		t.Skip("no README yet")
	}
	before, rest, begin := strings.Cut(string(src), tableBegin)
	old, after, end := strings.Cut(rest, tableEnd)
	if !begin || !end {
		t.Skipf("README has no %s … %s", strings.TrimSpace(tableBegin), tableEnd)
	}
	want := table(mustApplicants(t).All())
	if old == want {
		return
	}
	if !*update {
		t.Fatalf("README's table of demo applicants is out of date: run with -update\nwant:\n%s", want)
	}
	if err := os.WriteFile(readme, []byte(before+tableBegin+want+tableEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
