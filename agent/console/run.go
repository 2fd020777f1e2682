package console

import (
	"bytes"
	"net/http"
	"strconv"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/policies"
)

type runBody struct {
	Run    *run
	Steps  []step
	Chart  *chart
	Closed bool // the journal may not be read
	Cost   string
	Agent  *Agent // nil if it is not served here
	Aside  bool   // it cannot go on here
	Left   string // what became of it if it is left
}

// run shows a run: what it waits for, its times, its steps.
func (c *Console) run(w http.ResponseWriter, r *http.Request) error {
	one, err := c.runByID(r, r.PathValue("id"))
	if err != nil {
		return err
	}
	body := runBody{Run: one, Agent: c.agent(one.Agent), Aside: elsewhere(one), Left: leftAlone}
	p := page{Title: "Run " + one.ID, Here: "runs", Export: runPath(one.ID, "journal")}
	events, err := c.journal(r, one.ID)
	if forbidden, ok := err.(*problem); ok && forbidden.status == http.StatusForbidden {
		body.Closed, p.Export = true, runPath(one.ID)
	} else if err != nil {
		return err
	}
	var layers []*policies.Source
	if body.Agent != nil {
		layers = body.Agent.Layers
	}
	body.Steps, body.Chart, body.Cost = steps(events, layers), picture(events, one.Over() || one.Left(), time.Now()), costOf(events)
	if !one.Over() {
		p.Events = runPath(one.ID, "events")
	}
	p.Body = body
	return c.show(w, r, "run", p)
}

type promptBody struct {
	Run     *run
	Seq     int
	Request *llm.Request
	Exact   bool // its hash is the journal's
	Usage   llm.Usage

	// The same as the model reads it; Tokens is 0 if that is not known.
	Tokens       int
	Cached, Rest string
}

// prompt shows what the model was asked for the turn that is an event: it is computed from
// the journal before it, and its hash compared with the recorded one.
func (c *Console) prompt(w http.ResponseWriter, r *http.Request) error {
	one, err := c.runByID(r, r.PathValue("id"))
	if err != nil {
		return err
	}
	events, err := c.journal(r, one.ID)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(r.PathValue("event"))
	if err != nil || n < 2 || n > len(events) || events[n-1].Generated == nil {
		return &problem{status: http.StatusNotFound, message: "event " + r.PathValue("event") + " of the run is no turn of the model"}
	}
	var s planner.State
	for _, ev := range events[:n-1] {
		s = planner.Fold(s, ev.Event)
	}
	g := events[n-1].Generated
	req := planner.Request(s)
	body := promptBody{Run: one, Seq: n, Request: req, Exact: s.Answers(g.Prompt, req), Usage: g.Usage}
	if c.o.Prompt != nil {
		if tokens, err := c.o.Prompt(req); err == nil { // of another model, say: then without
			body.Tokens = len(tokens)
			n := min(body.Usage.CachedTokens, len(tokens))
			body.Cached, body.Rest = string(bytes.Join(tokens[:n], nil)), string(bytes.Join(tokens[n:], nil))
		}
	}
	return c.show(w, r, "prompt", page{Title: "Prompt", Here: "runs", Export: runPath(one.ID, "journal"), Body: body})
}
