package api

import (
	"iter"
	"net/http"
	"strings"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
)

// agentTurn is the answer of an agent, in the form of a model's turn.
type agentTurn struct {
	run      string
	trail    *trail
	events   iter.Seq2[choiceEvent, error]
	how      *spoken
	metadata map[string]string // for the answer: filled as the run goes
}

// headerRun names the run in the header of an answer.
const headerRun = "X-Chaski-Run"

// agentTurn starts a run for an ask, or finds the one of its idempotency key. A conversation
// that is known goes on from its last run.
func (s *Server) agentTurn(w http.ResponseWriter, r *http.Request, a *Agent, ask *ask) (*agentTurn, error) {
	st, err := ask.forAgent(a.Name)
	if err != nil {
		return nil, err
	}
	tenant := From(r.Context()).Tenant
	st.Meta = map[string]string{metaRequest: fingerprintOf(st)} // as it was asked
	conversation := append(st.Earlier[:len(st.Earlier):len(st.Earlier)], llm.Message{Role: llm.RoleUser, Content: st.Prompt})
	if run := s.threads.find(tenant, a.Name, st.Earlier); run != "" {
		st.Follows, st.Earlier = run, nil
	}
	t, err := s.start(r, a, st)
	if err != nil {
		return nil, err
	}
	w.Header().Set(headerRun, t.run)
	turn := &agentTurn{run: t.run, trail: t, how: &spoken{}, metadata: map[string]string{"run_id": t.run}}
	said := s.speak(r.Context(), t, turn.how)
	turn.events = func(yield func(choiceEvent, error) bool) {
		var answer strings.Builder
		for ev, err := range said {
			switch e := ev.Event.(type) {
			case llm.TextDelta:
				answer.WriteString(e.Text)
			case llm.Stop:
				turn.metadata["run_status"] = string(turn.how.state.Status)
				if turn.how.state.Status == planner.Finished {
					whole := append(conversation, llm.Message{Role: llm.RoleAssistant, Content: answer.String()})
					if err := s.threads.remember(tenant, a.Name, whole, t.run); err != nil {
						s.o.Log.Warn().Err(err).Str("run", t.run).Msg("the conversation is not known again")
					}
				}
			}
			if !yield(ev, err) {
				return
			}
		}
	}
	return turn, nil
}
