package api

import (
	"net/http"
	"slices"
	"strconv"
)

// responseRoutes mounts the responses API.
func (s *Server) responseRoutes() {
	s.handle("POST /v1/responses", s.responses)
	s.handle("GET /v1/responses/{id}", s.getResponse)
	s.handle("DELETE /v1/responses/{id}", s.deleteResponse)
	s.handle("POST /v1/responses/{id}/cancel", s.cancelResponse)
	s.handle("GET /v1/responses/{id}/input_items", s.inputItems)
	s.handle("POST /v1/responses/input_tokens", s.inputTokens)
	s.handle("POST /v1/responses/compact", noCompaction)
}

// noCompaction answers POST /v1/responses/compact: clients that compact on their own then do.
func noCompaction(http.ResponseWriter, *http.Request) error {
	return &failure{status: http.StatusNotFound, kind: "invalid_request_error", code: "not_found", message: "conversations are not compacted here: what does not fit is refused with context_length_exceeded"}
}

// storedFor finds a response that has ended for who asks.
func (s *Server) storedFor(r *http.Request) (*storedResponse, error) {
	who := From(r.Context())
	out, err := s.kept.get(who.Tenant, who.All, r.PathValue("id"))
	if err == nil && out == nil {
		err = notFound("response", r.PathValue("id"))
	}
	return out, err
}

// getResponse answers GET /v1/responses/{id}: as it is, or as the events of one that is
// answered in the background.
func (s *Server) getResponse(w http.ResponseWriter, r *http.Request) error {
	streamed, _ := strconv.ParseBool(r.URL.Query().Get("stream"))
	b := s.live.find(From(r.Context()), r.PathValue("id"))
	if streamed {
		if b == nil {
			if _, err := s.storedFor(r); err != nil {
				return err
			}
			return bad("stream", "stream: the events of this response are not kept; read it without stream")
		}
		after := -1
		if text := r.URL.Query().Get("starting_after"); text != "" {
			var err error
			if after, err = strconv.Atoi(text); err != nil {
				return bad("starting_after", "starting_after: want a sequence number")
			}
		}
		return s.follow(w, r, b, after+1)
	}
	if b != nil {
		writeJSON(w, http.StatusOK, b.shot())
		return nil
	}
	out, err := s.storedFor(r)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, out.Response)
	return nil
}

// deleteResponse answers DELETE /v1/responses/{id}. One that is being answered is cancelled.
func (s *Server) deleteResponse(w http.ResponseWriter, r *http.Request) error {
	who, id := From(r.Context()), r.PathValue("id")
	if b := s.live.find(who, id); b != nil {
		if err := b.cancel(r); err != nil {
			return err
		}
		s.live.forget(id)
	}
	if !s.kept.remove(who.Tenant, who.All, id) {
		return notFound("response", id)
	}
	writeJSON(w, http.StatusOK, map[string]any{"id": id, "object": "response", "deleted": true})
	return nil
}

// cancelResponse answers POST /v1/responses/{id}/cancel. One that has ended stays as it is.
func (s *Server) cancelResponse(w http.ResponseWriter, r *http.Request) error {
	if b := s.live.find(From(r.Context()), r.PathValue("id")); b != nil {
		if err := b.cancel(r); err != nil {
			return err
		}
		writeJSON(w, http.StatusOK, b.shot())
		return nil
	}
	out, err := s.storedFor(r)
	if err != nil {
		return err
	}
	if !out.Response.Background {
		return bad("", "the response was not asked for in the background, so it cannot be cancelled")
	}
	writeJSON(w, http.StatusOK, out.Response)
	return nil
}

// itemList is a page of what a response was asked with.
type itemList struct {
	Object  string  `json:"object"`
	Data    []item  `json:"data"`
	FirstID *string `json:"first_id"`
	LastID  *string `json:"last_id"`
	HasMore bool    `json:"has_more"`
}

// inputItems answers GET /v1/responses/{id}/input_items: all that the model read, of earlier
// responses too, the latest first.
func (s *Server) inputItems(w http.ResponseWriter, r *http.Request) error {
	var items []item
	if b := s.live.find(From(r.Context()), r.PathValue("id")); b != nil {
		items = slices.Clone(b.input)
	} else {
		out, err := s.storedFor(r)
		if err != nil {
			return err
		}
		items = out.Input
	}
	q := r.URL.Query()
	switch order := q.Get("order"); order {
	case "", "desc":
		slices.Reverse(items)
	case "asc":
	default:
		return bad("order", "order: %q is none of asc, desc", order)
	}
	limit := 20
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 100 {
			return bad("limit", "limit is %s, want 1 to 100", text)
		}
		limit = n
	}
	if after := q.Get("after"); after != "" {
		i := slices.IndexFunc(items, func(it item) bool { return it.ID == after })
		if i < 0 {
			return bad("after", "after: there is no item %q", after)
		}
		items = items[i+1:]
	}
	list := itemList{Object: "list", Data: []item{}}
	list.HasMore = len(items) > limit
	list.Data = append(list.Data, items[:min(limit, len(items))]...)
	if n := len(list.Data); n > 0 {
		list.FirstID, list.LastID = &list.Data[0].ID, &list.Data[n-1].ID
	}
	writeJSON(w, http.StatusOK, list)
	return nil
}

// inputTokens answers POST /v1/responses/input_tokens: how long the prompt would be.
func (s *Server) inputTokens(w http.ResponseWriter, r *http.Request) error {
	var in responsesRequest
	release, err := s.read(w, r, &in)
	if err != nil {
		return err
	}
	defer release()
	a, err := s.askOf(r, &in)
	if err != nil {
		return err
	}
	skipped(w, in.skipped)
	requestOf(r).about(in.Model, "")
	n, err := s.count(r, in.Model, a)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, map[string]any{"object": "response.input_tokens", "input_tokens": n})
	return nil
}
