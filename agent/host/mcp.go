package host

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"github.com/chaski-dev/chaski/tools/mcp"
)

// MCPConfig names MCP servers: an mcpServers object, or the path of a JSON or YAML file
// that holds one.
type MCPConfig struct {
	File    string
	Servers mcp.Servers
}

// UnmarshalYAML takes both.
func (m *MCPConfig) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		return n.Decode(&m.File)
	}
	if err := n.Decode(&m.Servers); err != nil {
		return fmt.Errorf("mcp: %w", err)
	}
	return nil
}

// pinsFile is the file of accepted declarations, beside the agent's own.
const pinsFile = "mcp.pins.json"

// MCP returns the servers that the configuration names, as options to open them with. What
// they leave is in the data folder, but for the accepted declarations: those belong to the
// configuration, and lie beside it. "" is the configured folder.
func (c *Config) MCP(data string) (mcp.Options, error) {
	data = cmp.Or(data, c.path(c.Data), DefaultData)
	o := mcp.Options{Servers: c.Servers.Servers, Dir: c.dir, Pins: filepath.Join(c.dir, pinsFile), Tokens: filepath.Join(data, "mcp")}
	if c.file == "" {
		o.Pins = filepath.Join(data, pinsFile)
	}
	if c.Servers.File == "" {
		return o, nil
	}
	file := c.path(c.Servers.File)
	text, err := os.ReadFile(file)
	if err != nil {
		return o, fmt.Errorf("mcp: %w", err)
	}
	if o.Servers, err = mcp.Parse(text); err != nil {
		return o, fmt.Errorf("mcp: %s: %w", file, err)
	}
	return o, nil
}

// openMCP starts the servers.
func (h *Host) openMCP(ctx context.Context) (*mcp.Client, error) {
	o, err := h.Config.MCP(h.data)
	if err != nil || len(o.Servers) == 0 {
		return nil, err
	}
	o.Accept, o.Ask, o.Browse, o.Progress, o.Log = h.o.MCP.Accept, h.o.MCP.Ask, h.o.MCP.Browse, h.o.MCP.Progress, h.o.Log
	client, err := mcp.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	h.close = append(h.close, client.Close)
	return client, nil
}
