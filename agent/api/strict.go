package api

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/chaski-dev/chaski/llm"
)

// strictness remembers which schemas a model can enforce to the letter: finding out takes
// about as long as a token, and clients send the same tools each time.
type strictness struct {
	mu   sync.Mutex
	says map[strictKey]string
}

type strictKey struct {
	model, tenant string // what one tenant asked before does not make another's request faster
	spec          [sha256.Size]byte
}

// maxStrict bounds what is remembered.
const maxStrict = 1024

// check refuses an ask with a strict tool whose schema the model cannot enforce.
func (s *strictness) check(m *Model, tenant string, a *ask) error {
	checker, ok := m.LLM.(llm.ToolChecker)
	if !ok {
		return nil
	}
	for _, t := range a.tools {
		if !slices.Contains(a.strict, t.Name) {
			continue
		}
		says, err := s.ask(checker, m.Name, tenant, t)
		if err != nil {
			return err
		}
		if says != "" {
			f := bad("tools", "tools: %s is declared strict, and its schema cannot be enforced: %s", t.Name, says)
			f.code = "invalid_function_parameters"
			return f
		}
	}
	return nil
}

func (s *strictness) ask(checker llm.ToolChecker, model, tenant string, t llm.ToolSpec) (string, error) {
	text, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	key := strictKey{model, tenant, sha256.Sum256(text)}
	s.mu.Lock()
	says, ok := s.says[key]
	s.mu.Unlock()
	if ok {
		return says, nil
	}
	unenforced, err := checker.CheckTool(t)
	if err != nil {
		return "", err
	}
	says = strings.Join(unenforced, "; ")
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.says == nil || len(s.says) >= maxStrict {
		s.says = map[strictKey]string{}
	}
	s.says[key] = says
	return says, nil
}
