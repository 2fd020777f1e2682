package corpus

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// Conversation is what a model is trained on, or asked to continue.
type Conversation struct {
	Tools    []llm.ToolSpec
	Messages []llm.Message
	Turns    []Turn // the assistant's turns that are right and to be learned

	// Brief declares the tools in a line each instead of in the native form: the same
	// skills in a third of the tokens, to learn them on first.
	Brief bool
}

// Turn marks one assistant message of a conversation.
type Turn struct {
	At    int    // index into Messages
	Skill string // what it shows, such as "call", "chain", "none", "answer"
}

// story builds a conversation.
type story struct {
	*Source
	Conversation
	tools []*tool
	calls int
}

func (st *story) user(format string, args ...any) {
	st.Messages = append(st.Messages, llm.Message{Role: llm.RoleUser, Content: fmt.Sprintf(format, args...)})
}

// say adds an assistant's text to be learned.
func (st *story) say(skill, format string, args ...any) {
	st.Turns = append(st.Turns, Turn{len(st.Messages), skill})
	st.Messages = append(st.Messages, llm.Message{Role: llm.RoleAssistant, Content: fmt.Sprintf(format, args...)})
}

// call adds an assistant's calls; a turn without a skill is one not to be learned.
func (st *story) call(skill string, calls ...llm.ToolCall) {
	for i := range calls {
		st.calls++
		calls[i].ID = fmt.Sprintf("c%d", st.calls)
	}
	if skill != "" {
		st.Turns = append(st.Turns, Turn{len(st.Messages), skill})
	}
	st.Messages = append(st.Messages, llm.Message{Role: llm.RoleAssistant, Calls: calls})
}

// result answers the call i of the last assistant message.
func (st *story) result(i int, value any) {
	for at := len(st.Messages) - 1; ; at-- {
		if m := st.Messages[at]; m.Role == llm.RoleAssistant {
			b, _ := json.Marshal(value)
			if raw, ok := value.(json.RawMessage); ok {
				b = raw
			}
			st.Messages = append(st.Messages, llm.Message{Role: llm.RoleTool, CallID: m.Calls[i].ID, Name: m.Calls[i].Name, Value: b})
			return
		}
	}
}

// The statuses of results that are no success, as package tools spells them.
const (
	denied   = "denied"
	failed   = "fail"
	timedOut = "timeout"
	invalid  = "invalid"
)

// fail answers the last call with an error, in the words of the runtime: the result's
// status, and the reason.
func (st *story) fail(i int, status, format string, args ...any) {
	st.result(i, nil)
	m := &st.Messages[len(st.Messages)-1]
	m.Value, m.Content, m.IsError = nil, status+": "+fmt.Sprintf(format, args...), true
}

// object writes a JSON object with its keys in canonical order, which is the runtime's
// for arguments and results.
func object(pairs ...any) json.RawMessage {
	sortArgs(pairs)
	var b strings.Builder
	b.WriteByte('{')
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			b.WriteString(", ")
		}
		v, ok := pairs[i+1].(json.RawMessage)
		if !ok {
			v, _ = json.Marshal(pairs[i+1])
		}
		fmt.Fprintf(&b, "%q: %s", pairs[i], v)
	}
	b.WriteByte('}')
	return json.RawMessage(b.String())
}

// Conversation makes one conversation: tools, and then several exchanges about them.
func (s *Source) Conversation(exchanges int) Conversation {
	st := &story{Source: s}
	if s.chance(s.Examples) {
		st.example(exchanges)
		return st.Conversation
	}
	s.fewWords()
	if s.noisy(0.3) {
		st.system(capital(s.noise()) + " " + listed(s, things) + " " + s.noise() + ".")
	} else {
		st.system(draw(s, systems))
	}
	many := 1 + s.IntN(4)
	if s.chance(0.1) {
		many += s.IntN(5)
	}
	for range many {
		n := pick(s, 0, 1, 1, 1, 2, 2, 3)
		st.addTool(s.tool(n, min(n, pick(s, 1, 1, 2, 3))))
	}
	for range exchanges {
		st.exchange()
	}
	return st.Conversation
}

func (st *story) system(text string) {
	if text != "" {
		st.Messages = append(st.Messages, llm.Message{Role: llm.RoleSystem, Content: text})
	}
}

// addTool declares a tool unless its name or what people say for it is taken.
func (st *story) addTool(t *tool) {
	for _, o := range st.tools {
		said := slices.ContainsFunc(o.verb.said, func(w string) bool { return slices.Contains(t.verb.said, w) })
		if o.spec.Name == t.spec.Name || o.noun == t.noun && said {
			return
		}
	}
	st.tools = append(st.tools, t)
	st.Tools = append(st.Tools, t.spec)
}

// exchange adds one request and what follows.
func (st *story) exchange() {
	t := pick(st.Source, st.tools...)
	switch n := st.IntN(24); {
	case n < 8:
		st.single(t)
	case n < 11:
		st.parallel(t)
	case n < 15 && len(st.tools) > 1:
		st.chain(t)
	case n < 17:
		st.missing(t)
	case n < 18:
		st.repair(t)
	case n < 22:
		st.none()
	case n < 23:
		st.denied(t)
	default:
		st.notFound(t)
	}
}

// Single is a conversation of one exchange of the given skill, for evaluation.
func (s *Source) Single(skill string) Conversation {
	s.verbs, s.nouns = nil, nil
	for {
		st := &story{Source: s}
		switch skill {
		case "support", "workflow", "rag", "customer", "clerk", "reader":
			st.exampleOf(skill, 1)
			return st.Conversation
		}
		st.system(draw(s, systems))
		for range 2 + s.IntN(3) {
			n := 1
			if skill != "one" {
				n = 1 + s.IntN(3)
			}
			st.addTool(s.tool(n, n))
		}
		t := pick(s, st.tools...)
		switch skill {
		case "one", "call":
			st.single(t)
		case "none":
			st.none()
		case "chain":
			st.chain(t)
		case "parallel":
			st.parallel(t)
		case "repair":
			st.repair(t)
		case "missing":
			st.missing(t)
		}
		if len(st.Turns) > 0 {
			return st.Conversation
		}
	}
}
