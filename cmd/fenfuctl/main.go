// Command fenfuctl is the operator's and the developer's tool beside the server.
package main

import (
	"io"
	"os"

	"github.com/alecthomas/kong"
)

type cli struct {
	Agent    agentCmd    `cmd:"" help:"Give people accounts at the desk, and take them away."`
	Audit    auditCmd    `cmd:"" help:"Read the desk's audit log, and check that nobody changed it."`
	Classify classifyCmd `cmd:"" help:"Read lines and print what each means: text, intent, decision."`
	Due      dueCmd      `cmd:"" help:"List what is due, leased, stuck or given up, and make it due again."`
	Eval     evalCmd     `cmd:"" help:"Measure classify on a labelled file."`
	FAQ      faqCmd      `cmd:"" name:"faq" help:"Check and measure the knowledge base."`
	Key      keyCmd      `cmd:"" help:"Make keys for other systems at the desk's API."`
	Validate validateCmd `cmd:"" help:"Read lines and print whether each is a well-formed detail."`
}

// streams are the standard streams, replaceable in tests.
type streams struct {
	in  io.Reader
	out io.Writer
}

func main() {
	ctx := kong.Parse(&cli{}, kong.Name("fenfuctl"), kong.UsageOnError())
	ctx.FatalIfErrorf(ctx.Run(streams{in: os.Stdin, out: os.Stdout}))
}
