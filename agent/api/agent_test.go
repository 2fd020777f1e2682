package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/agent"
	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
	"github.com/chaski-dev/chaski/runtime"
	"github.com/chaski-dev/chaski/runtime/journal"
	"github.com/chaski-dev/chaski/tools"
)

// shop is an agent that looks orders up and pays them back, which a person approves.
type shop struct {
	paid    atomic.Int32
	looked  atomic.Int32
	wait    time.Duration // with a model that is away; 0 is a minute
	model   *llm.Scripted
	journal journal.Journal
	agent   *agent.Agent
}

type orderIn struct {
	Number int `json:"order_number"`
}

// results counts what tools answered in a request since the last word of the user.
func results(req *llm.Request) int {
	n := 0
	for _, m := range slices.Backward(req.Messages) {
		if m.Role == llm.RoleUser {
			break
		}
		if m.Role == llm.RoleTool {
			n++
		}
	}
	return n
}

// looksAndPays looks at an order, refunds it and says so.
func looksAndPays(_ int, req *llm.Request) llm.Turn {
	usage := llm.Usage{PromptTokens: 100, CachedTokens: 60, GeneratedTokens: 10}
	switch results(req) {
	case 0:
		return llm.Turn{Text: "Let me look.", Calls: []llm.ToolCall{{Name: "lookup_order", Arguments: json.RawMessage(`{"order_number":1042}`)}}, Usage: usage}
	case 1:
		return llm.Turn{Calls: []llm.ToolCall{{Name: "refund_order", Arguments: json.RawMessage(`{"order_number":1042}`)}}, Usage: usage}
	}
	return llm.Turn{Text: "I refunded it.", Usage: usage}
}

func newShop(t testing.TB, next func(int, *llm.Request) llm.Turn) *shop {
	s := &shop{model: &llm.Scripted{Next: next}, journal: &journal.Memory{}}
	s.agent = s.open(t)
	return s
}

