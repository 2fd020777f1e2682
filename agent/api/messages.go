package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// messagesRequest is a request of Anthropic's messages. Fields that change nothing here,
// such as metadata, cache_control or service_tier, are not read. Neither is thinking: the
// models here answer without.
type messagesRequest struct {
	Model    string           `json:"model"`
	System   content          `json:"system"`
	Messages []messageParam   `json:"messages"`
	Tools    []messageTool    `json:"tools"`
	Choice   *messageChoice   `json:"tool_choice"`
	Output   *messageOutput   `json:"output_config"`
	Format   *json.RawMessage `json:"output_format"` // what output_config.format was called before
	sampler

	MaxTokens     *int     `json:"max_tokens"`
	StopSequences []string `json:"stop_sequences"`
	Stream        bool     `json:"stream"`

	// refused unless they change nothing
	MCPServers []json.RawMessage `json:"mcp_servers"`
	Container  json.RawMessage   `json:"container"`

	skipped []string // types of tools that are not known
}

type messageParam struct {
	Role    string  `json:"role"`
	Content content `json:"content"`
}

type messageTool struct {
	Type        string          `json:"type"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	InputSchema json.RawMessage `json:"input_schema"`
	Strict      bool            `json:"strict"`
}

type messageChoice struct {
	Type                   string `json:"type"`
	Name                   string `json:"name"`
	DisableParallelToolUse bool   `json:"disable_parallel_tool_use"`
}

type messageOutput struct {
	Format *json.RawMessage `json:"format"`
}

// messages answers POST /v1/messages.
func (s *Server) messages(w http.ResponseWriter, r *http.Request) error {
	var in messagesRequest
	release, err := s.read(w, r, &in)
	if err != nil {
		return err
	}
	defer release()
	a, err := in.ask()
	if err != nil {
		return err
	}
	if in.MaxTokens == nil {
		return bad("max_tokens", "max_tokens is missing")
	}
	skipped(w, in.skipped)
	by, err := s.answer(w, r, in.Model, a)
	if err != nil {
		return err
	}
	defer by.done()
	out := newMessageAnswer(by, a)
	if !in.Stream {
		for ev, err := range by.events {
			if err != nil {
				return err
			}
			out.take(ev.Event)
		}
		writeJSON(w, http.StatusOK, out.whole())
		return nil
	}
	// The first event of the stream says how long the prompt is.
	prompt, err := s.count(r, in.Model, a)
	if err != nil {
		return err
	}
	st := s.stream(w)
	defer st.close()
	return s.inStream(r, st, out.stream(st, by.events, prompt), func(f *failure) error {
		return st.send("error", f.body(true, requestOf(r).id))
	})
}

// countTokens answers POST /v1/messages/count_tokens.
func (s *Server) countTokens(w http.ResponseWriter, r *http.Request) error {
	var in messagesRequest
	release, err := s.read(w, r, &in)
	if err != nil {
		return err
	}
	defer release()
	a, err := in.ask()
	if err != nil {
		return err
	}
	skipped(w, in.skipped)
	requestOf(r).about(in.Model, "")
	n, err := s.count(r, in.Model, a)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, map[string]int{"input_tokens": n})
	return nil
}

// skipped names in a header the types of tools that were left out, since no model here can
// use them.
func skipped(w http.ResponseWriter, types []string) {
	slices.Sort(types)
	for _, t := range slices.Compact(types) {
		w.Header().Add("X-Chaski-Skipped-Tool", quoted(t))
	}
}

// ask is the request in the terms of all APIs.
func (in *messagesRequest) ask() (*ask, error) {
	switch {
	case len(in.MCPServers) > 0:
		return nil, unsupported("mcp_servers", "servers of tools are an agent's; a bare model has the tools of its client")
	case given(in.Container):
		return nil, unsupported("container", "there are no containers")
	}
	a := &ask{n: 1}
	system, err := in.system()
	if err != nil {
		return nil, err
	}
	if system != "" {
		a.messages = append(a.messages, llm.Message{Role: llm.RoleSystem, Content: system})
	}
	for i := range in.Messages {
		if err := in.Messages[i].into(a, at("messages", i)); err != nil {
			return nil, err
		}
	}
	if len(in.Messages) == 0 {
		return nil, bad("messages", "there are no messages")
	}
	if err := a.check(); err != nil {
		return nil, err
	}
	if a.messages[len(a.messages)-1].Role == llm.RoleAssistant {
		return nil, unsupported("messages", "the last one is the assistant's, and an answer that is begun is not continued")
	}
	if err := in.into(a); err != nil {
		return nil, err
	}
	if err := a.bound("max_tokens", in.MaxTokens); err != nil {
		return nil, err
	}
	if err := a.stops("stop_sequences", in.StopSequences); err != nil {
		return nil, err
	}
	if err := in.toolsInto(a); err != nil {
		return nil, err
	}
	return a, in.formatInto(a)
}

// billing begins a block of the system prompt that Claude Code sends for its own server: it
// changes with every request, so that nothing after it could be taken from the cache.
const billing = "x-anthropic-billing-header:"

func (in *messagesRequest) system() (string, error) {
	in.System.parts = slices.DeleteFunc(in.System.parts, func(p part) bool { return strings.HasPrefix(p.Text, billing) })
	return in.System.text("system")
}

// into adds a message's blocks. Results are messages of their own; texts of one role that
// follow each other are one message.
func (m *messageParam) into(a *ask, where string) error {
	list := where + ".content"
	if len(m.Content.parts) == 0 {
		return bad(list, "%s: it is empty", list)
	}
	var role llm.Role
	switch m.Role {
	case "user":
		role = llm.RoleUser
	case "assistant":
		role = llm.RoleAssistant
	case "system":
		role = llm.RoleSystem
	default:
		return bad(where, "%s: role %q is none of user, assistant, system", where, m.Role)
	}
	for i := range m.Content.parts {
		p := &m.Content.parts[i]
		place := at(list, i)
		switch {
		case p.Type == "tool_result" && role == llm.RoleUser:
			said, err := contentOf(p.Content, place+".content")
			if err != nil {
				return err
			}
			text, err := said.text(place + ".content")
			if err != nil {
				return err
			}
			a.messages = append(a.messages, result(p.ToolUseID, text, p.IsError))
		case p.Type == "tool_use" && role == llm.RoleAssistant:
			made, err := call(place, p.ID, p.Name, string(p.Input))
			if err != nil {
				return err
			}
			last := a.open(role)
			last.Calls = append(last.Calls, made)
		case (p.Type == "thinking" || p.Type == "redacted_thinking") && role == llm.RoleAssistant:
			// of a model that thinks; this one did not say it
		default:
			text, err := p.text(place)
			if err != nil {
				return err
			}
			last := a.open(role)
			if last.Content != "" {
				text = last.Content + "\n\n" + text
			}
			last.Content = text
		}
	}
	return nil
}

// open is the message to which text of a role is added.
func (a *ask) open(role llm.Role) *llm.Message {
	if n := len(a.messages); n == 0 || a.messages[n-1].Role != role {
		a.messages = append(a.messages, llm.Message{Role: role})
	}
	return &a.messages[len(a.messages)-1]
}

func (in *messagesRequest) toolsInto(a *ask) error {
	for i, t := range in.Tools {
		if t.Type != "" && t.Type != "custom" {
			in.skipped = append(in.skipped, t.Type)
			continue
		}
		if err := a.addTool(at("tools", i), llm.ToolSpec{Name: t.Name, Description: t.Description, Parameters: t.InputSchema}, t.Strict); err != nil {
			return err
		}
	}
	c := in.Choice
	if c == nil {
		return nil
	}
	if c.DisableParallelToolUse {
		a.maxCalls = 1
	}
	switch c.Type {
	case "auto", "any", "none":
		return a.chooseMode(c.Type)
	case "tool":
		return a.chooseTool(c.Name)
	}
	return bad("tool_choice", "tool_choice: %q is none of auto, any, none, tool", c.Type)
}

func (in *messagesRequest) formatInto(a *ask) error {
	where, raw := "output_format", in.Format
	if in.Output != nil && in.Output.Format != nil {
		where, raw = "output_config.format", in.Output.Format
	}
	if raw == nil || !given(*raw) {
		return nil
	}
	var f struct {
		Type   string          `json:"type"`
		Schema json.RawMessage `json:"schema"`
	}
	if err := json.Unmarshal(*raw, &f); err != nil || f.Type != "json_schema" {
		return bad(where, "%s: want an object of type json_schema", where)
	}
	return a.schema(where, "", f.Schema)
}
