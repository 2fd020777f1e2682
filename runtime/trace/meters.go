package trace

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/chaski-dev/chaski/planner"
)

// meters count what runs do.
type meters struct {
	duration, tokens, first, queue metric.Float64Histogram
	calls, approval                metric.Float64Histogram
	verdicts, runs                 metric.Int64Counter
}

func newMeters(m metric.Meter) (out meters, err error) {
	var errs []error
	histogram := func(name, unit, about string) metric.Float64Histogram {
		h, err := m.Float64Histogram(name, metric.WithUnit(unit), metric.WithDescription(about))
		errs = append(errs, err)
		return h
	}
	counter := func(name, about string) metric.Int64Counter {
		c, err := m.Int64Counter(name, metric.WithDescription(about))
		errs = append(errs, err)
		return c
	}
	out = meters{
		duration: histogram("gen_ai.client.operation.duration", "s", "Time of a turn of the model."),
		tokens:   histogram("gen_ai.client.token.usage", "{token}", "Tokens of a turn, by type."),
		first:    histogram("gen_ai.client.operation.time_to_first_chunk", "s", "Time to the first token: queue and prefill."),
		queue:    histogram("chaski.queue.duration", "s", "Time a turn waited for the engine."),
		calls:    histogram("chaski.tool.call.duration", "s", "Time of an attempt of a call."),
		approval: histogram("chaski.approval.duration", "s", "Time until a person answered."),
		verdicts: counter("chaski.policy.verdicts", "Verdicts on calls."),
		runs:     counter("chaski.runs", "Runs that ended."),
	}
	return out, errors.Join(errs...)
}

// turn records a turn of the model.
func (m *meters) turn(ctx context.Context, model string, took time.Duration, g *planner.Generated) {
	base := []attribute.KeyValue{attribute.String("gen_ai.operation.name", "chat"), attribute.String("gen_ai.provider.name", provider), attribute.String("gen_ai.request.model", model)}
	if g.Error != "" {
		base = append(base, attribute.String("error.type", "model"))
	}
	with := func(more ...attribute.KeyValue) metric.MeasurementOption {
		return metric.WithAttributes(append(base[:len(base):len(base)], more...)...)
	}
	m.duration.Record(ctx, took.Seconds(), with())
	if g.Error != "" {
		return
	}
	u := g.Usage
	m.tokens.Record(ctx, float64(u.PromptTokens), with(attribute.String("gen_ai.token.type", "input")))
	m.tokens.Record(ctx, float64(u.CachedTokens), with(attribute.String("gen_ai.token.type", "cached")))
	m.tokens.Record(ctx, float64(u.GeneratedTokens), with(attribute.String("gen_ai.token.type", "output")))
	m.first.Record(ctx, (u.Queue + u.Prefill).Seconds(), with())
	m.queue.Record(ctx, u.Queue.Seconds(), with())
}
