package chat

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/jinja"
)

// probed is the day on which templates are tried out: none shows through.
var probed = time.Date(2024, 7, 26, 12, 0, 0, 0, time.UTC)

// What stands in the conversations that a template is tried with: no template says it.
const (
	probeSystem = "System-q7x"
	probeLate   = "Later-q7x"
	probeUser   = "Ask-q7x"
	probeSaid   = "Said-q7x"
	probeTool   = "probe_q7x"
	probeOther  = "other_q7x"
	probeArg    = "Lima-q7x"
	probeResult = "Result-q7x"
	probeSecond = "Second-q7x"
)

var probeTools = []llm.ToolSpec{{
	Name: probeTool, Description: "Look a place up",
	Parameters: json.RawMessage(`{"type": "object", "description": "its arguments", "properties": {"place": {"type": "string", "description": "A place"}}, "required": ["place"]}`),
}, {
	Name: probeOther, Description: "Look another place up",
	Parameters: json.RawMessage(`{"type": "object", "description": "its arguments", "properties": {"place": {"type": "string", "description": "A place"}}, "required": ["place"]}`),
}}

func said(role llm.Role, text string) llm.Message { return llm.Message{Role: role, Content: text} }

// try renders a conversation with the traits t; ok says that it worked and shows all of
// want, in that order.
func (f *Format) try(t traits, messages []llm.Message, tools []llm.ToolSpec, want ...string) (text string, ok bool) {
	vars, err := t.vars(messages, tools)
	if err != nil {
		return "", false
	}
	tpl := f.plain
	if len(tools) > 0 {
		tpl = f.tools
	}
	pieces, err := f.pieces(tpl, vars, probed)
	if err != nil {
		return err.Error(), false
	}
	text = Join(pieces)
	at := 0
	for _, w := range want {
		i := strings.Index(text[at:], w)
		if i < 0 {
			return text, false
		}
		at += i + len(w)
	}
	return text, true
}

// probe finds out what the template does with small conversations.
func (f *Format) probe() error {
	t := &f.traits
	system, user := said(llm.RoleSystem, probeSystem), said(llm.RoleUser, probeUser)
	_, withSystem := f.try(*t, []llm.Message{system, user}, nil, probeSystem, probeUser)
	why, without := f.try(*t, []llm.Message{user}, nil, probeUser)
	if !withSystem && !without {
		t.listTools = true
		_, withSystem = f.try(*t, []llm.Message{system, user}, nil, probeSystem, probeUser)
		_, without = f.try(*t, []llm.Message{user}, nil, probeUser)
	}
	if !withSystem && !without {
		return fmt.Errorf("%w: %s", errUnusable, why)
	}
	t.noSystem = !withSystem
	talk := []llm.Message{system, user, said(llm.RoleAssistant, probeSaid), said(llm.RoleUser, probeSecond), said(llm.RoleSystem, probeLate)}
	if _, ok := f.try(*t, talk, nil, probeSystem, probeUser, probeSaid, probeSecond, probeLate); !ok && !t.noSystem {
		t.lateUser = true
	}
	t.lateUser = t.lateUser || t.noSystem
	f.probeTools(system, user)
	return nil
}

var errUnusable = fmt.Errorf("chat: the model's chat template renders no conversation")

