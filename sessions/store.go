package sessions

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"fenfu/sessions/seal"
)

// Options say how a store keeps sessions. Only Keys has no default.
type Options struct {
	Keys *seal.Keyring

	// Partitions is the number of hash tags that sessions are spread over,
	// 16 by default. It is fixed when a database is first opened.
	Partitions int

	TTL TTLs

	// Lease is how long a woken session is left alone before it is woken
	// again, 30 s by default.
	Lease time.Duration

	// Cache is how many sessions are kept in memory as they were last
	// committed here, 8192 by default.
	Cache int

	// Replicas is how many replicas must have a turn before it is
	// acknowledged or shown to anybody, 0 by default: a turn that only the
	// master has is lost if a replica takes its place at once.
	Replicas int

	// Sync is called for every turn, after it is stored and before it is
	// acknowledged. The embedded store needs it.
	Sync func(context.Context) error

	Logger *slog.Logger     // slog.Default by default
	Now    func() time.Time // time.Now by default
}

// TTLs say how long keys are kept after the last commit to their session in
// which somebody said something ([bot.Turn.Aside] does not count). A
// node sets them anew with its first commit to a session, and then every
// hundredth part of TTLs.Session, not with every turn.
type TTLs struct {
	// Session is for the state, with the visitor's details, and for what is
	// due: 30 days by default.
	Session time.Duration
	// Log is for the events and the message ids, 180 days by default. It is
	// no shorter than Session, for the numbering stands on the log.
	Log time.Duration
}

func (o *Options) complete() error {
	if o.Keys == nil {
		return errors.New("open the store: no encryption keys")
	}
	o.Partitions = or(o.Partitions, 16)
	o.TTL.Session = or(o.TTL.Session, 30*24*time.Hour)
	o.TTL.Log = or(o.TTL.Log, max(o.TTL.Session, 180*24*time.Hour))
	o.Lease = or(o.Lease, 30*time.Second)
	o.Cache = or(o.Cache, 8192)
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	switch {
	case o.Partitions < 1 || o.Partitions > 99:
		return fmt.Errorf("open the store: %d partitions, want 1 to 99", o.Partitions)
	case o.Replicas < 0:
		return fmt.Errorf("open the store: %d replicas, want 0 or more", o.Replicas)
	case o.TTL.Session < time.Minute:
		return fmt.Errorf("open the store: sessions kept for %s, want a minute at least", o.TTL.Session)
	case o.TTL.Log < o.TTL.Session:
		return fmt.Errorf("open the store: logs kept for %s, want at least the sessions' %s", o.TTL.Log, o.TTL.Session)
	}
	return nil
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// Store keeps sessions in Redis. It is a bot.Memory.
type Store struct {
	rdb        redis.UniversalClient
	o          Options
	self       string // this node's name among those that commits are published to
	scripts    *scripts
	batch      *batcher
	cache      *copies
	partitions []*partition
	mine       chan claimed // sessions that own commits left due, to be woken here
	reserved   atomic.Int64 // of the room in mine, taken by commits on their way
	working    atomic.Int32 // calls of Work under way
	listening  atomic.Bool  // subscribed, and registered with some partition
	unheard    atomic.Int32 // partitions that it could not be registered with lately
	commits    sync.Pool    // of *commit, to be used again

	end   context.CancelFunc // ends the store's goroutines
	group sync.WaitGroup
	left  sync.Once
}

// partition is one hash tag, and who on this node cares for sessions in it.
type partition struct {
	number int
	tag    string
	due    string
	nodes  string
	names  string
	unsure bool // whether this node is registered with it; only register looks

	mu    sync.Mutex
	feeds map[string]*feed // by session, the first of a list
}

// Open returns a store in the database of rdb, which stays the caller's to
// close, after the store. It fails if the database was created with another
// number of partitions, or cannot run scripts.
func Open(ctx context.Context, rdb redis.UniversalClient, o Options) (*Store, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	scripts, err := readScripts()
	if err != nil {
		return nil, err
	}
	if err := scripts.install(ctx, rdb); err != nil {
		return nil, err
	}
	cache, err := newCopies(o.Cache)
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	s := &Store{rdb: rdb, o: o, scripts: scripts, cache: cache, self: rand.Text(), mine: make(chan claimed, 4096)}
	ids, err := o.Keys.Subkeys("message ids")
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	s.commits.New = func() any { return &commit{messages: newMessages(ids)} }
	if err := s.fixPartitions(ctx); err != nil {
		return nil, err
	}
	for n := range o.Partitions {
		t := tag(n)
		s.partitions = append(s.partitions, &partition{
			number: n, tag: t, due: dueKey(t), nodes: nodesKey(t), names: namesKey(t), feeds: make(map[string]*feed),
		})
	}
	s.batch = newBatcher(rdb, lanes(rdb, o.Partitions), replicas{o.Replicas, func(lane int) string { return dueKey(tag(lane)) }})

	var life context.Context
	life, s.end = context.WithCancel(context.Background())
	s.group.Go(func() { s.listen(life) })
	s.group.Go(func() { s.renewPartitions(life) })
	return s, nil
}

// lanes: on one server two, so that one batch is made up while the other is
// under way; more would make the batches smaller. On a cluster one per
// partition, so that a master that is down holds up no other's.
func lanes(rdb redis.UniversalClient, partitions int) int {
	if _, ok := rdb.(*redis.ClusterClient); ok {
		return partitions
	}
	return 2
}

// several reports whether there are several masters: then one that fails holds
// up no other's partitions.
func (s *Store) several() bool {
	_, ok := s.rdb.(*redis.ClusterClient)
	return ok
}

// fixPartitions writes the number of partitions into a new database and checks
// it in an old one.
func (s *Store) fixPartitions(ctx context.Context) error {
	if err := s.rdb.SetNX(ctx, partitionsKey, s.o.Partitions, s.partitionsTTL()).Err(); err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	text, err := s.rdb.Get(ctx, partitionsKey).Result()
	if err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	if text != strconv.Itoa(s.o.Partitions) {
		return fmt.Errorf("open the store: the database was created with %s partitions, not %d; the number cannot be changed", text, s.o.Partitions)
	}
	return nil
}

// partitionsTTL outlives every session: the key is renewed for as long as a
// node runs, and no session is written but by a node that runs.
func (s *Store) partitionsTTL() time.Duration { return s.o.TTL.Log + 7*24*time.Hour }

func (s *Store) renewPartitions(ctx context.Context) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if err := s.rdb.Set(ctx, partitionsKey, s.o.Partitions, s.partitionsTTL()).Err(); err != nil && ctx.Err() == nil {
			s.o.Logger.Warn("could not renew the number of partitions", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Close ends the store. Calls that are on their way end first, later ones
// fail. It may be called more than once.
func (s *Store) Close() error {
	s.end()
	s.batch.close()
	s.group.Wait()
	s.left.Do(s.unregister)
	return nil
}

func (s *Store) partition(id string) *partition {
	return s.partitions[partitionOf(id, len(s.partitions))]
}

// known returns what this node knows of a session, which may be no more than
// how to open it.
func (s *Store) known(id string) (*cached, error) {
	if c, ok := s.cache.get(id); ok {
		return c, nil
	}
	box, err := s.o.Keys.Box(id)
	return &cached{box: box}, err
}
