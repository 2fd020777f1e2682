package sim

import (
	"context"
	"encoding/json"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/tools"
)

const parameters = `{"type":"object","properties":{"i":{"type":"integer"},"n":{"type":"integer"}},"required":["i"]}`

var specs = []tools.Spec{
	{Name: "look", Effect: tools.Read, Retries: 3, Parameters: []byte(parameters), Labels: map[string]string{"integrity": "untrusted"}},
	{Name: "put", Effect: tools.Idempotent, Retries: 3, Parameters: []byte(parameters)},
	{Name: "pay", Effect: tools.Once, Parameters: []byte(parameters)},
	{Name: "nuke", Effect: tools.Once, Parameters: []byte(parameters)},
}

// policyText asks a person for some payments and halts the run that would nuke.
const policyText = `name: sim
default: deny
rules:
  - {id: reads, on: call, tools: [look], then: allow}
  - {id: effects, on: call, tools: [put, pay], then: allow}
  - {id: ask, on: call, tools: [pay], when: args.i > 0, then: require_approval}
  - {id: never, on: call, tools: [nuke], then: halt}
`

// character is what a history's model is like.
type character struct {
	strict       bool // the user asks for one payment, under the built-in bundle of that name
	turns, calls int
	context      int  // tokens, so few that results must be dropped; 0 for plenty
	endless      bool // it never answers
	nuke         bool
}

func newCharacter(rng *rand.Rand) character {
	c := character{turns: 1 + rng.IntN(4), calls: 1 + rng.IntN(3)}
	switch rng.IntN(16) {
	case 12, 13:
		c.strict = true
	case 0:
		c.endless = true
	case 1:
		c.nuke = true
	case 2, 3, 4:
		c.context, c.turns = 2200, 8
	}
	return c
}

func (w *world) pad(call tools.Call) string {
	if call.Tool != "look" || w.seen.character.context == 0 {
		return ""
	}
	return strings.Repeat("x", []int{300, 1200, 1200, 4000, 20000}[int(call.ID[0])%5]) // the last is longer than the context
}

// model is the scripted model in one process: it may be stopped at every event. What
// it says depends only on the seed and the place in the conversation, so that a turn
// generated again is the same.
type model struct {
	*llm.Scripted
	p *process
}

func (p *process) model() llm.Model {
	w := p.w
	return model{p: p, Scripted: &llm.Scripted{Context: w.seen.character.context, Next: func(_ int, req *llm.Request) llm.Turn {
		turn := w.turnOf(req)
		reads := slices.ContainsFunc(req.Tools, func(t llm.ToolSpec) bool { return t.Name == planner.ReadResultName })
		if reads && turn%3 == 0 && !readLast(req) {
			return llm.Turn{Calls: []llm.ToolCall{{Name: planner.ReadResultName, Arguments: json.RawMessage(`{"result":"r1","from":40}`)}}}
		}
		return w.says(turn)
	}}}
}

// readLast says whether the model's last turn read a result on.
func readLast(req *llm.Request) bool {
	for _, m := range slices.Backward(req.Messages) {
		if m.Role == llm.RoleAssistant {
			return len(m.Calls) > 0 && m.Calls[0].Name == planner.ReadResultName
		}
	}
	return false
}

func (m model) Generate(ctx context.Context, req *llm.Request) iter.Seq2[llm.Event, error] {
	return func(yield func(llm.Event, error) bool) {
		if dead := m.p.wait("request", nil); dead != nil { // what follows touches the world
			yield(nil, dead)
			return
		}
		if m.p.w.mutant == CutInSilence || m.p.w.mutant == BlankedArguments {
			req = spoilt(m.p.w.mutant, req)
		}
		m.p.w.shown(m.p.run, req)
		begun := false
		for ev, err := range m.Scripted.Generate(ctx, req) {
			if dead := m.p.wait("token", nil); dead != nil {
				yield(nil, dead)
				return
			}
			if e := ctx.Err(); e != nil {
				yield(nil, e)
				return
			}
			if e := m.fails(begun); e != nil {
				yield(nil, e)
				return
			}
			begun = true
			if !yield(ev, err) {
				return
			}
		}
	}
}

// The policy is compiled once for all histories; its audit goes to the world of the
// run.
var (
	worlds sync.Map // of *world, by run
	guards sync.Map // of func() (*runtime.Guard, error), by the text or name of the policy
)

// laxText lets everything through.
const laxText = "name: lax\ndefault: allow\n"

// policy is the bundle of this history.
func (w *world) policy() ([]*policies.Source, error) {
	switch {
	case w.seen.character.strict && w.mutant != AsOftenAsWritten:
		return policies.Load("strict")
	case w.seen.character.strict:
		src, err := policies.ParseSource("lax", []byte(laxText))
		return []*policies.Source{src}, err
	}
	src, err := policies.ParseSource("sim", []byte(policyText))
	return []*policies.Source{src}, err
}

func (w *world) guard() (*runtime.Guard, error) {
	layers, err := w.policy()
	if err != nil {
		return nil, err
	}
	made, _ := guards.LoadOrStore(layers[0].Name, sync.OnceValues(func() (*runtime.Guard, error) {
		return runtime.NewGuard(runtime.GuardOptions{Layers: layers, Audit: auditor{}, ApprovalTTL: time.Hour})
	}))
	return made.(func() (*runtime.Guard, error))()
}

type auditor struct{}

func (auditor) Call(call tools.Call, d policies.Decision, at time.Time) error {
	w, _ := worlds.Load(call.Run)
	return w.(*world).log().Call(call, d, at)
}

func (auditor) Result(call tools.Call, r tools.Result, at time.Time) error {
	w, _ := worlds.Load(call.Run)
	return w.(*world).log().Result(call, r, at)
}

// gate is the guard in one process, or a mutant of it.
type gate struct {
	*runtime.Guard
	p *process
}

func (g gate) Open(events []planner.Event) (runtime.Session, error) {
	s, err := g.Guard.Open(events)
	return &session{s, g.p}, err
}

type session struct {
	runtime.Session
	p *process
}

func (s *session) Decide(ctx context.Context, now time.Time, st planner.State, c planner.CallState) (planner.Decided, error) {
	if err := s.p.wait("decide "+c.ID, nil); err != nil {
		return planner.Decided{}, runtime.ErrAudit // it decides nothing any more
	}
	switch s.p.w.mutant {
	case CachedVerdict:
		if d, ok := s.p.w.cached[c.ID]; ok {
			return d, nil
		}
	case NoAudit:
		return planner.Decided{Verdict: planner.Allow, Policy: st.Policy.Policy}, nil
	}
	d, err := s.Session.Decide(ctx, now, st, c)
	s.p.w.cached[c.ID] = d
	return d, err
}

// Resolve asks nobody under a mutant that allows what no policy saw.
func (s *session) Resolve(call tools.Call) (json.RawMessage, error) {
	if s.p.w.mutant == NoAudit || s.p.w.mutant == CachedVerdict {
		return call.Arguments, nil
	}
	return s.Session.Resolve(call)
}
