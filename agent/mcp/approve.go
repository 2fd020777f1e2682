package mcp

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/planner"
)

// stateless is the first version of the protocol in which a server asks by its result, and
// the client comes back with the answer.
const stateless = "2026-07-28"

// approval is the form that a person fills in.
var approval = json.RawMessage(`{"type":"object","properties":{"approve":{"type":"boolean","title":"Approve","description":"Whether this call may be made"},` +
	`"reason":{"type":"string","title":"Reason","description":"Why, for the record"}},"required":["approve"]}`)

// canAsk says whether the client can put a question to its user, who may answer it.
func (c *calling) canAsk() bool {
	caps := c.r.ClientCapabilities()
	return c.who.Approve && !c.silent && caps != nil && caps.Elicitation != nil
}

// ask puts the calls that wait to the client's user. again says that the run can go on.
func (c *calling) ask(ctx context.Context, last *agent.Event) (again bool, _ *sdk.CallToolResult, _ error) {
	calls := last.Waiting()
	if c.r.ProtocolVersion() >= stateless {
		state := &requestState{Run: last.Run, Tenant: c.who.Tenant, Calls: map[string]string{}, Until: time.Now().Add(stateTTL)}
		res := &sdk.CallToolResult{InputRequests: sdk.InputRequestMap{}, Meta: sdk.Meta{MetaRun: last.Run}}
		for i, call := range calls {
			key := fmt.Sprintf("approve-%d", i+1)
			state.Calls[key] = call.Hash()
			res.InputRequests[key] = c.question(last.Run, &call)
		}
		var err error
		res.RequestState, err = c.s.sealed(state)
		return false, res, err
	}
	for _, call := range calls {
		a, err := c.r.Session.Elicit(ctx, c.question(last.Run, &call))
		if err != nil {
			if ctx.Err() != nil {
				return false, nil, c.left(ctx, last.Run, err)
			}
			c.s.o.Log.Warn().Err(err).Str("run", last.Run).Msg("the mcp client could not ask its user: the run waits")
			return false, nil, nil
		}
		if done, err := c.answer(ctx, last.Run, &call, a); err != nil || !done {
			return false, nil, err
		}
	}
	return true, nil, nil
}

func (c *calling) question(run string, call *planner.CallState) *sdk.ElicitParams {
	w := c.waitingFor(run, call)
	text := w.Asks
	if text == "" {
		text = fmt.Sprintf("%s %s", w.Tool, w.Arguments)
	}
	return &sdk.ElicitParams{Mode: "form", Message: "Run " + run + " waits for your approval of a call:\n" + text, RequestedSchema: approval}
}

// waitingFor is a call that waits, with what the policy shows of it.
func (c *calling) waitingFor(run string, call *planner.CallState) waiting {
	w := waiting{Call: call.ID, Tool: call.Tool, Arguments: call.Arguments}
	if !call.Expires.IsZero() {
		w.Expires = call.Expires.UTC().Format(time.RFC3339)
	}
	events, _, err := c.agent.Runtime().Events(context.Background(), run)
	if err != nil {
		return w // the run itself reports what is wrong with its journal
	}
	for _, ev := range events {
		if d := ev.Decided; d != nil && d.Call == call.ID && d.Decision != nil && d.Decision.Approval != nil {
			w.Asks = d.Decision.Approval.String()
		}
	}
	return w
}

// answer writes down what the user said. done is false if they said nothing.
func (c *calling) answer(ctx context.Context, run string, call *planner.CallState, a *sdk.ElicitResult) (done bool, _ error) {
	yes, reason := false, ""
	switch a.Action {
	case "accept":
		yes, _ = a.Content["approve"].(bool)
		reason, _ = a.Content["reason"].(string)
	case "decline":
	default:
		return false, nil
	}
	s, err := c.agent.Runtime().Load(ctx, run)
	if err != nil {
		return false, c.told(err)
	}
	err = c.agent.Runtime().Answer(ctx, run, planner.Answered{Call: call.ID, Hash: call.Hash(), Approve: yes, By: c.by(), Tenant: s.Start.Tenant, Reason: reason})
	if errors.Is(err, planner.ErrEvent) { // somebody was faster, or it has expired: the run knows
		return true, nil
	}
	if err != nil {
		return false, c.told(err)
	}
	return true, nil
}

// answered takes the answers that a client comes back with.
func (c *calling) answered(ctx context.Context, state *requestState) error {
	s, err := c.load(ctx, state.Run)
	if err != nil {
		return err
	}
	if !c.who.Approve {
		return errState
	}
	for key, hash := range state.Calls {
		a, ok := c.r.Params.InputResponses[key].(*sdk.ElicitResult)
		if !ok || a.Action != "accept" && a.Action != "decline" {
			c.silent = true // it waits on
			continue
		}
		for _, call := range s.Calls {
			if call.Phase == planner.Awaiting && call.Hash() == hash {
				if _, err := c.answer(ctx, state.Run, &call, a); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// requestState is what a client keeps for us between a question and its answer.
type requestState struct {
	Run    string            `json:"run"`
	Tenant string            `json:"tenant"`
	Calls  map[string]string `json:"calls"` // hashes of the calls that were shown, by the keys of the questions
	Until  time.Time         `json:"until"`
}

// stateTTL is how long a client may take to come back with an answer. The run waits longer.
const stateTTL = 24 * time.Hour

var errState = errors.New("the request's state is not this server's, or too old: call again with the run's id")

// sealed writes a state that no client can alter.
func (s *Server) sealed(state *requestState) (string, error) {
	text, err := json.Marshal(state)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(append(s.sign("state", text), text...)), nil
}

// opened reads it again; nil is none.
func (s *Server) opened(sealed, tenant string) (*requestState, error) {
	if sealed == "" {
		return nil, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || len(text) < sha256.Size || !hmac.Equal(text[:sha256.Size], s.sign("state", text[sha256.Size:])) {
		return nil, errState
	}
	var state requestState
	if err := json.Unmarshal(text[sha256.Size:], &state); err != nil || state.Tenant != tenant || time.Now().After(state.Until) {
		return nil, errState
	}
	return &state, nil
}

// sign is a keyed hash of a text and what it is for.
func (s *Server) sign(use string, text []byte) []byte {
	h := hmac.New(sha256.New, s.key)
	fmt.Fprintf(h, "%d:%s", len(use), use)
	h.Write(text)
	return h.Sum(nil)
}
