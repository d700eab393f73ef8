package main

import (
	"fmt"
	"io/fs"
	"os"
	"time"

	"fenfu/intents"
	"fenfu/intents/faq"
	"fenfu/intents/faq/audit"
)

type faqCmd struct {
	Check faqCheckCmd `cmd:"" help:"Look for what is wrong with the knowledge base: contradictions, dead links, banned claims, question forms that find another entry."`
	Eval  faqEvalCmd  `cmd:"" help:"Measure the knowledge base on a file of questions, and list the errors."`
}

type faqCheckCmd struct {
	Dir    string `arg:"" optional:"" type:"existingdir" help:"Folder of entries and facts.yaml (default: the built-in ones)."`
	Online bool   `help:"Also ask whether the links of entries and sources can be reached."`
}

// Run prints every problem with its place. Any is an error.
func (c *faqCheckCmd) Run(s streams) error {
	fsys := folder(c.Dir)
	found, err := audit.Check(fsys, intents.New(), time.Now())
	if err != nil {
		return err
	}
	if c.Online {
		links, err := audit.Links(fsys)
		if err != nil {
			return err
		}
		found = append(found, unreachable(links)...)
	}
	for _, p := range found {
		fmt.Fprintln(s.out, p)
	}
	if len(found) > 0 {
		return fmt.Errorf("%d problems in the knowledge base", len(found))
	}
	fmt.Fprintln(s.out, "no problems")
	return nil
}

type faqEvalCmd struct {
	File string `arg:"" type:"existingfile" help:"Tab-separated: question, ids of the entries that answer it with | between, or - if none does."`
	Dir  string `type:"existingdir" help:"Folder of entries (default: the built-in ones)."`
}

// Run prints the figures and the errors.
func (c *faqEvalCmd) Run(s streams) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	questions, err := audit.ReadQuestions(f)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	book, err := faq.Load(folder(c.Dir), time.Now)
	if err != nil {
		return err
	}
	audit.Measure(book, intents.New(), questions).Print(s.out, true)
	return nil
}

// folder is the folder of entries, the built-in one if none is named.
func folder(dir string) fs.FS {
	if dir == "" {
		return faq.Embedded()
	}
	return os.DirFS(dir)
}
