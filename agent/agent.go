package agent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/runtime/trace"
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

	// Policies are bundles of rules that decide on calls: files, or built-in names such as
	// "strict" (see policies.Builtins). Each may only tighten what those before it say.
	// Gate stands in place of them: a guard with an audit log or a guard model (see
	// runtime.NewGuard), or a function. Without either, reads are allowed and effects are not.
	Policies []string
	Gate     runtime.Gate

	// Approve, if not nil, is asked about each call that a policy wants a person to approve,
	// those of Subs that have no Approve of their own included; the stream then goes on by
	// itself. ErrLater leaves the call waiting, any other error ends the stream and the run
	// waits. Nil leaves all of them waiting: see [Event.Waiting] and [Agent.Answer].
	Approve func(ctx context.Context, q Question) (Decision, error)

	// Instructions, if not nil, gives what the model is told anew in each run, beside
	// System: the date, who asks. It is journalled with the run and stands right before the
	// prompt, so that the context of what comes before it is shared between runs.
	Instructions func(ctx context.Context) (string, error)

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
	Dialect  llm.Dialect         // how calls are written; "" is the model's own
	Adapter  string              // of the model, see engine.Options.Adapters; "" is none
	By       string              // who asks
	Tenant   string
	Meta     map[string]string // journalled with each run, see planner.Started
	Spans    *trace.Spans      // traces and metrics of runs; nil writes none
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
	if err := opt.openPolicies(); err != nil {
		return nil, err
	}
	if opt.Reconciler == nil {
		opt.Reconciler, _ = opt.Caller.(runtime.Reconciler)
	}
	if opt.Journal == nil {
		opt.Journal = &journal.Memory{}
	}
	rt, err := runtime.New(runtime.Options{Journal: opt.Journal, Model: model, Caller: opt.Caller, Agents: subs, Gate: opt.Gate, Patience: opt.Patience,
		Reconciler: opt.Reconciler, Spans: opt.Spans, Log: opt.Log})
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
	return a.run(ctx, Start{Prompt: prompt})
}

func (a *Agent) run(ctx context.Context, st Start) iter.Seq2[Event, error] {
	return a.begin(ctx, st, planner.State{})
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

	session string // of which it is a turn
}

// ErrNoPrompt is the error of a run without a prompt.
var ErrNoPrompt = errors.New("agent: the prompt is empty")

// ErrFollows is the error of a start that follows a run which it may not.
var ErrFollows = errors.New("agent: the conversation cannot go on from that run")

// Start journals a new run without driving it, and returns its id; Resume drives it. An
// id that exists already is a journal.ErrConflict.
func (a *Agent) Start(ctx context.Context, st Start) (string, error) {
	turn, err := a.turn(ctx, st)
	if err != nil {
		return "", err
	}
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

// Tools returns the tools that the agent may call.
func (a *Agent) Tools() []tools.Spec { return slices.Clone(a.opt.Specs) }

// Model returns the agent's model.
func (a *Agent) Model() llm.Model { return a.model }

// turn is a run of one prompt.
func (a *Agent) turn(ctx context.Context, st Start) (planner.Started, error) {
	if strings.TrimSpace(st.Prompt) == "" {
		return planner.Started{}, ErrNoPrompt
	}
	meta := a.opt.Meta
	if len(st.Meta) > 0 {
		meta = maps.Clone(st.Meta)
		maps.Copy(meta, a.opt.Meta)
	}
	format := st.Format
	if format == nil {
		format = a.opt.Format
	}
	start := planner.Started{
		Run: st.Run, Session: st.session, By: cmp.Or(st.By, a.opt.By), Tenant: cmp.Or(st.Tenant, a.opt.Tenant), Model: a.model.Info().Name, System: a.opt.System,
		Messages: append(slices.Clone(st.Earlier), llm.Message{Role: llm.RoleUser, Content: st.Prompt}),
		Tools:    a.opt.Specs, Budget: a.opt.Budget.And(st.Budget), Sampling: a.opt.Sampling, Format: format, Dialect: a.opt.Dialect, Adapter: a.opt.Adapter, Meta: meta,
		Strategy: a.opt.Strategy, Compact: a.opt.Compact, Shown: a.opt.Shown,
	}
	var err error
	if start.Values, err = tools.ValuesOf(ctx); err != nil {
		return start, fmt.Errorf("agent: %w", err)
	}
	if a.opt.Instructions != nil {
		if start.Instructions, err = a.opt.Instructions(ctx); err != nil {
			return start, fmt.Errorf("agent: instructions: %w", err)
		}
	}
	return start, nil
}

// begin starts a run that follows the one that ended with state last, if there was one.
func (a *Agent) begin(ctx context.Context, st Start, last planner.State) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		start, err := a.turn(ctx, st)
		run := ""
		if err == nil {
			run, err = a.rt.Start(ctx, planner.Follow(last, start))
			if st.session != "" && errors.Is(err, journal.ErrConflict) {
				err = fmt.Errorf("agent: somebody else has talked on in conversation %s: open it again (%w)", st.session, err)
			}
		}
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
		person := approver{ask: a.opt.Approve, asked: map[string]bool{}}
		for {
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
			if left {
				return
			}
			again, err := person.held(ctx, a, &s, err)
			switch {
			case again:
				continue
			case err != nil:
				yield(Event{Run: run}, err)
			default:
				yield(Event{Run: run, Status: s.Status, Reason: s.Reason, Answer: s.Answer(), Used: s.Used, State: &s}, nil)
			}
			return
		}
	}
}

// Answer approves or refuses a call that waits, see [Event.Waiting]; Resume then goes
// on with the run. The answer holds for this very call with these arguments.
func (a *Agent) Answer(ctx context.Context, run string, call planner.CallState, approve bool, by, reason string) error {
	return a.rt.Answer(ctx, run, planner.Answered{Call: call.ID, Hash: call.Hash(), Approve: approve, By: by, Tenant: a.opt.Tenant, Reason: reason})
}
