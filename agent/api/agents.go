package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/runtime/trace"
)

// Agent is an agent that is served by its name: Chaski runs its tools.
type Agent struct {
	Name    string
	About   string // one line
	Agent   *agent.Agent
	Created time.Time // zero is the start of the server
}

// agentNamed finds an agent; nil if there is none of that name.
func (s *Server) agentNamed(name string) *Agent {
	for i := range s.o.Agents {
		if s.o.Agents[i].Name == name {
			return &s.o.Agents[i]
		}
	}
	return nil
}

// agentOf finds the agent that a run is of.
func (s *Server) agentOf(st *planner.Started) *Agent {
	return s.agentNamed(st.Meta[metaAgent])
}

// Elsewhere goes on with runs that were not begun over the server. A host.Host is one.
type Elsewhere interface {
	// Can says why a run cannot be gone on with here; nil says that it can.
	Can(s *planner.State) error

	// Borrow opens the run's agent until done is called. journal.ErrOwned says that another
	// process has the run.
	Borrow(ctx context.Context, s *planner.State) (a *agent.Agent, done func() error, err error)
}

// cannot says why the server does not go on with a run, of an agent that it serves or not.
func (s *Server) cannot(state *planner.State) error {
	switch {
	case s.agentOf(state.Start) != nil:
		return nil
	case s.o.Elsewhere == nil:
		return errors.New("it is not of an agent that is served here")
	}
	return s.o.Elsewhere.Can(state)
}

// aside says why a run cannot go on here; nil says that it can.
func (s *Server) aside(state *planner.State) *asideObject {
	err := s.cannot(state)
	if err == nil {
		return nil
	}
	return &asideObject{Why: err.Error(), Program: state.Start.Meta[metaConfigured] == "" && len(state.Start.Tools) > 0}
}

// metaConfigured is the key under which chaski run and the others name the file or example
// of a run's agent.
const metaConfigured = "agent"

// The keys of planner.Started.Meta that this package writes.
const (
	metaAgent   = "api.agent"   // the agent's name
	metaRequest = "api.request" // hash of what was asked under an idempotency key
	metaThread  = "api.thread"  // the conversation
	metaKey     = "api.key"     // name of the key that pays for it
)

// maxKey bounds an idempotency key in bytes.
const maxKey = 255

// start begins a run of an agent, and drives it. Under an idempotency key there is one run,
// however often it is asked for: a client that lost the answer asks again.
func (s *Server) start(r *http.Request, a *Agent, st agent.Start) (*trail, error) {
	who := From(r.Context())
	select {
	case <-s.draining:
		return nil, errEnding()
	default:
	}
	st.Tenant, st.By = who.Tenant, who.Name
	if st.Meta == nil {
		st.Meta = map[string]string{}
	}
	st.Meta[metaAgent] = a.Name
	if parent := trace.Traceparent(r.Header.Get("Traceparent")); parent != "" {
		st.Meta[trace.MetaParent] = parent
	}
	key := r.Header.Get("Idempotency-Key")
	if len(key) > maxKey {
		return nil, bad("Idempotency-Key", "Idempotency-Key has more than %d bytes", maxKey)
	}
	if key != "" {
		st.Run = runOf(who.Tenant, a.Name, key)
		if st.Meta[metaRequest] == "" {
			st.Meta[metaRequest] = fingerprintOf(st)
		}
	}
	ctx := context.WithoutCancel(r.Context()) // what was begun is begun
	d := s.drivers
	if st.Run != "" {
		if t, err := s.again(ctx, r, a, st); t != nil || err != nil {
			return t, err
		}
	}
	v, err := s.enter(r, 1)
	if err != nil {
		return nil, err
	}
	defer v.leave()
	v.into(&st)
	if d.open.used.Load() >= d.open.most {
		return nil, busy(10*time.Second, "more runs are open than this server takes")
	}
	if st.Run == "" {
		st.Run = runtime.NewRunID()
	}
	if st.Follows != "" {
		if last, err := a.Agent.Runtime().Load(ctx, st.Follows); err == nil && who.Sees(last.Start.Tenant) {
			st.Meta[metaThread] = threadIn(&last)
		}
	}
	if err := d.mark(st.Run, a); err != nil {
		return nil, err
	}
	_, err = a.Agent.Start(ctx, st)
	switch {
	case errors.Is(err, journal.ErrConflict): // the same key at the same moment
		return s.again(ctx, r, a, st)
	case errors.Is(err, agent.ErrFollows):
		d.unmark(st.Run)
		f := bad("previous_response_id", "%s", strings.TrimPrefix(err.Error(), "agent: "))
		f.code = "conversation_not_continued"
		return nil, f
	case err != nil:
		d.unmark(st.Run)
		return nil, err
	}
	requestOf(r).about(a.Name, st.Run)
	return d.begin(st.Run, a), nil
}

