package host

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
)

// Places that several runs share have one of these prefixes.
const (
	servePrefix = "serve-"
	chatPrefix  = "chat-"
	mcpPrefix   = "mcp-"
)

// ChatPlace names a new folder of an embedded bus that the turns of a conversation share.
func ChatPlace() string { return chatPrefix + runtime.NewRunID() }

// MCPPlace is the folder of the embedded bus of a process that serves MCP clients: the runs
// that one leaves, the next goes on with. While another process has it, a new one is needed.
func (c *Config) MCPPlace(another bool) string {
	if another {
		return mcpPrefix + runtime.NewRunID()
	}
	return mcpPrefix + c.Name
}

// Forget removes the store of the embedded bus once its run has ended: no call of it can
// come again. A store that other runs may need stays. Close is called before.
func (h *Host) Forget(s *planner.State) error {
	if s == nil || !s.Status.Done() || slices.ContainsFunc([]string{servePrefix, chatPrefix, mcpPrefix}, func(p string) bool { return strings.HasPrefix(h.place, p) }) {
		return nil
	}
	return h.Discard()
}

// Discard removes the store of the embedded bus, all of whose runs have ended.
func (h *Host) Discard() error {
	if h.place == "" {
		return nil
	}
	return os.RemoveAll(filepath.Join(h.data, "bus", h.place))
}
