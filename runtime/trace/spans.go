package trace

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

const scope = "github.com/chaski-dev/chaski"

// Options say where spans and metrics go.
type Options struct {
	Service, Version string                 // of this program; OTEL_SERVICE_NAME goes before
	Processor        sdktrace.SpanProcessor // nil writes no spans
	Reader           sdkmetric.Reader       // nil writes no metrics
	Content          bool                   // texts, arguments and results, too
}

// Spans writes the spans of runs. Its methods, and those of a [Run], do nothing if it is
// nil. It is safe for concurrent use.
type Spans struct {
	tracer  trace.Tracer
	content bool
	meters  meters
	end     []func(context.Context) error
}

// New returns a writer. Close it.
func New(o Options) (*Spans, error) {
	res, err := resource.New(context.Background(), resource.WithTelemetrySDK(), resource.WithAttributes(
		attribute.String("service.name", o.Service), attribute.String("service.version", o.Version)), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	s := &Spans{content: o.Content}
	spans := []sdktrace.TracerProviderOption{sdktrace.WithResource(res), sdktrace.WithIDGenerator(ids{})}
	if o.Processor != nil {
		spans = append(spans, sdktrace.WithSpanProcessor(o.Processor))
	}
	tp := sdktrace.NewTracerProvider(spans...)
	s.tracer, s.end = tp.Tracer(scope, trace.WithInstrumentationVersion(o.Version)), append(s.end, tp.Shutdown)
	metrics := []sdkmetric.Option{sdkmetric.WithResource(res)}
	if o.Reader != nil {
		metrics = append(metrics, sdkmetric.WithReader(o.Reader))
	}
	mp := sdkmetric.NewMeterProvider(metrics...)
	s.end = append(s.end, mp.Shutdown)
	if s.meters, err = newMeters(mp.Meter(scope)); err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	return s, nil
}

// FromEnvironment returns the writer that OpenTelemetry's variables ask for, nil if they ask
// for none: OTEL_EXPORTER_OTLP_ENDPOINT or …_TRACES_ENDPOINT and …_METRICS_ENDPOINT, unless
// OTEL_SDK_DISABLED is true or OTEL_TRACES_EXPORTER and OTEL_METRICS_EXPORTER are none. OTLP
// goes over HTTP (http/protobuf); another protocol is an error. Headers, time-outs, TLS,
// samplers and batches are as their variables say.
func FromEnvironment(ctx context.Context, service, version string) (*Spans, error) {
	if on, _ := strconv.ParseBool(os.Getenv("OTEL_SDK_DISABLED")); on {
		return nil, nil
	}
	o := Options{Service: service, Version: version}
	o.Content, _ = strconv.ParseBool(os.Getenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"))
	spans, err := wanted("TRACES")
	if err == nil && spans {
		var e sdktrace.SpanExporter
		if e, err = otlptracehttp.New(ctx); err == nil {
			o.Processor = sdktrace.NewBatchSpanProcessor(e)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	metrics, err := wanted("METRICS")
	if err == nil && metrics {
		var e *otlpmetrichttp.Exporter
		if e, err = otlpmetrichttp.New(ctx); err == nil {
			o.Reader = sdkmetric.NewPeriodicReader(e)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	if o.Processor == nil && o.Reader == nil {
		return nil, nil
	}
	return New(o)
}

// wanted says whether the environment asks for a signal, TRACES or METRICS.
func wanted(signal string) (bool, error) {
	switch name := "OTEL_" + signal + "_EXPORTER"; os.Getenv(name) {
	case "none":
		return false, nil
	case "", "otlp":
	default:
		return false, fmt.Errorf("%s is %q, want otlp or none", name, os.Getenv(name))
	}
	if os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && os.Getenv("OTEL_EXPORTER_OTLP_"+signal+"_ENDPOINT") == "" {
		return false, nil
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_" + signal + "_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if p := os.Getenv(name); p != "" && p != "http/protobuf" {
			return false, fmt.Errorf("%s is %q, want http/protobuf: collectors take it at port 4318", name, p)
		} else if p != "" {
			break
		}
	}
	return true, nil
}

// Close writes what is left, until ctx is done.
func (s *Spans) Close(ctx context.Context) error {
	if s == nil {
		return nil
	}
	var errs []error
	for _, end := range s.end {
		errs = append(errs, end(ctx))
	}
	return errors.Join(errs...)
}

// ids makes identifiers: those that a context asks for, else random ones.
type ids struct{}

type idKey struct{}

type wantedIDs struct {
	trace trace.TraceID
	span  trace.SpanID
}

func (ids) NewIDs(ctx context.Context) (t trace.TraceID, s trace.SpanID) {
	if w, ok := ctx.Value(idKey{}).(wantedIDs); ok {
		return w.trace, w.span
	}
	for !t.IsValid() {
		_, _ = rand.Read(t[:]) // never fails
	}
	return t, ids{}.NewSpanID(ctx, t)
}

func (ids) NewSpanID(ctx context.Context, _ trace.TraceID) (s trace.SpanID) {
	if w, ok := ctx.Value(idKey{}).(wantedIDs); ok {
		return w.span
	}
	for !s.IsValid() {
		_, _ = rand.Read(s[:])
	}
	return s
}

// runIDs are the identifiers of a run's own span.
func runIDs(run string) wantedIDs {
	sum := sha256.Sum256([]byte("run " + run))
	var w wantedIDs
	copy(w.trace[:], sum[:16])
	copy(w.span[:], sum[16:24])
	return w
}

// parent reads a traceparent; the context is unchanged if it is none.
func parent(ctx context.Context, traceparent string) context.Context {
	if traceparent == "" {
		return ctx
	}
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": traceparent})
}

// Traceparent returns a header as it may be journalled, "" if it is no W3C traceparent.
func Traceparent(header string) string {
	if header = strings.TrimSpace(header); trace.SpanContextFromContext(parent(context.Background(), header)).IsValid() {
		return header
	}
	return ""
}

// header writes the traceparent of a span.
func header(span trace.Span) string {
	c := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(trace.ContextWithSpan(context.Background(), span), c)
	return c["traceparent"]
}
