package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// The members of _meta that results have.
const (
	MetaRun    = "chaski.dev/run"
	MetaStatus = "chaski.dev/status"
)

// metaDoor is the key of planner.Started.Meta that says by what door a run came in: mcp, or
// mcp: and the client's own name. metaTool names the tool of a run of [Direct].
const (
	metaDoor  = "door"
	metaTool  = "mcp.tool"
	metaAgent = "mcp.agent" // whose run it is, by name
)

// ResumeName is the name of the tool that goes on with a run.
const ResumeName = "resume_run"

// agentInput is what an agent takes.
var agentInput = json.RawMessage(`{"type":"object","properties":{` +
	`"prompt":{"type":"string","minLength":1,"description":"What the agent is to do, in words"},` +
	`"run":{"type":"string","minLength":1,"description":"The id of an earlier run: without a prompt, to go on with one that waited; with one, to go on with its conversation"}},` +
	`"additionalProperties":false}`)

// agentOutput is what it gives.
var agentOutput = json.RawMessage(`{"type":"object","properties":{` +
	`"run":{"type":"string"},"status":{"type":"string"},"answer":{"type":"string"},"reason":{"type":"string"},` +
	`"waiting":{"type":"array","items":{"type":"object","properties":{"call":{"type":"string"},"tool":{"type":"string"},"arguments":{"type":"object"},"asks":{"type":"string"},"expires":{"type":"string"}},"required":["call","tool"]}},` +
	`"next":{"type":"string","description":"What a person does about it"}},"required":["run","status"]}`)

