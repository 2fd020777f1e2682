package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm"
)

// polled waits until a response has a status.
func polled(t testing.TB, url string, want string) object {
	t.Helper()
	var out object
	eventually(t, "the response is "+want, func() bool {
		_, out = get(t, url)
		return out["status"] == want
	})
	return out
}

// serveSlow serves a slow model, from a folder or not.
func serveSlow(t testing.TB, dir string) (*slow, *api.Server, string) {
	m := newSlow()
	o := apiOf(m)
	o.Dir = dir
	s, err := api.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return m, s, serveIt(t, s) + "/v1/responses"
}

var later = object{"model": "scripted", "input": "Hi", "background": true}

// TestBackground: a response is there at once, grows, and is kept at its end.
func TestBackground(t *testing.T) {
	m, _, url := serveSlow(t, "")
	_, first := post(t, url, later)
	if first["status"] != "queued" || first["background"] != true || len(first["output"].([]any)) != 0 {
		t.Error(first)
	}
	url += "/" + first["id"].(string)
	m.next <- llm.TextDelta{Text: "Hello"}
	if out := polled(t, url, "in_progress"); out["completed_at"] != nil {
		t.Error(out)
	}
	if _, list := get(t, url+"/input_items"); dig(list, "data", 0, "content", 0, "text") != "Hi" {
		t.Error(list)
	}
	m.next <- llm.Stop{Reason: llm.StopEndOfTurn}
	if out := polled(t, url, "completed"); dig(out, "output", 0, "content", 0, "text") != "Hello" {
		t.Error(out)
	}
	status, text, _ := send(t, http.MethodPost, url+"/cancel", nil) // changes nothing
	if status != http.StatusOK || !strings.Contains(string(text), `"completed"`) {
		t.Error(status, string(text))
	}
}

// TestBackgroundStream: events are followed from the start or from a number, while the
// response is answered and after it.
func TestBackgroundStream(t *testing.T) {
	m, _, url := serveSlow(t, "")
	res := open(t, ctx, http.MethodPost, url, with(later, object{"stream": true}))
	line := lineReader(t, res.Body)
	if got := line(); got != "event: response.created" {
		t.Fatal(got)
	}
	id := line()
	id = id[strings.Index(id, "resp_"):]
	id = id[:strings.Index(id, `"`)]
	res.Body.Close() // the client goes, the answer goes on
	m.next <- llm.TextDelta{Text: "Hel"}
	m.next <- llm.TextDelta{Text: "lo"}
	m.next <- llm.Stop{Reason: llm.StopEndOfTurn}
	polled(t, url+"/"+id, "completed")
	whole := open(t, ctx, http.MethodGet, url+"/"+id+"?stream=true", nil)
	defer whole.Body.Close()
	names, last := responseEvents(t, readEvents(t, whole.Body))
	if names[0] != "response.created" || names[1] != "response.queued" || names[2] != "response.in_progress" || names[len(names)-1] != "response.completed" || dig(last, "output", 0, "content", 0, "text") != "Hello" {
		t.Error(names, last)
	}
	part := open(t, ctx, http.MethodGet, url+"/"+id+"?stream=true&starting_after=5", nil)
	defer part.Body.Close()
	if list := readEvents(t, part.Body); list[0].data["sequence_number"] != 6.0 || len(list) != len(names)-6+1 {
		t.Error(list)
	}
	if status, _ := get(t, url+"/"+id+"?stream=true&starting_after=x"); status != http.StatusBadRequest {
		t.Error(status)
	}
}

// TestBackgroundCancel: the model is left, and what came of the answer stays.
func TestBackgroundCancel(t *testing.T) {
	m, _, url := serveSlow(t, t.TempDir())
	_, first := post(t, url, later)
	own := url + "/" + first["id"].(string)
	m.next <- llm.TextDelta{Text: "Hel"}
	polled(t, own, "in_progress")
	if status, out := post(t, own+"/cancel", nil); status != http.StatusOK || out["status"] != "cancelled" || dig(out, "output", 0, "content", 0, "text") != "Hel" || dig(out, "output", 0, "status") != "incomplete" {
		t.Error(status, out)
	}
	<-m.left
	if status, out := post(t, url, object{"model": "scripted", "input": "B", "previous_response_id": first["id"]}); status != http.StatusBadRequest {
		t.Error(status, out)
	}
	_, second := post(t, url, later)
	if status, _, _ := send(t, http.MethodDelete, url+"/"+second["id"].(string), nil); status != http.StatusOK {
		t.Error(status)
	}
	<-m.left
	if status, _ := get(t, url+"/"+second["id"].(string)); status != http.StatusNotFound {
		t.Error(status)
	}
}

