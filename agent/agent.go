package agent

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
	"github.com/rs/zerolog"
)

// Options configures an [Agent]. The zero value is an agent without tools, whose
// runs are kept in memory.
type Options struct {
	System   string        // the system prompt
	Tools    []*tools.Tool // run in this process
	Caller   tools.Caller  // in place of Tools: runs the calls of Specs
	Specs    []tools.Spec  // the tools that Caller serves
	Gate     runtime.Gate  // nil allows reads and denies effects
	Journal  journal.Journal
	Budget   planner.Budget
	Sampling llm.Sampling
	Log      zerolog.Logger
}

// Agent runs prompts. It is safe for concurrent use.
type Agent struct {
	model llm.Model
	opt   Options
	rt    *runtime.Runtime
}

// New returns an agent.
func New(model llm.Model, opt Options) (*Agent, error) {
	if model == nil {
		return nil, errors.New("agent: a model is needed")
	}
	if opt.Caller != nil && len(opt.Tools) > 0 {
		return nil, errors.New("agent: give Tools, or Caller with Specs, not both")
	}
	if opt.Caller == nil {
		reg, err := tools.NewRegistry(opt.Tools...)
		if err != nil {
			return nil, fmt.Errorf("agent: %w", err)
		}
		if opt.Specs, err = reg.Tools(context.Background()); err != nil {
			return nil, fmt.Errorf("agent: %w", err)
		}
		opt.Caller = reg
	}
	if opt.Journal == nil {
		opt.Journal = &journal.Memory{}
	}
	rt, err := runtime.New(runtime.Options{Journal: opt.Journal, Model: model, Caller: opt.Caller, Gate: opt.Gate, Log: opt.Log})
	if err != nil {
		return nil, err
	}
	return &Agent{model: model, opt: opt, rt: rt}, nil
}

// Runtime returns the runtime underneath: to answer, cancel and fork runs.
func (a *Agent) Runtime() *runtime.Runtime { return a.rt }

// Event is one element of a run's stream. Text is a piece of the model's text as it
// comes, and Journal an event once it is journalled; one of them is set. The last
// event has Status and Answer.
type Event struct {
	Run     string
	Text    string
	Journal *planner.Event
	Status  planner.Status // set with the last event: see planner.Status
	Reason  string
	Answer  string
	Used    planner.Used // with the last event
	State   *planner.State
}

// Run starts a run and streams it to its end or to where it waits for a person.
// Breaking out of the loop leaves the run resumable.
func (a *Agent) Run(ctx context.Context, prompt string) iter.Seq2[Event, error] {
	return a.run(ctx, []llm.Message{{Role: llm.RoleUser, Content: prompt}})
}

func (a *Agent) run(ctx context.Context, messages []llm.Message) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		run, err := a.rt.Start(ctx, planner.Started{
			Model: a.model.Info().Name, System: a.opt.System, Messages: messages,
			Tools: a.opt.Specs, Budget: a.opt.Budget, Sampling: a.opt.Sampling,
		})
		if err != nil {
			yield(Event{}, err)
			return
		}
		a.Resume(ctx, run)(yield)
	}
}

// Resume goes on with a run and streams what happens from here on.
func (a *Agent) Resume(ctx context.Context, run string) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		left := false
		s, err := a.rt.Drive(ctx, run, func(u runtime.Update) {
			ev := Event{Run: run, Journal: u.Event}
			if text, ok := u.Delta.(llm.TextDelta); ok {
				ev.Text = text.Text
			}
			if left || ev.Journal == nil && ev.Text == "" {
				return
			}
			if !yield(ev, nil) {
				left = true
				cancel()
			}
		})
		switch {
		case left:
		case err != nil:
			yield(Event{Run: run}, err)
		default:
			yield(Event{Run: run, Status: s.Status, Reason: s.Reason, Answer: s.Answer(), Used: s.Used, State: &s}, nil)
		}
	}
}

// Session is a conversation: each Run sees the turns before it. One goroutine uses it.
type Session struct {
	agent    *Agent
	messages []llm.Message
}

// Session begins a conversation.
func (a *Agent) Session() *Session { return &Session{agent: a} }

// Run is the next turn of the conversation. A turn that does not finish is not
// remembered.
func (s *Session) Run(ctx context.Context, prompt string) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		n := len(s.messages)
		messages := append(s.messages[:n:n], llm.Message{Role: llm.RoleUser, Content: prompt})
		s.agent.run(ctx, messages)(func(ev Event, err error) bool {
			if ev.Status == planner.Finished {
				s.messages = ev.State.Messages
			}
			return yield(ev, err)
		})
	}
}
