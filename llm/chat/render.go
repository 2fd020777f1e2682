package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/chaski-dev/chaski/llm"
)

// Options say how a conversation is rendered. The zero value renders no tools, no
// date and no generation prompt.
type Options struct {
	// Tools are declared to the model in this order. A list that is empty but not nil
	// is a declaration of no tools, which the template words like any other.
	Tools []llm.ToolSpec

	// RawTools, if not nil, are declared instead of Tools, exactly as given.
	RawTools []json.RawMessage

	// ToolsInUser places the declarations in the first user message, where the
	// template has them unless told otherwise; else they stand in the system message.
	ToolsInUser bool

	// Builtin names the built-in tools (brave_search, wolfram_alpha,
	// code_interpreter). Not nil, even if empty, it switches to the ipython mode, in
	// which a call ends with <|eom_id|>.
	Builtin []string

	// Date is today's date. Unless DateLast is set, it is shown in the system message
	// with the line on the knowledge cutoff; empty, both lines are left out.
	Date string

	// DateLast places the date after everything else, so that the prompt's front does
	// not change with it.
	DateLast bool

	// Generation appends the header of the assistant turn to be written.
	Generation bool

	// Dialect is the form in which tools and calls are written.
	Dialect llm.Dialect

	// Strict refuses what the template refuses: several calls in one turn.
	Strict bool
}

// TemplateDate is the date that the template shows when it is given none.
const TemplateDate = "26 Jul 2024"

// The errors of the template, in its words.
var (
	ErrSingleCall    = errors.New("This model only supports single tool-calls at once!")                            //nolint:staticcheck // the template's words
	ErrNoUserMessage = errors.New("Cannot put tools in the first user message when there's no first user message!") //nolint:staticcheck // the template's words
)

// ForRequest returns the options under which the runtime renders a request: tools
// in the system message, nothing volatile before the end, and the assistant's header.
func ForRequest(req *llm.Request) (Options, error) {
	o := Options{Generation: true, Dialect: req.Dialect}
	if len(req.Tools) > 0 && req.ToolChoice.Mode != llm.ChoiceNone {
		tools, err := Canonical(req.Tools)
		if err != nil {
			return o, err
		}
		o.Tools = tools
	}
	return o, nil
}

const respondFormat = `Respond in the format {"name": function name, "parameters": dictionary of argument name and its value}.` + "Do not use variables.\n\n"

const pythonicFormat = "To call functions, answer with nothing but a Python list of calls with named, literal arguments, " +
	"such as [first_function(name=\"value\", count=2), second_function()]. If no function fits, answer in plain words.\n\n"

// Render returns the prompt of a conversation.
func Render(messages []llm.Message, o Options) ([]Piece, error) {
	decls, err := declarations(o)
	if err != nil {
		return nil, err
	}
	var stable, volatile []llm.Message
	for _, m := range messages {
		if m.Volatile {
			volatile = append(volatile, m)
		} else {
			stable = append(stable, m)
		}
	}
	if o.DateLast && o.Date != "" {
		volatile = append(volatile, llm.Message{Role: llm.RoleSystem, Content: "Today Date: " + o.Date})
	}

	var p prompt
	p.special(BeginOfText)
	system := ""
	if len(stable) > 0 && stable[0].Role == llm.RoleSystem {
		system, stable = trim(stable[0].Content), stable[1:]
	}
	p.system(system, decls, o)
	if decls != nil && o.ToolsInUser {
		if len(stable) == 0 {
			return nil, ErrNoUserMessage
		}
		p.header(string(llm.RoleUser))
		if o.Dialect == llm.DialectPythonic {
			p.text("You may call the following functions.\n\n" + pythonicFormat)
		} else {
			p.text("Given the following functions, please respond with a JSON for a function call " +
				"with its proper arguments that best answers the given prompt.\n\n" + respondFormat)
		}
		p.list(decls)
		p.text(trim(stable[0].Content))
		p.special(EndTurn)
		stable = stable[1:]
	}
	if err := p.turns(stable, o); err != nil {
		return nil, err
	}
	if err := p.turns(volatile, o); err != nil {
		return nil, err
	}
	if o.Generation {
		p.header(string(llm.RoleAssistant))
	}
	return p.pieces, nil
}

// trim cuts white space as the template does: by Unicode's notion of it, and the
// four ASCII separators.
func trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f })
}

// system renders the first message: the environment, the dates, the tools and the
// system text.
func (p *prompt) system(text string, decls []string, o Options) {
	p.header(string(llm.RoleSystem))
	if o.Builtin != nil || decls != nil {
		p.text("Environment: ipython\n")
	}
	if o.Builtin != nil {
		shown := slices.DeleteFunc(slices.Clone(o.Builtin), func(s string) bool { return s == codeInterpreter })
		p.text("Tools: " + strings.Join(shown, ", ") + "\n\n")
	}
	if o.Date != "" && !o.DateLast {
		p.text("Cutting Knowledge Date: December 2023\nToday Date: " + o.Date + "\n\n")
	} else if decls != nil && o.Builtin == nil {
		p.text("\n")
	}
	if decls != nil && !o.ToolsInUser {
		if o.Dialect == llm.DialectPythonic {
			p.text("You have access to the following functions. " + pythonicFormat)
		} else {
			p.text("You have access to the following functions. To call a function, please respond with JSON for a function call." + respondFormat)
		}
		p.list(decls)
	}
	p.text(text)
	p.special(EndTurn)
}

func (p *prompt) list(decls []string) {
	for _, d := range decls {
		p.text(d + "\n\n")
	}
}

// declarations renders the tools; nil means that none are declared.
func declarations(o Options) ([]string, error) {
	raw := o.RawTools
	if raw == nil {
		if o.Tools == nil {
			return nil, nil
		}
		raw = make([]json.RawMessage, len(o.Tools))
		for i, t := range o.Tools {
			raw[i] = declaration(t)
		}
	}
	out := make([]string, len(raw))
	for i, r := range raw {
		v, err := parseValue(r)
		if err != nil {
			return nil, fmt.Errorf("chat: tool %d: %w", i, err)
		}
		out[i] = string(appendJSON(nil, v, 4, 0))
	}
	return out, nil
}

// declaration wraps a spec as the template expects tools to be given.
func declaration(t llm.ToolSpec) json.RawMessage {
	b := []byte(`{"type": "function", "function": {"name": `)
	b = appendString(b, t.Name)
	if t.Description != "" {
		b = append(b, `, "description": `...)
		b = appendString(b, t.Description)
	}
	b = append(b, `, "parameters": `...)
	if len(t.Parameters) > 0 {
		b = append(b, t.Parameters...)
	} else {
		b = append(b, `{"type": "object", "properties": {}}`...)
	}
	return append(b, "}}"...)
}
