package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/chaski-dev/chaski/llm"
)

// responsesRequest is a request of OpenAI's responses, as Open Responses has them. Fields
// that change nothing here, such as service_tier, are not read; neither is reasoning, since
// the models here answer without.
type responsesRequest struct {
	Model        string          `json:"model"`
	Input        json.RawMessage `json:"input"`
	Instructions *string         `json:"instructions"`
	Previous     *string         `json:"previous_response_id"`
	sampler

	Tools             []responseTool  `json:"tools"`
	ToolChoice        json.RawMessage `json:"tool_choice"`
	ParallelToolCalls *bool           `json:"parallel_tool_calls"`
	Text              *struct {
		Format *responseFormat `json:"format"`
	} `json:"text"`

	MaxOutputTokens *int     `json:"max_output_tokens"`
	MaxToolCalls    *int     `json:"max_tool_calls"` // of tools that a server has
	TopLogProbs     *int     `json:"top_logprobs"`
	Include         []string `json:"include"`

	Store      *bool `json:"store"`
	Background bool  `json:"background"`
	Stream     bool  `json:"stream"`

	Metadata         map[string]string `json:"metadata"`
	SafetyIdentifier *string           `json:"safety_identifier"`
	PromptCacheKey   *string           `json:"prompt_cache_key"`

	// refused unless they change nothing
	Conversation json.RawMessage `json:"conversation"`
	Prompt       json.RawMessage `json:"prompt"`
	Moderation   json.RawMessage `json:"moderation"`

	items   []item          // all that the model reads, those of earlier responses first
	custom  map[string]bool // tools that take a text
	skipped []string        // types of tools that are not known
}

type responseFormat struct {
	Type        string          `json:"type"`
	Name        string          `json:"name"`
	Description *string         `json:"description"`
	Schema      json.RawMessage `json:"schema"`
	Strict      *bool           `json:"strict"`
}

// stored says whether the response is kept, which it is unless the client says otherwise.
func (in *responsesRequest) stored() bool { return in.Store == nil || *in.Store }

// responses answers POST /v1/responses.
func (s *Server) responses(w http.ResponseWriter, r *http.Request) error {
	var in responsesRequest
	release, err := s.read(w, r, &in)
	if err != nil {
		return err
	}
	held := true
	defer func() {
		if held {
			release()
		}
	}()
	a, err := s.askOf(r, &in)
	if err != nil {
		return err
	}
	skipped(w, in.skipped)
	if in.Background {
		held = false
		return s.background(w, r, &in, a, release)
	}
	by, err := s.answer(w, r, in.Model, a)
	if err != nil {
		return err
	}
	defer by.done()
	out := newResponseAnswer(&in, by)
	if !in.Stream {
		for ev, err := range by.events {
			if err != nil {
				return err
			}
			out.events(ev.Event)
		}
		if err := s.keep(r, &in, out); err != nil {
			return err
		}
		writeJSON(w, http.StatusOK, out.object)
		return nil
	}
	st := s.stream(w)
	defer st.close()
	return s.inStream(r, st, func() error {
		for ev, err := range by.events {
			if err != nil {
				return err
			}
			list := out.events(ev.Event)
			if _, end := ev.Event.(llm.Stop); end {
				if err := s.keep(r, &in, out); err != nil {
					return err
				}
			}
			for _, e := range list {
				if err := st.send(e.Type, e); err != nil {
					return err
				}
			}
		}
		return st.text("[DONE]")
	}, func(f *failure) error {
		list := out.fail(f)
		err := s.keep(r, &in, out)
		for _, e := range list {
			err = errors.Join(err, st.send(e.Type, e))
		}
		return errors.Join(err, st.text("[DONE]"))
	})
}

// keep stores a response that has ended.
func (s *Server) keep(r *http.Request, in *responsesRequest, out *responseAnswer) error {
	if !in.stored() {
		return nil
	}
	return s.kept.put(From(r.Context()).Tenant, &storedResponse{Response: out.object, Input: in.items}, false)
}

// askOf is the request in the terms of all APIs, with what was said before it.
func (s *Server) askOf(r *http.Request, in *responsesRequest) (*ask, error) {
	if err := in.refuse(); err != nil {
		return nil, err
	}
	if in.Previous != nil {
		earlier, err := s.earlier(r, *in.Previous)
		if err != nil {
			return nil, err
		}
		in.items = earlier
	}
	own, err := readItems(in.Input)
	if err != nil {
		return nil, err
	}
	in.items = append(in.items, own...)
	a := &ask{n: 1}
	if in.Instructions != nil && *in.Instructions != "" {
		a.messages = append(a.messages, llm.Message{Role: llm.RoleSystem, Content: *in.Instructions})
	}
	if err := itemsInto(a, in.items); err != nil {
		return nil, err
	}
	if err := a.check(); err != nil {
		f := asFailure(err)
		f.param = "input"
		return nil, f
	}
	if err := in.into(a); err != nil {
		return nil, err
	}
	if err := a.bound("max_output_tokens", in.MaxOutputTokens); err != nil {
		return nil, err
	}
	if err := in.logProbs(a); err != nil {
		return nil, err
	}
	if err := in.toolsInto(a); err != nil {
		return nil, err
	}
	return a, in.formatInto(a)
}

// earlier is the conversation that ended with a response of the same tenant's.
func (s *Server) earlier(r *http.Request, id string) ([]item, error) {
	last, err := s.kept.get(From(r.Context()).Tenant, false, id)
	if err != nil {
		return nil, err
	}
	if last == nil {
		f := notFound("response", id)
		f.code, f.param = "previous_response_not_found", "previous_response_id"
		return nil, f
	}
	if last.Response.Status != statusCompleted && last.Response.Status != statusIncomplete {
		return nil, bad("previous_response_id", "previous_response_id: the response is %s, and has no answer that could be followed", last.Response.Status)
	}
	items := last.Input
	for _, it := range last.Response.Output {
		items = append(items, *it)
	}
	return items, nil
}

func (in *responsesRequest) refuse() error {
	switch {
	case given(in.Conversation):
		return unsupported("conversation", "conversations are not kept; previous_response_id goes on from a response")
	case given(in.Prompt):
		return unsupported("prompt", "there are no prompt templates")
	case given(in.Moderation):
		return unsupported("moderation", "there are no moderation models")
	case in.Background && !in.stored():
		return bad("background", "background needs store: the answer is fetched later")
	case len(in.Metadata) > maxMetadata:
		return bad("metadata", "metadata has %d members, want at most %d", len(in.Metadata), maxMetadata)
	}
	return nil
}

const maxMetadata = 16

func (in *responsesRequest) logProbs(a *ask) error {
	if slices.Contains(in.Include, "message.output_text.logprobs") {
		a.sampling.LogProbs = 1
	}
	if n := in.TopLogProbs; n != nil {
		if *n < 0 || *n > maxTop {
			return bad("top_logprobs", "top_logprobs is %d, want 0 to %d", *n, maxTop)
		}
		if *n > 0 {
			a.sampling.LogProbs = *n
		}
	}
	return nil
}

func (in *responsesRequest) formatInto(a *ask) error {
	if in.Text == nil || in.Text.Format == nil {
		return nil
	}
	switch f := in.Text.Format; f.Type {
	case "", "text":
		return nil
	case "json_object":
		return a.schema("text.format", "", anyObject)
	case "json_schema":
		return a.schema("text.format", f.Name, f.Schema)
	default:
		return bad("text.format", "text.format: %q is none of text, json_object, json_schema", f.Type)
	}
}
