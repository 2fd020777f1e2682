package api

import (
	"iter"
	"net/http"

	"github.com/chaski-dev/chaski/llm"
)

// answering is what answers an ask: the turn of a bare model, or the run of an agent.
type answering struct {
	model    string // as the client named it
	info     llm.Info
	events   iter.Seq2[choiceEvent, error]
	metadata map[string]string // of an agent's answer: filled as the run goes
	done     func()            // gives back what the turn held
}

// answer begins to answer an ask of a client, by the model or agent that it names.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, name string, a *ask) (*answering, error) {
	m, ag, err := s.target(name)
	if err != nil {
		return nil, err
	}
	if ag != nil {
		turn, err := s.agentTurn(w, r, ag, a)
		if err != nil {
			return nil, err
		}
		return &answering{model: name, info: ag.Agent.Model().Info(), events: turn.events, metadata: turn.metadata, done: func() {}}, nil
	}
	requestOf(r).about(m.Name, "")
	events, done, err := s.bare(r, m, a)
	if err != nil {
		return nil, err
	}
	return &answering{model: name, info: m.LLM.Info(), events: events, done: done}, nil
}

// count is how many tokens the prompt of an ask has. Of an agent it counts what the client
// sends, without the agent's own instructions and tools.
func (s *Server) count(r *http.Request, name string, a *ask) (int, error) {
	m, ag, err := s.target(name)
	if err != nil {
		return 0, err
	}
	model := llm.Model(nil)
	if ag != nil {
		model = ag.Agent.Model()
	} else {
		model = m.LLM
	}
	return model.CountTokens(a.requests(From(r.Context()).Tenant, 0)[0])
}
