// Command checker is a reference service of the eligibility check, contract v1
// (openapi.yaml): the other end to develop and test against. It decides by the
// embedded rules over the demo's applicants, and misbehaves on request.
//
// It keeps nothing of a subject: a check is decided when it is accepted, and
// only the decision is kept, in memory, until enough newer ones have come.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/sync/errgroup"
)

const description = `A reference eligibility service: contract v1, the demo's rules and applicants, and modes to misbehave in.

Without any flag it decides at once, on 127.0.0.1:8090, for anybody. Every flag is also an environment variable.`

const drainTime = 10 * time.Second

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main with everything it touches passed in. Exit status: 0 done, 1
// failed, 2 called wrongly.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c config
	parser, err := kong.New(&c, kong.Name("checker"), kong.Description(description), kong.Writers(stdout, stderr))
	if err != nil {
		fmt.Fprintln(stderr, "checker:", err)
		return 2
	}
	_, err = parser.Parse(args)
	if err == nil {
		err = c.check()
	}
	if err != nil {
		fmt.Fprintln(stderr, "checker:", err)
		return 2
	}
	if err := serve(ctx, c, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "checker:", err)
		return 1
	}
	return 0
}

// serve answers until ctx ends, then lets the requests at hand finish.
func serve(ctx context.Context, c config, stdout, stderr io.Writer) error {
	logger := slog.New(slog.NewJSONHandler(stderr, nil))
	rules, err := demoRules(time.Now)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	calls := newCaller(c, logger)
	s := newServer(c, rules, calls, logger)
	fmt.Fprintf(stdout, "checker: http://%s answers in mode %v\n", listener.Addr(), c.Mode)
	if c.Token == "" {
		fmt.Fprintln(stdout, "checker: no --token: anybody may ask")
	}
	h := &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      c.Delay + 30*time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := h.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		s.stop()
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
		defer cancel()
		err := h.Shutdown(last)
		calls.close()
		return err
	})
	return group.Wait()
}