// outcome is the structured result of a run.
type outcome struct {
	Run     string    `json:"run"`
	Status  string    `json:"status"`
	Answer  string    `json:"answer,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	Waiting []waiting `json:"waiting,omitempty"`
	Next    string    `json:"next,omitempty"`
}

// waiting is a call that waits for a person.
type waiting struct {
	Call      string          `json:"call"`
	Tool      string          `json:"tool"`
	Arguments json.RawMessage `json:"arguments,omitempty"`
	Asks      string          `json:"asks,omitempty"` // what the policy shows of it
	Expires   string          `json:"expires,omitempty"`
}

// addAgent declares an agent as a tool.
func (v *visit) addAgent(made *sdk.Server, a *Agent) {
	about := a.About
	if about == "" {
		about = "Asks the agent " + a.Name + ", which uses tools of its own."
	}
	made.AddTool(&sdk.Tool{Name: a.Name, Description: about, InputSchema: agentInput, OutputSchema: agentOutput},
		func(ctx context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
			var in struct{ Prompt, Run string }
			dec := json.NewDecoder(bytes.NewReader(r.Params.Arguments))
			dec.DisallowUnknownFields()
			if err := dec.Decode(&in); err != nil || in.Prompt == "" && in.Run == "" {
				return failed("give prompt, or run, or both, as texts"), nil
			}
			c := &calling{visit: v, r: r, agent: a.Agent}
			run, err := c.begin(ctx, in.Prompt, in.Run, map[string]string{metaAgent: a.Name})
			if err != nil {
				return c.problem(err)
			}
			return c.finish(ctx, run)
		})
}

// addResume declares the tool that goes on with a run that waited, such as a call of a tool
// that a person has approved since.
func (v *visit) addResume(made *sdk.Server) {
	destroys := true
	made.AddTool(&sdk.Tool{Name: ResumeName, Description: "Goes on with an earlier run that waited for a person, and gives its result.",
		InputSchema: json.RawMessage(`{"type":"object","properties":{"run":{"type":"string","description":"The run's id"}},"required":["run"],"additionalProperties":false}`),
		Annotations: &sdk.ToolAnnotations{IdempotentHint: true, DestructiveHint: &destroys}},
		func(ctx context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
			var in struct{ Run string }
			if err := json.Unmarshal(r.Params.Arguments, &in); err != nil || in.Run == "" {
				return failed("give run, the id of a run"), nil
			}
			c := &calling{visit: v, r: r}
			s, err := v.load(ctx, in.Run)
			if err == nil {
				err = c.whose(&s)
			}
			if err != nil {
				return c.problem(err)
			}
			run, err := c.begin(ctx, "", in.Run, nil)
			if err != nil {
				return c.problem(err)
			}
			return c.finish(ctx, run)
		})
}

// whose finds the agent that goes on with a run.
func (c *calling) whose(s *planner.State) error {
	meta := s.Start.Meta
	if tool := meta[metaTool]; tool != "" {
		c.agent, c.direct = c.s.o.Calls, true
		for _, t := range c.s.tools() {
			c.whole = c.whole || t.Name == tool && isObjectSchema(t.Output)
		}
		return nil
	}
	for _, a := range c.s.o.Agents {
		if meta[metaAgent] == a.Name || meta[metaAgent] == "" && len(c.s.o.Agents) == 1 {
			c.agent = a.Agent
			return nil
		}
	}
	return errNoRun
}

// finish drives a run and gives what comes of it.
func (c *calling) finish(ctx context.Context, run string) (*sdk.CallToolResult, error) {
	last, res, err := c.drive(ctx, run)
	switch {
	case res != nil || err != nil:
		return res, err
	case c.direct:
		return c.result(last)
	}
	return c.outcome(last)
}

// addTool declares a tool of the bus.
func (v *visit) addTool(made *sdk.Server, t tools.Spec) {
	effect := t.EffectOrOnce()
	open := t.Labels["egress"] != "false"
	destroys := effect == tools.Once || t.Labels["irreversible"] == "true"
	declared := &sdk.Tool{Name: t.Name, Description: t.Description, InputSchema: t.Parameters,
		Annotations: &sdk.ToolAnnotations{ReadOnlyHint: !effect.HasEffect(), IdempotentHint: effect == tools.Idempotent, DestructiveHint: &destroys, OpenWorldHint: &open}}
	whole := isObjectSchema(t.Output)
	if whole {
		declared.OutputSchema = t.Output
	}
	made.AddTool(declared, func(ctx context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		given := r.Params.Arguments
		if len(given) == 0 {
			given = json.RawMessage(`{}`)
		}
		arguments, err := tools.Canonical(given)
		if err != nil {
			return failed("the arguments of " + t.Name + " are wrong: " + err.Error()), nil
		}
		c := &calling{visit: v, r: r, agent: v.s.o.Calls, direct: true, whole: whole}
		run, err := c.begin(ctx, prompt(t.Name, arguments), "", map[string]string{metaTool: t.Name})
		if err != nil {
			return c.problem(err)
		}
		return c.finish(ctx, run)
	})
}

// isObjectSchema says whether results are objects: older clients take no others.
func isObjectSchema(schema json.RawMessage) bool {
	var s struct {
		Type any `json:"type"`
	}
	return len(schema) > 0 && json.Unmarshal(schema, &s) == nil && s.Type == "object"
}

// calling is one call of a client.
type calling struct {
	*visit
	r      *sdk.CallToolRequest
	agent  *agent.Agent
	direct bool         // it is a tool's call, made by Direct
	whole  bool         // whose results are declared to be objects
	status tools.Status // of the tool's result, in a direct call
	silent bool         // the user was asked and said nothing
	steps  int          // events that the client was told of
}

// by is who asks, as journals name them.
func (c *calling) by() string {
	if c.who.Name == "" {
		return "mcp"
	}
	return c.who.Name
}

// begin finds the run that a request goes on with, or starts one.
func (c *calling) begin(ctx context.Context, prompt, run string, meta map[string]string) (string, error) {
	if state, err := c.s.opened(c.r.Params.RequestState, c.who.Tenant); err != nil {
		return "", err
	} else if state != nil { // the client comes back with what it was asked for
		return state.Run, c.answered(ctx, state)
	}
	if run != "" {
		s, err := c.load(ctx, run)
		if err != nil {
			return "", err
		}
		if prompt == "" {
			return run, nil
		}
		run = s.Run
	}
	meta[metaDoor] = "mcp"
	if info := c.client(); info != "" {
		meta[metaDoor] = "mcp: " + info
	}
	return c.agent.Start(ctx, agent.Start{Prompt: prompt, Follows: run, By: c.by(), Tenant: c.who.Tenant, Meta: meta})
}

// client is the name that the client gives itself.
func (c *calling) client() string {
	if info := c.r.ClientInfo(); info != nil {
		name := strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f {
				return -1
			}
			return r
		}, strings.ToValidUTF8(info.Name, ""))
		return name[:min(len(name), 100)]
	}
	return ""
}

// errNoRun is what is said of runs that are not there and of those of others.
var errNoRun = errors.New("there is no such run")

// load reads a run that the principal sees.
func (v *visit) load(ctx context.Context, run string) (planner.State, error) {
	_, s, err := v.events(ctx, run)
	return s, err
}

// events reads a run that the principal sees, from whichever agent's journals have it.
func (v *visit) events(ctx context.Context, run string) ([]planner.Event, planner.State, error) {
	if journal.CheckRun(run) != nil {
		return nil, planner.State{}, errNoRun
	}
	for _, a := range v.agents() {
		events, s, err := a.Runtime().Events(ctx, run)
		switch {
		case errors.Is(err, journal.ErrNoRun):
			continue
		case err != nil:
			return nil, s, err
		case s.Start == nil || !v.who.Sees(s.Start.Tenant):
			return nil, planner.State{}, errNoRun
		}
		return events, s, nil
	}
	return nil, planner.State{}, errNoRun
}

// agents are all whose journals are served.
func (v *visit) agents() (out []*agent.Agent) {
	for _, a := range v.s.o.Agents {
		out = append(out, a.Agent)
	}
	if v.s.o.Calls != nil {
		out = append(out, v.s.o.Calls)
	}
	return out
}

// drive goes on with a run until it ends or waits for somebody who is not here. A result is
// given where the client must first ask its user.
func (c *calling) drive(ctx context.Context, run string) (*agent.Event, *sdk.CallToolResult, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.s.root, cancel)()
	for {
		var last agent.Event
		for ev, err := range c.agent.Resume(ctx, run) {
			if err != nil {
				if c.s.root.Err() != nil {
					return nil, c.stopped(ctx, run), nil
				}
				return nil, nil, c.left(ctx, run, err)
			}
			c.tell(ctx, &ev)
			last = ev
		}
		if c.direct && len(last.Waiting()) == 0 {
			c.status = statusOf(last.State)
		}
		if len(last.Waiting()) == 0 || !c.canAsk() {
			return &last, nil, nil
		}
		again, res, err := c.ask(ctx, &last)
		if res != nil || err != nil || !again {
			return &last, res, err
		}
	}
}

// tell passes on how a run goes, if the client wants to know.
func (c *calling) tell(ctx context.Context, ev *agent.Event) {
	token := c.r.Params.GetProgressToken()
	if token == nil || ev.Journal == nil || ev.State == nil {
		return
	}
	c.steps++
	message := ""
	switch j := ev.Journal; {
	case j.Generated != nil && len(j.Generated.Message.Calls) > 0:
		message = "calls " + j.Generated.Message.Calls[0].Name
	case ev.Decision != nil && ev.Decision.Verdict != planner.Allow:
		message = fmt.Sprintf("%s: %s", ev.Call.Tool, ev.Decision.Verdict)
	case ev.Result != nil:
		message = fmt.Sprintf("%s: %s", ev.Call.Tool, ev.Result.Status)
	}
	// A client that is not told goes on waiting for the result.
	_ = c.r.Session.NotifyProgress(ctx, &sdk.ProgressNotificationParams{ProgressToken: token, Progress: float64(c.steps), Message: message})
}

// outcome is a run's end, or where it stands, as a result.
func (c *calling) outcome(last *agent.Event) (*sdk.CallToolResult, error) {
	o := outcome{Run: last.Run, Status: string(last.Status), Answer: last.Answer, Reason: last.Reason}
	for _, w := range last.Waiting() {
		o.Waiting = append(o.Waiting, c.waitingFor(last.Run, &w))
	}
	o.Next = c.next(last)
	r := &sdk.CallToolResult{StructuredContent: o, IsError: last.Status != planner.Finished && last.Status != planner.Waiting}
	text := last.Answer
	if last.Status != planner.Finished {
		text = fmt.Sprintf("run %s: %s", last.Run, last.Status)
		if last.Reason != "" {
			text += ": " + last.Reason
		}
		for _, w := range o.Waiting {
			text += fmt.Sprintf("\n%s %s waits for a person", w.Tool, w.Arguments)
		}
		if o.Next != "" {
			text += "\n" + o.Next
		}
	}
	r.Content = []sdk.Content{&sdk.TextContent{Text: text}}
	c.mark(r, last)
	return r, nil
}

// result is what a tool of the bus gave, as the policy left it.
func (c *calling) result(last *agent.Event) (*sdk.CallToolResult, error) {
	if last.Status != planner.Finished {
		r, err := c.outcome(last)
		if r != nil {
			r.StructuredContent, r.IsError = nil, true // it is no result of the tool's
		}
		return r, err
	}
	r := &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: textOf(last.Answer)}}, IsError: c.status != tools.StatusOK}
	if !r.IsError && (c.whole || strings.HasPrefix(last.Answer, "{")) && json.Valid([]byte(last.Answer)) {
		r.StructuredContent = json.RawMessage(last.Answer)
	}
	if !r.IsError && c.whole && r.StructuredContent == nil {
		r.IsError = true // a policy took away what the schema promises
	}
	c.mark(r, last)
	return r, nil
}

func (c *calling) mark(r *sdk.CallToolResult, last *agent.Event) {
	status := string(last.Status)
	if c.direct && c.status != "" {
		status = string(c.status)
	}
	r.Meta = sdk.Meta{MetaRun: last.Run, MetaStatus: status}
}

// statusOf is what came of the last call of a run of Direct.
func statusOf(s *planner.State) tools.Status {
	if s == nil {
		return ""
	}
	for _, call := range s.Calls {
		if call.Result != nil {
			return call.Result.Status
		}
	}
	for i := len(s.Messages) - 1; i >= 0; i-- {
		if m := s.Messages[i]; m.Name != "" {
			if m.IsError {
				status, _, _ := strings.Cut(m.Content, ":")
				return tools.Status(status)
			}
			return tools.StatusOK
		}
	}
	return ""
}

// textOf is a JSON value as a text: a JSON text without its quotes.
func textOf(value string) string {
	var text string
	if json.Unmarshal([]byte(value), &text) == nil {
		return text
	}
	return value
}

func failed(reason string) *sdk.CallToolResult {
	return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: reason}}, IsError: true}
}
