package audit

import (
	"cmp"
	"io/fs"
	"regexp"
	"slices"
	"time"

	"fenfu/intents/faq"
)

// Link is a link in an answer, or in a source.
type Link struct {
	At    string // file:line:column, or the file
	Entry string // the entry's id, or the source's name
	URL   string
}

var url = regexp.MustCompile(`https?://[^\s，。；、）」]+`)

// Links returns the links of a folder of entries, for whoever may go online to
// try them.
func Links(fsys fs.FS) ([]Link, error) {
	book, err := faq.Load(fsys, time.Now)
	if err != nil {
		return nil, err
	}
	facts, err := readFacts(fsys)
	if err != nil {
		return nil, err
	}
	var out []Link
	for _, e := range book.Entries() {
		for _, u := range url.FindAllString(e.Answer, -1) {
			out = append(out, Link{e.At, e.ID, u})
		}
	}
	for name, text := range facts.Sources {
		for _, u := range url.FindAllString(text, -1) {
			out = append(out, Link{faq.FactsFile, name, u})
		}
	}
	slices.SortFunc(out, func(a, b Link) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.URL, b.URL)) })
	return out, nil
}
