package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/chaski-dev/chaski/agent"
)

// The addresses of resources.
const (
	runsURI    = "chaski://runs"
	runURI     = "chaski://runs/{run}"
	journalURI = "chaski://runs/{run}/journal"
)

// listed bounds the runs of the list.
const listed = 100

// addResources declares runs and, to those who may read them, journals.
func (v *visit) addResources(made *sdk.Server) {
	made.AddResource(&sdk.Resource{URI: runsURI, Name: "runs", Description: "The newest runs, and where each stands", MIMEType: "application/json"}, v.listRuns)
	made.AddResourceTemplate(&sdk.ResourceTemplate{URITemplate: runURI, Name: "run", Description: "Where a run stands, and what it answered", MIMEType: "application/json"}, v.readRun)
	if v.who.Operate {
		made.AddResourceTemplate(&sdk.ResourceTemplate{URITemplate: journalURI, Name: "journal", Description: "All that happened in a run, a JSON event a line", MIMEType: "application/jsonl"}, v.readJournal)
	}
}

type runLine struct {
	Run    string `json:"run"`
	Status string `json:"status"`
	Prompt string `json:"prompt"`
	Tool   string `json:"tool,omitempty"` // of a call that a client made itself
	URI    string `json:"uri"`
}

func (v *visit) listRuns(ctx context.Context, r *sdk.ReadResourceRequest) (*sdk.ReadResourceResult, error) {
	seen := map[string]bool{}
	var names []string
	for _, a := range v.agents() {
		runs, err := a.Runtime().Runs(ctx)
		if err != nil {
			return nil, v.hidden(err)
		}
		for _, run := range runs {
			if !seen[run] {
				seen[run] = true
				names = append(names, run)
			}
		}
	}
	slices.Sort(names)
	lines := []runLine{}
	for _, run := range slices.Backward(names) {
		_, s, err := v.events(ctx, run)
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			continue // another tenant's, or one whose journal cannot be read
		}
		l := runLine{Run: run, Status: string(s.Status), Tool: s.Start.Meta[metaTool], URI: runsURI + "/" + run}
		if n := len(s.Start.Messages); n > 0 {
			l.Prompt = short(s.Start.Messages[n-1].Content)
		}
		if lines = append(lines, l); len(lines) == listed {
			break
		}
	}
	return resource(r.Params.URI, "application/json", lines)
}

func (v *visit) readRun(ctx context.Context, r *sdk.ReadResourceRequest) (*sdk.ReadResourceResult, error) {
	_, s, err := v.events(ctx, strings.TrimPrefix(r.Params.URI, runsURI+"/"))
	if err != nil {
		return nil, v.missing(r.Params.URI, err)
	}
	c := &calling{visit: v, agent: v.agents()[0]}
	ev := agent.Event{Run: s.Run, Status: s.Status, Reason: s.Reason, Answer: s.Answer(), State: &s}
	o := outcome{Run: s.Run, Status: string(s.Status), Answer: ev.Answer, Reason: s.Reason, Next: c.next(&ev)}
	for _, w := range ev.Waiting() {
		o.Waiting = append(o.Waiting, c.waitingFor(s.Run, &w))
	}
	return resource(r.Params.URI, "application/json", o)
}

func (v *visit) readJournal(ctx context.Context, r *sdk.ReadResourceRequest) (*sdk.ReadResourceResult, error) {
	run, ok := strings.CutSuffix(strings.TrimPrefix(r.Params.URI, runsURI+"/"), "/journal")
	if !ok {
		return nil, sdk.ResourceNotFoundError(r.Params.URI)
	}
	events, _, err := v.events(ctx, run)
	if err != nil {
		return nil, v.missing(r.Params.URI, err)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, ev := range events {
		if err := enc.Encode(ev); err != nil {
			return nil, v.hidden(err)
		}
	}
	return &sdk.ReadResourceResult{Contents: []*sdk.ResourceContents{{URI: r.Params.URI, MIMEType: "application/jsonl", Text: b.String()}}}, nil
}

func (v *visit) missing(uri string, err error) error {
	if errors.Is(err, errNoRun) {
		return sdk.ResourceNotFoundError(uri)
	}
	return v.hidden(err)
}

// hidden keeps from clients what is wrong inside of this process.
func (v *visit) hidden(err error) error {
	v.s.o.Log.Error().Err(err).Msg("an mcp resource could not be read")
	return errors.New("it could not be read; the server's log says why")
}

func resource(uri, kind string, value any) (*sdk.ReadResourceResult, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return &sdk.ReadResourceResult{Contents: []*sdk.ResourceContents{{URI: uri, MIMEType: kind, Text: string(text)}}}, nil
}

// short is the beginning of a text.
func short(s string) string {
	const most = 200
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
