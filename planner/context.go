package planner

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// Request assembles the model's next request. The system prompt and the tools come
// first, the tools by name, and are the same bytes for every turn of every run
// started alike, so that their cached pages are shared; volatile messages come last.
func Request(s State) *llm.Request {
	if len(s.Summary) > 0 {
		return s.summaryRequest()
	}
	st := s.Start
	budget := st.Budget.withDefaults()
	req := &llm.Request{
		Sampling:       st.Sampling,
		ResponseFormat: st.Format,
		Dialect:        st.Dialect,
		Adapter:        st.Adapter,
		MaxCalls:       budget.Calls - s.Used.Calls,
		MaxTokens:      0,
		Session:        s.Run,
		Tenant:         st.Tenant,
	}
	if req.MaxCalls <= 0 {
		req.MaxCalls = 0
		req.ToolChoice.Mode = llm.ChoiceNone
	}
	messages, volatile := s.shared()
	req.Messages = append(s.instructed(messages), volatile...)
	for _, t := range s.shown() {
		req.Tools = append(req.Tools, t.LLM())
	}
	if s.picks() {
		req.Tools = append(req.Tools, findTool())
	}
	if s.offers() {
		spec := ReadResultTool()
		req.Tools = append(req.Tools, spec.LLM())
	}
	slices.SortFunc(req.Tools, func(a, b llm.ToolSpec) int { return strings.Compare(a.Name, b.Name) })
	if s.Plan.Phase != "" {
		s.planRequest(req)
	}
	return req
}

// shared returns the system message with the conversation, and the volatile messages, which
// go behind it. Prompts share the memory of what they have in common: nobody writes there.
func (s *State) shared() (messages, volatile []llm.Message) {
	p := s.prompts
	if p == nil {
		p = &prompts{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	n, known := len(s.Messages), len(p.from)
	if known == 0 || n < known || &s.Messages[0] != &p.from[0] { // another conversation, or a state that was left
		p.built, p.volatile, known = nil, nil, 0
		if s.Start.System != "" {
			p.built = append(p.built, llm.Message{Role: llm.RoleSystem, Content: s.Start.System})
		}
	}
	for _, m := range s.Messages[known:] {
		if m.Volatile {
			p.volatile = append(p.volatile, m)
		} else {
			p.built = append(p.built, m)
		}
	}
	p.from = s.Messages
	return p.built[:len(p.built):len(p.built)], p.volatile[:len(p.volatile):len(p.volatile)]
}

// instructed puts the run's own instructions before its prompt, which is the last message
// of the user: what comes before is the same in other runs.
func (s *State) instructed(messages []llm.Message) []llm.Message {
	if s.Start.Instructions == "" {
		return messages
	}
	at := len(messages)
	for i, m := range messages {
		if m.Role == llm.RoleUser {
			at = i
		}
	}
	return slices.Insert(messages, at, llm.Message{Role: llm.RoleSystem, Content: s.Start.Instructions})
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
