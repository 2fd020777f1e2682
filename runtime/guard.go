package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/documents/ground"
)

// Auditor keeps a log of attempted calls: *audit.Log and *audit.File do.
type Auditor interface {
	Call(call tools.Call, d policies.Decision, at time.Time) error
	Result(call tools.Call, r tools.Result, at time.Time) error
}

// SignalSource judges the last message of a conversation, as *policies.LlamaGuard does.
// It is used by several runs at once.
type SignalSource interface {
	Ask(ctx context.Context, messages []llm.Message) (policies.GuardSignal, error)
}

// GuardOptions configures a [Guard].
type GuardOptions struct {
	Policy string             // a bundle: a file or a built-in name, such as "strict"
	Layers []*policies.Source // or its text, in place of Policy

	// Audit, if not nil, gets each attempted call before it is dispatched and each
	// result. A run that began with an audit log goes on only with one.
	Audit Auditor

	// Signal, if not nil, is asked about each text before the policy is: the user's,
	// results and their passages, the answer. Rules see what it said as guard, and it
	// is journalled. Where it fails, the text is denied. A run that began with a source
	// goes on only with one, and one that began without goes on without.
	Signal SignalSource

	// Grounding checks the citations of answers against the passages that tools retrieved,
	// see ground.Mode. A run that began with it goes on with it.
	Grounding ground.Mode

	// Quote finds what ground.Quote gives in place of an answer, such as documents.Quote.
	Quote ground.Quoter

	ApprovalTTL time.Duration // of a request for approval; 0 is policies.DefaultApprovalTTL
}

// Guard is the [Gate] of a policy bundle. The bundle is compiled for the tools of
// each run and pinned: its hash and its text are journalled, and a run that is
// resumed goes on under the text that it began with, whatever was loaded since.
// It is safe for concurrent use.
type Guard struct {
	opt GuardOptions

	mu      sync.Mutex
	layers  json.RawMessage // of the policy for runs that begin
	names   []string
	loaded  []*policies.Source          // as they were read
	bundles map[string]*policies.Bundle // by text and tools
}

// maxBundles bounds the compiled bundles that a guard keeps at hand.
const maxBundles = 64

// NewGuard loads the policy.
func NewGuard(opt GuardOptions) (*Guard, error) {
	g := &Guard{opt: opt, bundles: map[string]*policies.Bundle{}}
	return g, g.Reload()
}

// Reload reads the policy again, for the runs that begin from now on. If it is
// missing, half-written or wrong the error says so and the old one stays.
func (g *Guard) Reload() error {
	layers := g.opt.Layers
	if len(layers) == 0 {
		if g.opt.Policy == "" {
			return errors.New("runtime: a guard needs a policy")
		}
		var err error
		g.mu.Lock()
		old := g.loaded
		g.mu.Unlock()
		if layers, err = policies.Reload(g.opt.Policy, old); err != nil {
			return err
		}
	}
	b, err := policies.Compile(layers, nil)
	if err != nil {
		return err
	}
	text, err := json.Marshal(layers)
	if err != nil {
		return fmt.Errorf("runtime: policy: %w", err)
	}
	g.mu.Lock()
	g.layers, g.names, g.loaded = text, b.Names(), layers
	g.mu.Unlock()
	return nil
}

// Check compiles the policy for the tools that runs will have, so that what is wrong with it
// is said before the first of them. It returns what the policy says of tools that there are
// not, a line each with its place.
func (g *Guard) Check(specs []tools.Spec) (unknown []string, err error) {
	g.mu.Lock()
	layers := g.layers
	g.mu.Unlock()
	b, err := g.bundle(layers, specs)
	if err != nil {
		return nil, err
	}
	return b.Unknown(), nil
}

// bundle compiles a policy's text for tools, or finds it compiled.
func (g *Guard) bundle(layers json.RawMessage, specs []tools.Spec) (*policies.Bundle, error) {
	key, err := json.Marshal(specs)
	if err != nil {
		return nil, fmt.Errorf("runtime: tools: %w", err)
	}
	key = append(append(key, '\n'), layers...)
	g.mu.Lock()
	b := g.bundles[string(key)]
	var sources []*policies.Source
	if bytes.Equal(layers, g.layers) {
		sources = g.loaded // which know their files and lines
	}
	g.mu.Unlock()
	if b != nil {
		return b, nil
	}
	if sources == nil {
		if err := json.Unmarshal(layers, &sources); err != nil {
			return nil, fmt.Errorf("runtime: the pinned policy cannot be read: %w", err)
		}
	}
	if b, err = policies.Compile(sources, specs); err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.bundles) >= maxBundles {
		clear(g.bundles)
	}
	g.bundles[string(key)] = b
	return b, nil
}

// Pin implements [Gate].
func (g *Guard) Pin(s *planner.Started) (*planner.Pinned, error) {
	g.mu.Lock()
	layers, names := g.layers, g.names
	g.mu.Unlock()
	b, err := g.bundle(layers, s.Tools)
	if err != nil {
		return nil, err
	}
	p := &planner.Pinned{Policy: b.Hash(), Names: names, Layers: layers, Audited: g.opt.Audit != nil, Hooks: b.Hooks(), Handles: b.KeepsHandles()}
	if g.opt.Signal != nil { // rules on calls too look at what was said of texts
		p.Signal, p.Hooks = true, []policies.Hook{policies.OnInput, policies.OnResult, policies.OnAnswer}
	}
	if g.opt.Grounding != ground.Off {
		p.Grounding = g.opt.Grounding
		if !p.Asks(policies.OnAnswer) {
			p.Hooks = append(slices.Clone(p.Hooks), policies.OnAnswer)
		}
	}
	return p, nil
}

// Open implements [Gate]: it builds the policy's view of the run from its journal.
func (g *Guard) Open(events []planner.Event) (Session, error) {
	var s planner.State
	for _, ev := range events {
		if ev.Pinned != nil {
			s.Policy = ev.Pinned
		}
		if ev.Started != nil {
			if s.Start != nil && s.Start.Tenant != ev.Started.Tenant {
				return nil, fmt.Errorf("runtime: run %s follows a run of another tenant", ev.Started.Run)
			}
			s.Start, s.At, s.Policy = ev.Started, ev.At, nil
		}
	}
	if s.Policy == nil || s.Start == nil {
		return nil, errors.New("runtime: no policy is pinned for the run")
	}
	b, err := g.bundle(s.Policy.Layers, s.Start.Tools)
	if err != nil {
		return nil, err
	}
	if b.Hash() != s.Policy.Policy {
		return nil, fmt.Errorf("runtime: the pinned policy is %.12s, its text and the tools give %.12s", s.Policy.Policy, b.Hash())
	}
	if s.Policy.Audited && g.opt.Audit == nil {
		return nil, fmt.Errorf("%w: the run is audited and this process has no audit log", ErrAudit)
	}
	return openGuarded(g.opt.Audit, g.opt.Signal, g.opt.Quote, policies.NewRun(b, policies.Info{
		Run: s.Start.Run, Tenant: s.Start.Tenant, Started: s.At, ApprovalTTL: g.opt.ApprovalTTL,
	}), events)
}