// TestBackgroundEnds: a server that ends leaves a response that says so, and so does one
// that is killed.
func TestBackgroundEnds(t *testing.T) {
	dir := t.TempDir()
	m, s, url := serveSlow(t, dir)
	_, first := post(t, url, later)
	m.next <- llm.TextDelta{Text: "Hel"}
	// Another server finds what the first one has open, as if that had been killed.
	_, _, other := serveSlow(t, dir)
	if _, out := get(t, other+"/"+first["id"].(string)); out["status"] != "failed" || !strings.Contains(dig(out, "error", "message").(string), "ended") {
		t.Error(out)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	<-m.left
	_, out := get(t, url+"/"+first["id"].(string))
	if out["status"] != "failed" || dig(out, "error", "code") != "shutting_down" {
		t.Error(out)
	}
}

// TestBackgroundAgent: the run of an agent goes on after its client went, and is cancelled
// with the response.
func TestBackgroundAgent(t *testing.T) {
	url := serveAgents(t, newShop(t, looksAndPays).options())
	_, first := post(t, url+"/v1/responses", object{"model": "shop", "input": "Refund order 1042", "background": true, "metadata": object{"a": "b"}})
	out := polled(t, url+"/v1/responses/"+first["id"].(string), "completed")
	if dig(out, "metadata", "run_status") != "waiting" || dig(out, "metadata", "a") != "b" {
		t.Error(out)
	}
	m := newSlow()
	shop := newShop(t, nil)
	shop.agent = agentOn(t, m)
	url = serveAgents(t, shop.options())
	_, second := post(t, url+"/v1/responses", object{"model": "shop", "input": "Hi", "background": true})
	<-m.began
	if status, out := post(t, url+"/v1/responses/"+second["id"].(string)+"/cancel", nil); status != http.StatusOK || out["status"] != "cancelled" {
		t.Error(status, out)
	}
	status(t, url, dig(second, "metadata", "run_id").(string), "cancelled")
}

// TestResponsesAgent: an agent's response is followed by its run, with what was read there;
// another conversation is another run.
func TestResponsesAgent(t *testing.T) {
	var read []int // results that the model saw, by turn
	url := serveAgents(t, newShop(t, func(_ int, req *llm.Request) llm.Turn {
		n := 0
		for _, m := range req.Messages {
			if m.Role == llm.RoleTool {
				n++
			}
		}
		if read = append(read, n); results(req) == 0 && strings.Contains(req.Messages[len(req.Messages)-1].Content, "order") {
			return llm.Turn{Calls: []llm.ToolCall{{Name: "lookup_order", Arguments: []byte(`{"order_number":1042}`)}}}
		}
		return llm.Turn{Text: "It is late."}
	}).options())
	_, first := post(t, url+"/v1/responses", object{"model": "shop", "input": "Where is order 1042?"})
	_, second := post(t, url+"/v1/responses", object{"model": "shop", "input": "Thanks", "previous_response_id": first["id"]})
	_, other := post(t, url+"/v1/responses", object{"model": "shop", "input": "Thanks"})
	for _, out := range []object{first, second, other} {
		if dig(out, "metadata", "run_status") != "finished" || dig(out, "output", 0, "content", 0, "text") != "It is late." {
			t.Error(out)
		}
	}
	if len(read) != 4 || read[1] != 1 || read[2] != 1 || read[3] != 0 {
		t.Error(read)
	}
	names, last := responseEvents(t, events(t, url+"/v1/responses", object{"model": "shop", "input": "Where is order 1042?", "stream": true}))
	if names[len(names)-1] != "response.completed" || dig(last, "metadata", "run_id") == nil {
		t.Error(names, last)
	}
}
