package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/tools"
)

func (s *Server) runRoutes() {
	s.handle("GET /v1/runs", s.listRuns)
	s.handle("POST /v1/runs", s.startRun)
	s.handle("GET /v1/runs/{id}", s.getRun)
	s.handle("GET /v1/runs/{id}/events", s.runEvents)
	s.handleFor("GET /v1/runs/{id}/journal", Operate, s.runJournal)
	s.handleFor("POST /v1/runs/{id}/approve", Approve, func(w http.ResponseWriter, r *http.Request) error { return s.answerRun(w, r, true) })
	s.handleFor("POST /v1/runs/{id}/deny", Approve, func(w http.ResponseWriter, r *http.Request) error { return s.answerRun(w, r, false) })
	s.handleFor("POST /v1/runs/{id}/settle", Approve, s.settleRun)
	s.handle("POST /v1/runs/{id}/cancel", s.cancelRun)
	s.handle("POST /v1/runs/{id}/resume", s.resumeRun)
	s.handleFor("POST /v1/runs/{id}/fork", Operate, s.forkRun)
}

type runList struct {
	Object  string       `json:"object"`
	Data    []*runObject `json:"data"`
	HasMore bool         `json:"has_more"`
}

// The bounds of a page of runs.
const (
	defaultPage = 20
	maxPage     = 100
)

// listRuns lists the tenant's runs, the newest first.
func (s *Server) listRuns(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	limit := defaultPage
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxPage {
			return bad("limit", "limit is %q, want 1 to %d", text, maxPage)
		}
		limit = n
	}
	list := runList{Object: "list", Data: []*runObject{}}
	f := filterOf(q)
	err := s.eachRun(r.Context(), From(r.Context()), q.Get("after"), func(l *listed, o *summary, driven bool) bool {
		if !f.fits(o) {
			return true
		}
		one := s.standing(r.Context(), l, o, driven)
		if f.status != "" && f.status != string(one.Status) {
			return true
		}
		if len(list.Data) == limit {
			list.HasMore = true
			return false
		}
		list.Data = append(list.Data, one)
		return true
	})
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, list)
	return nil
}

// filter is what a list of runs is narrowed to.
type filter struct{ status, agent, tenant, tool, rule, id, text string }

func filterOf(q url.Values) filter {
	return filter{q.Get("status"), q.Get("agent"), q.Get("tenant"), q.Get("tool"), q.Get("rule"), q.Get("q"), strings.ToLower(q.Get("q"))}
}

// standing is a run as it is now: one that its journal says is running may be left.
func (s *Server) standing(ctx context.Context, l *listed, o *summary, driven bool) *runObject {
	left := !driven && l.a.Agent.Runtime().Left(ctx, l.run, o.Status)
	if left {
		if now := s.index.read(ctx, l); now != nil { // it may have ended since it was read
			o = now
		}
	}
	one := *o.runObject
	one.Driven = driven && !o.Status.Done()
	if left && one.Status == planner.Running {
		one.Status = leftRun
	}
	return &one
}

// fits says whether a list that is narrowed so has the run, or may have it if it is left.
func (f *filter) fits(o *summary) bool {
	status := o.Status
	if f.status == string(leftRun) && status == planner.Running {
		status = leftRun
	}
	switch {
	case f.status != "" && f.status != string(status), f.agent != "" && f.agent != o.Agent, f.tenant != "" && f.tenant != o.Tenant:
		return false
	case f.tool != "" && !slices.Contains(o.Tools, f.tool):
		return false
	case f.rule != "" && !slices.ContainsFunc(o.Rules, func(r string) bool {
		return r == f.rule || len(r) > len(f.rule) && r[len(f.rule)] == '/' && strings.HasPrefix(r, f.rule)
	}):
		return false
	}
	return f.text == "" || strings.Contains(o.text, f.text) || o.ID == f.id
}

// eachRun yields the runs that a principal sees, the newest first, after one of them, and
// whether they are driven here.
func (s *Server) eachRun(ctx context.Context, who Principal, after string, yield func(l *listed, o *summary, driven bool) bool) error {
	all, err := s.index.list(ctx, s.o.Agents)
	if err != nil {
		return err
	}
	if after != "" {
		at := slices.IndexFunc(all, func(l *listed) bool { return l.run == after })
		if at < 0 {
			return notFound("run", after)
		}
		if o := s.index.read(ctx, all[at]); o == nil || !who.Sees(o.Tenant) {
			return notFound("run", after)
		}
		all = all[at+1:]
	}
	for _, l := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		o := l.settled()
		driven := false
		if o == nil {
			driven = s.drivers.driven(l.run) != nil // before the journal: a run that ends in between is not left by its driver
			if o = s.index.read(ctx, l); o == nil {
				continue
			}
		}
		if who.Sees(o.Tenant) && !yield(l, o, driven) {
			return nil
		}
	}
	return nil
}

// startRequest begins a run, without waiting for its answer.
type startRequest struct {
	Agent    string        `json:"agent"`
	Model    string        `json:"model"` // another word for it
	Input    string        `json:"input"`
	Messages []chatMessage `json:"messages"` // in place of input
	Follows  string        `json:"follows"`  // a run that has finished
}