// into has a run spend no more than its key has left.
func (v *visit) into(st *agent.Start) {
	if v == nil {
		return
	}
	st.Meta[metaKey] = v.key.Name
	if v.left < math.MaxInt {
		st.Budget.Tokens = v.left
	}
}

// again finds the run of an idempotency key.
func (s *Server) again(ctx context.Context, r *http.Request, a *Agent, st agent.Start) (*trail, error) {
	state, err := a.Agent.Runtime().Load(ctx, st.Run)
	if errors.Is(err, journal.ErrNoRun) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if state.Start.Meta[metaRequest] != st.Meta[metaRequest] {
		return nil, &failure{status: http.StatusConflict, kind: "invalid_request_error", code: "idempotency_key_reused", param: "Idempotency-Key",
			message: "this Idempotency-Key was used for another request"}
	}
	requestOf(r).about(a.Name, st.Run)
	if !state.Status.Done() { // whoever is first drives it
		if err := s.drivers.mark(st.Run, a); err != nil {
			return nil, err
		}
		return s.drivers.begin(st.Run, a), nil
	}
	return s.trailOf(ctx, st.Run, a)
}

// trailOf returns the trail of a run: as it is driven here, or as its journal has it.
func (s *Server) trailOf(ctx context.Context, run string, a *Agent) (*trail, error) {
	if t := s.drivers.driven(run); t != nil {
		return t, nil
	}
	t := newTrail(run, a)
	if err := t.sync(ctx); err != nil {
		return nil, err
	}
	if t.now().Status != planner.Running {
		t.rest(nil)
	}
	return t, nil
}

// runOf names the run of an idempotency key. No two tenants share one.
func runOf(tenant, agent, key string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", tenant, agent, key))
	return "key-" + hex.EncodeToString(sum[:20])
}

func fingerprintOf(st agent.Start) string {
	text, _ := json.Marshal([]any{st.Prompt, st.Earlier, st.Follows, st.Format}) // texts always encode
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// forAgent is an ask as the start of a run: the last message is the prompt, those before it
// are earlier turns. What a client may not choose for an agent is refused, if ignoring it
// would change what the client gets.
func (a *ask) forAgent(name string) (agent.Start, error) {
	switch {
	case len(a.tools) > 0:
		return agent.Start{}, unsupported("tools", "the agent "+name+" has tools of its own; ask a bare model to bring yours")
	case a.n > 1:
		return agent.Start{}, unsupported("n", "an agent gives one answer: it may have effects")
	case len(a.stop) > 0:
		return agent.Start{}, unsupported("stop", "an agent's answer is not cut")
	case a.sampling.LogProbs > 0:
		return agent.Start{}, unsupported("logprobs", "an agent has none: several turns make its answer")
	}
	var texts []llm.Message
	for _, m := range a.messages {
		switch {
		case m.Role == llm.RoleTool || len(m.Calls) > 0:
			return agent.Start{}, unsupported("messages", "the agent "+name+" makes its own calls; earlier ones are not taken from clients")
		case m.Role == llm.RoleSystem: // what the client says besides: the agent's system prompt is its own
			m.Role = llm.RoleUser
		}
		texts = append(texts, m)
	}
	n := len(texts) - 1
	if texts[n].Role != llm.RoleUser {
		return agent.Start{}, bad("messages", "messages: the last one is the assistant's; an agent answers a user's")
	}
	return agent.Start{Prompt: texts[n].Content, Earlier: texts[:n:n], Format: a.format}, nil
}
