package engine

import (
	"fmt"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/grammar"
)

// CheckTool compiles a turn of this one tool: see [llm.ToolChecker].
func (e *Engine) CheckTool(t llm.ToolSpec) (unenforced []string, err error) {
	g, err := grammar.CompileTurn(grammar.Turn{Tools: []llm.ToolSpec{t}, Dialect: llm.DialectJSON})
	if err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	for _, c := range g.Checked() {
		unenforced = append(unenforced, c.String())
	}
	return unenforced, nil
}
