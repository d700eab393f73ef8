// Command fenfu is the server: the widget and its demo page, the socket that
// visitors talk through, and the worker that carries applications to the
// eligibility check.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

const description = `Customer service for a consumer-credit product: a chat widget, a guided application, an eligibility check.

Without any flag it serves a demo on :8080, with a store and keys of its own in ./data. Every flag is also an
environment variable; secrets can be given as files.`

type cli struct {
	Serve  serveCmd `cmd:"" default:"withargs" help:"Serve (the default command)."`
	Config struct {
		Check checkCmd `cmd:"" help:"Say everything that is wrong with the settings, without starting."`
	} `cmd:"" help:"Work with the settings."`
}

type serveCmd struct{ config }

func (c *serveCmd) Run(ctx context.Context, out io.Writer) error {
	if err := c.check(); err != nil {
		return refusal{err}
	}
	return serve(ctx, c.config, out)
}

type checkCmd struct{ config }

func (c *checkCmd) Run(out io.Writer) error {
	if err := c.check(); err != nil {
		return refusal{err}
	}
	_, err := fmt.Fprintln(out, "the settings are fine")
	return err
}

// refusal is an error in the settings: all reasons, one a line.
type refusal struct{ error }

func (r refusal) Error() string { return "the settings do not do:\n" + r.error.Error() }

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main with everything it touches passed in. Exit status: 0 done, 1
// failed, 2 called wrongly.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parser, err := newParser(stdout, stderr, kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		fmt.Fprintln(stderr, "fenfu:", err)
		return 2
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(stderr, "fenfu:", err)
		return 2
	}
	if err := parsed.Run(); err != nil {
		fmt.Fprintln(stderr, "fenfu:", err)
		return 1
	}
	return 0
}

func newParser(stdout, stderr io.Writer, o ...kong.Option) (*kong.Kong, error) {
	o = append(o, kong.Name("fenfu"), kong.Description(description),
		kong.Writers(stdout, stderr), kong.BindTo(stdout, (*io.Writer)(nil)))
	return kong.New(&cli{}, o...)
}
