package console

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/chaski-dev/chaski/policies"
)

// What the API says of a run, see package api.
type (
	run struct {
		ID        string     `json:"id"`
		Agent     string     `json:"agent"`
		Status    string     `json:"status"`
		Reason    string     `json:"reason"`
		CreatedAt int64      `json:"created_at"`
		UpdatedAt int64      `json:"updated_at"`
		Tenant    string     `json:"tenant"`
		By        string     `json:"by"`
		Model     string     `json:"model"`
		Parent    string     `json:"parent"`
		Follows   string     `json:"follows"`
		Prompt    string     `json:"prompt"`
		Answer    *string    `json:"answer"`
		Usage     usage      `json:"usage"`
		Approvals []approval `json:"approvals"`
		Unknown   []call     `json:"unknown"`
		Calls     []call     `json:"calls"`
		Messages  []message  `json:"messages"`
		Tools     []string   `json:"tools"`
		Rules     []string   `json:"rules"`
		Driven    bool       `json:"driven"`
		Resumable bool       `json:"resumable"`
		Aside     *aside     `json:"aside"`
	}

	aside struct {
		Why     string `json:"why"`
		Program bool   `json:"only_in_its_program"`
	}

	usage struct {
		Steps        int `json:"steps"`
		Calls        int `json:"calls"`
		InputTokens  int `json:"input_tokens"`
		CachedTokens int `json:"cached_tokens"`
		OutputTokens int `json:"output_tokens"`
	}

	call struct {
		ID        string          `json:"call_id"`
		Tool      string          `json:"tool"`
		Arguments json.RawMessage `json:"arguments"`
		Phase     string          `json:"phase"`
	}

	approval struct {
		call
		Hash      string            `json:"hash"`
		Summary   *policies.Summary `json:"summary"`
		ExpiresAt int64             `json:"expires_at"`
	}

	message struct {
		Role    string `json:"role"`
		Content string `json:"content"`
		Calls   []call `json:"calls"`
		CallID  string `json:"call_id"`
		Tool    string `json:"tool"`
		IsError bool   `json:"is_error"`
	}

	runList struct {
		Data    []*run `json:"data"`
		HasMore bool   `json:"has_more"`
	}
)

// Over says whether nothing more happens in the run.
func (r *run) Over() bool {
	switch r.Status {
	case "running", "left", "waiting", "outcome_unknown", "suspended":
		return false
	}
	return true
}

// Left says whether the run is running and nobody drives it.
func (r *run) Left() bool { return r.Status == "left" }

// reply keeps what the API answers.
type reply struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *reply) Header() http.Header         { return r.header }
func (r *reply) Write(b []byte) (int, error) { return r.body.Write(b) }
func (r *reply) WriteHeader(status int)      { r.status = status }

// ask calls the API as whoever asked for the page; in and out are JSON, and may be nil.
func (c *Console) ask(r *http.Request, method, path string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(r.Context(), method, path, &body)
	if err != nil {
		return err
	}
	req.Host, req.RemoteAddr, req.TLS = r.Host, r.RemoteAddr, r.TLS
	for _, name := range []string{"Cookie", "Authorization"} {
		if v := r.Header.Get(name); v != "" {
			req.Header.Set(name, v)
		}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Sec-Fetch-Site", "same-origin") // what came by a page was looked at; its Origin may be null
	rep := &reply{header: http.Header{}, status: http.StatusOK}
	c.o.API.ServeHTTP(rep, req)
	if rep.status >= 400 {
		var e struct {
			Error struct{ Message, Code string }
		}
		if json.Unmarshal(rep.body.Bytes(), &e) != nil || e.Error.Message == "" {
			e.Error.Message = http.StatusText(rep.status)
		}
		return &problem{rep.status, e.Error.Message, e.Error.Code}
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(rep.body.Bytes(), out)
}

// waiting lists runs that wait for a person.
func (c *Console) waiting(r *http.Request) (*runList, error) {
	both := &runList{}
	for _, status := range []string{"waiting", "outcome_unknown"} {
		var list runList
		if err := c.ask(r, http.MethodGet, "/v1/runs?limit=50&status="+status, nil, &list); err != nil {
			return nil, err
		}
		both.Data = append(both.Data, list.Data...)
		both.HasMore = both.HasMore || list.HasMore
	}
	return both, nil
}

// runByID reads one run.
func (c *Console) runByID(r *http.Request, id string) (*run, error) {
	var out run
	if err := c.ask(r, http.MethodGet, runPath(id), nil, &out); err != nil {
		return nil, err
	}
	return &out, nil
}

func runPath(id string, more ...string) string {
	return strings.Join(append([]string{"/v1/runs/" + url.PathEscape(id)}, more...), "/")
}
