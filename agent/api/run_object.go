package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/runtime/trace"
)

// runObject is a run as clients read it. What a policy took out of texts is not in it; that
// is in the journal.
type runObject struct {
	ID        string           `json:"id"`
	Object    string           `json:"object"`
	Agent     string           `json:"agent,omitempty"`
	Status    planner.Status   `json:"status"`
	Reason    string           `json:"reason,omitempty"`
	CreatedAt int64            `json:"created_at"`
	UpdatedAt int64            `json:"updated_at"`
	RetryAt   int64            `json:"retry_at,omitempty"` // of a run that is suspended
	Tenant    string           `json:"tenant,omitempty"`
	By        string           `json:"by,omitempty"`
	Model     string           `json:"model,omitempty"`
	Thread    string           `json:"thread_id,omitempty"`
	Parent    string           `json:"parent,omitempty"`
	Follows   string           `json:"follows,omitempty"`
	Prompt    string           `json:"prompt"`
	Answer    *string          `json:"answer"`
	Usage     runUsage         `json:"usage"`
	Approvals []approvalObject `json:"approvals,omitempty"` // calls that wait for a person
	Unknown   []callObject     `json:"unknown,omitempty"`   // calls of which nobody knows whether they ran
	Calls     []callObject     `json:"calls,omitempty"`     // of the current turn
	Messages  []messageObject  `json:"messages,omitempty"`
	Tools     []string         `json:"tools,omitempty"` // that were called
	Rules     []string         `json:"rules,omitempty"` // that decided on calls and texts
	Driven    bool             `json:"driven"`          // by this server: it goes on by itself
	Resumable bool             `json:"resumable"`       // by this server
	Aside     *asideObject     `json:"aside,omitempty"` // of a run that is not over and cannot go on here
	Events    int              `json:"events"`          // in the journal
}

// asideObject says why a run cannot go on here, and whether it can only in its program.
type asideObject struct {
	Why     string `json:"why"`
	Program bool   `json:"only_in_its_program"` // no file says what its tools are
}

type runUsage struct {
	Steps        int `json:"steps"`
	Calls        int `json:"calls"`
	InputTokens  int `json:"input_tokens"`
	CachedTokens int `json:"cached_tokens"`
	OutputTokens int `json:"output_tokens"`
	TotalTokens  int `json:"total_tokens"`
}

type callObject struct {
	ID        string          `json:"call_id"`
	Tool      string          `json:"tool"`
	Arguments json.RawMessage `json:"arguments"`
	Phase     planner.Phase   `json:"phase"`
	Attempt   int             `json:"attempt,omitempty"`
}

// approvalObject is a call that waits for a person, and what the person should see.
type approvalObject struct {
	callObject
	Hash      string            `json:"hash"` // of what would run: an answer may name it
	Summary   *policies.Summary `json:"summary,omitempty"`
	ExpiresAt int64             `json:"expires_at,omitempty"`
}

type messageObject struct {
	Role    llm.Role     `json:"role"`
	Content string       `json:"content"`
	Calls   []callObject `json:"calls,omitempty"`
	CallID  string       `json:"call_id,omitempty"`
	Tool    string       `json:"tool,omitempty"`
	IsError bool         `json:"is_error,omitempty"`
}

// newRunObject describes a run from its events. whole has the conversation too.
func newRunObject(events []planner.Event, s *planner.State, whole bool) *runObject {
	o := &runObject{ID: s.Run, Object: "run", Agent: cmp.Or(s.Start.Meta[metaAgent], s.Start.Meta[trace.MetaName]), Status: s.Status, Reason: s.Reason, CreatedAt: events[0].At.Unix(), UpdatedAt: s.At.Unix(),
		Tenant: s.Start.Tenant, By: s.Start.By, Model: s.Start.Model, Thread: threadIn(s), Parent: s.Start.Parent, Follows: s.Start.Follows, Events: s.Events}
	if m := s.Start.Messages; len(m) > 0 {
		o.Prompt = m[len(m)-1].Content
	}
	if s.Status == planner.Finished {
		answer := s.Answer()
		o.Answer = &answer
	}
	if s.Status == planner.Suspended && s.Fault != nil {
		o.RetryAt = s.Fault.Until.Unix()
	}
	u := s.Used.Usage
	o.Usage = runUsage{Steps: s.Used.Steps, Calls: s.Used.Calls, InputTokens: u.PromptTokens, CachedTokens: u.CachedTokens, OutputTokens: u.GeneratedTokens, TotalTokens: u.PromptTokens + u.GeneratedTokens}
	o.Approvals = approvalsOf(events, s)
	o.Tools, o.Rules = usedIn(events)
	for _, c := range s.Calls {
		one := newCallObject(&c)
		if c.Phase == planner.Unknown {
			o.Unknown = append(o.Unknown, one)
		}
		if whole {
			o.Calls = append(o.Calls, one)
		}
	}
	if whole {
		for i := range s.Messages {
			o.Messages = append(o.Messages, newMessageObject(&s.Messages[i]))
		}
	}
	return o
}

