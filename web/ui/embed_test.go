package ui_test

import (
	"io/fs"
	"path"
	"regexp"
	"testing"

	"fenfu/web/ui"
)

var reference = regexp.MustCompile(`(?:src|href)="([^":]+)"`)

func TestPagesHaveWhatTheyLoad(t *testing.T) {
	for _, page := range []string{"index.html", "widget/frame.html"} {
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
