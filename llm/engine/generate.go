package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/chat"
	"github.com/chaski-dev/chaski/llm/expert"
	"github.com/chaski-dev/chaski/llm/grammar"
	"github.com/chaski-dev/chaski/llm/sample"
)

// DefaultMaxTokens bounds the answer of a request that sets no bound.
const DefaultMaxTokens = 1024

// leastAnswer is the room that a request must leave for its answer.
const leastAnswer = 16

// CountTokens implements [llm.Model].
func (e *Engine) CountTokens(req *llm.Request) (int, error) {
	ids, _, err := e.prompt(req)
	return len(ids), err
}

// Prompt returns the texts of the tokens that a request is read as.
func (e *Engine) Prompt(req *llm.Request) ([][]byte, error) {
	ids, _, err := e.prompt(req)
	if err != nil {
		return nil, err
	}
	out := make([][]byte, len(ids))
	for i, id := range ids {
		out[i] = e.tok.Bytes(id)
	}
	return out, nil
}

func (e *Engine) prompt(req *llm.Request) ([]int32, chat.Rendered, error) {
	if e.tok == nil {
		return nil, chat.Rendered{}, errors.New("engine: the model has no tokenizer: it runs on token ids only")
	}
	r, err := e.format.Render(e.experts.plain(req), time.Now())
	if err != nil {
		return nil, r, err
	}
	ids, err := chat.Encode(e.tok, r.Pieces)
	if err == nil && e.begin >= 0 && (len(ids) == 0 || ids[0] != e.begin) {
		ids = append([]int32{e.begin}, ids...)
	}
	return ids, r, err
}

// check refuses what can't be done as asked.
func check(req *llm.Request) error {
	switch {
	case req.MaxTokens < 0:
		return fmt.Errorf("engine: max_tokens is %d, want 0 or more", req.MaxTokens)
	case req.MaxCalls < 0:
		return fmt.Errorf("engine: max_calls is %d, want 0 or more", req.MaxCalls)
	case !(req.ToolChoice.MinCallProb >= 0 && req.ToolChoice.MinCallProb <= 1):
		return fmt.Errorf("engine: min_call_prob is %g, want 0 to 1", req.ToolChoice.MinCallProb)
	case !(req.ToolChoice.MinConfidence >= 0 && req.ToolChoice.MinConfidence <= 1):
		return fmt.Errorf("engine: min_confidence is %g, want 0 to 1", req.ToolChoice.MinConfidence)
	}
	return nil
}

// Generate implements [llm.Model].
func (e *Engine) Generate(ctx context.Context, req *llm.Request) iter.Seq2[llm.Event, error] {
	return func(yield func(llm.Event, error) bool) {
		if err := e.generate(ctx, req, yield); err != nil && !errors.Is(err, errBroken) {
			yield(nil, err)
		}
	}
}

// errBroken says that the reader of a stream went away.
var errBroken = errors.New("the stream was left")

func (e *Engine) generate(ctx context.Context, req *llm.Request, yield func(llm.Event, error) bool) error {
	if err := check(req); err != nil {
		return err
	}
	ids, r, err := e.prompt(req)
	if err != nil {
		return err
	}
	req = e.experts.plain(req)
	o := r.Options
	if need := len(ids) + min(leastAnswer, max(req.MaxTokens, 1)); need > e.context {
		return &llm.ContextFullError{Need: need, Have: e.context}
	}
	most := req.MaxTokens
	if most == 0 {
		most = DefaultMaxTokens
	}
	most = min(most, e.context-len(ids))

	adapter, err := e.adapter(req.Adapter)
	if err != nil {
		return err
	}
	job := Job{Prompt: ids, Max: most, Stop: e.ends, Sampling: req.Sampling, Priority: req.Priority, Tenant: req.Tenant, Session: req.Session, adapter: adapter}
	if len(o.Tools) > 0 || req.Messages[0].Role == llm.RoleSystem {
		job.front = slices.IndexFunc(ids, func(id int32) bool { return slices.Contains(e.ends, id) }) + 1
	}
	fit, says := e.advise(req, o)
	if job.constraint, err = e.constraint(req, r, says); err != nil {
		return err
	}
	if text := e.experts.replies(says, req, o.Tools); text != "" {
		job.constraint.say(e.tok.Encode(nil, text))
	}
	mend := e.mends(req, o)
	if call, ok := mend.more(req.Messages); ok && most > leastAnswer {
		return untilBroken(yield, llm.CallStart{Name: call.Name}, llm.CallEnd{Call: call}, llm.Stop{Reason: llm.StopToolCalls, Usage: llm.Usage{PromptTokens: len(ids)}})
	}
	usage, err := e.decode(ctx, req, r, job, fit, mend, yield)
	var unsure *unsureError
	if !errors.As(err, &unsure) {
		return err
	}
	wanted := job.constraint.wanted()
	if job.constraint, err = e.constraint(req, r, says); err != nil {
		return err
	}
	job.constraint.textOnly()
	if text := e.experts.refuses(says, unsure.call); text != "" && wanted {
		job.constraint.say(e.tok.Encode(nil, strings.TrimSpace(text+" "+expert.CanDo(o.Tools))))
	}
	_, err = e.decode(ctx, req, r, job, fit, mend, func(ev llm.Event, err error) bool {
		if stop, ok := ev.(llm.Stop); ok { // what was taken back was work, too
			stop.Usage.GeneratedTokens += usage.GeneratedTokens
			stop.Usage.ForwardPasses += usage.ForwardPasses
			ev = stop
		}
		return yield(ev, err)
	})
	return err
}

