package chat

import (
	"regexp"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// Dialects are the forms of calls that have a grammar and are written and read here.
var Dialects = []llm.Dialect{llm.DialectJSON, llm.DialectPythonic, llm.DialectHermes, llm.DialectNemotron, llm.DialectArray, llm.DialectFunction, llm.DialectMistral, llm.DialectMistralArray, llm.DialectQwen}

// CallForm is how the calls of a turn are written in a dialect: Open, calls with one of
// Between from one to the next, Close. A call is its head, its arguments and Tail.
type CallForm struct {
	Dialect   llm.Dialect
	Open      string
	Between   []string // the first is the one that is written here
	Close     string
	Tail      string
	Python    bool // arguments are Python's, in parentheses; else a JSON object
	Tagged    bool // arguments have a tag each, see [CallForm.Parameter]
	TextFirst bool // text may come before the calls

	before, after string // of a head
	bare          bool   // the name in a head is no JSON string
	banned        string // characters that such a name cannot have
}

// toolCalls opens calls of Mistral's models.
const toolCalls = "[TOOL_CALLS]"

// callID is the id of a call, which Mistral's tokenizers of version 11 put after its name.
var callID = regexp.MustCompile(`\[CALL_ID\]\w*`)

// Form is the form of a dialect; Llama 3.1's own for "".
func Form(d llm.Dialect) CallForm {
	f := CallForm{Dialect: d, before: `{"name": `, after: `, "arguments": `, Tail: "}", Between: []string{", "}}
	switch d {
	case llm.DialectPythonic:
		return CallForm{Dialect: d, Open: "[", Between: []string{", "}, Close: "]", Python: true}
	case llm.DialectHermes:
		f.before, f.Tail, f.Between, f.TextFirst = "<tool_call>\n"+f.before, "}\n</tool_call>", []string{"\n"}, true
	case llm.DialectNemotron:
		f.Open, f.Close, f.TextFirst = "<TOOLCALL>[", "]</TOOLCALL>", true
	case llm.DialectArray:
		f.Open, f.Close = "[", "]"
	case llm.DialectFunction:
		f.before, f.after, f.Tail, f.Between, f.TextFirst = "<function=", ">", "</function>", []string{"\n", ""}, true
		f.bare, f.banned = true, "<>=\n"
	case llm.DialectMistral:
		f.before, f.after, f.Tail, f.Between, f.TextFirst = toolCalls, "[ARGS]", "", []string{""}, true
		f.bare, f.banned = true, "[]{} \n"
	case llm.DialectMistralArray:
		f.Open, f.Close, f.TextFirst = toolCalls+"[", "]", true
	case llm.DialectQwen:
		f.before, f.after, f.Tail, f.Between, f.TextFirst = "<tool_call>\n<function=", ">", "</function>\n</tool_call>", []string{"\n"}, true
		f.Tagged, f.bare, f.banned = true, true, "<>=\n"
	default:
		f.Dialect, f.after, f.Between = llm.DialectJSON, `, "parameters": `, []string{"; "}
	}
	return f
}

// Head is what stands before the arguments of a call.
func (f CallForm) Head(name string) string {
	switch {
	case f.Python:
		return name
	case f.bare:
		return f.before + name + f.after
	}
	return f.before + string(appendString(nil, name)) + f.after
}

// Carries says that the form can carry a tool of that name.
func (f CallForm) Carries(name string) bool { return !f.bare || !strings.ContainsAny(name, f.banned) }

// Opening is how a turn's first call opens, up to its arguments.
func (f CallForm) Opening(name string) string {
	if f.Python {
		return f.Open + name + "("
	}
	return f.Open + f.Head(name)
}

// Marks are the tags of the form: a vocabulary may have tokens for them.
func (f CallForm) Marks() []string {
	switch f.Dialect {
	case llm.DialectHermes, llm.DialectQwen:
		return []string{"<tool_call>", "</tool_call>"}
	case llm.DialectNemotron:
		return []string{"<TOOLCALL>", "</TOOLCALL>"}
	case llm.DialectFunction:
		return []string{"<function=", "</function>"}
	case llm.DialectMistral:
		return []string{toolCalls, "[ARGS]", "[CALL_ID]"}
	case llm.DialectMistralArray:
		return []string{toolCalls}
	}
	return nil
}

// Write writes calls. Arguments that are no JSON object are left as they are.
func (f CallForm) Write(calls []llm.ToolCall) string {
	var b strings.Builder
	b.WriteString(f.Open)
	for i, c := range calls {
		if i > 0 {
			b.WriteString(f.Between[0])
		}
		args, err := parseValue(orObject(c.Arguments))
		switch {
		case f.Python && err == nil:
			s, _ := pythonicCall(c)
			b.WriteString(s)
			continue
		case f.Tagged && err == nil && args.kind == '{':
			b.WriteString(f.Head(c.Name) + taggedArguments(args))
		case err == nil:
			b.WriteString(f.Head(c.Name) + string(encode(args)))
		default:
			b.WriteString(f.Head(c.Name) + string(c.Arguments))
		}
		b.WriteString(f.Tail)
	}
	b.WriteString(f.Close)
	return b.String()
}

// Example is a call as it is written in the form.
func (f CallForm) Example() string {
	return strings.ReplaceAll(f.Write([]llm.ToolCall{{Name: "f", Arguments: []byte(`{"a": 1}`)}}), "\n", `\n`)
}

// intro tells a model of tools for which its template has no place.
func (f CallForm) intro() string {
	example := f.Write([]llm.ToolCall{{Name: "function_name", Arguments: []byte(`{"argument": "value"}`)}})
	return "You may call functions to answer. To call one, write exactly this, with the function's own name and arguments:\n" +
		example + "\nThe result is given to you, and you answer from it. If no function fits, answer in plain words. The functions:\n"
}

// dialectOf recognises the form in which a template wrote a call of name, from the text
// around it; "" if it is none of ours.
func dialectOf(text, name string) llm.Dialect {
	squeeze := func(s string) string {
		return strings.NewReplacer(" ", "", "\n", "", "\t", "").Replace(s)
	}
	s := callID.ReplaceAllString(squeeze(text), "")
	tagged := []llm.Dialect{llm.DialectHermes, llm.DialectNemotron, llm.DialectFunction, llm.DialectMistral, llm.DialectMistralArray, llm.DialectQwen}
	for _, d := range append(tagged, llm.DialectPythonic, llm.DialectArray, llm.DialectJSON) {
		f := Form(d)
		open := squeeze(f.Opening(name))
		if f.Dialect == llm.DialectFunction {
			open += "{"
		}
		at := strings.Index(s, open)
		if at < 0 {
			continue
		}
		// What stands before it is the header of the turn, and no other mark of calls.
		if before := s[:at]; !slices.Contains(tagged, d) && strings.Contains(strings.ToLower(before[max(len(before)-24, 0):]), "tool") {
			continue
		}
		return d
	}
	return ""
}
