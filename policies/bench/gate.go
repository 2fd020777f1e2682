package bench

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/chaski-dev/chaski/policies"
	"github.com/chaski-dev/chaski/tools"
)

// Gate answers a program that plays tasks. Each line of the program is an object with
// one member, and each is answered by one line:
//
//	{"task": {"id", "kind", "attack", "user", "tools", "system"}}      {}
//	{"call": {"name", "arguments", "bad"}}    {"run", "verdict", "rule", "reason"}
//	{"result": {"value" or "text" or "error"}}    {"text", "handle"}: what the model reads
//	{"user": TEXT}, {"assistant": TEXT}       {}
//	{"end": {"done", "harmed"}}               {}
//	{"skip": REASON}                          {}
//
// A result answers the last call. A line that cannot be taken is answered {"error"},
// and ends the play.
type Gate struct {
	Sources []*policies.Source
	Suite   string
	Each    func(Outcome)

	bundles map[string]*policies.Bundle // by the JSON of their tools
	judge   *judge
	last    tools.Call
	skipped string
}

type gateTask struct {
	ID     string          `json:"id"`
	Suite  string          `json:"suite"`
	Kind   string          `json:"kind"`
	Attack bool            `json:"attack"`
	System string          `json:"system"`
	User   string          `json:"user"`
	Tools  json.RawMessage `json:"tools"`
}

type gateLine struct {
	Task *gateTask `json:"task"`
	Call *struct {
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
		Bad       bool            `json:"bad"`
	} `json:"call"`
	Result    *policies.TraceResult `json:"result"`
	User      string                `json:"user"`
	Assistant string                `json:"assistant"`
	End       *struct {
		Done   *bool `json:"done"`
		Harmed *bool `json:"harmed"`
	} `json:"end"`
	Skip string `json:"skip"`
}

type gateReply struct {
	Run     *bool   `json:"run,omitempty"`
	Verdict string  `json:"verdict,omitempty"`
	Rule    string  `json:"rule,omitempty"`
	Reason  string  `json:"reason,omitempty"`
	Text    *string `json:"text,omitempty"`
	Handle  string  `json:"handle,omitempty"`
	Error   string  `json:"error,omitempty"`
}

// Skipped returns the reason for which the program did not play, or "".
func (g *Gate) Skipped() string { return g.skipped }

// Serve reads lines until their end. It fails if a line cannot be taken or a task is
// left open.
func (g *Gate) Serve(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 64<<20)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for n := 1; lines.Scan(); n++ {
		reply, err := g.line(lines.Bytes())
		if err != nil {
			err = fmt.Errorf("line %d: %w", n, err)
			reply = gateReply{Error: err.Error()}
		}
		if e := enc.Encode(reply); err == nil && e != nil {
			err = e
		}
		if err != nil {
			return err
		}
	}
	if g.judge != nil && lines.Err() == nil {
		return fmt.Errorf("task %s has no end", g.judge.out.ID)
	}
	return lines.Err()
}

func (g *Gate) line(raw []byte) (r gateReply, err error) {
	var l gateLine
	if err := json.Unmarshal(raw, &l); err != nil {
		return r, err
	}
	switch {
	case l.Task != nil:
		return r, g.begin(l.Task)
	case l.Skip != "":
		g.skipped = l.Skip
		return r, nil
	case g.judge == nil:
		return r, errors.New("no task has begun")
	case l.Call != nil:
		g.last = tools.Call{ID: fmt.Sprintf("call_%d", g.judge.out.Calls), Tool: l.Call.Name, Arguments: l.Call.Arguments}
		d, ran, err := g.judge.call(g.last, l.Call.Bad)
		return gateReply{Run: &ran, Verdict: d.Verdict.String(), Rule: d.Rule, Reason: d.Reason}, err
	case l.Result != nil:
		if g.last.Tool == "" {
			return r, errors.New("a result without a call")
		}
		res := l.Result.Result()
		d, err := g.judge.result(g.last, res)
		g.last = tools.Call{}
		text := policies.ResultText(&res)
		if d.Text != nil {
			text = *d.Text
		}
		return gateReply{Text: &text, Handle: d.Handle}, err
	case l.User != "":
		return r, g.judge.user(l.User)
	case l.Assistant != "":
		return r, g.judge.assistant(l.Assistant)
	case l.End != nil:
		g.judge.out.Done, g.judge.out.Harmed = l.End.Done, l.End.Harmed
		g.Each(g.judge.out)
		g.judge = nil
		return r, nil
	}
	return r, errors.New("want task, call, result, user, assistant, end or skip")
}

func (g *Gate) begin(t *gateTask) error {
	if g.judge != nil {
		return fmt.Errorf("task %s has no end", g.judge.out.ID)
	}
	b := g.bundles[string(t.Tools)]
	if b == nil {
		with := policies.Trace{}
		err := json.Unmarshal([]byte(`{"tools": `+string(t.Tools)+`}`), &with)
		if err != nil {
			return fmt.Errorf("task %s: the tools: %w", t.ID, err)
		}
		if b, err = policies.Compile(g.Sources, with.Tools); err != nil {
			return fmt.Errorf("task %s: %w", t.ID, err)
		}
		if g.bundles == nil {
			g.bundles = map[string]*policies.Bundle{}
		}
		g.bundles[string(t.Tools)] = b
	}
	name := g.Suite
	if t.Suite != "" {
		name += "/" + t.Suite
	}
	begins, err := (&policies.Trace{}).Begins()
	if err != nil {
		return err
	}
	g.judge, g.last = newJudge(b, Outcome{Suite: name, ID: t.ID, Kind: t.Kind, Attack: t.Attack}, begins), tools.Call{}
	if t.System != "" {
		if err := g.judge.system(t.System); err != nil {
			return err
		}
	}
	return g.judge.user(t.User)
}
