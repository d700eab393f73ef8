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
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"fenfu/bot"
	"fenfu/bot/webhook"
	"fenfu/sessions"
	"fenfu/sessions/embedded"
	"fenfu/sessions/seal"
	"fenfu/web"
	"fenfu/web/ui"
	"fenfu/web/ws"
)

const (
	drainTime    = 10 * time.Second // to say goodbye to every connection on SIGTERM
	checksAtOnce = 128              // applications checked at the same time
)

// serve runs the server until ctx ends. Everything that can fail does so
// before anything is served.
func serve(ctx context.Context, c config, out io.Writer) error {
	logger := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level(c.LogLevel)}))
	redis.SetLogger(redisLog{logger})
	if !c.Production {
		if err := c.demo(); err != nil {
			return err
		}
	}
	store, ready, closeStore, err := openStore(ctx, c, logger)
	if err != nil {
		return err
	}
	defer closeStore()
	brain, err := newBot(c, store, logger)
	if err != nil {
		return err
	}
	server, err := newServer(c, brain, store, ready, logger)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	banner(out, c, listener.Addr())

	http1 := server.HTTPServer()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := http1.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error { return store.Work(ctx, checksAtOnce, brain.Wake) })
	group.Go(func() error {
		tendMemory(ctx)
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		logger.Info("draining")
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
		defer cancel()
		// Sockets first: they are told when to come back, and a load balancer
		// has seen /readyz fail by the time the listener closes.
		return errors.Join(server.Drain(last), http1.Shutdown(last))
	})
	return group.Wait()
}

// redisLog puts what go-redis has to say into our log.
type redisLog struct{ to *slog.Logger }

func (l redisLog) Printf(ctx context.Context, format string, v ...any) {
	l.to.WarnContext(ctx, "redis client", "message", fmt.Sprintf(format, v...))
}

func level(name string) slog.Level {
	var l slog.Level
	_ = l.UnmarshalText([]byte(name)) // the flag allows only names that parse
	return l
}

// openStore opens the sessions' store, in Redis or embedded, and returns what
// tells whether it works and what closes it.
func openStore(ctx context.Context, c config, logger *slog.Logger) (store *sessions.Store, ready func(context.Context) error, closeStore func(), err error) {
	keys, err := seal.Parse(c.SealKeys)
	if err != nil {
		return nil, nil, nil, err
	}
	o := sessions.Options{Keys: keys, Logger: logger, TTL: sessions.TTLs{Session: c.Retention, Log: c.LogRetention}, Replicas: c.RedisReplicas}
	var client redis.UniversalClient
	closeClient := func() error { return client.Close() }
	journal := func() error { return nil }
	if c.RedisURL != "" {
		if client, err = sessions.Dial(c.RedisURL); err != nil {
			return nil, nil, nil, err
		}
	} else {
		db, err := embedded.Open(c.DataDir)
		if err != nil {
			return nil, nil, nil, err
		}
		client, closeClient, o.Sync, journal = db.Client(), db.Close, db.Sync, db.Err
	}
	start, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if c.RedisURL != "" {
		if err := c.checkRedis(start, client, logger); err != nil {
			return nil, nil, nil, errors.Join(err, closeClient())
		}
	}
	if store, err = sessions.Open(start, client, o); err != nil {
		return nil, nil, nil, errors.Join(err, closeClient())
	}
	ready = func(ctx context.Context) error { return errors.Join(store.Ready(ctx), journal()) }
	return store, ready, func() {
		if err := errors.Join(store.Close(), closeClient()); err != nil {
			logger.Error("closing the store", "error", err)
		}
	}, nil
}

func newServer(c config, b *bot.Bot, store *sessions.Store, ready func(context.Context) error, logger *slog.Logger) (*web.Server, error) {
	key, err := decodeKey(c.TokenKey)
	if err != nil {
		return nil, fmt.Errorf("token key: %w", err)
	}
	callbacks := web.Callbacks{Called: b.Called}
	if c.CallbackSecrets != "" {
		secrets, err := webhook.ParseSecrets(c.CallbackSecrets)
		if err != nil {
			return nil, err
		}
		if callbacks.Verifier, err = webhook.NewVerifier(time.Now, secrets...); err != nil {
			return nil, err
		}
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return web.New(web.Config{
		Bot: b, Log: store, Ready: ready,
		Callbacks: callbacks,
		TokenKey:  key, TokenLife: c.Retention,
		AllowedOrigins: c.AllowedOrigins, FrameAncestors: c.AllowedOrigins,
		Limits: ws.Limits{Connections: c.MaxConnections, Rate: rate.Limit(c.VisitorRate), Burst: c.VisitorBurst},
		Site:   c.site(),
		UI:     ui.FS(),
		Logger: logger, Registry: registry,
	})
}
