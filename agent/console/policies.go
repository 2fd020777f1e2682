package console

import (
	"net/http"
	"testing/fstest"

	"github.com/chaski-dev/chaski/policies"
)

type policiesBody struct {
	Draft   string
	Agent   string
	Problem string
	Tried   bool
	Runs    int
	Changes []change
}

// change is a decision of a recorded run that the draft would make otherwise.
type change struct {
	Run string
	policies.Change
}

// policies shows the rules of each agent.
func (c *Console) policies(w http.ResponseWriter, r *http.Request) error {
	return c.show(w, r, "policies", page{Title: "Policies", Here: "policies", Body: policiesBody{Draft: "name: draft\nextends: [strict]\nrules:\n"}})
}

// triedRuns is how many runs a draft is tried on, the newest.
const triedRuns = 100

// tryPolicy decides the calls of recorded runs under a draft. Nothing runs.
func (c *Console) tryPolicy(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	body := policiesBody{Draft: r.PostFormValue("draft"), Agent: r.PostFormValue("agent"), Tried: true}
	p := page{Title: "Policies", Here: "policies"}
	a := c.agent(body.Agent)
	if a == nil {
		return &problem{http.StatusNotFound, "there is no agent " + body.Agent + " here"}
	}
	sources, err := policies.LoadFS(fstest.MapFS{"draft.yaml": {Data: []byte(body.Draft)}}, "draft.yaml")
	if err != nil {
		body.Problem = err.Error()
		p.Body = body
		return c.showAs(w, r, http.StatusUnprocessableEntity, "policies", p)
	}
	after := ""
	for body.Runs < triedRuns && body.Problem == "" {
		var list runList
		path := "/v1/runs?limit=100&agent=" + body.Agent
		if after != "" {
			path += "&after=" + after
		}
		if err := c.ask(r, http.MethodGet, path, nil, &list); err != nil {
			return err
		}
		for _, one := range list.Data {
			if _, err := c.journal(r, one.ID); err != nil { // who may not read it may not try on it
				return err
			}
			facts, s, err := a.Agent.Runtime().Facts(r.Context(), one.ID)
			if err != nil {
				return err
			}
			if s.Policy == nil {
				continue
			}
			b, err := policies.Compile(sources, s.Start.Tools)
			if err != nil {
				body.Problem = err.Error()
				break
			}
			found, err := policies.Replay(b, facts)
			if err != nil {
				return err
			}
			for _, ch := range found {
				body.Changes = append(body.Changes, change{one.ID, ch})
			}
			body.Runs++
			after = one.ID
		}
		if !list.HasMore {
			break
		}
	}
	p.Body = body
	status := http.StatusOK
	if body.Problem != "" {
		status = http.StatusUnprocessableEntity
	}
	return c.showAs(w, r, status, "policies", p)
}
