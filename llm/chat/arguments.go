package chat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// toolSchema is the schema of a tool's arguments, compiled when first needed.
type toolSchema struct {
	raw      json.RawMessage
	parsed   bool
	value    value
	compiled *jsonschema.Schema // nil if there is none or it does not compile
}

func (s *toolSchema) parse() {
	if s.parsed {
		return
	}
	s.parsed = true
	v, err := parseValue(s.raw)
	if err != nil {
		return
	}
	s.value = v
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(s.raw))
	if err != nil {
		return
	}
	c := jsonschema.NewCompiler()
	if c.AddResource("mem:///tool.json", doc) == nil {
		s.compiled, _ = c.Compile("mem:///tool.json")
	}
}

// validate returns what is wrong with the arguments, in one line; "" if nothing is.
func (s *toolSchema) validate(args json.RawMessage) string {
	if s.compiled == nil {
		return ""
	}
	inst, err := jsonschema.UnmarshalJSON(bytes.NewReader(args))
	if err != nil {
		return err.Error()
	}
	if err := s.compiled.Validate(inst); err != nil {
		var ve *jsonschema.ValidationError
		if errors.As(err, &ve) {
			inOrder(ve)
		}
		lines := strings.Split(err.Error(), "\n")
		for i := range lines {
			lines[i] = strings.TrimPrefix(strings.TrimSpace(lines[i]), "- ")
		}
		return "the arguments do not satisfy the schema: " + strings.Join(lines[min(1, len(lines)-1):], "; ")
	}
	return ""
}

// inOrder sorts an error that the validator collected by ranging over maps.
func inOrder(e *jsonschema.ValidationError) {
	if k, ok := e.ErrorKind.(*kind.AdditionalProperties); ok {
		slices.Sort(k.Properties)
	}
	for _, c := range e.Causes {
		inOrder(c)
	}
	slices.SortStableFunc(e.Causes, func(a, b *jsonschema.ValidationError) int { return strings.Compare(a.Error(), b.Error()) })
}

// add puts out a complete call, with the events that lead to it.
func (p *forms) add(f found) {
	call := llm.ToolCall{Name: f.name, Arguments: json.RawMessage(f.raw)}
	args := f.args
	if f.converted || f.raw == "" {
		call.Arguments = encode(args)
	}
	schema := p.schemas[f.name]
	if schema == nil && !p.known(f.name) {
		if name, ok := resolve(p.o.Tools, f.name); ok {
			call.Coercions = []llm.Coercion{{From: encode(value{kind: '"', text: f.name}), To: encode(value{kind: '"', text: name})}}
			f.name, call.Name, schema = name, name, p.schemas[name]
		}
	}
	switch {
	case schema == nil && p.o.Tools != nil && !p.known(f.name) && f.name != codeInterpreter:
		p.fail(&CallError{Name: f.name, Reason: "no tool of that name is declared"})
	case schema != nil:
		schema.parse()
		whole := f
		named := call.Coercions
		args, call.Coercions = p.positional(f, schema.value, args)
		var log []llm.Coercion
		if args.kind == '"' { // an object in a string
			if to, ok := convert(args, "object"); ok {
				log = append(log, llm.Coercion{From: encode(args), To: encode(to)})
				args = to
			}
		}
		args, more := coerce(schema.value, args)
		call.Coercions = append(append(append(named, call.Coercions...), log...), more...)
		if len(call.Coercions) > 0 {
			call.Arguments = encode(args)
		}
		if wrong := schema.validate(call.Arguments); wrong != "" {
			if other, ok := p.mend.fit(whole); ok {
				call = rewritten(other, string(call.Arguments))
			} else {
				p.fail(&CallError{Name: f.name, Reason: wrong})
			}
		}
	case len(f.pos) > 0:
		p.fail(&CallError{Name: f.name, Reason: "positional arguments can't be matched to parameters that are not declared"})
	}
	var events []llm.Event
	if !p.started {
		events = append(events, llm.CallStart{Index: p.calls, Name: f.name},
			llm.CallDelta{Index: p.calls, Text: string(call.Arguments)})
	} else {
		p.streamArguments()
	}
	events = append(events, llm.CallEnd{Index: p.calls, Call: call})
	p.calls++
	if p.tentative {
		p.pending = append(p.pending, events...)
		return
	}
	p.flushText(true)
	p.out = append(p.out, events...)
}

// positional gives arguments without a name the names of the schema's properties, in
// their order.
func (p *forms) positional(f found, schema, args value) (value, []llm.Coercion) {
	if len(f.pos) == 0 {
		return args, nil
	}
	props, _ := schema.get("properties")
	if len(f.pos) > len(props.keys) {
		p.fail(&CallError{Name: f.name, Reason: fmt.Sprintf("%d positional arguments, the tool has %d parameters", len(f.pos), len(props.keys))})
		return args, nil
	}
	out := value{kind: '{'}
	var log []llm.Coercion
	for i, v := range f.pos {
		out.set(props.keys[i], v)
		log = append(log, llm.Coercion{Path: "/" + pointer(props.keys[i]), From: json.RawMessage("null"), To: encode(v)})
	}
	for i, k := range args.keys {
		out.set(k, args.items[i])
	}
	return out, log
}

// streamArguments puts out the bytes of the open call's arguments that have come.
func (p *forms) streamArguments() {
	j, ok := p.rec.(*jsonCall)
	if !ok || !p.started {
		return
	}
	from, to := j.mark, len(j.raw)
	if j.hasArgs {
		from, to = j.argsFrom, j.argsTo
	}
	b := j.raw[from+p.streamed : to]
	if !j.hasArgs {
		b = b[:whole(b)]
	}
	if len(b) == 0 {
		return
	}
	p.streamed += len(b)
	p.out = append(p.out, llm.CallDelta{Index: p.calls, Text: string(b)})
}
