package host

import (
	"fmt"
	"io/fs"

	"github.com/chaski-dev/chaski/tools"
)

// Example is an agent that ships in the binary: its agent.yaml and policies as files, its
// tools in Go. chaski run --example NAME runs it from any folder.
type Example struct {
	Name   string
	About  string // one line
	Prompt string // when the user gives none
	Files  fs.FS  // agent.yaml and the policies that it names

	// Tools returns the example's tools, which keep what they remember in the folder of the
	// runs; nil has only those that agent.yaml declares.
	Tools func(data string) []*tools.Tool
}

// Config reads the example's agent.yaml.
func (e *Example) Config() (*Config, error) {
	text, err := fs.ReadFile(e.Files, "agent.yaml")
	if err != nil {
		return nil, fmt.Errorf("example %s: %w", e.Name, err)
	}
	c, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("example %s: agent.yaml: %w", e.Name, err)
	}
	c.fsys = e.Files
	if c.Name == "" {
		c.Name = e.Name
	}
	return c, nil
}
