package sessions

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// replicaWait is how long replicas may take to have what a batch has done.
	// It is below the client's time-out for reading.
	replicaWait = time.Second

	masterTries = 3 // to find the master of a partition and be answered by it
	masterPause = 50 * time.Millisecond
)

var errNotReplicated = errors.New("too few replicas have it")

// replicas makes batches end with WAIT. Redis replicates after it has answered,
// so what a master has taken may be gone when a replica takes its place. With
// WAIT nothing is acknowledged, shown, claimed or worked on that fewer than n
// replicas have: it covers whatever its connection has seen, so batches that
// only read wait for what they have read, and the second answer to a message
// for what the first one stored.
type replicas struct {
	n   int
	key func(lane int) string // a key that lies where those of the lane's commands do
}

// sendWaiting sends a batch and a WAIT on one connection to one master, in one
// round trip. Commands that the WAIT did not vouch for get an error.
//
// On a cluster a lane's keys have one slot. The cluster client would send a
// WAIT, which has no key, to any node, and again without the commands that
// moved: so the master is asked for here, and a redirection followed by asking
// again. (Of a slot that is being moved away, keys are reached once it is.)
//
// key is one that lies where those of the commands do.
func (b *batcher) sendWaiting(key string, batch []*call) {
	ctx := context.Background()
	for try := 1; len(batch) > 0; try++ {
		to, err := b.master(ctx, key)
		if err != nil {
			fail(batch, err)
		} else {
			pipe := to.Pipeline()
			for _, c := range batch {
				_ = pipe.Process(ctx, c.cmd)
			}
			wait := pipe.Do(ctx, "wait", b.replicas.n, replicaWait.Milliseconds())
			_, _ = pipe.Exec(ctx)
			if n, err := wait.Int(); err != nil {
				fail(batch, err)
			} else if n < b.replicas.n {
				fail(batch, errNotReplicated)
			}
		}
		cluster, ok := b.rdb.(*redis.ClusterClient)
		if batch = misdirected(batch); !ok || len(batch) == 0 || try == masterTries {
			return
		}
		cluster.ReloadState(ctx)
		time.Sleep(time.Duration(try) * masterPause)
		for _, c := range batch {
			c.cmd.SetErr(nil)
		}
	}
}

// master returns the client of the server that a key lies on.
func (b *batcher) master(ctx context.Context, key string) (redis.UniversalClient, error) {
	if cluster, ok := b.rdb.(*redis.ClusterClient); ok {
		return cluster.MasterForKey(ctx, key)
	}
	return b.rdb, nil
}

// fail gives err to the calls that have none.
func fail(batch []*call, err error) {
	for _, c := range batch {
		if c.cmd.Err() == nil {
			c.cmd.SetErr(err)
		}
	}
}

// misdirected returns the calls that another server may answer: this one did
// not, or says that it is not the master.
func misdirected(batch []*call) []*call {
	var again []*call
	for _, c := range batch {
		err := c.cmd.Err()
		var answer redis.Error
		switch {
		case err == nil, errors.Is(err, errNotReplicated):
		case !errors.As(err, &answer),
			redis.HasErrorPrefix(err, "MOVED"), redis.HasErrorPrefix(err, "ASK"), redis.HasErrorPrefix(err, "READONLY"),
			redis.HasErrorPrefix(err, "CLUSTERDOWN"), redis.HasErrorPrefix(err, "TRYAGAIN"), redis.HasErrorPrefix(err, "LOADING"):
			again = append(again, c)
		}
	}
	return again
}