func newCallObject(c *planner.CallState) callObject {
	return callObject{ID: c.ID, Tool: c.Tool, Arguments: c.Arguments, Phase: c.Phase, Attempt: c.Attempt}
}

// usedIn lists the tools that were called in a run, and the rules that decided.
func usedIn(events []planner.Event) (called, rules []string) {
	for i := range events {
		if g := events[i].Generated; g != nil {
			for _, c := range g.Message.Calls {
				called = append(called, c.Name)
			}
		}
		if d := events[i].Decided; d != nil && d.Rule != "" {
			rules = append(rules, d.Rule)
		}
		if d := events[i].Screened; d != nil && d.Rule != "" {
			rules = append(rules, d.Rule)
		}
	}
	slices.Sort(called)
	slices.Sort(rules)
	return slices.Compact(called), slices.Compact(rules)
}

// approvalsOf are the calls that wait for a person, with what the policy says of each.
func approvalsOf(events []planner.Event, s *planner.State) []approvalObject {
	var out []approvalObject
	for _, c := range s.Calls {
		if c.Phase != planner.Awaiting || s.Status.Done() {
			continue
		}
		a := approvalObject{callObject: newCallObject(&c), Hash: c.Hash()}
		if !c.Expires.IsZero() {
			a.ExpiresAt = c.Expires.Unix()
		}
		for i := range slices.Backward(events) {
			if d := events[i].Decided; d != nil && d.Call == c.ID && d.Decision != nil {
				a.Summary = d.Decision.Approval
				break
			}
		}
		out = append(out, a)
	}
	return out
}

func newMessageObject(m *llm.Message) messageObject {
	o := messageObject{Role: m.Role, Content: m.Content, CallID: m.CallID, Tool: m.Name, IsError: m.IsError}
	if len(m.Value) > 0 {
		o.Content = valueText(m.Value)
	}
	for _, c := range m.Calls {
		o.Calls = append(o.Calls, callObject{ID: c.ID, Tool: c.Name, Arguments: c.Arguments})
	}
	return o
}

// valueText is a result as text: a JSON text without its quotes, anything else as JSON.
func valueText(v json.RawMessage) string {
	var text string
	if json.Unmarshal(v, &text) == nil {
		return text
	}
	return string(v)
}

// threadIn is the conversation that a run belongs to: that of the run which began it.
func threadIn(s *planner.State) string {
	if t := s.Start.Meta[metaThread]; t != "" {
		return t
	}
	return s.Start.Run
}

// findRun finds a run that the principal sees, and an agent whose journal has it.
func (s *Server) findRun(ctx context.Context, who Principal, run string) (*Agent, []planner.Event, planner.State, error) {
	var named *Agent
	for i := range s.o.Agents {
		a := &s.o.Agents[i]
		events, state, err := a.Agent.Runtime().Events(ctx, run)
		if errors.Is(err, journal.ErrNoRun) || journal.CheckRun(run) != nil {
			continue
		}
		if err != nil {
			return nil, nil, state, err
		}
		if !who.Sees(state.Start.Tenant) {
			break
		}
		if named = s.agentOf(state.Start); named == nil {
			named = a
		}
		return named, events, state, nil
	}
	return nil, nil, planner.State{}, notFound("run", run)
}

// begunAt is when a run began, by its id; the zero time if that does not say it.
func begunAt(run string) time.Time {
	if len(run) < len(runTime) {
		return time.Time{}
	}
	at, err := time.Parse(runTime, run[:len(runTime)])
	if err != nil || !strings.HasPrefix(run[len(runTime):], "-") {
		return time.Time{}
	}
	return at
}

// runTime is how runtime.NewRunID begins.
const runTime = "20060102-150405"
