package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// openTracer returns a tracer that sends to where the environment says, and
// what ends it after a last send. Without such a setting the tracer is nil:
// nothing is started, and nothing costs.
//
// Spans hold a session's id, what became of the work, and no text of an error.
func openTracer(ctx context.Context, logger *slog.Logger) (trace.Tracer, func(context.Context) error, error) {
	if !tracing() {
		return nil, func(context.Context) error { return nil }, nil
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if p := os.Getenv(name); p != "" && p != "http/protobuf" {
			return nil, nil, fmt.Errorf("%s: only http/protobuf is spoken", name)
		}
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { logger.Warn("traces", "error", err) }))
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("traces: %w", err)
	}
	// Not what the SDK finds by itself: a command line may hold secrets.
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "fenfu")),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil && !errors.Is(err, resource.ErrPartialResource) {
		return nil, nil, fmt.Errorf("traces: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	return provider.Tracer("fenfu"), provider.Shutdown, nil
}

// tracing reports whether the environment says where traces are to go.
func tracing() bool {
	return os.Getenv("OTEL_SDK_DISABLED") != "true" && os.Getenv("OTEL_TRACES_EXPORTER") != "none" &&
		(os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != "")
}

// span is a span, or nothing where there are no traces.
type span struct{ trace.Span }

// begin starts a span about a session.
func (w *watch) begin(ctx context.Context, name, session string) (context.Context, span) {
	if w.tracer == nil {
		return ctx, span{}
	}
	ctx, s := w.tracer.Start(ctx, name, trace.WithAttributes(attribute.String("session.id", session)))
	return ctx, span{s}
}

// beginPart starts a span below another one, and none by itself.
func (w *watch) beginPart(ctx context.Context, name, session string) (context.Context, span) {
	if w.tracer == nil || !trace.SpanContextFromContext(ctx).IsValid() {
		return ctx, span{}
	}
	return w.begin(ctx, name, session)
}

// end ends the span. Of an error it says that there was one.
func (s span) end(outcome string, failed bool) {
	if s.Span == nil {
		return
	}
	s.SetAttributes(attribute.String("fenfu.outcome", outcome))
	if failed {
		s.SetStatus(codes.Error, outcome)
	}
	s.End()
}