// open makes the agent anew on the same journal.
func (s *shop) open(t testing.TB) *agent.Agent {
	t.Helper()
	look := tools.New("lookup_order", "Look up an order", func(_ context.Context, in orderIn) (map[string]any, error) {
		s.looked.Add(1)
		return map[string]any{"order_number": in.Number, "status": "late"}, nil
	}, tools.Options{Effect: tools.Read})
	pay := tools.New("refund_order", "Pay an order back", func(_ context.Context, in orderIn) (string, error) {
		s.paid.Add(1)
		return fmt.Sprint("RF-", in.Number), nil
	}, tools.Options{Effect: tools.Once})
	gate := runtime.GateFunc(func(_ context.Context, _ planner.State, c planner.CallState) (planner.Decided, error) {
		if c.Effect == tools.Read || c.Approved != "" {
			return planner.Decided{Verdict: planner.Allow, Rule: "shop/read"}, nil
		}
		return planner.Decided{Verdict: planner.RequireApproval, Rule: "shop/money", Reason: "money"}, nil
	})
	a, err := agent.New(s.model, agent.Options{Tools: []*tools.Tool{look, pay}, Gate: gate, Journal: s.journal, Patience: s.wait})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (s *shop) options() api.Options {
	return api.Options{Agents: []api.Agent{{Name: "shop", Agent: s.agent}}}
}

// serveAgents serves agents and closes the server at the test's end.
func serveAgents(t testing.TB, o api.Options) string {
	t.Helper()
	s, err := api.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return serveIt(t, s)
}

// status waits until a run has a status.
func status(t testing.TB, url, run string, want planner.Status, headers ...string) object {
	t.Helper()
	var out object
	eventually(t, run+" is "+string(want), func() bool {
		_, out = get(t, url+"/v1/runs/"+run, headers...)
		return out["status"] == string(want)
	})
	return out
}

// TestAgentChat: an agent answers a chat; its run waits for a person, who answers over HTTP;
// the run goes on by itself, and its effect happens once.
func TestAgentChat(t *testing.T) {
	sh := newShop(t, looksAndPays)
	url := serveAgents(t, sh.options())
	body := object{"model": "shop", "messages": []object{user("Refund order 1042.")}}
	code, text, header := send(t, http.MethodPost, url+"/v1/chat/completions", body)
	var out object
	if err := json.Unmarshal(text, &out); err != nil || code != http.StatusOK {
		t.Fatal(code, string(text))
	}
	run, _ := dig(out, "metadata", "run_id").(string)
	content, _ := dig(out, "choices", 0, "message", "content").(string)
	if run == "" || header.Get("X-Chaski-Run") != run || dig(out, "metadata", "run_status") != "waiting" || dig(out, "choices", 0, "finish_reason") != "stop" {
		t.Fatal(out)
	}
	if !strings.HasPrefix(content, "Let me look.\n\nThis waits for a person's approval: refund_order {\"order_number\":1042}.") || !strings.Contains(content, run) {
		t.Error(content)
	}
	if dig(out, "usage", "prompt_tokens") != 200.0 || dig(out, "usage", "prompt_tokens_details", "cached_tokens") != 120.0 {
		t.Error(dig(out, "usage"))
	}
	_, seen := get(t, url+"/v1/runs/"+run)
	approval := dig(seen, "approvals", 0)
	if seen["status"] != "waiting" || seen["agent"] != "shop" || seen["prompt"] != "Refund order 1042." || dig(approval, "tool") != "refund_order" || seen["driven"] != true || len(dig(seen, "messages").([]any)) != 4 {
		t.Fatal(seen)
	}
	if sh.paid.Load() != 0 {
		t.Fatal("paid before it was approved")
	}
	if code, out := post(t, url+"/v1/runs/"+run+"/approve", object{"call_id": dig(approval, "call_id"), "hash": "another"}); code != http.StatusConflict {
		t.Error(code, out)
	}
	if code, out := post(t, url+"/v1/runs/"+run+"/settle", object{"ok": true}); code != http.StatusConflict {
		t.Error(code, out)
	}
	if code, out := post(t, url+"/v1/runs/"+run+"/approve", object{"call_id": dig(approval, "call_id"), "hash": dig(approval, "hash"), "reason": "late"}); code != http.StatusOK {
		t.Fatal(code, out)
	}
	end := status(t, url, run, planner.Finished)
	if end["answer"] != "I refunded it." || sh.paid.Load() != 1 || end["approvals"] != nil {
		t.Error(end, sh.paid.Load())
	}
	if code, out := post(t, url+"/v1/runs/"+run+"/approve", object{}); code != http.StatusConflict || !strings.Contains(fmt.Sprint(dig(out, "error", "message")), " approved refund") {
		t.Error(code, out)
	}
	if code, out := post(t, url+"/v1/runs/"+run+"/cancel", object{}); code != http.StatusConflict {
		t.Error(code, out)
	}
}

// TestAgentDeny: what was refused is not done, and the model says so.
func TestAgentDeny(t *testing.T) {
	sh := newShop(t, looksAndPays)
	url := serveAgents(t, sh.options())
	code, out := post(t, url+"/v1/runs", object{"agent": "shop", "input": "Refund order 1042."})
	run, _ := out["id"].(string)
	if code != http.StatusAccepted || run == "" || out["object"] != "run" {
		t.Fatal(code, out)
	}
	status(t, url, run, planner.Waiting)
	if code, out := post(t, url+"/v1/runs/"+run+"/deny", object{"reason": "too much"}); code != http.StatusOK {
		t.Fatal(code, out)
	}
	end := status(t, url, run, planner.Finished)
	if sh.paid.Load() != 0 || !strings.Contains(fmt.Sprint(end["messages"]), "refused by local: too much") {
		t.Error(end)
	}
}

// TestAgentStream: what is streamed, joined, is what is given whole.
func TestAgentStream(t *testing.T) {
	sh := newShop(t, looksAndPays)
	url := serveAgents(t, sh.options())
	body := object{"model": "shop", "stream": true, "stream_options": object{"include_usage": true}, "messages": []object{user("Refund order 1042.")}}
	text, finish := "", ""
	run := ""
	list := events(t, url+"/v1/chat/completions", body)
	for _, ev := range list[:len(list)-1] {
		if s, ok := dig(ev.data, "choices", 0, "delta", "content").(string); ok {
			text += s
		}
		if s, ok := dig(ev.data, "choices", 0, "finish_reason").(string); ok {
			finish = s
		}
		if id, _ := dig(ev.data, "metadata", "run_id").(string); id != "" {
			run = id
		}
	}
	if !strings.HasPrefix(text, "Let me look.\n\nThis waits") || finish != "stop" || run == "" || dig(list[len(list)-2].data, "usage", "prompt_tokens") != 200.0 {
		t.Error(text, finish, run, list[len(list)-2].text)
	}
}

// TestAgentScreened: where a policy looks at answers, a client gets what it left of them, and
// gets it once, streamed or whole, and in the run's events.
func TestAgentScreened(t *testing.T) {
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(rules, []byte("name: b\nrules:\n  - {id: say, on: answer, when: 'found(\"email\")', then: redact, redact: [email]}\n  - {id: do, on: call, then: allow}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	look := tools.New("lookup_order", "Look up an order", func(_ context.Context, in orderIn) (string, error) { return "late", nil }, tools.Options{Effect: tools.Read})
	model := &llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
		if results(req) == 0 {
			return llm.Turn{Text: "I look for ana@mail.example.", Calls: []llm.ToolCall{{Name: "lookup_order", Arguments: json.RawMessage(`{"order_number":1042}`)}}}
		}
		return llm.Turn{Text: "It is late; write to ana@mail.example."}
	}}
	a, err := agent.New(model, agent.Options{Tools: []*tools.Tool{look}, Policies: []string{rules}})
	if err != nil {
		t.Fatal(err)
	}
	url := serveAgents(t, api.Options{Agents: []api.Agent{{Name: "shop", Agent: a}}})
	body := object{"model": "shop", "messages": []object{user("Where is it?")}}
	const want = "It is late; write to [EMAIL]."
	_, out := post(t, url+"/v1/chat/completions", body)
	if got := dig(out, "choices", 0, "message", "content"); got != want {
		t.Errorf("%q", got)
	}
	streamed, run := "", ""
	for _, ev := range events(t, url+"/v1/chat/completions", with(body, object{"stream": true})) {
		text, _ := dig(ev.data, "choices", 0, "delta", "content").(string)
		streamed += text
		if id, ok := dig(ev.data, "metadata", "run_id").(string); ok {
			run = id
		}
	}
	if streamed != want {
		t.Errorf("%q", streamed)
	}
	told := ""
	list, _ := watch(t, url, run).all()
	for _, ev := range list {
		text, _ := ev["delta"].(string)
		if ev["type"] == "TEXT_MESSAGE_CONTENT" {
			told += text
		}
	}
	if told != want {
		t.Errorf("%q", told)
	}
}

// TestAgentRefusals: what would be ignored though it matters is refused.
func TestAgentRefusals(t *testing.T) {
	url := serveAgents(t, newShop(t, looksAndPays).options())
	base := object{"model": "shop", "messages": []object{user("Hi")}}
	for _, c := range []struct {
		more  object
		param string
	}{
		{object{"tools": []any{function("look", "city")}}, "tools"},
		{object{"n": 2}, "n"},
		{object{"stop": "x"}, "stop"},
		{object{"logprobs": true}, "logprobs"},
		{object{"messages": []object{user("Hi"), {"role": "assistant", "content": "Hello"}}}, "messages"},
		{object{"messages": []object{user("A"), {"role": "assistant", "tool_calls": []object{{"id": "1", "type": "function", "function": object{"name": "x", "arguments": "{}"}}}}, {"role": "tool", "tool_call_id": "1", "content": "x"}, user("B")}}, "messages"},
	} {
		if code, out := post(t, url+"/v1/chat/completions", with(base, c.more)); code != http.StatusBadRequest || dig(out, "error", "param") != c.param {
			t.Error(c.more, code, out)
		}
	}
	for _, c := range []struct {
		body object
		code int
	}{
		{object{"agent": "nobody", "input": "x"}, 404}, {object{"agent": "shop"}, 400}, {object{"agent": "shop", "input": "x", "messages": []object{user("y")}}, 400},
		{object{"agent": "shop", "input": "x", "follows": "nothing"}, 400},
	} {
		if code, out := post(t, url+"/v1/runs", c.body); code != c.code {
			t.Error(c.body, code, out)
		}
	}
	if code, out := get(t, url+"/v1/runs/../../etc/passwd"); code != http.StatusNotFound {
		t.Error(code, out)
	}
	if code, out := get(t, url+"/v1/runs/nothing"); code != http.StatusNotFound {
		t.Error(code, out)
	}
}

// TestAgentConversation: a client that sends the conversation each time goes on with the run
// that it had; one that sends another conversation begins with its words.
func TestAgentConversation(t *testing.T) {
	var last atomic.Pointer[llm.Request]
	sh := newShop(t, func(_ int, req *llm.Request) llm.Turn {
		last.Store(req)
		if results(req) == 0 && req.Messages[len(req.Messages)-1].Content == "Look." {
			return llm.Turn{Calls: []llm.ToolCall{{Name: "lookup_order", Arguments: json.RawMessage(`{"order_number":7}`)}}}
		}
		return llm.Turn{Text: "It is late."}
	})
	o := sh.options()
	o.Dir = t.TempDir()
	url := serveAgents(t, o)
	said := []object{{"role": "system", "content": "Be brief."}, user("Look.")}
	_, out := post(t, url+"/v1/chat/completions", object{"model": "shop", "messages": said})
	first, _ := dig(out, "metadata", "run_id").(string)
	said = append(said, object{"role": "assistant", "content": dig(out, "choices", 0, "message", "content")}, user("And now?"))
	_, out = post(t, url+"/v1/chat/completions", object{"model": "shop", "messages": said})
	if m := last.Load().Messages; len(m) != 6 || m[2].Calls == nil || m[3].Role != llm.RoleTool {
		t.Errorf("the result of the first turn is not there: %+v", m)
	}
	second, _ := dig(out, "metadata", "run_id").(string)
	if _, run := get(t, url+"/v1/runs/"+second); run["thread_id"] != first {
		t.Error(run)
	}
	said[2]["content"] = "It is early."
	_, _ = post(t, url+"/v1/chat/completions", object{"model": "shop", "messages": said})
	if m := last.Load().Messages; len(m) != 4 || m[2].Content != "It is early." {
		t.Errorf("%+v", m)
	}
	code, out := post(t, url+"/v1/runs", object{"agent": "shop", "input": "Once more.", "follows": second})
	if code != http.StatusAccepted || out["thread_id"] != first {
		t.Error(code, out)
	}
	status(t, url, out["id"].(string), planner.Finished)
	if m := last.Load().Messages; len(m) != 8 {
		t.Errorf("%+v", m)
	}
}

// TestIdempotencyKey: one key is one run, however often and at the same moment it is asked for.
func TestIdempotencyKey(t *testing.T) {
	sh := newShop(t, looksAndPays)
	url := serveAgents(t, sh.options())
	body := object{"model": "shop", "messages": []object{user("Refund order 1042.")}}
	runs := make(chan string, 8)
	for range 8 {
		go func() {
			_, out := post(t, url+"/v1/chat/completions", body, "Idempotency-Key", "k1")
			run, _ := dig(out, "metadata", "run_id").(string)
			runs <- run
		}()
	}
	first := <-runs
	for range 7 {
		if run := <-runs; run != first || run == "" {
			t.Error(run, first)
		}
	}
	_, list := get(t, url+"/v1/runs")
	if n := len(list["data"].([]any)); n != 1 {
		t.Error(n, "runs")
	}
	if code, out := post(t, url+"/v1/chat/completions", with(body, object{"messages": []object{user("Refund all.")}}), "Idempotency-Key", "k1"); code != http.StatusConflict || dig(out, "error", "code") != "idempotency_key_reused" {
		t.Error(code, out)
	}
	if code, out := post(t, url+"/v1/runs", object{"agent": "shop", "input": "x"}, "Idempotency-Key", strings.Repeat("x", 256)); code != http.StatusBadRequest {
		t.Error(code, out)
	}
	if _, out := post(t, url+"/v1/runs/"+first+"/approve", object{}); out["status"] == nil {
		t.Fatal(out)
	}
	status(t, url, first, planner.Finished)
	_, out := post(t, url+"/v1/chat/completions", body, "Idempotency-Key", "k1")
	if dig(out, "choices", 0, "message", "content") != "Let me look.\n\nI refunded it." || sh.paid.Load() != 1 {
		t.Error(out, sh.paid.Load())
	}
}

// TestServerComesBack: a run that waited when the server ended is answered and ends on the
// next one.
func TestServerComesBack(t *testing.T) {
	sh := newShop(t, looksAndPays)
	o := sh.options()
	o.Dir = t.TempDir()
	first, err := api.New(o)
	if err != nil {
		t.Fatal(err)
	}
	url := serveIt(t, first)
	_, out := post(t, url+"/v1/runs", object{"agent": "shop", "input": "Refund order 1042."})
	run := out["id"].(string)
	status(t, url, run, planner.Waiting)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if code, out := post(t, url+"/v1/runs", object{"agent": "shop", "input": "x"}); code != http.StatusServiceUnavailable {
		t.Error(code, out)
	}
	sh.agent = sh.open(t)
	again := sh.options()
	again.Dir = o.Dir
	url = serveAgents(t, again)
	if _, out := post(t, url+"/v1/runs/"+run+"/approve", object{}); out["driven"] != true && out["status"] != string(planner.Finished) { // it may be done before that is told
		t.Fatal(out)
	}
	status(t, url, run, planner.Finished)
	if sh.paid.Load() != 1 {
		t.Error(sh.paid.Load())
	}
}

// TestRunsList pages through runs, the newest first, by status and agent.
func TestRunsList(t *testing.T) {
	sh := newShop(t, looksAndPays)
	url := serveAgents(t, sh.options())
	var ids []string
	for i := range 5 {
		_, out := post(t, url+"/v1/runs", object{"agent": "shop", "input": fmt.Sprint("Refund order ", i)}, "Idempotency-Key", fmt.Sprint(i))
		ids = append(ids, out["id"].(string))
		status(t, url, ids[i], planner.Waiting)
	}
	_, out := post(t, url+"/v1/runs/"+ids[2]+"/cancel", object{"reason": "no"})
	if out["id"] != ids[2] {
		t.Fatal(out)
	}
	end := status(t, url, ids[2], planner.CancelledRun)
	if end["reason"] != "cancelled by local: no" {
		t.Error(end)
	}
	all := map[string]bool{}
	after := ""
	for pages := 0; ; pages++ {
		_, page := get(t, url+"/v1/runs?limit=2&after="+after)
		for _, r := range page["data"].([]any) {
			after = dig(r, "id").(string)
			if all[after] {
				t.Error("listed twice", after)
			}
			all[after] = true
		}
		if page["has_more"] != true {
			if pages != 2 {
				t.Error(pages, "pages before the last")
			}
			break
		}
	}
	if len(all) != 5 {
		t.Error(all)
	}
	for query, want := range map[string]int{"status=waiting": 4, "status=cancelled": 1, "agent=shop": 5, "agent=x": 0} {
		if _, page := get(t, url+"/v1/runs?"+query); len(page["data"].([]any)) != want {
			t.Error(query, page)
		}
	}
	for _, query := range []string{"limit=0", "limit=1000", "limit=x"} {
		if code, out := get(t, url+"/v1/runs?"+query); code != http.StatusBadRequest {
			t.Error(query, code, out)
		}
	}
	if code, out := get(t, url+"/v1/runs?after=nothing"); code != http.StatusNotFound {
		t.Error(code, out)
	}
	_, journal := get(t, url+"/v1/runs/"+ids[0]+"/journal?after=1")
	if dig(journal, "data", 0, "seq") != 2.0 || dig(journal, "data", 0, "leased") == nil {
		t.Error(journal)
	}
}

// agentOf is an agent without tools.
func agentOf(t testing.TB, m llm.Model) *agent.Agent {
	t.Helper()
	a, err := agent.New(m, agent.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// agentOn is an agent without tools.
func agentOn(t testing.TB, m llm.Model) *agent.Agent {
	t.Helper()
	a, err := agent.New(m, agent.Options{Journal: &journal.Memory{}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestModelAway: a run whose model goes away after a call is suspended, and goes on by itself, in
// the server that drives it and in the next one; nothing is looked up again.
func TestModelAway(t *testing.T) {
	t.Parallel()
	for _, restarted := range []bool{false, true} {
		var back atomic.Bool
		sh := &shop{wait: -1, journal: &journal.Memory{}, model: &llm.Scripted{Next: func(_ int, req *llm.Request) llm.Turn {
			switch {
			case results(req) == 0:
				return llm.Turn{Calls: []llm.ToolCall{{Name: "lookup_order", Arguments: json.RawMessage(`{"order_number":1042}`)}}}
			case !back.Load():
				return llm.Turn{Err: &llm.PassingError{Err: errors.New("the endpoint is away")}}
			}
			return llm.Turn{Text: "It is late."}
		}}}
		sh.agent = sh.open(t)
		o := sh.options()
		o.Dir = t.TempDir()
		first, err := api.New(o)
		if err != nil {
			t.Fatal(err)
		}
		url := serveIt(t, first)
		_, out := post(t, url+"/v1/runs", object{"agent": "shop", "input": "Where is order 1042?"})
		run, _ := out["id"].(string)
		if one := status(t, url, run, planner.Suspended); !strings.Contains(fmt.Sprint(one), "the endpoint is away") {
			t.Error(one)
		}
		if restarted {
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			sh.agent = sh.open(t)
			again := sh.options()
			again.Dir = o.Dir
			url = serveAgents(t, again)
		} else {
			t.Cleanup(func() { _ = first.Close() })
		}
		back.Store(true)
		one := status(t, url, run, planner.Finished)
		if one["answer"] != "It is late." || sh.looked.Load() != 1 {
			t.Errorf("restarted %v: %v, looked %d times", restarted, one, sh.looked.Load())
		}
	}
}
