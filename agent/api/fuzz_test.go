package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm"
)

// FuzzChat asks a bare model with any bytes.
func FuzzChat(f *testing.F) {
	url := serveScript(f, says(twoCalls)) + "/v1/chat/completions"
	for _, seed := range []string{
		`{"model":"scripted","messages":[{"role":"user","content":"Hi"}]}`,
		`{"model":"scripted","n":2,"stop":"x","stream":true,"messages":[{"role":"system","content":[{"type":"text","text":"A"}]},{"role":"user","content":null}]}`,
		`{"model":"scripted","tool_choice":{"type":"function","function":{"name":"look"}},"tools":[{"type":"function","function":{"name":"look","strict":true,"parameters":{"type":"object"}}}],"messages":[{"role":"user","content":"A"},{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"look","arguments":"{}"}}]},{"role":"tool","tool_call_id":"1","content":"x"}]}`,
		`{"model":"scripted","response_format":{"type":"json_schema","json_schema":{"name":"x","schema":[]}},"logprobs":true,"top_logprobs":1e9,"messages":[{}]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) { answersOrRefuses(t, url, body) })
}

// FuzzRuns starts runs with any bytes, and changes one: nothing is a failure of the server.
func FuzzRuns(f *testing.F) {
	sh := newShop(f, looksAndPays)
	url := serveAgents(f, api.Options{Agents: []api.Agent{{Name: "shop", Agent: sh.agent}}, Models: []api.Model{{Name: "scripted", LLM: &llm.Scripted{Next: says(twoCalls)}}}}) + "/v1/runs"
	_, out := post(f, url, object{"agent": "shop", "input": "Refund order 1042."})
	run := url + "/" + out["id"].(string)
	for _, seed := range []string{
		`{"agent":"shop","input":"Hi"}`, `{"model":"shop","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"A"},{"role":"user","content":"B"}],"follows":"x"}`,
		`{"agent":"shop","messages":[]}`, `{"call_id":"","hash":"x","reason":"no"}`, `{"ok":{},"failed":"x"}`, `{"failed":"x"}`,
	} {
		for _, path := range []string{"", "/deny", "/settle", "/resume"} {
			f.Add(path, seed, "k")
		}
	}
	f.Fuzz(func(t *testing.T, path, body, key string) {
		where := url
		if path != "" {
			where = run + path
		}
		req, err := http.NewRequest(http.MethodPost, where, nil)
		if err != nil {
			t.Skip("no address")
		}
		req.Header["Idempotency-Key"] = []string{key}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Skip("no request")
		}
		res.Body.Close()
		status, text, _ := send(t, http.MethodPost, where, body)
		if status >= http.StatusInternalServerError || res.StatusCode >= http.StatusInternalServerError {
			t.Fatalf("%s %q: %d %s", path, body, status, text)
		}
		var answer object
		if err := json.Unmarshal(text, &answer); len(text) > 0 && err != nil && status != http.StatusMovedPermanently && status != http.StatusTemporaryRedirect {
			t.Fatalf("%s %q: %d %q: %v", path, body, status, text, err)
		}
	})
}
