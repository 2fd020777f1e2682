package corpus

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// param is a parameter of a made-up tool.
type param struct {
	name     string
	said     string // as people say it
	kind     *kind
	desc     string
	enum     []string
	required bool
}

// kind is a sort of value: how it is typed, made and mentioned.
type kind struct {
	typ    string
	suffix []string               // ends of parameter names
	value  func(s *Source) string // as people write it
	lead   []string               // words before the value, where no name is needed
	desc   []string
	quoted bool // in requests, for else nobody could tell where it ends
}

var kinds = []*kind{
	{"integer", []string{"id", "number", "no"}, func(s *Source) string { return s.digits(2 + s.IntN(5)) }, []string{"number", "no."}, []string{"Number of the %s", "Id of the %s"}, false},
	{"string", []string{"id", "code", "ref"}, (*Source).code, []string{"", "with the code"}, []string{"Code of the %s", "Reference of the %s"}, false},
	{"string", []string{"name", "person", ""}, (*Source).person, []string{"for", "named", "of"}, []string{"Name of the %s", "Full name"}, false},
	{"string", []string{"email", "address", "mail"}, (*Source).email, []string{"to", "at", "via"}, []string{"E-mail of the %s", "E-mail address"}, false},
	{"string", []string{"city", "place", "location"}, (*Source).city, []string{"in", "at", "near"}, []string{"City of the %s", "Where"}, false},
	{"string", []string{"date", "day"}, (*Source).date, []string{"on", "for"}, []string{"Day of the %s, YYYY-MM-DD", "Date"}, false},
	{"number", []string{"amount", "price", "total"}, (*Source).money, []string{"of", "for", "over"}, []string{"Amount of the %s", "Amount in euros"}, false},
	{"integer", []string{"count", "quantity", "limit"}, func(s *Source) string { return s.digits(1 + s.IntN(2)) }, []string{"times", "in number"}, []string{"How many", "Number of items"}, false},
	{"string", []string{"title", "text", "subject", "label"}, func(s *Source) string { return s.title() }, []string{"called", "titled", "saying"}, []string{"Text of the %s", "Title"}, true},
	{"string", []string{"time", "hour"}, (*Source).clock, []string{"at", "from"}, []string{"Time of day, HH:MM"}, false},
	{"string", []string{"phone", "phone_number", "mobile"}, (*Source).phone, []string{"calling", "reached at", "on the line"}, []string{"Phone number of the %s", "Phone, with the country"}, false},
	{"string", []string{"url", "link", "website"}, (*Source).url, []string{"from", "at", "with"}, []string{"Address on the web", "Link to the %s"}, false},
	{"string", []string{"file", "path", "filename"}, (*Source).path, []string{"from", "using", "in"}, []string{"Path of the %s", "Name of the file"}, false},
	{"string", []string{"query", "message", "note", "comment", "description", "reason"}, (*Source).title, []string{"saying", "with the words", "about"}, []string{"Words of the %s", "What to say", "Free text"}, true},
}

// text is the kind of free text, flag the kind of what is on or off.
var (
	text = kinds[8]
	flag = &kind{typ: "boolean", value: func(s *Source) string { return pick(s, "true", "false") }}
)

// like says that the values of two kinds can't be told apart by how they look.
func (k *kind) like(o *kind) bool {
	numbers := k.typ != "string" && o.typ != "string"
	return k == o || numbers || k.quoted && o.quoted
}

// value makes a value for the parameter.
func (p *param) value(s *Source) string {
	if p.enum != nil {
		return pick(s, p.enum...)
	}
	return p.kind.value(s)
}

// json is a value as JSON.
func (p *param) json(v string) json.RawMessage {
	if p.enum == nil && p.kind.typ != "string" {
		return json.RawMessage(v)
	}
	b, _ := json.Marshal(v)
	return b
}

// choice says that the value is one of a few.
func (p *param) choice() bool { return p.enum != nil || p.kind == flag }

// tool is a made-up tool, with the words that people use for it.
type tool struct {
	spec   llm.ToolSpec
	verb   action
	noun   string
	params []*param
	rivals []*param // whose values its own could be taken for
	out    []*param
}

// action is what a tool does: the verb in its name, and how people ask for it.
type action struct {
	name string
	said []string
	done string
}

// action is of a listed sense or, in training and half of the time, a made-up verb.
func (s *Source) action() action {
	if len(s.verbs) > 0 {
		return pick(s, s.verbs...)
	}
	if s.noisy(0.5) {
		name := s.word(1 + s.IntN(2))
		return action{name, []string{name, name + " " + pick(s, "up", "out", "off", "in", "over", "down"), name}, name + "ed"}
	}
	meant := pick(s, senses...)
	name := draw(s, meant.said)
	for strings.Count(name, " ") > 1 || strings.ContainsAny(name, "-'") {
		name = draw(s, meant.said)
	}
	return action{strings.ReplaceAll(name, " ", "_"), []string{name, draw(s, meant.said), draw(s, meant.said)}, draw(s, meant.done)}
}

