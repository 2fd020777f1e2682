package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// DirectName is the name of [Direct] in journals.
const DirectName = "mcp-direct"

// Direct is a model that does not think: it makes the one call that its prompt spells, and
// answers with the result as it was shown it. Its runs are the calls that clients make
// themselves, under all that holds for an agent's.
type Direct struct{}

// prompt spells a call.
func prompt(tool string, arguments json.RawMessage) string {
	return "Call " + tool + " with " + string(arguments)
}

var errPrompt = errors.New("mcp: the prompt spells no call")

// spelt reads it again, from what a policy may have left of it.
func spelt(text string) (llm.ToolCall, error) {
	rest, ok := strings.CutPrefix(text, "Call ")
	name, arguments, ok2 := strings.Cut(rest, " with ")
	if !ok || !ok2 || !json.Valid([]byte(arguments)) {
		return llm.ToolCall{}, errPrompt
	}
	return llm.ToolCall{Name: name, Arguments: json.RawMessage(arguments), Confidence: 1}, nil
}

// Info implements llm.Model.
func (Direct) Info() llm.Info { return llm.Info{Name: DirectName, ExactTokens: true} }

// CountTokens implements llm.Model: there are none.
func (Direct) CountTokens(*llm.Request) (int, error) { return 0, nil }

// Generate implements llm.Model.
func (Direct) Generate(ctx context.Context, req *llm.Request) iter.Seq2[llm.Event, error] {
	return func(yield func(llm.Event, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(nil, err)
			return
		}
		if len(req.Messages) == 0 {
			yield(nil, errPrompt)
			return
		}
		last := req.Messages[len(req.Messages)-1]
		if last.Role == llm.RoleTool {
			text := last.Content
			if len(last.Value) > 0 {
				text = string(last.Value)
			}
			if text == "" || yield(llm.TextDelta{Text: text}, nil) {
				yield(llm.Stop{Reason: llm.StopEndOfTurn}, nil)
			}
			return
		}
		for _, m := range req.Messages {
			if m.Role != llm.RoleUser {
				continue
			}
			call, err := spelt(m.Content)
			if err != nil {
				yield(nil, fmt.Errorf("%w: %q", err, m.Content[:min(len(m.Content), 100)]))
				return
			}
			if yield(llm.CallStart{Name: call.Name}, nil) && yield(llm.CallDelta{Text: string(call.Arguments)}, nil) && yield(llm.CallEnd{Call: call}, nil) {
				yield(llm.Stop{Reason: llm.StopToolCalls}, nil)
			}
			return
		}
		yield(nil, errPrompt)
	}
}