func untilBroken(yield func(llm.Event, error) bool, events ...llm.Event) error {
	for _, ev := range events {
		if !yield(ev, nil) {
			return errBroken
		}
	}
	return nil
}

// unsureError says that a turn's first call is less sure than is wanted, or, if it has no
// name, that no room was left for it. Nothing of it was told.
type unsureError struct{ call llm.ToolCall }

func (*unsureError) Error() string { return "the call is not sure enough" }

// decode decodes a turn and tells of it.
func (e *Engine) decode(ctx context.Context, req *llm.Request, r chat.Rendered, job Job, fit *fits, mend *mending, yield func(llm.Event, error) bool) (llm.Usage, error) {
	o, held := r.Options, job.constraint
	out := Outcome{Stopped: -1}
	declared := append([]llm.ToolSpec{}, o.Tools...)
	if held != nil && held.text { // what reads like a call is none
		declared = declared[:0]
	}
	t := &turn{
		e: e, yield: yield, open: -1, stops: sample.NewStops(req.Stop), maxCalls: req.MaxCalls, constrained: held != nil, fit: fit,
		parser: chat.NewParser(chat.ParserOptions{Tools: declared, Constrained: held != nil, Dialect: o.Dialect, Thinking: r.Thinking, Quoted: chat.Quoted(req.Messages)}),
	}
	if held != nil {
		t.least, t.leasts, t.answered = held.sure[changes], held.sure, held.answered
		if t.mend = mend; mend != nil {
			t.least = max(t.least, leastConfidence) // what is told cannot be taken back
		}
	}
	err := e.tell(ctx, t, job, &out)
	if _, ok := errors.AsType[*unsureError](err); ok {
		out.Usage.GeneratedTokens, out.Usage.ForwardPasses = max(out.Usage.GeneratedTokens, t.generated), max(out.Usage.ForwardPasses, 1)
	}
	return out.Usage, err
}

// tell runs the job of a turn and tells of what comes.
func (e *Engine) tell(ctx context.Context, t *turn, job Job, out *Outcome) error {
	held := job.constraint
	decoder := e.tok.NewDecoder()
	var told []byte // text that no grammar holds
	for tok, err := range e.Run(ctx, job, out) {
		if t.least > 0 && errors.Is(err, ErrNoRoom) { // for the call that was tried; there may be for words
			return &unsureError{}
		}
		if err != nil {
			return err
		}
		t.generated++
		t.score += tok.Score
		if job.Sampling.LogProbs > 0 {
			t.logProbs = append(t.logProbs, e.logProb(tok))
		}
		piece := chat.Piece{Text: decoder.Push(tok.ID)}
		if piece.Text != "" {
			if err := t.events(t.parser.Push(piece)); err != nil {
				return err
			}
		}
		if e.tok.IsSpecial(tok.ID) {
			if err := t.events(t.parser.Push(chat.Piece{Special: string(e.tok.Bytes(tok.ID))})); err != nil {
				return err
			}
		}
		if t.stopped || held == nil && t.full() || t.parser.Ended() != "" {
			break
		}
		if held == nil {
			if told = append(told, piece.Text...); grammar.Loops(told) {
				break
			}
		}
	}
	if !t.stopped {
		last := t.parser.Push(chat.Piece{Text: decoder.Flush()})
		if out.Stopped >= 0 {
			last = append(last, t.parser.Push(chat.Piece{Special: string(e.tok.Bytes(out.Stopped))})...)
		}
		if t.cutOff(job.Max, out.Stopped) {
			t.parser.Cut()
		}
		end, err := t.parser.Finish()
		if e := t.events(append(last, end...)); e != nil {
			return e
		}
		if call, ok := chat.Attempt(err); ok && t.open < 0 && t.calls == 0 { // the runtime answers it
			if e := t.events([]llm.Event{llm.CallStart{Name: call.Name}, llm.CallEnd{Call: call}}); e != nil {
				return e
			}
		} else if err != nil && !t.full() {
			return fmt.Errorf("engine: %w", err)
		}
		if err := t.text(t.stops.Flush()); err != nil {
			return err
		}
	}
	stop := llm.Stop{Reason: llm.StopEndOfTurn, Usage: out.Usage}
	switch {
	case t.stopped:
		stop.Reason, stop.Matched = llm.StopString, t.stops.Found()
	case t.calls > 0:
		stop.Reason = llm.StopToolCalls
	case t.cutOff(job.Max, out.Stopped):
		stop.Reason = llm.StopMaxTokens
	}
	return t.tell(stop)
}

