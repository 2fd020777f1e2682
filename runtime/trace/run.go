package trace

import (
	"context"
	"encoding/json"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/tools"
)

// MetaParent is the key under which a run's Started.Meta holds the traceparent of whoever
// asked for it.
const MetaParent = "traceparent"

// MetaName is the key of the agent's name.
const MetaName = "name"

// provider is gen_ai.provider.name of models that run here.
const provider = "chaski"

// Run is the trace of a run in this process. One goroutine uses it.
type Run struct {
	s     *Spans
	ctx   context.Context // with the run's own span
	root  trace.Span
	start *planner.Started
	calls map[string]trace.Span    // under way
	begun map[string]time.Time     // of these
	asked map[string]planner.Event // questions to a person
	names map[string]string        // tools of calls
}

// Run goes on with the trace of a run, of which these events are journalled.
func (s *Spans) Run(events []planner.Event) *Run {
	if s == nil || len(events) == 0 {
		return nil
	}
	r := &Run{s: s, calls: map[string]trace.Span{}, begun: map[string]time.Time{}, asked: map[string]planner.Event{}, names: map[string]string{}}
	first, left := events[0].At, 0
	var state planner.State
	for i, ev := range events {
		state = planner.Fold(state, ev)
		for _, c := range state.Calls {
			r.names[c.ID] = c.Tool
		}
		if ev.Leased != nil {
			left = i
		}
	}
	if r.start = state.Start; r.start == nil {
		return nil
	}
	ctx := parent(context.Background(), r.start.Meta[MetaParent])
	name := r.start.Meta[MetaName]
	attrs := []attribute.KeyValue{
		attribute.String("gen_ai.operation.name", "invoke_agent"), attribute.String("gen_ai.provider.name", provider),
		attribute.String("gen_ai.conversation.id", state.Run), attribute.String("gen_ai.request.model", r.start.Model), attribute.String("chaski.run.id", state.Run),
	}
	if name != "" {
		attrs = append(attrs, attribute.String("gen_ai.agent.name", name))
	}
	if r.start.Tenant != "" {
		attrs = append(attrs, attribute.String("chaski.tenant", r.start.Tenant))
	}
	r.ctx, r.root = s.tracer.Start(context.WithValue(ctx, idKey{}, runIDs(state.Run)), spanName("invoke_agent", name), trace.WithTimestamp(first), trace.WithAttributes(attrs...))
	r.ctx = context.WithValue(r.ctx, idKey{}, nil)
	for i, ev := range events {
		r.saw(ev, i > left) // what came while nobody drove the run is told by who drives it next
	}
	return r
}

func spanName(operation, of string) string {
	if of == "" {
		return operation
	}
	return operation + " " + of
}

// Saw takes in an event that was journalled.
func (r *Run) Saw(ev planner.Event) {
	if r != nil {
		r.saw(ev, true)
	}
}

func (r *Run) saw(ev planner.Event, tell bool) {
	switch {
	case ev.Decided != nil:
		if ev.Decided.Verdict == planner.RequireApproval {
			r.asked[ev.Decided.Call] = ev
		}
	case ev.Answered != nil:
		a, ok := r.asked[ev.Answered.Call]
		delete(r.asked, ev.Answered.Call)
		if ok && tell {
			tool := r.names[ev.Answered.Call]
			r.span(spanName("chaski.approval", tool), a.At, ev.At, attribute.String("gen_ai.tool.name", tool), attribute.String("gen_ai.tool.call.id", ev.Answered.Call),
				attribute.Bool("chaski.approval.approved", ev.Answered.Approve), attribute.String("chaski.policy.rule", a.Decided.Rule))
			r.s.meters.approval.Record(r.ctx, ev.At.Sub(a.At).Seconds(), metric.WithAttributes(attribute.String("gen_ai.tool.name", tool), attribute.Bool("chaski.approval.approved", ev.Answered.Approve)))
		}
	}
}

// span writes a span that is over.
func (r *Run) span(name string, from, to time.Time, attrs ...attribute.KeyValue) {
	_, span := r.s.tracer.Start(r.ctx, name, trace.WithTimestamp(from), trace.WithAttributes(attrs...))
	span.End(trace.WithTimestamp(to))
}

// Generated writes a turn of the model that began at from.
func (r *Run) Generated(from, to time.Time, g *planner.Generated) {
	if r == nil {
		return
	}
	u := g.Usage
	attrs := []attribute.KeyValue{
		attribute.String("gen_ai.operation.name", "chat"), attribute.String("gen_ai.provider.name", provider), attribute.String("gen_ai.request.model", r.start.Model),
		attribute.String("gen_ai.conversation.id", r.start.Run),
		attribute.Int("gen_ai.usage.input_tokens", u.PromptTokens), attribute.Int("gen_ai.usage.cache_read.input_tokens", u.CachedTokens), attribute.Int("gen_ai.usage.output_tokens", u.GeneratedTokens),
		attribute.Int("chaski.tokens.drafted", u.DraftedTokens), attribute.Int("chaski.tokens.accepted", u.AcceptedTokens), attribute.Int("chaski.forward_passes", u.ForwardPasses),
		attribute.Float64("chaski.queue_seconds", u.Queue.Seconds()), attribute.Float64("chaski.prefill_seconds", u.Prefill.Seconds()),
	}
	if g.Stop != "" {
		attrs = append(attrs, attribute.StringSlice("gen_ai.response.finish_reasons", []string{string(g.Stop)}))
	}
	if r.s.content {
		if text, err := json.Marshal([]llm.Message{g.Message}); err == nil {
			attrs = append(attrs, attribute.String("gen_ai.output.messages", string(text)))
		}
	}
	_, span := r.s.tracer.Start(r.ctx, spanName("chat", r.start.Model), trace.WithTimestamp(from), trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attrs...))
	if g.Error != "" {
		span.SetAttributes(attribute.String("error.type", "model"))
		span.SetStatus(codes.Error, g.Error)
	}
	span.End(trace.WithTimestamp(to))
	r.s.meters.turn(r.ctx, r.start.Model, to.Sub(from), g)
}

