package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/planner"
)

// watcher reads a run's events as they come.
type watcher struct {
	t  *testing.T
	in *bufio.Reader
	at string // id of the last event
}

func watch(t *testing.T, url, run string, headers ...string) *watcher {
	t.Helper()
	gone, leave := context.WithCancel(ctx)
	t.Cleanup(leave)
	res := open(t, gone, http.MethodGet, url+"/v1/runs/"+run+"/events", nil, headers...)
	if res.StatusCode != http.StatusOK {
		t.Fatal(res.Status)
	}
	t.Cleanup(func() { res.Body.Close() })
	return &watcher{t: t, in: bufio.NewReader(res.Body)}
}

// next returns the next event; nil at the end of the stream.
func (w *watcher) next() object {
	w.t.Helper()
	for {
		line, err := w.in.ReadString('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			w.t.Fatal(err)
		}
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "id":
			w.at = value
		case "data":
			var ev object
			if err := json.Unmarshal([]byte(value), &ev); err != nil {
				w.t.Fatal(err)
			}
			return ev
		}
	}
}

// until reads events to the first of a type, and holds them to the protocol's order.
func (w *watcher) until(kind string) (list []object) {
	w.t.Helper()
	for {
		ev := w.next()
		if ev == nil {
			w.t.Fatalf("the stream ended before %s: %v", kind, kinds(list))
		}
		if list = append(list, ev); ev["type"] == kind {
			return list
		}
	}
}

// all reads the stream to its end, with the id of each event.
func (w *watcher) all() (list []object, ids []string) {
	w.t.Helper()
	for {
		w.at = ""
		ev := w.next()
		if ev == nil {
			return list, ids
		}
		list, ids = append(list, ev), append(ids, w.at)
	}
}

func kinds(list []object) string {
	var out []string
	for _, ev := range list {
		kind, _ := ev["type"].(string)
		if kind == "CUSTOM" {
			kind, _ = ev["name"].(string)
		}
		if n := len(out); n == 0 || out[n-1] != kind {
			out = append(out, kind)
		}
	}
	return strings.Join(out, " ")
}

// TestRunEvents: a run in AG-UI's terms: it ends with an interrupt where a person is asked,
// and goes on as a run of the same thread.
func TestRunEvents(t *testing.T) {
	sh := newShop(t, looksAndPays)
	url := serveAgents(t, sh.options())
	_, out := post(t, url+"/v1/runs", object{"agent": "shop", "input": "Refund order 1042."})
	run := out["id"].(string)
	w := watch(t, url, run)
	list := w.until("RUN_FINISHED")
	want := "RUN_STARTED TEXT_MESSAGE_START TEXT_MESSAGE_CONTENT TEXT_MESSAGE_END TOOL_CALL_START TOOL_CALL_ARGS TOOL_CALL_END chaski.decision TOOL_CALL_RESULT TOOL_CALL_START TOOL_CALL_ARGS TOOL_CALL_END chaski.decision RUN_FINISHED"
	if got := kinds(list); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if list[0]["runId"] != run || list[0]["threadId"] != run || list[0]["protocolVersion"] != "1.0" || list[2]["delta"] != "Let me look." || list[1]["messageId"] != list[4]["parentMessageId"] {
		t.Error(list[:5])
	}
	if r := list[8]; r["toolCallId"] != list[4]["toolCallId"] || r["content"] != `{"order_number":1042,"status":"late"}` {
		t.Error(r)
	}
	end := list[len(list)-1]
	i := dig(end, "outcome", "interrupts", 0)
	if dig(end, "outcome", "type") != "interrupt" || dig(i, "reason") != "approval" || dig(i, "toolCallId") != list[9]["toolCallId"] || dig(i, "metadata", "hash") == nil || dig(end, "usage", 0, "inputTokens") != 200.0 {
		t.Error(end)
	}
	live := kinds(list)
	if code, out := post(t, url+"/v1/runs/"+run+"/approve", object{}); code != http.StatusOK {
		t.Fatal(out)
	}
	list = w.until("RUN_FINISHED")
	want = "RUN_STARTED chaski.answer chaski.decision TOOL_CALL_RESULT TEXT_MESSAGE_START TEXT_MESSAGE_CONTENT TEXT_MESSAGE_END RUN_FINISHED"
	if got := kinds(list); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	live += " " + kinds(list)
	end = list[len(list)-1]
	if list[0]["runId"] != run+".2" || list[0]["threadId"] != run || dig(end, "outcome", "type") != "success" || dig(end, "result", "answer") != "I refunded it." || dig(end, "usage", 0, "inputTokens") != 100.0 {
		t.Error(list[0], end)
	}
	if ev := w.next(); ev != nil {
		t.Error("an event after the end", ev)
	}
	// Whoever comes late reads the same from the journal; who comes back at any event, the rest.
	whole, ids := watch(t, url, run).all()
	if got := kinds(whole); got != live {
		t.Errorf("late  %s\nlive  %s", got, live)
	}
	for i, id := range ids {
		if id == "" || i == len(ids)-1 {
			continue
		}
		rest, _ := watch(t, url, run, "Last-Event-ID", id).all()
		want := kinds(whole[i+1:])
		if !strings.HasPrefix(want, "RUN_STARTED") {
			want = "RUN_STARTED " + want
		}
		if got := kinds(rest); got != want {
			t.Errorf("after %s\ngot   %s\nwant  %s", id, got, want)
		}
	}
	for _, id := range []string{ids[len(ids)-1], "1000.1"} {
		if code, text, _ := send(t, http.MethodGet, url+"/v1/runs/"+run+"/events", nil, "Last-Event-ID", id); code != http.StatusNoContent {
			t.Error(id, code, string(text))
		}
	}
	for _, id := range []string{"x", "1", "-1.1", "1.x"} {
		if code, out := get(t, url+"/v1/runs/"+run+"/events", "Last-Event-ID", id); code != http.StatusBadRequest {
			t.Error(id, code, out)
		}
	}
}

