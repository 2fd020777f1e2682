package runtime

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/tools"
)

// didNotRun lists the errors that prove that a call never reached its tool.
var didNotRun = []error{tools.ErrNoWorker, tools.ErrUnknownTool, tools.ErrUnavailable, tools.ErrConflict, tools.ErrRevision, tools.ErrBadCall}

// outcome turns a reply into a result of this very attempt.
func outcome(rep reply, effect tools.Effect) tools.Result {
	res := rep.res
	if rep.err != nil {
		res = tools.Result{Status: tools.StatusTimeout, Reason: rep.err.Error()}
		if effect == tools.Once {
			res.Status = tools.StatusUnknown
			if errors.Is(rep.err, tools.ErrNotSent) { // of the others, a further attempt may be
				res.Status = tools.StatusFail
			}
		}
		for _, e := range didNotRun {
			if errors.Is(rep.err, e) && rep.call.Attempt <= 1 { // it says nothing of an earlier attempt
				res.Status = tools.StatusFail
			}
		}
	}
	res.CallID, res.Attempt = rep.call.ID, rep.call.Attempt
	if len(res.Value) > 0 && !json.Valid(res.Value) {
		res.Value, res.Status, res.Reason = nil, unproven(effect), "the tool's result is not JSON"
	}
	switch res.Status {
	case tools.StatusOK, tools.StatusRetry, tools.StatusFail, tools.StatusInvalid, tools.StatusUnknown, tools.StatusTimeout:
	default: // a tool cannot speak for a policy
		res.Value, res.Status, res.Reason = nil, unproven(effect), "the tool answered with no known status"
	}
	return res
}

// unproven is the status of a call whose answer says nothing: a once tool may have run.
func unproven(effect tools.Effect) tools.Status {
	if effect == tools.Once {
		return tools.StatusUnknown
	}
	return tools.StatusFail
}

// sanitise makes arguments that are not JSON a JSON string of what was written: the
// planner answers such a call as invalid. No arguments at all are none. It returns what
// was written, where it is no JSON object or one that can be read in two ways.
func sanitise(call *llm.ToolCall) (written string) {
	if len(call.Arguments) == 0 {
		call.Arguments = json.RawMessage("{}")
	}
	raw := bytes.TrimSpace(call.Arguments)
	switch {
	case !json.Valid(raw):
		written = string(raw)
		call.Arguments, _ = json.Marshal(written) // a string always encodes
	case len(raw) > 0 && raw[0] != '{':
		written = string(raw)
	default:
		if _, err := tools.Canonical(raw); err != nil {
			written = string(raw)
		}
	}
	return strings.ToValidUTF8(written, "\uFFFD")
}
