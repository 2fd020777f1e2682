package console

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"testing/fstest"

	"github.com/chaski-dev/chaski/policies"
)

type policiesBody struct {
	Policies []agentPolicy

	Draft   string
	Agent   string
	Run     string // the only run that the draft is tried on; "" is the newest
	Problem string
	Tried   bool
	Runs    int
	Changes []change
}

// agentPolicy is what decides on an agent's calls, and what its tests say.
type agentPolicy struct {
	Agent   string     `json:"agent"`
	Layers  []layer    `json:"layers"`
	Tests   []testFile `json:"tests"`
	Problem string     `json:"problem,omitempty"` // of the folder of tests
}

type layer struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	File        string `json:"file"`
	Rules       []rule `json:"rules"`
}

type rule struct {
	policies.Rule
	Place string `json:"place,omitempty"` // its file and line
}

type testFile struct {
	Name    string `json:"name"`
	Cases   []test `json:"cases"`
	Failed  int    `json:"failed"`
	Problem string `json:"problem,omitempty"` // of the file
}

type test struct {
	Name   string `json:"name"`
	Failed string `json:"failed,omitempty"` // why; "" is a pass
}

// change is a decision of a recorded run that the draft would make otherwise.
type change struct {
	Run string `json:"run"`
	policies.Change
}

// policyOf reads an agent's rules and runs their tests.
func policyOf(a *Agent) agentPolicy {
	p := agentPolicy{Agent: a.Name, Layers: []layer{}, Tests: []testFile{}}
	for _, src := range a.Layers {
		l := layer{Name: src.Name, Description: src.Description, File: src.File(), Rules: []rule{}}
		for i := range src.Rules {
			l.Rules = append(l.Rules, rule{src.Rules[i], place(src, &src.Rules[i])})
		}
		p.Layers = append(p.Layers, l)
	}
	if a.Cases == nil {
		return p
	}
	files, err := a.Cases()
	if err != nil {
		p.Problem = err.Error()
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f := testFile{Name: name, Cases: []test{}}
		outcomes, err := policies.Test(a.Layers, name, files[name], a.Tools()...)
		if err != nil {
			f.Problem = err.Error()
		}
		for _, o := range outcomes {
			t := test{Name: o.Name}
			if o.Err != nil {
				t.Failed = o.Err.Error()
				f.Failed++
			}
			f.Cases = append(f.Cases, t)
		}
		p.Tests = append(p.Tests, f)
	}
	return p
}

// place is where a rule is written.
func place(src *policies.Source, r *policies.Rule) string {
	if r.Line() == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", path.Base(src.File()), r.Line())
}

// draftOf is what a draft begins with: the last of the agent's layers that is no built-in.
func draftOf(a *Agent) string {
	for _, src := range slices.Backward(a.Layers) {
		if !slices.Contains(policies.Builtins(), src.Name) && len(src.Rules) > 0 {
			return src.Text()
		}
	}
	return "name: draft\nextends: [strict]\nrules: []\n"
}

// policies shows the rules of each agent, with their tests.
func (c *Console) policies(w http.ResponseWriter, r *http.Request) error {
	if err := operators(r); err != nil {
		return err
	}
	body := policiesBody{Agent: r.URL.Query().Get("agent"), Run: r.URL.Query().Get("run")}
	if a := c.agent(body.Agent); a != nil {
		body.Draft = draftOf(a)
	} else if len(c.o.Agents) > 0 {
		body.Draft = draftOf(&c.o.Agents[0])
	}
	return c.showPolicies(w, r, http.StatusOK, body)
}

func (c *Console) showPolicies(w http.ResponseWriter, r *http.Request, status int, body policiesBody) error {
	for i := range c.o.Agents {
		body.Policies = append(body.Policies, policyOf(&c.o.Agents[i]))
	}
	return c.showAs(w, r, status, "policies", page{Title: "Policies", Here: "policies", Body: body, Data: map[string]any{"agents": body.Policies}})
}

// triedRuns is how many runs a draft is tried on, the newest; triedOf is among how many
// they are looked for.
const (
	triedRuns = 100
	triedOf   = 1000
)

// tryPolicy decides the calls of recorded runs under a draft. Nothing runs.
func (c *Console) tryPolicy(w http.ResponseWriter, r *http.Request) error {
	if err := operators(r); err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	body := policiesBody{Draft: r.PostFormValue("draft"), Agent: r.PostFormValue("agent"), Run: r.PostFormValue("run"), Tried: true}
	a := c.agent(body.Agent)
	if a == nil {
		return &problem{status: http.StatusNotFound, message: "there is no agent " + body.Agent + " here"}
	}
	files := fstest.MapFS{"draft.yaml": {Data: []byte(body.Draft)}} // beside it, what it may extend
	for _, src := range a.Layers {
		if name := path.Base(src.File()); name != "draft.yaml" && !slices.Contains(policies.Builtins(), name) {
			files[name] = &fstest.MapFile{Data: []byte(src.Text())}
		}
	}
	sources, err := policies.LoadFS(files, "draft.yaml")
	if err == nil {
		err = c.tryOn(r, a, sources, &body)
	}
	if p, ok := err.(*problem); ok && p.status != http.StatusUnprocessableEntity {
		return err
	}
	if err != nil {
		body.Problem = err.Error()
		return c.showPolicies(w, r, http.StatusUnprocessableEntity, body)
	}
	return c.showPolicies(w, r, http.StatusOK, body)
}

// tryOn decides again on the run that is named, or on the newest of the agent's.
func (c *Console) tryOn(r *http.Request, a *Agent, sources []*policies.Source, body *policiesBody) error {
	if body.Run != "" {
		return c.tryRun(r, a, body.Run, sources, body)
	}
	q := url.Values{"limit": {"100"}, "agent": {a.Name}}
	for seen := 0; seen < triedOf; {
		var list runList
		if err := c.ask(r, http.MethodGet, "/v1/runs?"+q.Encode(), nil, &list); err != nil {
			return err
		}
		for _, one := range list.Data {
			if body.Runs == triedRuns {
				return nil
			}
			if err := c.tryRun(r, a, one.ID, sources, body); err != nil {
				return err
			}
			q.Set("after", one.ID)
			seen++
		}
		if !list.HasMore {
			break
		}
	}
	return nil
}

// tryRun decides again on the calls of a run that was decided by a policy.
func (c *Console) tryRun(r *http.Request, a *Agent, id string, sources []*policies.Source, body *policiesBody) error {
	if _, err := c.journal(r, id); err != nil { // who may not read it may not try on it
		return err
	}
	facts, s, err := a.Agent.Runtime().Facts(r.Context(), id)
	if err != nil || s.Policy == nil {
		return err
	}
	b, err := policies.Compile(sources, s.Start.Tools)
	if err != nil {
		return &problem{status: http.StatusUnprocessableEntity, message: err.Error()}
	}
	found, err := policies.Replay(b, facts)
	if err != nil {
		return err
	}
	for _, ch := range found {
		body.Changes = append(body.Changes, change{id, ch})
	}
	body.Runs++
	return nil
}
