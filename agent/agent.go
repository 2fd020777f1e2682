package agent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/mcp"
)

// Options configures an [Agent]. The zero value is an agent without tools, whose
// runs are kept in memory.
type Options struct {
	System string        // the system prompt
	Tools  []*tools.Tool // run in this process

	// Documents adds the tools that answer from documents, such as a *documents.Library's.
	// With a Caller, that one serves them.
	Documents interface{ Tools() []*tools.Tool }

	Caller tools.Caller   // in place of Tools: runs the calls of Specs, over the bus for instance
	Specs  []tools.Spec   // the tools that Caller serves
	Subs   map[string]Sub // agents as tools, by the tool's name
	MCP    mcp.Options    // servers whose tools are beside Tools; Close ends them

	Gate       runtime.Gate       // nil allows reads and denies effects; see runtime.NewGuard
	Reconciler runtime.Reconciler // nil: the Caller if it is one, else a lost once call waits for a person
	Journal    journal.Journal    // nil keeps runs in memory

	Strategy planner.Strategy   // planner.React by default, or planner.Plan
	Compact  planner.Compaction // of a full context: results are dropped, or summarised
	Budget   planner.Budget
	Lenient  bool          // sets tools aside whose schemas the model can't use, with a warning; else they are an error of New
	Patience time.Duration // with a model that does not answer, before the run is suspended; 0 is a minute, negative none
	Shown    int           // tools declared in a turn where there are more, see planner.Started; 0 is all
	Sampling llm.Sampling
	Format   *llm.ResponseFormat // of the final answer
	By       string              // who asks
	Tenant   string
	Meta     map[string]string // journalled with each run, see planner.Started
	Log      zerolog.Logger
}

// Agent runs prompts. It is safe for concurrent use.
type Agent struct {
	model llm.Model
	opt   Options
	rt    *runtime.Runtime
	mcp   *mcp.Client // nil without servers
}