func (s *Server) startRun(w http.ResponseWriter, r *http.Request) error {
	var in startRequest
	release, err := s.read(w, r, &in)
	if err != nil {
		return err
	}
	defer release()
	name := in.Agent
	if name == "" {
		name = in.Model
	}
	a := s.agentNamed(name)
	if a == nil {
		f := notFound("agent", name)
		f.param = "agent"
		return f
	}
	if in.Input != "" && len(in.Messages) > 0 {
		return bad("input", "give input or messages, not both")
	}
	st := agent.Start{Prompt: in.Input, Follows: in.Follows}
	if len(in.Messages) > 0 {
		ask, err := (&chatRequest{Messages: in.Messages}).ask()
		if err != nil {
			return err
		}
		if st, err = ask.forAgent(name); err != nil {
			return err
		}
		st.Follows = in.Follows
	}
	if st.Prompt == "" {
		return bad("input", "input is missing: what is the agent to do?")
	}
	t, err := s.start(r, a, st)
	if err != nil {
		return err
	}
	w.Header().Set(headerRun, t.run)
	return s.tellRun(w, r, t.run, http.StatusAccepted)
}

// tellRun answers with a run.
func (s *Server) tellRun(w http.ResponseWriter, r *http.Request, run string, status int) error {
	driven := s.drivers.driven(run) != nil // before the journal, as in eachRun
	a, events, state, err := s.findRun(r.Context(), From(r.Context()), run)
	if err != nil {
		return err
	}
	left := !driven && a.Agent.Runtime().Left(r.Context(), run, state.Status)
	if left { // it may have ended since it was read
		if _, events, state, err = s.findRun(r.Context(), From(r.Context()), run); err != nil {
			return err
		}
	}
	o := newRunObject(events, &state, true)
	if left && state.Status == planner.Running {
		o.Status = leftRun
	}
	o.Driven, o.Resumable = driven && !state.Status.Done(), s.resumable(&state)
	if !state.Status.Done() {
		o.Aside = s.aside(&state)
	}
	writeJSON(w, status, o)
	return nil
}

// resumable says whether the server can go on with a run that is not over.
func (s *Server) resumable(state *planner.State) bool {
	return (!state.Status.Done() || state.Reopenable()) && s.cannot(state) == nil
}

func (s *Server) getRun(w http.ResponseWriter, r *http.Request) error {
	return s.tellRun(w, r, r.PathValue("id"), http.StatusOK)
}

// runJournal gives the journal's events as they are.
func (s *Server) runJournal(w http.ResponseWriter, r *http.Request) error {
	_, events, _, err := s.findRun(r.Context(), From(r.Context()), r.PathValue("id"))
	if err != nil {
		return err
	}
	after := 0
	if text := r.URL.Query().Get("after"); text != "" {
		if after, err = strconv.Atoi(text); err != nil || after < 0 {
			return bad("after", "after is %q, want the number of an event", text)
		}
	}
	type numbered struct {
		Seq int `json:"seq"`
		planner.Event
	}
	list := struct {
		Object string     `json:"object"`
		Data   []numbered `json:"data"`
	}{Object: "list", Data: []numbered{}}
	for i := after; i < len(events); i++ {
		list.Data = append(list.Data, numbered{i + 1, events[i]})
	}
	writeJSON(w, http.StatusOK, list)
	return nil
}

// answerRequest is a person's answer. Where one call waits, it need not be named.
type answerRequest struct {
	Call   string `json:"call_id"`
	Hash   string `json:"hash"` // of the call that the person saw
	Reason string `json:"reason"`
}

// answerRun approves or refuses a call that waits. The run then goes on by itself.
func (s *Server) answerRun(w http.ResponseWriter, r *http.Request, approve bool) error {
	var in answerRequest
	a, state, err := s.change(w, r, &in)
	if err != nil {
		return err
	}
	call, err := oneCall(&state, in.Call, planner.Awaiting, "waits for a person")
	if err != nil {
		if events, _, readErr := a.Agent.Runtime().Events(r.Context(), state.Run); readErr == nil {
			if before := planner.AnsweredBefore(events, in.Call); before != nil {
				return conflict("no call of the run waits for a person: " + before.Error())
			}
		}
		return err
	}
	if in.Hash != "" && in.Hash != call.Hash() {
		return conflict("the call is not the one that was seen: its hash is another")
	}
	who := From(r.Context())
	err = a.Agent.Runtime().Answer(r.Context(), state.Run, planner.Answered{Call: call.ID, Hash: call.Hash(), Approve: approve, By: who.Name, Tenant: state.Start.Tenant, Reason: in.Reason})
	return s.changed(w, r, a, &state, err)
}

// settleRequest says what came of a call whose outcome is unknown.
type settleRequest struct {
	Call   string          `json:"call_id"`
	OK     json.RawMessage `json:"ok"`     // it ran: its result
	Failed string          `json:"failed"` // it did not run, or failed: why
}