// fewWords lets the tools of a training conversation, more often than not, share one verb
// or two, and now and then the noun.
func (s *Source) fewWords() {
	s.verbs, s.nouns = nil, nil
	var few []action
	for range 1 + s.IntN(2) {
		few = append(few, s.action())
	}
	noun := s.noun()
	switch {
	case s.noisy(0.5):
		s.verbs = few
	case s.noisy(0.25):
		s.nouns = []string{noun}
	}
}

// noun is what a tool is about, of one word or two.
func (s *Source) noun() string {
	if len(s.nouns) > 0 {
		return pick(s, s.nouns...)
	}
	noun := s.named(listed(s, nouns))
	if s.chance(0.2) {
		noun = s.named(listed(s, qualifiers)) + " " + noun
	}
	return noun
}

// tool makes a tool of n parameters, the first need of them required.
func (s *Source) tool(n, need int) *tool {
	t := &tool{verb: s.action(), noun: s.noun()}
	used := map[string]bool{}
	camel := s.chance(0.2)
	for i := range n {
		p := s.param(t.noun, used, camel)
		p.required = i < need
		t.params = append(t.params, p)
	}
	t.rivals = t.params
	for range 1 + s.IntN(3) {
		p := s.param(t.noun, used, camel)
		for p.kind == flag {
			p = s.param(t.noun, used, camel)
		}
		t.out = append(t.out, p)
	}
	parts := []string{t.verb.name, strings.ReplaceAll(t.noun, " ", "_")}
	if s.chance(0.15) {
		slices.Reverse(parts)
	}
	name := strings.Join(parts, "_")
	if camel {
		name = camelCase(name)
	}
	desc := capital(pick(s, t.verb.said...)) + pick(s, " a ", " the ", " one ") + t.noun
	t.spec = llm.ToolSpec{Name: name, Description: desc + pick(s, "", ".", ""), Parameters: schemaOf(t.params, s.chance(0.6))}
	return t
}

// camelCase joins words, all but the first with a capital.
func camelCase(name string) string {
	parts := strings.Split(name, "_")
	for i := 1; i < len(parts); i++ {
		parts[i] = capital(parts[i])
	}
	return strings.Join(parts, "")
}

// param makes a parameter whose name is not used yet.
func (s *Source) param(noun string, used map[string]bool, camel bool) *param {
	for {
		p := s.anyParam(noun)
		p.said = strings.ReplaceAll(p.name, "_", " ")
		if camel {
			p.name = camelCase(p.name)
		}
		if !used[p.said] {
			used[p.said] = true
			return p
		}
	}
}

func (s *Source) anyParam(noun string) *param {
	switch r := s.Float64(); {
	case r < 0.06 && s.noisy(0.5):
		p := &param{name: s.word(1 + s.IntN(2)), kind: text}
		for range 2 + s.IntN(3) {
			p.enum = append(p.enum, s.word(1+s.IntN(2)))
		}
		p.desc = capital(p.name)
		return p
	case r < 0.12:
		e := draw(s, enumLists)
		return &param{name: e.name, kind: text, enum: e.values, desc: capital(strings.ReplaceAll(e.name, "_", " "))}
	case r < 0.17:
		name := s.named(listed(s, flags))
		return &param{name: name, kind: flag, desc: pick(s, "Whether it is ", "If it is ", "") + strings.ReplaceAll(name, "_", " ")}
	}
	k := pick(s, kinds...)
	suffix := pick(s, k.suffix...)
	if s.noisy(0.15) {
		suffix = s.word(1)
	}
	q := noun
	if s.chance(0.6) || suffix == "" {
		q = s.named(listed(s, qualifiers))
	}
	name := strings.Trim(strings.ReplaceAll(q, " ", "_")+"_"+suffix, "_")
	if s.chance(0.25) && suffix != "" {
		name = suffix
	}
	return &param{name: name, kind: k, desc: strings.ReplaceAll(pick(s, k.desc...), "%s", q)}
}

// schemaOf declares the parameters; a closed schema allows no others.
func schemaOf(params []*param, closed bool) json.RawMessage {
	type property struct {
		Type        string   `json:"type"`
		Description string   `json:"description,omitempty"`
		Enum        []string `json:"enum,omitempty"`
	}
	props := map[string]property{}
	required := []string{}
	for _, p := range params {
		props[p.name] = property{p.kind.typ, p.desc, p.enum}
		if p.required {
			required = append(required, p.name)
		}
	}
	schema := map[string]any{"type": "object", "properties": props}
	if len(required) > 0 {
		schema["required"] = required
	}
	if closed { // as Go types are declared
		schema["additionalProperties"] = false
	}
	b, _ := json.Marshal(schema)
	return b
}
