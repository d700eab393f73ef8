package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"fenfu/bot"
	"fenfu/sessions"
)

type dueRequeueCmd struct {
	storeFlags
	IDs     []string `arg:"" optional:"" name:"session" help:"Sessions to make due again."`
	Stuck   bool     `help:"All that are stuck."`
	GivenUp bool     `help:"All whose check was given up: it is made anew."`

	FlowsDir string `help:"The server's folder of flow files, if it has its own." env:"FENFU_FLOWS_DIR" type:"path"`
}

// Help explains the command beyond its flags.
func (c *dueRequeueCmd) Help() string {
	return `A session that is leased or stuck loses its lease and is woken as soon as it is
due; its state does not change. A check that was given up is made anew, as a new
version of the same application, with the details that the visitor confirmed; the
visitor is told. If they have been deleted since, nothing happens.

Nothing is done twice: a check has one id however often it is tried, an answer
that comes again changes nothing, and requeueing twice queues once.`
}

// requeuer makes sessions due again and says what came of each.
type requeuer struct {
	store *sessions.Store
	bot   *bot.Bot
	out   io.Writer
	lister
	failed int
}

// Run makes the sessions due again.
func (c *dueRequeueCmd) Run(s streams) (err error) {
	if len(c.IDs) == 0 && !c.Stuck && !c.GivenUp {
		return errors.New("name sessions, or --stuck, or --given-up")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	store, closeStore, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if e := closeStore(); err == nil {
			err = e
		}
	}()
	brain, err := newBot(store, c.FlowsDir)
	if err != nil {
		return err
	}
	r := &requeuer{store: store, bot: brain, out: s.out, lister: lister{now: time.Now(), lease: store.Lease()}}
	ids, err := c.chosen(ctx, r)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		fmt.Fprintln(s.out, "nothing to requeue")
	}
	for _, id := range ids {
		r.requeue(ctx, id)
	}
	if r.failed > 0 {
		return fmt.Errorf("%d of %d sessions were not made due", r.failed, len(ids))
	}
	return nil
}

// chosen returns the sessions to requeue.
func (c *dueRequeueCmd) chosen(ctx context.Context, r *requeuer) ([]string, error) {
	ids := c.IDs
	if !c.Stuck && !c.GivenUp {
		return ids, nil
	}
	l := newListing(r.store, r.now, 1<<30)
	keep := func(w row) bool {
		return c.Stuck && w.State == stateStuck || c.GivenUp && w.State == stateGivenUp
	}
	if err := l.gather(ctx, keep, false, true); err != nil {
		return nil, err
	}
	for _, w := range l.Rows {
		ids = append(ids, w.Session)
	}
	return ids, nil
}

func (r *requeuer) requeue(ctx context.Context, id string) {
	what, err := r.one(ctx, id)
	if err != nil {
		r.failed++
		what = err.Error()
	}
	fmt.Fprintf(r.out, "%s\t%s\n", id, what)
}

func (r *requeuer) one(ctx context.Context, id string) (string, error) {
	e, err := r.store.Inspect(ctx, id)
	if err != nil || e.Err != nil {
		return "", errors.Join(err, e.Err)
	}
	if e.Session.Application.GivenUp() {
		err := r.bot.Requeue(ctx, id)
		if errors.Is(err, bot.ErrNotGivenUp) {
			return "left alone: its details are no longer kept, or being changed", nil
		}
		return "checked anew", err
	}
	at, err := r.store.Requeue(ctx, id)
	switch {
	case err != nil:
		return "", err
	case at.IsZero():
		return "wants nothing, left alone", nil
	case at.After(r.now):
		return "not due before " + at.UTC().Format(time.RFC3339), nil
	}
	return "due again", nil
}