// TestRunEventsLive: text comes as it is made, to whoever watches, from the beginning of the
// turn.
func TestRunEventsLive(t *testing.T) {
	m := newSlow()
	sh := newShop(t, nil)
	sh.agent = agentOf(t, m)
	url := serveAgents(t, sh.options())
	_, out := post(t, url+"/v1/runs", object{"agent": "shop", "input": "Hi"})
	run := out["id"].(string)
	m.next <- llm.TextDelta{Text: "One "}
	first := watch(t, url, run)
	if list := first.until("TEXT_MESSAGE_CONTENT"); list[len(list)-1]["delta"] != "One " {
		t.Error(list)
	}
	m.next <- llm.TextDelta{Text: "two"}
	second := watch(t, url, run)
	for _, w := range []*watcher{first, second} {
		for list := w.until("TEXT_MESSAGE_CONTENT"); list[len(list)-1]["delta"] != "two"; list = w.until("TEXT_MESSAGE_CONTENT") {
		}
	}
	m.next <- llm.Stop{Reason: llm.StopEndOfTurn}
	for _, w := range []*watcher{first, second} {
		if got := kinds(w.until("RUN_FINISHED")); got != "TEXT_MESSAGE_END RUN_FINISHED" {
			t.Error(got)
		}
	}
}

// TestRunEventsEnd: ends that are no success, and a server that ends.
func TestRunEventsEnd(t *testing.T) {
	sh := newShop(t, func(_ int, req *llm.Request) llm.Turn {
		if req.Messages[0].Content == "fail" {
			return llm.Turn{Err: errTest}
		}
		return looksAndPays(0, req)
	})
	s, err := api.New(sh.options())
	if err != nil {
		t.Fatal(err)
	}
	url := serveIt(t, s)
	_, out := post(t, url+"/v1/runs", object{"agent": "shop", "input": "fail"})
	if list := watch(t, url, out["id"].(string)).until("RUN_ERROR"); dig(list[len(list)-1], "code") != "failed" {
		t.Error(list)
	}
	if code, out := post(t, url+"/v1/chat/completions", object{"model": "shop", "messages": []object{user("fail")}}); code != http.StatusInternalServerError || dig(out, "error", "code") != "run_failed" {
		t.Error(code, out)
	}
	_, out = post(t, url+"/v1/runs", object{"agent": "shop", "input": "Refund"})
	run := out["id"].(string)
	status(t, url, run, planner.Waiting)
	w := watch(t, url, run)
	w.until("RUN_FINISHED")
	if _, out = post(t, url+"/v1/runs/"+run+"/cancel", object{}); out["id"] != run {
		t.Error(out)
	}
	if list := w.until("RUN_FINISHED"); dig(list[len(list)-1], "outcome", "type") != "cancelled" {
		t.Error(list)
	}
	_, out = post(t, url+"/v1/runs", object{"agent": "shop", "input": "Refund"})
	w = watch(t, url, out["id"].(string))
	w.until("RUN_FINISHED")
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if ev := w.next(); ev != nil {
		t.Error(ev)
	}
}
