// Command loadgen measures the server over real sockets: visitors who walk the
// whole dialogue, in closed loop or at a fixed rate, connections on which
// nothing happens, a storm of handshakes, visitors who stop reading. It checks
// everything that comes on the way for loss, order and duplicates, and ends
// with an error if there is any. A plain gorilla echo server, driven by the
// same client, is the yardstick: ratios to it hold from one machine to another.
//
// It starts a fresh server for every measurement. The Redis database that it is
// given has to be empty, and is emptied after each.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/redis/go-redis/v9"
)

type options struct {
	URL      string `help:"Measure the server that runs at this URL (it must allow --visitor-rate without bounds)."`
	PID      int    `help:"Process id of the server at --url, to read its memory and CPU time." name:"pid"`
	Bin      string `help:"Measure this fenfu binary. Without --url and --bin the module's own is built." type:"existingfile"`
	RedisURL string `help:"Redis for the server that is started, with nothing in it; empty: the embedded store." env:"FENFU_REDIS_URL"`
	JSON     string `help:"Write the report to this file, too." type:"path"`

	Visitors    int           `help:"Visitors who talk at the same time." default:"1000"`
	Rounds      int           `help:"Dialogues that a visitor has in one session before asking for a fresh one." default:"10"`
	Rate        float64       `help:"Turns a second, by a timetable, for all visitors together; 0: closed loop." default:"0"`
	Warmup      time.Duration `help:"Time before a measurement counts." default:"3s"`
	Duration    time.Duration `help:"Time that counts." default:"15s"`
	Connections int           `help:"Idle connections." default:"10000"`
	Settle      time.Duration `help:"Longest wait for the server's memory to come to rest." default:"15s"`
	Handshakes  int           `help:"Handshakes in the storm." default:"5000"`
	Dials       int           `help:"Handshakes under way at the same time." default:"64"`
	Stalled     int           `help:"Visitors who stop reading." default:"20"`
	Pour        int           `help:"Messages that each of them is to hear the answers of." default:"1200"`
	Stall       time.Duration `help:"How long they go on not reading after that." default:"12s"`
	Kept        int           `help:"Sessions whose memory in Redis is measured, after a dialogue each." default:"2000"`
	Due         int           `help:"Sessions that are due at once." default:"20000"`
	NoEcho      bool          `help:"Leave out the yardstick."`

	redis *redis.Client
	log   io.Writer
}

type cli struct {
	options
	All      allCmd        `cmd:"" help:"Everything, one after the other."`
	Dialogue dialogueCmd   `cmd:"" help:"Visitors who walk the whole dialogue."`
	Idle     idleCmd       `cmd:"" help:"Connections on which nothing happens."`
	Storm    stormCmd      `cmd:"" help:"Handshakes as fast as they go."`
	Slow     slowCmd       `cmd:"" help:"Visitors who stop reading."`
	Kept     keptCmd       `cmd:"" help:"What a real Redis holds and does for a session."`
	Queue    queueCmd      `cmd:"" help:"Sessions that are all due at once, in a real Redis."`
	Echo     echoServerCmd `cmd:"" name:"echo-server" hidden:"" help:"Be the yardstick."`
}

// environment is what commands work with.
type environment struct {
	ctx context.Context
	out io.Writer
	m   *meter
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "loadgen:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	debug.SetGCPercent(400) // the generator's own garbage is not what is measured
	var c cli
	parser, err := kong.New(&c, kong.Name("loadgen"), kong.Writers(stdout, stderr), kong.UsageOnError())
	if err != nil {
		return err
	}
	cmd, err := parser.Parse(args)
	if err != nil {
		return err
	}
	c.log = stderr
	people, err := cast()
	if err != nil {
		return err
	}
	c.openRedis()
	m := &meter{
		opt: &c.options, cast: people, bad: newDeviations(),
		dial: &dialer{},
	}
	return cmd.Run(&environment{ctx: ctx, out: stdout, m: m})
}

// finish prints the report; deviations make an error of it.
func (e *environment) finish(r *Report, err error) error {
	r.Environment = e.m.opt.describe(e.ctx)
	r.Deviations, r.Examples = e.m.bad.counts, e.m.bad.examples
	err = errors.Join(err, r.table(e.out), r.writeJSON(e.m.opt.JSON))
	if len(r.Deviations) > 0 {
		err = errors.Join(err, errors.New("the server deviated from its protocol"))
	}
	return err
}
