// Package embedded is the store for a machine without a Redis: miniredis in
// this process, behind the same go-redis client as a real one, with a journal
// on disk.
//
// A hook on the client marks the keys that commands write. [DB.Sync] writes
// the marked keys into one bbolt transaction, which is on disk when Sync
// returns; the store calls it before a turn is acknowledged, and it runs every
// 200 ms by itself. So a crash loses nothing that was acknowledged, and a
// session's keys are always written together as they stood at one instant.
//
// It is for demos, development and tests: one process, no replica, and
// miniredis' author calls server use out of its scope.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

const (
	tickEvery  = 200 * time.Millisecond
	sweepEvery = time.Hour
)

// DB is an open data folder.
type DB struct {
	server *miniredis.Miniredis
	client *redis.Client
	file   *bbolt.DB

	marks marks
	turn  chan struct{} // holds one token; whoever has it writes the journal

	end   context.CancelFunc
	group sync.WaitGroup
	once  sync.Once
	err   error // of Close
}

// Open opens the data folder, which it makes if need be, and restores what is
// in it. A folder belongs to one process at a time.
func Open(dir string) (*DB, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the data folder: %w", err)
	}
	path := filepath.Join(dir, "sessions.db")
	file, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("data folder %s is in use by another process", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	d := &DB{server: miniredis.NewMiniRedis(), file: file, turn: make(chan struct{}, 1)}
	if err := errors.Join(d.start(), d.restore(time.Now())); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	d.client = redis.NewClient(&redis.Options{
		Addr:                     "embedded",
		Dialer:                   d.dial,
		ContextTimeoutEnabled:    true,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	d.client.AddHook(&hook{server: d.server, marks: &d.marks})

	var life context.Context
	life, d.end = context.WithCancel(context.Background())
	d.group.Go(func() { d.run(life) })
	return d, nil
}

// start makes the server ready to serve connections, without a port.
func (d *DB) start() error {
	c, err := d.server.Dial()
	if err != nil {
		return fmt.Errorf("start the embedded server: %w", err)
	}
	return c.Close()
}

// dial connects to the server; both ends have a buffer.
func (d *DB) dial(context.Context, string, string) (net.Conn, error) {
	server := d.server.Server()
	if server == nil {
		return nil, errors.New("the embedded database is closed")
	}
	c, s := net.Pipe()
	server.ServeConn(newConn(s))
	return newConn(c), nil
}

// Client returns the client of the database. It is closed by Close.
func (d *DB) Client() redis.UniversalClient { return d.client }

// run makes TTLs pass, and writes the journal, until ctx ends.
func (d *DB) run(ctx context.Context) {
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	sweep := time.NewTicker(sweepEvery)
	defer sweep.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-sweep.C:
			d.keep(d.sweep(time.Now()))
		case <-tick.C:
			now := time.Now()
			d.server.FastForward(now.Sub(last))
			last = now
			d.keep(d.Sync(ctx))
		}
	}
}

// keep remembers the first error that nobody was waiting for; Err tells.
func (d *DB) keep(err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		d.marks.fail(err)
	}
}

// Err returns why the journal could not be written in the background, if the
// last try failed.
func (d *DB) Err() error { return d.marks.failure() }

// Close writes what is left to the journal and ends the database.
func (d *DB) Close() error {
	d.once.Do(func() {
		d.end()
		d.group.Wait()
		err := d.Sync(context.Background())
		err = errors.Join(err, d.client.Close())
		d.server.Close()
		d.err = errors.Join(err, d.file.Close())
	})
	return d.err
}
