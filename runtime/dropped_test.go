package runtime_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// reader is a model that calls look and then reads result r1 on from where it was cut, in
// steps as long as it is given, until it finds NEEDLE; between says what it calls before.
func reader(room int, between int, lost *string) *llm.Scripted {
	next := -1
	return &llm.Scripted{Context: room, Next: func(n int, req *llm.Request) llm.Turn {
		all := ""
		for _, m := range req.Messages {
			all += m.Content + string(m.Value)
		}
		switch {
		case n == 0:
			return llm.Turn{Calls: []llm.ToolCall{call("look", `{"n":1}`)}}
		case n <= between:
			if i := strings.Index(all, `{"result":"r1"`); i >= 0 && next < 0 {
				_, _ = fmt.Sscanf(all[i:], `{"result":"r1","from":%d}`, &next)
			}
			return llm.Turn{Calls: []llm.ToolCall{call("look", fmt.Sprintf(`{"n":%d}`, n+1))}}
		case strings.Contains(last(req), "NEEDLE"):
			return llm.Turn{Text: "Found."}
		}
		if next < 0 {
			i := strings.Index(all, `{"result":"r1"`)
			if i < 0 {
				*lost = fmt.Sprintf("nothing says how to read on: %.300q", all)
				return llm.Turn{Text: "Lost."}
			}
			_, _ = fmt.Sscanf(all[i:], `{"result":"r1","from":%d}`, &next)
		} else {
			var got struct{ To int }
			if err := json.Unmarshal([]byte(last(req)), &got); err == nil && got.To > next {
				next = got.To
			} else if n > between+1 {
				*lost = fmt.Sprintf("reading from %d says %.300q", next, last(req))
				return llm.Turn{Text: "Lost."}
			}
		}
		return llm.Turn{Calls: []llm.ToolCall{call(planner.ReadResultName, fmt.Sprintf(`{"result":"r1","from":%d}`, next))}}
	}}
}

// TestNothingIsLost hides a word in what is too long for the context: the model is told what
// is missing and finds the word.
func TestNothingIsLost(t *testing.T) {
	rows := make([]map[string]any, 3000)
	for i := range rows {
		rows[i] = map[string]any{"id": i, "note": "nothing to see in this row"}
	}
	rows[2000]["note"] = "NEEDLE"
	table, err := json.Marshal(map[string]any{"rows": rows})
	if err != nil {
		t.Fatal(err)
	}
	quoted := func(s string) json.RawMessage { v, _ := json.Marshal(s); return v }
	words := strings.Repeat("record. ", 4000) + "NEEDLE" + strings.Repeat(" record.", 4000)
	for name, c := range map[string]struct {
		res     tools.Result // of the first call
		between int          // other calls before it is read on
		other   string       // what they return
	}{
		"an object":                         {res: tools.Result{Value: table}},
		"a list within a text":              {res: tools.Result{Value: quoted(string(table))}},
		"the words of a failure":            {res: tools.Result{Status: tools.StatusFail, Reason: words}},
		"the words of a call to repair":     {res: tools.Result{Status: tools.StatusRetry, Reason: words}},
		"letters of four bytes":             {res: tools.Result{Value: quoted(strings.Repeat("𝔸", 9000) + "NEEDLE" + strings.Repeat("𝔹", 9000))}},
		"quotes and backslashes":            {res: tools.Result{Value: quoted(strings.Repeat(`\"`, 9000) + "NEEDLE" + strings.Repeat("\x00\n", 9000))}},
		"another long result after it":      {res: tools.Result{Value: quoted(words)}, between: 1, other: strings.Repeat("other. ", 9000)},
		"forty other results after it":      {res: tools.Result{Value: quoted(words)}, between: 40, other: strings.Repeat("other. ", 200)},
		"a document that quotes the notice": {res: tools.Result{Value: quoted(`{"result":"r7","from":3} ` + words)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lost := ""
			s := drive(t, runtime.Options{Model: reader(4096, c.between, &lost), Gate: verdict(planner.Allow), Caller: callerFunc(func(_ context.Context, call tools.Call) (tools.Result, error) {
				if string(call.Arguments) != `{"n":1}` {
					return tools.Result{Status: tools.StatusOK, Value: quoted(c.other)}, nil
				}
				res := c.res
				if res.Status == "" {
					res.Status = tools.StatusOK
				}
				return res, nil
			})}, planner.Budget{Steps: 300, Calls: 300, Tokens: 1 << 40, Repairs: 300})
			if s.Status != planner.Finished || s.Answer() != "Found." {
				t.Errorf("%s: %s %q: %s", s.Status, s.Reason, s.Answer(), lost)
			}
		})
	}
}

