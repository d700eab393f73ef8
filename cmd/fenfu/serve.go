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

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"fenfu/bot/webhook"
	"fenfu/web"
	"fenfu/web/ui"
	"fenfu/web/ws"
)

const (
	drainTime    = 10 * time.Second // to say goodbye to every connection on SIGTERM
	wakeTime     = 25 * time.Second // of one wake: more than any call in it may take, less than its lease
	checksAtOnce = 128              // applications checked at the same time
)

// serve runs the server until ctx ends. Everything that can fail does so
// before anything is served.
func serve(ctx context.Context, c config, out io.Writer) error {
	logger := newLogger(os.Stderr, c.LogLevel)
	redis.SetLogger(redisLog{logger})
	if !c.Production {
		if err := c.demo(); err != nil {
			return err
		}
	}
	tracer, endTraces, err := openTracer(ctx, logger)
	if err != nil {
		return err
	}
	defer closeTraces(ctx, endTraces, logger)
	w := &watch{newCounters(), tracer}
	store, err := openStorage(ctx, c, w, logger)
	if err != nil {
		return err
	}
	defer store.close()
	memory := watchedMemory{store.Store, w}
	brain, probes, err := newBot(c, memory, store, w, logger)
	if err != nil {
		return err
	}
	books := deskBooks{store.desk, store.Store, brain}
	server, err := newServer(c, watchedBot{brain, w}, store, books, probes, logger)
	if err != nil {
		return err
	}
	brain.Show = server.Show
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
	group.Go(func() error {
		if c.Production {
			return nil
		}
		if err := openDemoStaff(ctx, store.staff, out); ctx.Err() == nil {
			return err
		}
		return nil
	})
	group.Go(func() error { return store.Work(ctx, checksAtOnce, finish(w.wake(memory, brain.Wake))) })
	group.Go(func() error {
		books.Work(ctx, books)
		return nil
	})
	group.Go(func() error {
		store.funnel.Work(ctx)
		return nil
	})
	group.Go(func() error {
		showQueue(ctx, books, server, logger)
		return nil
	})
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
	err = group.Wait()
	store.lastFigures(ctx)
	return err
}

// finish lets a wake that was begun come to its end though the node is leaving:
// given up, it would wait until its lease has run out. A call in it that gets no
// answer ends by its own time-out: one that is cut short is no try, and so would
// be made again with every lease, never counted and never given up.
func finish(wake func(context.Context, string) error) func(context.Context, string) error {
	return func(node context.Context, session string) error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(node), wakeTime)
		defer cancel()
		defer context.AfterFunc(node, func() { time.AfterFunc(drainTime, cancel) })()
		return wake(ctx, session)
	}
}

// closeTraces sends what is left.
func closeTraces(ctx context.Context, end func(context.Context) error, logger *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if err := end(ctx); err != nil {
		logger.Warn("the last traces were not sent", "error", err)
	}
}

func newServer(c config, b watchedBot, store *storage, books deskBooks, probes []web.Probe, logger *slog.Logger) (*web.Server, error) {
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
	desk, err := c.desk(b, store, books, logger)
	if err != nil {
		return nil, err
	}
	return web.New(web.Config{
		Desk: desk,
		Bot:  b, Log: store, Probes: append(store.probes(), probes...),
		Callbacks: callbacks,
		TokenKey:  key, TokenLife: c.Retention,
		AllowedOrigins: c.AllowedOrigins, FrameAncestors: c.AllowedOrigins,
		Limits: ws.Limits{Connections: c.MaxConnections, Rate: rate.Limit(c.VisitorRate), Burst: c.VisitorBurst},
		Site:   c.site(),
		UI:     ui.FS(),
		Logger: logger, Registry: b.w.registry,
	})
}
