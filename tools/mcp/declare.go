package mcp

import (
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

	// What a person reads of it, cleaned.
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"`

	tool *sdk.Tool
}

// declare reads what a server says of a tool.
func declare(server string, t *sdk.Tool) (Declaration, error) {
	d := Declaration{Server: server, Name: t.Name, tool: t}
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
	if d.Text, err = tools.Canonical(said); err != nil {
		return d, err
	}
	d.Hash = hashOf(d.Text)
	d.Description = clean(t.Description, maxDescription)
	if d.Description == "" {
		d.Description = clean(t.Title, maxDescription)
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
func canonical(schema any) (json.RawMessage, error) {
	text, err := json.Marshal(schema)
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
	return tools.Canonical(text)
}

// spec is what the agent is told of the tool. A schema of results that cannot be used is
// left out, since it only describes; the problem is then returned with the spec.
func (d *Declaration) spec(name string, s *Server, asks bool) (tools.Spec, error) {
	own := s.Tools[d.Name]
	spec := tools.Spec{Name: name, Description: d.Description, Parameters: d.Parameters, Effect: tools.Once, Retries: own.Retries, Timeout: own.Timeout}
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
	if a := d.tool.Annotations; a != nil && s.Trust {
		switch {
		case a.ReadOnlyHint:
			spec.Effect = tools.Read
		case a.IdempotentHint:
			spec.Effect = tools.Idempotent
		}
		if !a.ReadOnlyHint && a.DestructiveHint != nil && *a.DestructiveHint {
			labels["irreversible"] = "true"
		}
		if a.OpenWorldHint != nil && s.URL == "" {
			labels["egress"] = fmt.Sprint(*a.OpenWorldHint)
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
	if spec.Effect == tools.Once {
		spec.Retries = 0
	}
	if d.tool.OutputSchema == nil {
		return spec, nil
	}
	output, err := canonical(d.tool.OutputSchema)
	if err == nil {
		_, err = schema.Compile(output)
	}
	if err != nil {
		return spec, fmt.Errorf("its schema of results is not used: %w", err)
	}
	spec.Output = output
	return spec, nil
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
