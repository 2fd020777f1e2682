package agent_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/tools"
	"github.com/chaski-dev/chaski/tools/mcp"
)

// picky is a model that can't declare the tool "bad", and doesn't enforce all of "loose".
type picky struct{ llm.Model }

func (picky) Info() llm.Info { return llm.Info{Name: "picky"} }

func (picky) CheckTool(t llm.ToolSpec) ([]string, error) {
	switch t.Name {
	case "bad":
		return nil, errors.New("too many combinations of schemas")
	case "loose":
		return []string{"uniqueItems is checked, not enforced"}, nil
	}
	return nil, nil
}

type nobody struct{}

func (nobody) Call(context.Context, tools.Call) (tools.Result, error) { return tools.Result{}, nil }

// TestBadTool: a tool whose schema can't be used is named at start; a lenient agent works
// without it, and says so.
func TestBadTool(t *testing.T) {
	var specs []tools.Spec
	for _, name := range []string{"bad", "loose", "good"} {
		specs = append(specs, tools.Spec{Name: name, Parameters: json.RawMessage(`{"type": "object"}`)})
	}
	var log bytes.Buffer
	opt := agent.Options{Caller: nobody{}, Specs: specs, Log: zerolog.New(&log)}
	if _, err := agent.New(picky{}, opt); err == nil || !strings.Contains(err.Error(), "tool bad") {
		t.Errorf("%v, want an error that names the tool", err)
	}
	log.Reset()
	opt.Lenient = true
	if _, err := agent.New(picky{}, opt); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"tool":"bad"`, "set aside", `"tool":"loose"`, "uniqueItems is checked"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %s: %s", want, log.String())
		}
	}
}

// TestForeignTool: a tool of an MCP server is set aside, lenient or not: its schema is not
// the user's to mend.
func TestForeignTool(t *testing.T) {
	var log bytes.Buffer
	specs := []tools.Spec{{Name: "bad", Parameters: json.RawMessage(`{"type": "object"}`), Labels: map[string]string{mcp.LabelServer: "elsewhere"}}}
	a, err := agent.New(picky{}, agent.Options{Caller: nobody{}, Specs: specs, Log: zerolog.New(&log)})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Tools()) != 0 || !strings.Contains(log.String(), "set aside") {
		t.Errorf("%v %s", a.Tools(), log.String())
	}
}