// cutOff says that the bound of tokens ended the turn; stopped is the token that did otherwise.
func (t *turn) cutOff(most int, stopped int32) bool { return t.generated == most && stopped < 0 }

// turn passes a turn's events on.
type turn struct {
	e        *Engine
	yield    func(llm.Event, error) bool
	parser   *chat.Parser
	stops    *sample.Stops
	logProbs []llm.TokenLogProb
	maxCalls int
	calls    int
	stopped  bool // a stop string was found
	open     int  // the call whose start was told and whose end was not; −1 for none

	constrained bool // by a grammar
	fit         *fits
	score       float64 // of the tokens since the last call, see Token
	generated   int     // tokens

	// While least is above 0, what begins with a call is kept until the call is seen to be
	// as sure as that.
	least  float64
	leasts leasts

	answered []llm.ToolCall // see constraint
	mend     *mending       // what the turn is compared with; nil for nothing
	kept     []llm.Event
}

// tell tells an event, or keeps it while it may have to be taken back.
func (t *turn) tell(ev llm.Event) error {
	switch ev := ev.(type) {
	case llm.TextDelta:
		t.least = 0 // the turn is no call
		if t.mend != nil {
			t.kept = append(t.kept, ev)
			return nil
		}
	case llm.Stop:
		t.least = 0 // or one without an end
		t.mended(&ev)
		return t.pass(ev)
	case llm.CallEnd:
		if ev.Call.Confidence < t.least {
			return &unsureError{ev.Call}
		}
		t.least = 0
	}
	if t.least > 0 {
		t.kept = append(t.kept, ev)
		return nil
	}
	return t.pass(ev)
}

// pass tells what was kept, and an event.
func (t *turn) pass(ev llm.Event) error {
	for _, ev := range append(t.kept, ev) {
		if !t.yield(ev, nil) {
			return errBroken
		}
	}
	t.kept = t.kept[:0]
	return nil
}

// full says that no further call is allowed.
func (t *turn) full() bool { return t.maxCalls > 0 && t.calls >= t.maxCalls }

func (t *turn) events(events []llm.Event) error {
	for _, ev := range events {
		if t.stopped {
			return nil
		}
		if t.full() {
			return nil // the parser may have seen the beginning of one call too many
		}
		switch ev := ev.(type) {
		case llm.TextDelta:
			text, stopped := t.stops.Push(ev.Text)
			t.stopped = stopped
			if err := t.text(text); err != nil {
				return err
			}
			continue
		case llm.CallStart:
			t.open = ev.Index
		case llm.CallEnd:
			t.open = -1
			t.calls++
			if t.constrained {
				var of stake
				ev.Call.Confidence, of = t.e.confidence(t.score, t.fit, ev.Call)
				t.score, t.least = 0, min(t.least, t.leasts[of])
				call, asked := t.mend.call(ev.Call)
				if !asked {
					return &unsureError{ev.Call}
				}
				if !call.Same(ev.Call) {
					t.kept = slices.DeleteFunc(t.kept, func(ev llm.Event) bool { _, of := ev.(llm.CallDelta); return of })
					ev.Call = call
				}
				if t.least > 0 && slices.ContainsFunc(t.answered, ev.Call.Same) {
					return &unsureError{ev.Call}
				}
			}
			if err := t.tell(ev); err != nil {
				return err
			}
			continue
		}
		if err := t.tell(ev); err != nil {
			return err
		}
	}
	return nil
}

func (t *turn) text(s string) error {
	if s == "" {
		return nil
	}
	ev := llm.TextDelta{Text: s, LogProbs: t.logProbs}
	t.logProbs = nil
	return t.tell(ev)
}

func (e *Engine) logProb(t Token) llm.TokenLogProb {
	name := func(id int) string { return strings.ToValidUTF8(string(e.tok.Bytes(int32(id))), "\uFFFD") }
	out := llm.TokenLogProb{ID: int(t.ID), Text: name(int(t.ID)), LogProb: t.LogProb}
	for _, o := range t.Top {
		o.Text = name(o.ID)
		out.Top = append(out.Top, o)
	}
	return out
}
