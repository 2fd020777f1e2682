package planner

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// droppedText stands for a tool result that compaction took out.
const droppedText = "(result dropped to make room)"

// Request assembles the model's next request. The system prompt and the tools come
// first, the tools by name, and are the same bytes for every turn of every run
// started alike, so that their cached pages are shared; volatile messages come last.
func Request(s State) *llm.Request {
	st := s.Start
	budget := st.Budget.withDefaults()
	req := &llm.Request{
		Sampling:       st.Sampling,
		ResponseFormat: st.Format,
		MaxCalls:       budget.Calls - s.Used.Calls,
		MaxTokens:      0,
		Session:        s.Run,
		Tenant:         st.Tenant,
	}
	if req.MaxCalls <= 0 {
		req.MaxCalls = 0
		req.ToolChoice.Mode = llm.ChoiceNone
	}
	if st.System != "" {
		req.Messages = append(req.Messages, llm.Message{Role: llm.RoleSystem, Content: st.System})
	}
	var volatile []llm.Message
	for _, m := range s.Messages {
		if m.Volatile {
			volatile = append(volatile, m)
			continue
		}
		req.Messages = append(req.Messages, m)
	}
	req.Messages = append(req.Messages, volatile...)
	for _, t := range st.Tools {
		req.Tools = append(req.Tools, t.LLM())
	}
	slices.SortFunc(req.Tools, func(a, b llm.ToolSpec) int { return strings.Compare(a.Name, b.Name) })
	if s.Plan.Phase != "" {
		s.planRequest(req)
	}
	return req
}

// Compactable returns the ids of the calls whose results may be dropped next: the
// older half of those still in the context, at least one. The results of the
// latest turn are kept, as are the system prompt and everything said. It is empty
// if nothing is left to drop.
func Compactable(s State) []string {
	last := -1
	for i, m := range s.Messages {
		if m.Role == llm.RoleAssistant {
			last = i
		}
	}
	var ids []string
	for i, m := range s.Messages {
		if i < last && m.Role == llm.RoleTool && m.Content != droppedText {
			ids = append(ids, m.CallID)
		}
	}
	return ids[:(len(ids)+1)/2]
}

// drop replaces the results of those calls.
func drop(messages []llm.Message, ids []string) []llm.Message {
	out := slices.Clone(messages)
	for i := range out {
		if out[i].Role == llm.RoleTool && slices.Contains(ids, out[i].CallID) {
			out[i].Value, out[i].Content = nil, droppedText
		}
	}
	return out
}

// resultMessage is what the model reads of a settled call. It is data: the
// renderer encodes it with special tokens off.
func resultMessage(c *CallState) llm.Message {
	m := llm.Message{Role: llm.RoleTool, CallID: c.ID, Name: c.Tool}
	switch {
	case c.Result.Status == "ok" && len(c.Result.Value) > 0:
		m.Value = slices.Clone(c.Result.Value)
	case c.Result.Status == "ok":
		m.Value = json.RawMessage("null")
	default:
		m.IsError = true
		m.Content = string(c.Result.Status)
		if c.Result.Reason != "" {
			m.Content += ": " + c.Result.Reason
		}
	}
	return m
}
