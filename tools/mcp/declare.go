package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/schema"
)

// Defaults of the time that a call may take.
const (
	defaultTimeout = time.Minute
	askingTimeout  = 10 * time.Minute // where a person may have to answer first
)

// LabelServer is the key of [tools.Spec.Labels] that names the MCP server of a tool.
const LabelServer = "mcp"

// Declaration is a tool as a server declares it.
type Declaration struct {
	Server string          `json:"-"`
	Name   string          `json:"name"` // the server's own
	Text   json.RawMessage `json:"-"`    // all that the server says of the tool, in canonical form
	Hash   string          `json:"hash"` // of Text: SHA-256, hexadecimal

	// What a person reads of it, with texts cleaned, and what the agent is told.
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"`
	Output      json.RawMessage `json:"output,omitempty"` // the schema of results
	Hints       *Hints          `json:"hints,omitempty"`
}

// Hints are what a server says of what its tool does. They count where it is trusted.
type Hints struct {
	ReadOnly    bool  `json:"read_only,omitempty"`
	Idempotent  bool  `json:"idempotent,omitempty"`
	Destructive *bool `json:"destructive,omitempty"`
	OpenWorld   *bool `json:"open_world,omitempty"`
}

// declare reads what a server says of a tool.
func declare(server string, t *sdk.Tool) (Declaration, error) {
	d := Declaration{Server: server, Name: t.Name}
	said, err := json.Marshal(struct {
		Name, Title, Description  string
		InputSchema, OutputSchema any
		Annotations               *sdk.ToolAnnotations
	}{t.Name, t.Title, t.Description, t.InputSchema, t.OutputSchema, t.Annotations})
	if err != nil {
		return d, err
	}
	if len(said) > 2*schema.MaxSchema {
		return d, fmt.Errorf("its declaration has %d bytes, more than %d", len(said), 2*schema.MaxSchema)
	}
	if d.Text, err = schema.CanonicalDeclaration(said); err != nil {
		return d, err
	}
	d.Hash = hashOf(d.Text)
	d.Description = clean(t.Description, maxDescription)
	if d.Description == "" {
		d.Description = clean(t.Title, maxDescription)
	}
	if a := t.Annotations; a != nil {
		d.Hints = &Hints{a.ReadOnlyHint, a.IdempotentHint, a.DestructiveHint, a.OpenWorldHint}
	}
	if t.OutputSchema != nil {
		if d.Output, err = canonical(t.OutputSchema); err != nil {
			return d, err
		}
	}
	d.Parameters, err = parameters(t.InputSchema)
	return d, err
}

// parameters is a tool's input schema, with its texts cleaned.
func parameters(given any) (json.RawMessage, error) {
	if given == nil {
		return json.RawMessage(`{"type":"object"}`), nil
	}
	object, ok := given.(map[string]any)
	if !ok {
		return nil, errors.New("inputSchema is no object")
	}
	object = maps.Clone(object)
	if _, typed := object["type"]; !typed {
		object["type"] = "object"
	}
	return canonical(object)
}

// canonical writes a schema, with its texts cleaned, on a copy.
func canonical(given any) (json.RawMessage, error) {
	text, err := json.Marshal(given)
	if err != nil {
		return nil, err
	}
	var own any
	if err := json.Unmarshal(text, &own); err != nil {
		return nil, err
	}
	if text, err = json.Marshal(cleanSchema(own)); err != nil {
		return nil, err
	}
	return schema.CanonicalDeclaration(text)
}

// spec is what the agent is told of the tool. A schema of results that cannot be used is
// left out, since it only describes; the problem is then returned with the spec.
func (d *Declaration) spec(name string, s *Server, asks bool) (tools.Spec, error) {
	own := s.Tools[d.Name]
	spec := tools.Spec{Name: name, Description: d.Description, Parameters: d.Parameters, Effect: tools.Once, Timeout: own.Timeout}
	if spec.Timeout == 0 {
		spec.Timeout = s.Timeout
	}
	if spec.Timeout == 0 {
		spec.Timeout = defaultTimeout
		if asks {
			spec.Timeout = askingTimeout
		}
	}
	labels := map[string]string{LabelServer: d.Server, "integrity": "untrusted"}
	if s.URL != "" {
		labels["egress"] = "true"
	}
	if h := d.Hints; h != nil && s.Trust {
		switch {
		case h.ReadOnly:
			spec.Effect = tools.Read
		case h.Idempotent:
			spec.Effect = tools.Idempotent
		}
		if !h.ReadOnly && h.Destructive != nil && *h.Destructive {
			labels["irreversible"] = "true"
		}
		if h.OpenWorld != nil && s.URL == "" {
			labels["egress"] = fmt.Sprint(*h.OpenWorld)
		}
	}
	maps.Copy(labels, s.Labels)
	maps.Copy(labels, own.Labels)
	if len(own.Data) > 0 {
		labels["data"] = tools.WithArguments(labels["data"], own.Data...)
	}
	spec.Labels = labels
	if own.Effect != "" {
		spec.Effect = tools.Effect(own.Effect)
	}
	if n := own.Retries; n != nil && spec.Effect != tools.Once {
		if spec.Retries = *n; *n == 0 {
			spec.Retries = tools.NoRetries
		}
	}
	if d.Output == nil {
		return spec, nil
	}
	if _, err := schema.Compile(d.Output); err != nil {
		return spec, fmt.Errorf("its schema of results is not used: %w", err)
	}
	spec.Output = d.Output
	return spec, nil
}

// Pinned returns the tools that servers declared when they were last accepted, without
// reaching them: for checks. Calls of them fail.
func Pinned(o Options) (out []*tools.Tool, err error) {
	pins, err := OpenPins(o.Pins)
	if err != nil {
		return nil, err
	}
	prefixes := serverNames(sortedNames(o.Servers))
	for _, name := range sortedNames(o.Servers) {
		s := o.Servers[name]
		declared := pins.held.Servers[name].Tools
		legal := toolNames(prefixes[name], sortedNames(declared))
		for _, tool := range sortedNames(declared) {
			d := declared[tool]
			d.Server = name
			if s.Disabled || !s.wanted(tool) || legal[tool] == "" {
				continue
			}
			spec, _ := d.spec(legal[tool], &s, false) // what it says of results is told when it is opened
			t := tools.Raw(spec, func(context.Context, tools.Call) (json.RawMessage, error) {
				return nil, tools.Fail("mcp server %q was not reached", name)
			})
			if _, err := tools.NewRegistry(t); err == nil {
				out = append(out, t)
			}
		}
	}
	return out, nil
}

// wanted says whether the configuration leaves a tool in.
func (s *Server) wanted(name string) bool {
	if s.Tools[name].Disabled {
		return false
	}
	return s.Only == nil || slices.Contains(s.Only, "*") || slices.Contains(s.Only, name)
}

// strangers are tools that the configuration names and the server does not have.
func (s *Server) strangers(declared []Declaration) string {
	has := map[string]bool{"*": true}
	for _, d := range declared {
		has[d.Name] = true
	}
	var missing []string
	for _, name := range append(sortedNames(s.Tools), s.Only...) {
		if !has[name] {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	return strings.Join(slices.Compact(missing), ", ")
}
