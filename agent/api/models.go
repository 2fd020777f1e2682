package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// modelObject is a model as OpenAI's and Anthropic's clients read it.
type modelObject struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	OwnedBy string `json:"owned_by"`

	// Anthropic's names for the same.
	Type        string `json:"type"`
	DisplayName string `json:"display_name"`
	CreatedAt   string `json:"created_at"`

	Kind          string `json:"kind"`                     // model or agent
	ContextTokens int    `json:"context_tokens,omitempty"` // of the model
	abilities
}

type modelList struct {
	Object  string        `json:"object"`
	Data    []modelObject `json:"data"`
	FirstID *string       `json:"first_id"`
	LastID  *string       `json:"last_id"`
	HasMore bool          `json:"has_more"`
}

func (m *Model) object() modelObject {
	return modelObject{ID: m.Name, Object: "model", Created: m.Created.Unix(), OwnedBy: "chaski", Type: "model", DisplayName: m.LLM.Info().Name,
		CreatedAt: m.Created.UTC().Format(time.RFC3339), Kind: "model", ContextTokens: m.LLM.Info().ContextTokens, abilities: abilitiesOf(m.LLM.Info(), true)}
}

func (s *Server) objects() []modelObject {
	var out []modelObject
	for i := range s.o.Models {
		out = append(out, s.o.Models[i].object())
	}
	for i := range s.o.Agents {
		out = append(out, s.o.Agents[i].object())
	}
	return out
}

func (a *Agent) object() modelObject {
	about := a.About
	if about == "" {
		about = a.Name
	}
	return modelObject{ID: a.Name, Object: "model", Created: a.Created.Unix(), OwnedBy: "chaski", Type: "model", DisplayName: about,
		CreatedAt: a.Created.UTC().Format(time.RFC3339), Kind: "agent", ContextTokens: a.Agent.Model().Info().ContextTokens, abilities: abilitiesOf(a.Agent.Model().Info(), false)}
}

// listModels lists what may be asked.
func (s *Server) listModels(w http.ResponseWriter, _ *http.Request) error {
	list := modelList{Object: "list", Data: s.objects()}
	if n := len(list.Data); n > 0 {
		list.FirstID, list.LastID = &list.Data[0].ID, &list.Data[n-1].ID
	}
	writeJSON(w, http.StatusOK, list)
	return nil
}

// getModel describes one.
func (s *Server) getModel(w http.ResponseWriter, r *http.Request) error {
	m, a, err := s.target(r.PathValue("id"))
	switch {
	case err != nil:
		return err
	case a != nil:
		writeJSON(w, http.StatusOK, a.object())
	default:
		writeJSON(w, http.StatusOK, m.object())
	}
	return nil
}

// target finds what a client names: a model by its name or one of its aliases, or an agent.
func (s *Server) target(name string) (*Model, *Agent, error) {
	for i := range s.o.Models {
		if m := &s.o.Models[i]; m.Name == name || slices.Contains(m.Aliases, name) {
			return m, nil, nil
		}
	}
	if a := s.agentNamed(name); a != nil {
		return nil, a, nil
	}
	if name == "" {
		return nil, nil, bad("model", "model is missing: name one of those that /v1/models lists")
	}
	return nil, nil, &failure{status: http.StatusNotFound, kind: "invalid_request_error", code: "model_not_found", param: "model",
		message: fmt.Sprintf("there is no model %q: /v1/models lists %s", name, s.names())}
}

// names are those that clients may ask for, the first of them if they are many.
func (s *Server) names() string {
	const most = 20
	var names []string
	for _, m := range s.objects() {
		names = append(names, m.ID)
	}
	if n := len(names) - most; n > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), n)
	}
	return strings.Join(names, ", ")
}
