package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"go.opentelemetry.io/otel/trace"

	"fenfu/web"
)

// newLogger returns a logger that writes JSON, one line each.
func newLogger(to io.Writer, levelName string) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(levelName)) // the flag allows only names that parse
	return slog.New(contextHandler{slog.NewJSONHandler(to, &slog.HandlerOptions{Level: level})})
}

// contextHandler adds to a line which request, and which trace, it belongs to.
type contextHandler struct{ slog.Handler }

// Handle implements slog.Handler.
func (h contextHandler) Handle(ctx context.Context, r slog.Record) error {
	if id := web.RequestID(ctx); id != "" {
		r.AddAttrs(slog.String("request", id))
	}
	if s := trace.SpanContextFromContext(ctx); s.IsValid() {
		r.AddAttrs(slog.String("trace", s.TraceID().String()))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h contextHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return contextHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h contextHandler) WithGroup(name string) slog.Handler {
	return contextHandler{h.Handler.WithGroup(name)}
}

// redisLog puts what go-redis has to say into our log.
type redisLog struct{ to *slog.Logger }

// Printf is what go-redis calls.
func (l redisLog) Printf(ctx context.Context, format string, v ...any) {
	l.to.WarnContext(ctx, "redis client", "message", fmt.Sprintf(format, v...))
}
