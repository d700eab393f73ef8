package ui_test

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"regexp"
	"testing"

	"fenfu/web/ui"
)

var reference = regexp.MustCompile(`(?:src|href)="([^":]+)"`)

func TestPagesHaveWhatTheyLoad(t *testing.T) {
	for _, page := range []string{"index.html", "widget/frame.html", "console/index.html"} {
		html, err := fs.ReadFile(ui.FS(), page)
		if err != nil {
			t.Fatal(err)
		}
		found := reference.FindAllSubmatch(html, -1)
		if len(found) == 0 {
			t.Errorf("%s loads nothing", page)
		}
		for _, m := range found {
			name := path.Join(path.Dir(page), string(m[1]))
			if info, err := fs.Stat(ui.FS(), name); err != nil || info.Size() == 0 {
				t.Errorf("%s loads %s: %v", page, name, err)
			}
		}
	}
}

var applicant = regexp.MustCompile(`<tr><td>([^<]+)</td><td>([^<]+)</td>`)

func TestDemoPageNamesApplicantsThatExist(t *testing.T) {
	html, err := fs.ReadFile(ui.FS(), "index.html")
	if err != nil {
		t.Fatal(err)
	}
	known, err := os.ReadFile("../../bot/eligibility/applicants.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rows := applicant.FindAllSubmatch(html, -1)
	if len(rows) == 0 {
		t.Fatal("the page names nobody")
	}
	for _, row := range rows {
		entry := []byte("name: " + string(row[1]) + "\n    id_number: \"" + string(row[2]) + "\"")
		if !bytes.Contains(known, entry) {
			t.Errorf("applicants.yaml has no %s with ID number %s", row[1], row[2])
		}
	}
}