// TestSmallerContext resumes a run with a model that has an eighth of the context: what was
// whole is cut, and can be read on.
func TestSmallerContext(t *testing.T) {
	j := &journal.Memory{}
	text := strings.Repeat("record. ", 900) + "NEEDLE" + strings.Repeat(" record.", 900)
	first := &llm.Scripted{Context: 32768, Next: func(n int, req *llm.Request) llm.Turn {
		if n == 0 {
			return llm.Turn{Calls: []llm.ToolCall{call("look", `{"n":1}`)}}
		}
		if !strings.Contains(last(req), "NEEDLE") {
			t.Error("it was cut where there was room")
		}
		return llm.Turn{Err: &llm.PassingError{Err: errors.New("away")}}
	}}
	rt, err := runtime.New(runtime.Options{Journal: j, Model: first, Caller: answers(text), Patience: -1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.Start(ctx, started("r", planner.Budget{Steps: 100, Calls: 100})); err != nil {
		t.Fatal(err)
	}
	if s, err := rt.Drive(ctx, "r", nil); err != nil || s.Status != planner.Suspended {
		t.Fatal(s.Status, err)
	}
	lost := ""
	model := reader(2048, 0, &lost)
	next := model.Next
	model.Next = func(n int, req *llm.Request) llm.Turn { return next(n+1, req) } // the first turn was another model's
	if rt, err = runtime.New(runtime.Options{Journal: j, Model: model, Caller: answers(text)}); err != nil {
		t.Fatal(err)
	}
	if s, err := rt.Drive(ctx, "r", nil); err != nil || s.Answer() != "Found." {
		t.Errorf("%s: %s, %v: %s", s.Status, s.Reason, err, lost)
	}
}

// TestTooLongToAsk: a task, or tools, that the context has no room for end the run with a
// reason that names the context; the model is never asked a part of it.
func TestTooLongToAsk(t *testing.T) {
	for name, change := range map[string]func(*planner.Started){
		"the task":        func(st *planner.Started) { st.Messages[0].Content = strings.Repeat("go ", 9000) },
		"the system text": func(st *planner.Started) { st.System = strings.Repeat("Be brief. ", 4000) },
		"the tools": func(st *planner.Started) {
			for i := range 60 {
				spec := st.Tools[0]
				spec.Name, spec.Description = fmt.Sprint("tool_", i), strings.Repeat("It looks. ", 60)
				st.Tools = append(st.Tools, spec)
			}
		},
		"the task, behind an answer": func(st *planner.Started) {
			st.Messages = []llm.Message{{Role: llm.RoleUser, Content: "hello"}, {Role: llm.RoleAssistant, Content: "hi"}, {Role: llm.RoleUser, Content: strings.Repeat("go ", 9000)}}
		},
	} {
		asked := 0
		rt, err := runtime.New(runtime.Options{Journal: &journal.Memory{}, Caller: callerFunc(ok), Model: &llm.Scripted{Context: 2048, Next: func(int, *llm.Request) llm.Turn {
			asked++
			return llm.Turn{Text: "ok"}
		}}})
		if err != nil {
			t.Fatal(err)
		}
		st := started("r", planner.Budget{})
		change(&st)
		if _, err := rt.Start(ctx, st); err != nil {
			t.Fatal(err)
		}
		s, err := rt.Drive(ctx, "r", nil)
		if err != nil || s.Status == planner.Finished || asked > 0 || !strings.Contains(s.Reason, "context") {
			t.Errorf("%s: %s: %q, asked %d times, %v", name, s.Status, s.Reason, asked, err)
		}
	}
}
