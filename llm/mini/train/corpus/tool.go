package corpus

import (
	"encoding/json"
	"strings"

	"github.com/chaski-dev/chaski/llm"
)

// param is a parameter of a made-up tool.
type param struct {
	name     string
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
}

var qualifiers = strings.Fields(`customer guest patient driver author client member student tenant owner
	buyer seller sender vendor pilot reader worker player editor agent
	target source main home billing shipping start first last spare
	event floor seat route batch file page unit case group
	crate credit policy course gadget asset office store team field`)

var enums = [][]string{
	{"low", "normal", "high"}, {"open", "closed", "pending"}, {"small", "medium", "large"}, {"draft", "final"}, {"metric", "imperial"},
	{"day", "week", "month"}, {"red", "green", "blue"}, {"email", "phone", "post"}, {"asc", "desc"}, {"standard", "express"},
}

var enumNames = strings.Fields("priority status size stage units period color channel order shipping_class")

// like says that the values of two kinds can't be told apart by how they look.
func (k *kind) like(o *kind) bool {
	numbers := k.typ != "string" && o.typ != "string"
	return k == o || numbers
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

func (p *param) said() string { return strings.ReplaceAll(p.name, "_", " ") }

// tool is a made-up tool, with the words that people use for it.
type tool struct {
	spec   llm.ToolSpec
	verb   action
	noun   string
	params []*param
	out    []*param
}

// action is a verb: its names in tools, and how people ask for it.
type action struct {
	name string
	said []string
	done string
}

var actions = []action{
	{"get", []string{"show me", "get", "tell me about"}, "found"},
	{"find", []string{"find", "look for", "search for"}, "found"},
	{"cancel", []string{"cancel", "call off", "drop"}, "cancelled"},
	{"create", []string{"create", "make", "set up"}, "created"},
	{"lookup", []string{"look up", "check", "pull up"}, "looked up"},
	{"delete", []string{"delete", "remove", "get rid of"}, "deleted"},
	{"send", []string{"send", "mail", "dispatch"}, "sent"},
	{"book", []string{"book", "reserve", "arrange"}, "booked"},
	{"update", []string{"update", "change", "edit"}, "updated"},
	{"archive", []string{"archive", "file away", "store away"}, "archived"},
	{"close", []string{"close", "finish", "shut"}, "closed"},
	{"approve", []string{"approve", "accept", "sign off"}, "approved"},
	{"track", []string{"track", "follow", "trace"}, "tracked"},
	{"print", []string{"print", "put on paper", "print out"}, "printed"},
	{"rename", []string{"rename", "give a new name to", "retitle"}, "renamed"},
	{"schedule", []string{"schedule", "plan", "put in the calendar"}, "scheduled"},
	{"pay", []string{"pay", "settle", "pay off"}, "paid"},
	{"refund", []string{"refund", "pay back", "give the money back for"}, "refunded"},
	{"open", []string{"open", "start", "launch"}, "opened"},
	{"export", []string{"export", "save out", "download"}, "exported"},
}

// action is a listed verb or, in training and half of the time, a made-up one.
func (s *Source) action() action {
	if len(s.verbs) > 0 {
		return pick(s, s.verbs...)
	}
	if !s.noisy(0.5) {
		return draw(s, actions)
	}
	name := s.word(1 + s.IntN(2))
	return action{name, []string{name, s.word(1) + " " + s.word(1), s.word(2)}, name + "ed"}
}

// fewVerbs lets the tools of a training conversation, more often than not, share one verb
// or two.
func (s *Source) fewVerbs() {
	s.verbs = nil
	var few []action
	for range 1 + s.IntN(2) {
		few = append(few, s.action())
	}
	if s.noisy(0.6) {
		s.verbs = few
	}
}

var nouns = strings.Fields(`order invoice ticket flight hotel meeting package account report contract
	payment booking parcel lesson reminder message product shipment profile recipe
	loan alarm playlist table room visit claim device survey permit
	backup server branch folder photo article budget quote voucher machine
	garden boat ferry bridge lecture museum engine warehouse rental subscription`)

// tool makes a tool of n parameters, the first need of them required.
func (s *Source) tool(n, need int) *tool {
	t := &tool{verb: s.action()}
	t.noun = s.named(draw(s, nouns))
	used := map[string]bool{}
	for i := range n {
		p := s.param(t.noun, used)
		p.required = i < need
		t.params = append(t.params, p)
	}
	for range 1 + s.IntN(3) {
		t.out = append(t.out, s.param(t.noun, used))
	}
	name := t.verb.name + "_" + t.noun
	switch s.IntN(6) {
	case 0:
		name = t.verb.name + capital(t.noun)
	case 1:
		name = t.noun + "_" + t.verb.name
	}
	desc := capital(pick(s, t.verb.said...)) + pick(s, " a ", " the ", " one ") + t.noun
	t.spec = llm.ToolSpec{Name: name, Description: desc + pick(s, "", ".", ""), Parameters: schemaOf(t.params, s.chance(0.6))}
	return t
}

func (s *Source) param(noun string, used map[string]bool) *param {
	for {
		if s.chance(0.12) {
			i := s.IntN(len(enums))
			if s.noisy(0.5) {
				p := &param{name: s.word(1 + s.IntN(2)), kind: kinds[8]}
				for range 2 + s.IntN(3) {
					p.enum = append(p.enum, s.word(1+s.IntN(2)))
				}
				if p.desc = capital(p.name); !used[p.name] {
					used[p.name] = true
					return p
				}
			}
			if (i%split == split-1) != s.Held {
				continue
			}
			if p := (&param{name: enumNames[i], kind: kinds[8], enum: enums[i], desc: capital(strings.ReplaceAll(enumNames[i], "_", " "))}); !used[p.name] {
				used[p.name] = true
				return p
			}
			continue
		}
		k := pick(s, kinds...)
		suffix := pick(s, k.suffix...)
		if s.noisy(0.15) {
			suffix = s.word(1)
		}
		q := noun
		if s.chance(0.6) || suffix == "" {
			q = s.named(draw(s, qualifiers))
		}
		name := strings.Trim(q+"_"+suffix, "_")
		if s.chance(0.25) && suffix != "" {
			name = suffix
		}
		if used[name] {
			continue
		}
		used[name] = true
		desc := strings.ReplaceAll(pick(s, k.desc...), "%s", q)
		return &param{name: name, kind: k, desc: desc}
	}
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
