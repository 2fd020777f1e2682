package agent

import (
	"errors"
	"fmt"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/tools/mcp"
)

// checkTool asks about a dialect where one is chosen and the model knows several.
func checkTool(m llm.ToolChecker, t llm.ToolSpec, d llm.Dialect) ([]string, error) {
	if several, ok := m.(interface {
		CheckToolIn(t llm.ToolSpec, d llm.Dialect) ([]string, error)
	}); ok && d != "" {
		return several.CheckToolIn(t, d)
	}
	return m.CheckTool(t)
}

// checkTools asks the model whether it can hold calls to the tools' schemas. A tool that
// it can't declare at all is an error that names it; with Lenient, or from an MCP server, it
// is set aside with a warning. What is checked after decoding, not enforced, is logged.
func (o *Options) checkTools(model llm.Model) error {
	checker, ok := model.(llm.ToolChecker)
	if !ok {
		return nil
	}
	var errs []error
	kept := o.Specs[:0:0]
	for _, s := range o.Specs {
		unenforced, err := checkTool(checker, s.LLM(), o.Dialect)
		switch {
		case err == nil:
			kept = append(kept, s)
		case o.Lenient || s.Labels[mcp.LabelServer] != "": // whose schema is not the user's to mend
			o.Log.Warn().Str("tool", s.Name).Err(err).Msg("the tool is set aside: its schema can't be used")
		default:
			errs = append(errs, fmt.Errorf("agent: tool %s: %w", s.Name, err))
		}
		for _, line := range unenforced {
			o.Log.Warn().Str("tool", s.Name).Msg(line)
		}
	}
	o.Specs = kept
	return errors.Join(errs...)
}