// probeTools finds out whether tools have a place, and how calls are written.
func (f *Format) probeTools(system, user llm.Message) {
	t := &f.traits
	_, shown := f.try(*t, []llm.Message{system, user}, probeTools, probeTool)
	if !shown {
		t.noResult = true
		return
	}
	call := func(id, name, place string) llm.ToolCall {
		return llm.ToolCall{ID: id, Name: name, Arguments: json.RawMessage(`{"place": "` + place + `"}`)}
	}
	result := func(id, name, text string) llm.Message {
		return llm.Message{Role: llm.RoleTool, CallID: id, Name: name, Content: text}
	}
	one := []llm.Message{system, user, {Role: llm.RoleAssistant, Calls: []llm.ToolCall{call("a", probeTool, probeArg)}}, result("a", probeTool, probeResult), said(llm.RoleAssistant, probeSaid), said(llm.RoleUser, probeSecond)}
	for _, way := range []traits{{}, {noContent: true}, {argsText: true}, {noContent: true, argsText: true}} {
		way.noSystem, way.lateUser, way.listTools = t.noSystem, t.lateUser, t.listTools
		text, ok := f.try(way, one, probeTools, probeUser, probeTool, probeArg, probeResult, probeSecond)
		if !ok || strings.Contains(text, "None") {
			continue
		}
		from := strings.LastIndex(text[:strings.LastIndex(text, probeArg)], probeUser)
		turn := text[from+len(probeUser) : strings.LastIndex(text, probeResult)]
		*t = way
		if f.dialect = dialectOf(turn, probeTool); f.dialect == "" {
			f.refused = append(f.refused, "the form in which the template writes calls: "+snippet(turn))
			t.noResult = true
			return
		}
		two := slices.Clone(one[:3])
		two[2].Calls = append(two[2].Calls[:1:1], call("b", probeOther, "Quito-q7x"))
		two = append(two, result("a", probeTool, probeResult), result("b", probeOther, probeSecond))
		_, both := f.try(way, two, probeTools, probeUser, probeTool, probeArg, probeOther, "Quito-q7x", probeResult, probeSecond)
		t.oneCall = !both
		return
	}
	f.refused = append(f.refused, "calls in the history: the template shows tools, and fails where one was called")
	t.noResult = true
}

// snippet is a turn on one line, and not all of a long one.
func snippet(turn string) string {
	s := strings.Join(strings.Fields(turn), " ")
	if len(s) > 160 {
		s = strings.ToValidUTF8(s[:160], "") + "…"
	}
	return s
}

// sameAsLlama says that a template renders what [RenderTemplate] does: the same pieces, or
// no prompt where that gives none.
func sameAsLlama(t *jinja.Template) bool {
	f := &Format{source: Source{Begin: BeginOfText, End: EndTurn}, names: newNameSet([]string{BeginOfText, EndOfText, StartHeader, EndHeader, EndMessage, EndTurn, PythonTag})}
	for _, c := range llamaCases {
		var in TemplateInput
		var vars struct {
			Messages json.RawMessage            `json:"messages"`
			Options  map[string]json.RawMessage `json:"options"`
		}
		if json.Unmarshal([]byte(c), &in) != nil || json.Unmarshal([]byte(c), &vars) != nil {
			return false
		}
		all := map[string]any{"messages": vars.Messages}
		for k, v := range vars.Options {
			all[k] = v
		}
		want, wantErr := RenderTemplate(in)
		got, err := f.pieces(t, all, probed)
		if (err == nil) != (wantErr == nil) || err == nil && !slices.Equal(got, want) {
			return false
		}
	}
	return true
}

// llamaCases are conversations that tell Llama 3.1's template from others.
var llamaCases = func() []string {
	const date = `"date_string": "26 Jul 2024"`
	const tools = `"tools": [{"type": "function", "function": {"name": "f", "description": "A place", "parameters": {"type": "object", "properties": {"place": {"type": "string"}}}}}]`
	const call = `{"role": "assistant", "content": null, "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": {"place": "Lima", "n": 2}}}]}`
	user := `{"role": "user", "content": "  Where? \n"}`
	system := `{"role": "system", "content": " Be brief. "}`
	made := func(options string, messages ...string) string {
		return `{"messages": [` + strings.Join(messages, ", ") + `], "options": {` + date + ", " + options + `}}`
	}
	return []string{
		made(`"add_generation_prompt": true`, user),
		made(`"add_generation_prompt": true`, system, user),
		made(`"add_generation_prompt": false`, system, user, `{"role": "assistant", "content": " Here. "}`, user),
		made(tools+`, "add_generation_prompt": true`, system, user),
		made(tools+`, "tools_in_user_message": false, "add_generation_prompt": true`, system, user),
		made(tools+`, "add_generation_prompt": true`, user, call, `{"role": "tool", "content": {"is": "north"}}`),
		made(tools+`, "tools_in_user_message": false, "add_generation_prompt": true`, user, call, `{"role": "ipython", "content": "north"}`, `{"role": "assistant", "content": "North."}`),
		made(tools+`, "add_generation_prompt": true`, system),
		made(tools+`, "add_generation_prompt": true`, user, `{"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "f", "arguments": {}}}, {"function": {"name": "f", "arguments": {}}}]}`),
	}
}()
