package console

import (
	"net/http"
	"net/url"
	"strconv"
)

// statuses are those that a list of runs can be narrowed to.
var statuses = []string{"running", "left", "waiting", "outcome_unknown", "suspended", "finished", "failed", "denied", "cancelled", "budget", "damaged"}

type runsBody struct {
	Runs     []*run
	Statuses []string
	Query    map[string]string // what the list is narrowed to
	Next     string
	Narrowed bool
}

// filters are the parameters of the list, which the API has by the same names.
var filters = []string{"agent", "status", "tool", "rule", "tenant", "q"}

// runs lists runs, the newest first.
func (c *Console) runs(w http.ResponseWriter, r *http.Request) error {
	q := url.Values{}
	body := runsBody{Statuses: statuses, Query: map[string]string{}}
	for _, name := range filters {
		v := r.URL.Query().Get(name)
		if body.Query[name] = clip(v); v != "" {
			q.Set(name, v)
			body.Narrowed = true
		}
	}
	q.Set("limit", strconv.Itoa(50))
	export := "/v1/runs?" + q.Encode()
	if after := r.URL.Query().Get("after"); after != "" {
		q.Set("after", after)
	}
	var list runList
	if err := c.ask(r, http.MethodGet, "/v1/runs?"+q.Encode(), nil, &list); err != nil {
		return err
	}
	body.Runs = list.Data
	if list.HasMore && len(list.Data) > 0 {
		q.Del("limit")
		q.Set("after", list.Data[len(list.Data)-1].ID)
		body.Next = "/console/runs?" + q.Encode()
	}
	p := page{Title: "Runs", Here: "runs", Export: export, Body: body}
	if r.URL.Query().Get("after") == "" {
		p.Refresh = 5000
	}
	return c.show(w, r, "runs", p)
}

type approvalsBody struct {
	Runs  []*run
	Likes []likes
	More  bool
}

// likes are calls of one tool that wait for one reason.
type likes struct {
	Tool, Rule string
	Calls      []likeCall
}

type likeCall struct {
	Run  *run
	Call approval
}

// approvals lists what waits for a person, calls of one kind together.
func (c *Console) approvals(w http.ResponseWriter, r *http.Request) error {
	list, err := c.waiting(r)
	if err != nil {
		return err
	}
	body := approvalsBody{Runs: list.Data, More: list.HasMore}
	at := map[string]int{}
	for _, run := range list.Data {
		for _, a := range run.Approvals {
			rule := ""
			if a.Summary != nil {
				rule = a.Summary.Rule
			}
			key := a.Tool + "\x00" + rule
			if _, ok := at[key]; !ok {
				at[key] = len(body.Likes)
				body.Likes = append(body.Likes, likes{Tool: a.Tool, Rule: rule})
			}
			l := &body.Likes[at[key]]
			l.Calls = append(l.Calls, likeCall{run, a})
		}
	}
	return c.show(w, r, "approvals", page{Title: "Approvals", Here: "approvals", Export: "/v1/runs?status=waiting", Refresh: 5000, Body: body})
}