// Decided writes a policy's verdict on a call.
func (r *Run) Decided(from, to time.Time, tool string, d *planner.Decided) {
	if r == nil {
		return
	}
	r.names[d.Call] = tool
	r.span(spanName("chaski.decide", tool), from, to, attribute.String("gen_ai.tool.name", tool), attribute.String("gen_ai.tool.call.id", d.Call),
		attribute.String("chaski.policy.verdict", string(d.Verdict)), attribute.String("chaski.policy.rule", d.Rule))
	r.s.meters.verdicts.Add(r.ctx, 1, metric.WithAttributes(attribute.String("chaski.policy.verdict", string(d.Verdict)), attribute.String("chaski.policy.rule", d.Rule)))
}

// Call begins the span of a call, and returns the traceparent that goes with it; "" without
// a trace.
func (r *Run) Call(call *tools.Call, at time.Time) string {
	if r == nil {
		return ""
	}
	attrs := []attribute.KeyValue{
		attribute.String("gen_ai.operation.name", "execute_tool"), attribute.String("gen_ai.tool.name", call.Tool), attribute.String("gen_ai.tool.call.id", call.ID),
		attribute.String("gen_ai.tool.type", "function"), attribute.Int("chaski.attempt", call.Attempt),
	}
	if r.s.content {
		attrs = append(attrs, attribute.String("gen_ai.tool.call.arguments", string(call.Arguments)))
	}
	_, span := r.s.tracer.Start(r.ctx, spanName("execute_tool", call.Tool), trace.WithTimestamp(at), trace.WithAttributes(attrs...))
	r.calls[call.ID], r.begun[call.ID] = span, at
	return header(span)
}

// Result ends the span of a call.
func (r *Run) Result(call *tools.Call, at time.Time, res *tools.Result) {
	if r == nil || r.calls[call.ID] == nil {
		return
	}
	span := r.calls[call.ID]
	span.SetAttributes(attribute.String("chaski.call.status", string(res.Status)))
	if r.s.content && len(res.Value) > 0 {
		span.SetAttributes(attribute.String("gen_ai.tool.call.result", string(res.Value)))
	}
	if res.Status != tools.StatusOK {
		span.SetAttributes(attribute.String("error.type", string(res.Status)))
		span.SetStatus(codes.Error, res.Reason)
	}
	span.End(trace.WithTimestamp(at))
	r.s.meters.calls.Record(r.ctx, at.Sub(r.begun[call.ID]).Seconds(), metric.WithAttributes(attribute.String("gen_ai.tool.name", call.Tool), attribute.String("chaski.call.status", string(res.Status))))
	delete(r.calls, call.ID)
}

// Left ends the trace of this process: the run's own span, if the run is over.
func (r *Run) Left(s *planner.State, at time.Time) {
	if r == nil {
		return
	}
	for id, span := range r.calls { // whoever goes on with the run makes them anew
		span.SetAttributes(attribute.String("chaski.call.status", "left"))
		span.End(trace.WithTimestamp(at))
		delete(r.calls, id)
	}
	if !s.Status.Done() {
		return
	}
	r.root.SetAttributes(attribute.String("chaski.run.status", string(s.Status)), attribute.Int("gen_ai.usage.input_tokens", s.Used.Usage.PromptTokens), attribute.Int("gen_ai.usage.output_tokens", s.Used.Usage.GeneratedTokens))
	if s.Status != planner.Finished {
		r.root.SetAttributes(attribute.String("error.type", string(s.Status)))
		r.root.SetStatus(codes.Error, s.Reason)
	}
	r.root.End(trace.WithTimestamp(s.At))
	r.s.meters.runs.Add(r.ctx, 1, metric.WithAttributes(attribute.String("chaski.run.status", string(s.Status))))
}

// Serve begins the span of a call in the process that runs it; done ends it.
func (s *Spans) Serve(ctx context.Context, call *tools.Call) (served context.Context, done func(*tools.Result)) {
	if s == nil {
		return ctx, func(*tools.Result) {}
	}
	served, span := s.tracer.Start(parent(ctx, call.Trace), spanName("chaski.serve", call.Tool), trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String("gen_ai.tool.name", call.Tool), attribute.String("gen_ai.tool.call.id", call.ID), attribute.Int("chaski.attempt", call.Attempt)))
	return served, func(res *tools.Result) {
		span.SetAttributes(attribute.String("chaski.call.status", string(res.Status)))
		if res.Status != tools.StatusOK {
			span.SetStatus(codes.Error, res.Reason)
		}
		span.End()
	}
}