// New returns an agent.
func New(model llm.Model, opt Options) (a *Agent, err error) {
	if model == nil {
		return nil, errors.New("agent: a model is needed")
	}
	var servers *mcp.Client
	if len(opt.MCP.Servers) > 0 {
		if opt.Caller != nil {
			return nil, errors.New("agent: MCP goes with Tools, not with Caller")
		}
		if servers, err = mcp.Open(context.Background(), opt.MCP); err != nil {
			return nil, fmt.Errorf("agent: %w", err)
		}
		defer func() {
			if err != nil {
				err = errors.Join(err, servers.Close())
			}
		}()
		opt.Tools = slices.Concat(opt.Tools, servers.Tools())
	}
	if opt.Caller != nil && len(opt.Tools) > 0 {
		return nil, errors.New("agent: give Tools, or Caller with Specs, not both")
	}
	if opt.Documents != nil {
		if opt.Caller != nil {
			return nil, errors.New("agent: with a Caller, give it the tools of Documents")
		}
		opt.Tools = slices.Concat(opt.Tools, opt.Documents.Tools())
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
	if err := opt.checkTools(model); err != nil {
		return nil, err
	}
	subs, err := opt.addSubs()
	if err != nil {
		return nil, err
	}
	if opt.Reconciler == nil {
		opt.Reconciler, _ = opt.Caller.(runtime.Reconciler)
	}
	if opt.Journal == nil {
		opt.Journal = &journal.Memory{}
	}
	rt, err := runtime.New(runtime.Options{Journal: opt.Journal, Model: model, Caller: opt.Caller, Agents: subs, Gate: opt.Gate, Patience: opt.Patience,
		Reconciler: opt.Reconciler, Log: opt.Log})
	if err != nil {
		return nil, err
	}
	return &Agent{model: model, opt: opt, rt: rt, mcp: servers}, nil
}

// Close ends what New started: the connections to MCP servers, and their commands. An agent
// without them needs no Close.
func (a *Agent) Close() error {
	if a.mcp == nil {
		return nil
	}
	return a.mcp.Close()
}

// Runtime returns the runtime underneath: to read, cancel, settle and fork runs.
func (a *Agent) Runtime() *runtime.Runtime { return a.rt }

// Run starts a run and streams it to its end or to where it waits for a person.
// Breaking out of the loop, or cancelling ctx, leaves the run resumable.
func (a *Agent) Run(ctx context.Context, prompt string) iter.Seq2[Event, error] {
	return a.begin(ctx, a.turn(Start{Prompt: prompt}))
}

// Start is a run to begin.
type Start struct {
	Run    string // its id; "" gets a new one
	Prompt string
	By     string // who asks; "" is Options.By
	Tenant string // "" is Options.Tenant

	// Follows is a run that has finished, of whose conversation this is the next turn. Or
	// Earlier holds earlier turns of which no run is known: what an assistant said there
	// came from anywhere, and counts as untrusted.
	Follows string
	Earlier []llm.Message

	Format *llm.ResponseFormat // of the final answer; nil is Options.Format
	Budget planner.Budget      // what is set bounds the run beside Options.Budget
	Meta   map[string]string   // beside Options.Meta
}

// ErrFollows is the error of a start that follows a run which it may not.
var ErrFollows = errors.New("agent: the conversation cannot go on from that run")

// Start journals a new run without driving it, and returns its id; Resume drives it. An
// id that exists already is a journal.ErrConflict.
func (a *Agent) Start(ctx context.Context, st Start) (string, error) {
	turn := a.turn(st)
	if st.Follows == "" {
		return a.rt.Start(ctx, turn)
	}
	s, err := a.rt.Load(ctx, st.Follows)
	switch {
	case errors.Is(err, journal.ErrNoRun):
		return "", fmt.Errorf("%w: there is no run %s", ErrFollows, st.Follows)
	case err != nil:
		return "", err
	case s.Start.Tenant != turn.Tenant:
		return "", fmt.Errorf("%w: there is no run %s", ErrFollows, st.Follows) // nothing of another tenant is told
	case s.Status != planner.Finished:
		return "", fmt.Errorf("%w: run %s is %s", ErrFollows, st.Follows, s.Status)
	}
	return a.rt.Start(ctx, planner.Follow(s, turn))
}

// Model returns the agent's model.
func (a *Agent) Model() llm.Model { return a.model }

// turn is a run of one prompt.
func (a *Agent) turn(st Start) planner.Started {
	meta := a.opt.Meta
	if len(st.Meta) > 0 {
		meta = maps.Clone(st.Meta)
		maps.Copy(meta, a.opt.Meta)
	}
	format := st.Format
	if format == nil {
		format = a.opt.Format
	}
	return planner.Started{
		Run: st.Run, By: cmp.Or(st.By, a.opt.By), Tenant: cmp.Or(st.Tenant, a.opt.Tenant), Model: a.model.Info().Name, System: a.opt.System,
		Messages: append(slices.Clone(st.Earlier), llm.Message{Role: llm.RoleUser, Content: st.Prompt}),
		Tools:    a.opt.Specs, Budget: a.opt.Budget.And(st.Budget), Sampling: a.opt.Sampling, Format: format, Meta: meta,
		Strategy: a.opt.Strategy, Compact: a.opt.Compact, Shown: a.opt.Shown,
	}
}

func (a *Agent) begin(ctx context.Context, start planner.Started) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		run, err := a.rt.Start(ctx, start)
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
		st := stream{run: run, calls: map[string]planner.CallState{}}
		s, err := a.rt.Drive(ctx, run, func(u runtime.Update) {
			for _, ev := range st.events(u) {
				if left {
					return
				}
				a.log(&ev)
				if !yield(ev, nil) {
					left = true
					cancel()
				}
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

// Answer approves or refuses a call that waits, see [Event.Waiting]; Resume then goes
// on with the run. The answer holds for this very call with these arguments.
func (a *Agent) Answer(ctx context.Context, run string, call planner.CallState, approve bool, by, reason string) error {
	return a.rt.Answer(ctx, run, planner.Answered{Call: call.ID, Hash: call.Hash(), Approve: approve, By: by, Tenant: a.opt.Tenant, Reason: reason})
}

// Ask runs a prompt to its end and returns the answer. A run that did not finish is a
// [*NotFinishedError].
func (a *Agent) Ask(ctx context.Context, prompt string) (string, error) {
	var last Event
	for ev, err := range a.Run(ctx, prompt) {
		if err != nil {
			return "", err
		}
		last = ev
	}
	if last.Status != planner.Finished {
		return "", &NotFinishedError{Run: last.Run, Status: last.Status, Reason: last.Reason}
	}
	return last.Answer, nil
}

// NotFinishedError says how a run ended instead, or for whom it waits.
type NotFinishedError struct {
	Run    string
	Status planner.Status
	Reason string
}

func (e *NotFinishedError) Error() string {
	s := fmt.Sprintf("run %s is not finished: %s", e.Run, e.Status)
	if e.Reason != "" {
		s += ": " + e.Reason
	}
	return s
}