func (s *Server) settleRun(w http.ResponseWriter, r *http.Request) error {
	var in settleRequest
	a, state, err := s.change(w, r, &in)
	if err != nil {
		return err
	}
	if (len(in.OK) == 0) == (in.Failed == "") {
		return bad("ok", "say what came of the call: ok with its result, or failed with the reason")
	}
	call, err := oneCall(&state, in.Call, planner.Unknown, "is of unknown outcome")
	if err != nil {
		return err
	}
	res := tools.Result{CallID: call.ID, Attempt: call.Attempt, Status: tools.StatusFail, Reason: in.Failed}
	if len(in.OK) > 0 {
		res.Status, res.Value, res.Reason = tools.StatusOK, in.OK, ""
	}
	err = a.Agent.Runtime().Settle(r.Context(), state.Run, From(r.Context()).Name, res)
	return s.changed(w, r, a, &state, err)
}

func (s *Server) cancelRun(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Reason string `json:"reason"`
	}
	a, state, err := s.change(w, r, &in)
	if err != nil {
		return err
	}
	if state.Status.Done() {
		return conflict("the run is over: " + string(state.Status))
	}
	err = a.Agent.Runtime().Cancel(r.Context(), state.Run, planner.Cancelled{By: From(r.Context()).Name, Reason: in.Reason})
	return s.changed(w, r, a, &state, err)
}

// resumeRun goes on with a run that nobody drives, or that its model had failed.
func (s *Server) resumeRun(w http.ResponseWriter, r *http.Request) error {
	a, state, err := s.change(w, r, &struct{}{})
	if err != nil {
		return err
	}
	if err := s.cannot(&state); err != nil {
		return conflict("the run goes on where it was begun, not here: " + err.Error())
	}
	if state.Reopenable() {
		if err := a.Agent.Runtime().Reopen(r.Context(), state.Run, From(r.Context()).Name); err != nil {
			return err
		}
	} else if state.Status.Done() {
		return conflict("the run is over: " + string(state.Status))
	}
	return s.changed(w, r, a, &state, nil)
}

// forkRun begins a run with the first events of another, and lets it go on.
func (s *Server) forkRun(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Event int `json:"event"` // the last that it has
	}
	a, state, err := s.change(w, r, &in)
	if err != nil {
		return err
	}
	if err := s.cannot(&state); err != nil {
		return conflict("a fork of the run could not go on here: " + err.Error())
	}
	as, err := a.Agent.Runtime().Fork(r.Context(), state.Run, in.Event, "")
	var refused *runtime.ForkError
	if errors.As(err, &refused) {
		return conflict(err.Error())
	}
	if err != nil { // of the journal, which asFailure tells
		return err
	}
	if state, err = a.Agent.Runtime().Load(r.Context(), as); err != nil {
		return err
	}
	return s.changed(w, r, a, &state, nil)
}

// change reads a request that changes a run, and the run. An empty body is an empty object.
func (s *Server) change(w http.ResponseWriter, r *http.Request, in any) (*Agent, planner.State, error) {
	if r.ContentLength != 0 {
		release, err := s.read(w, r, in)
		if err != nil {
			return nil, planner.State{}, err
		}
		release()
	} else if r.Header.Get("Origin") != "" && r.Header.Get("Content-Type") != "application/json" {
		return nil, planner.State{}, bad("", "a page says Content-Type: application/json, also without a body")
	}
	a, _, state, err := s.findRun(r.Context(), From(r.Context()), r.PathValue("id"))
	if err == nil {
		requestOf(r).about(state.Start.Meta[metaAgent], state.Run)
	}
	return a, state, err
}

// changed wakes the run's driver, or drives a run that can go on here, and answers with the
// run. own is the agent whose journal has it.
func (s *Server) changed(w http.ResponseWriter, r *http.Request, own *Agent, state *planner.State, err error) error {
	if errors.Is(err, planner.ErrEvent) { // somebody was first
		return conflict(strings.TrimPrefix(err.Error(), planner.ErrEvent.Error()+": "))
	}
	if err != nil {
		return err
	}
	if a := s.agentOf(state.Start); a != nil {
		if err := s.drivers.mark(state.Run, a); err != nil {
			return err
		}
		s.drivers.begin(state.Run, a).poke()
	} else if s.cannot(state) == nil {
		s.drivers.borrow(state.Run, own).poke()
	}
	return s.tellRun(w, r, state.Run, http.StatusOK)
}

// oneCall is the only call of a phase whose id begins with that text.
func oneCall(s *planner.State, id string, phase planner.Phase, what string) (*planner.CallState, error) {
	var found []*planner.CallState
	for i := range s.Calls {
		if c := &s.Calls[i]; c.Phase == phase && strings.HasPrefix(c.ID, id) {
			found = append(found, c)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0:
		return nil, conflict("no call of the run " + what + ": it is " + string(s.Status))
	}
	return nil, bad("call_id", "%d calls of the run are meant; name one by its call_id", len(found))
}

func conflict(message string) *failure {
	return &failure{status: http.StatusConflict, kind: "invalid_request_error", code: "conflict", message: message}
}
