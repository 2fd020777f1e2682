package engine

import (
	"fmt"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/grammar"
)

// CheckTool compiles a turn of this one tool: see [llm.ToolChecker].
func (e *Engine) CheckTool(t llm.ToolSpec) (unenforced []string, err error) {
	return e.CheckToolIn(t, "")
}

// CheckToolIn is CheckTool for calls in a dialect; the model's own for "".
func (e *Engine) CheckToolIn(t llm.ToolSpec, dialect llm.Dialect) (unenforced []string, err error) {
	if e.format != nil {
		if err := e.format.CanCall(dialect); err != nil {
			return nil, fmt.Errorf("engine: %w", err)
		}
		if dialect == "" {
			dialect = e.format.Dialect()
		}
	}
	g, err := grammar.CompileTurn(grammar.Turn{Tools: []llm.ToolSpec{t}, Dialect: dialect})
	if err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	for _, c := range g.Checked() {
		unenforced = append(unenforced, c.String())
	}
	return unenforced, nil
}
