package openai_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/openai"
)

// endpoint answers each request by a function, and keeps the last request's body.
type endpoint struct {
	*httptest.Server
	body     map[string]any
	header   http.Header
	requests atomic.Int64
}

func serve(t *testing.T, answer func(w http.ResponseWriter, r *http.Request)) *endpoint {
	t.Helper()
	e := &endpoint{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.requests.Add(1)
		e.header = r.Header.Clone()
		data, _ := io.ReadAll(r.Body)
		e.body = nil
		if err := json.Unmarshal(data, &e.body); err != nil || r.URL.Path != "/v1/chat/completions" {
			t.Errorf("%s %s: %v", r.URL.Path, data, err)
		}
		answer(w, r)
	}))
	t.Cleanup(e.Close)
	return e
}

func (e *endpoint) model(t *testing.T, o openai.Options) *openai.Model {
	t.Helper()
	o.BaseURL, o.Model = e.URL+"/v1", "gpt-test"
	m, err := openai.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// sse writes chunks: each a delta, or a whole choice or chunk if it has those keys.
func sse(w http.ResponseWriter, chunks ...string) {
	w.Header().Set("Content-Type", "text/event-stream")
	for _, c := range chunks {
		switch {
		case c == "[DONE]" || strings.Contains(c, `"choices"`) || strings.HasPrefix(c, `{"error"`) || !strings.HasPrefix(c, "{"):
		case strings.Contains(c, `"finish_reason"`):
			c = fmt.Sprintf(`{"id":"x","choices":[%s]}`, c)
		default:
			c = fmt.Sprintf(`{"id":"x","choices":[{"index":0,"delta":%s}]}`, c)
		}
		fmt.Fprintf(w, "data: %s\n\n", c)
		w.(http.Flusher).Flush()
	}
}

const stopped = `{"index":0,"delta":{},"finish_reason":"stop"}`

var hello = &llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Content: "Hello"}}}

func TestText(t *testing.T) {
	e := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		sse(w, `{"role":"assistant","content":""}`, `{"content":"Good "}`, `{"content":"day ☀"}`, stopped,
			`{"id":"x","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":4,"total_tokens":16,"prompt_tokens_details":{"cached_tokens":8}}}`, "[DONE]")
	})
	var pieces []string
	req := *hello
	req.Sampling = llm.Sampling{Temperature: 0.7, TopP: 0.9, Seed: 7, TopK: 40}
	req.MaxTokens, req.Stop = 100, []string{"END"}
	msg, stop, err := llm.Collect(e.model(t, openai.Options{Key: "sk-very-secret"}).Generate(context.Background(), &req), func(ev llm.Event) {
		if d, ok := ev.(llm.TextDelta); ok {
			pieces = append(pieces, d.Text)
		}
	})
	if err != nil || msg.Content != "Good day ☀" || len(pieces) != 2 || stop.Reason != llm.StopEndOfTurn {
		t.Fatal(msg, stop, pieces, err)
	}
	if u := stop.Usage; u.PromptTokens != 12 || u.CachedTokens != 8 || u.GeneratedTokens != 4 || u.FirstDivergent != -1 || u.Prefill <= 0 {
		t.Errorf("%+v", u)
	}
	if e.header.Get("Authorization") != "Bearer sk-very-secret" {
		t.Error(e.header)
	}
	want := map[string]any{"model": "gpt-test", "stream": true, "temperature": 0.7, "top_p": 0.9, "seed": 7.0, "top_k": 40.0, "max_completion_tokens": 100.0,
		"stop": []any{"END"}, "stream_options": map[string]any{"include_usage": true},
		"messages": []any{map[string]any{"role": "user", "content": "Hello"}}}
	if !reflect.DeepEqual(e.body, want) {
		t.Errorf("got  %v\nwant %v", e.body, want)
	}
}

var tool = llm.ToolSpec{Name: "look_up", Description: "Finds an order.", Parameters: json.RawMessage(`{"type":"object","additionalProperties":false,
	"properties":{"id":{"type":"integer"},"note":{"type":"string"},"by":{"type":"object","additionalProperties":false,"properties":{"mail":{"type":"string","default":"x"}}}},"required":["id"]}`)}

var loose = llm.ToolSpec{Name: "loose", Parameters: json.RawMessage(`{"type":"object","properties":{"id":{"type":"string","minLength":3}}}`)}

func TestTools(t *testing.T) {
	e := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		sse(w, `{"content":"One moment."}`,
			`{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"look_up","arguments":""}}]}`,
			`{"tool_calls":[{"index":0,"function":{"arguments":"{\"id\":12345678901234567890,\"note\":null,"}}]}`,
			`{"tool_calls":[{"index":0,"function":{"arguments":"\"by\":{\"mail\":null}}"}}]}`,
			`{"tool_calls":[{"index":1,"id":"b","function":{"name":"loose"}}]}`,
			// A server that sends whole calls and numbers all of them alike.
			`{"tool_calls":[{"index":1,"id":"c","function":{"name":"look_up","arguments":"{\"id\":1"}}]}`,
			`{"index":0,"delta":{},"finish_reason":"tool_calls"}`, "[DONE]")
	})
	long := strings.Repeat("ab", 32)
	req := &llm.Request{Tools: []llm.ToolSpec{tool, loose}, MaxCalls: 1, ToolChoice: llm.ToolChoice{Mode: llm.ChoiceTool, Name: "look_up"}, Messages: []llm.Message{
		{Role: llm.RoleSystem, Content: "Be brief."}, {Role: llm.RoleUser, Content: "?"},
		{Role: llm.RoleAssistant, Calls: []llm.ToolCall{{ID: long, Name: "look_up"}}},
		{Role: llm.RoleTool, CallID: long, Name: "look_up", Value: json.RawMessage(`{"late":true}`)},
		{Role: llm.RoleTool, CallID: "short", Content: "denied: no", IsError: true}}}
	msg, stop, err := llm.Collect(e.model(t, openai.Options{}).Generate(context.Background(), req), nil)
	if err != nil || stop.Reason != llm.StopToolCalls || msg.Content != "One moment." {
		t.Fatal(msg, stop, err)
	}
	var args []string
	for _, c := range msg.Calls {
		args = append(args, c.Name+string(c.Arguments))
	}
	want := []string{`look_up{"by":{},"id":12345678901234567890}`, `loose{}`, `look_up{"id":1`}
	if !reflect.DeepEqual(args, want) {
		t.Errorf("%q, want %q", args, want)
	}
	sent, _ := json.Marshal(e.body)
	for _, part := range []string{
		`"parallel_tool_calls":false`, `"tool_choice":{"function":{"name":"look_up"},"type":"function"}`,
		`"name":"look_up","parameters":{"additionalProperties":false,"properties":{"by":{"additionalProperties":false,"properties":{"mail":{"type":["string","null"]}},"required":["mail"],"type":["object","null"]},"id":{"type":"integer"},"note":{"type":["string","null"]}},"required":["by","id","note"],"type":"object"},"strict":true`,
		`"name":"loose","parameters":{"properties":{"id":{"minLength":3,"type":"string"}},"type":"object"}}`,
		`{"content":"{\"late\":true}","role":"tool","tool_call_id":"call_` + long[:35] + `"}`, `"content":"error: denied: no"`,
		`"tool_calls":[{"function":{"arguments":"{}","name":"look_up"},"id":"call_` + long[:35] + `","type":"function"}]`,
	} {
		if !strings.Contains(string(sent), part) {
			t.Errorf("the request lacks %s: %s", part, sent)
		}
	}
}

func TestFaults(t *testing.T) {
	status := func(code int, body string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Retry-After-Ms", "1")
			w.WriteHeader(code)
			fmt.Fprint(w, body)
		}
	}
	stream := func(chunks ...string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) { sse(w, chunks...) }
	}
	hang := func(chunks ...string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) {
			sse(w, chunks...)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}
	}
	for name, c := range map[string]struct {
		answer   func(http.ResponseWriter, *http.Request)
		opt      openai.Options
		want     error
		text     string
		requests int
	}{
		"key":           {answer: status(401, `{"error":{"message":"Incorrect key: sk-very-secret","code":"invalid_api_key"}}`), want: openai.ErrAuth, text: "(status 401, invalid_api_key): Incorrect key: [key]", requests: 1},
		"rate":          {answer: status(429, `{"error":{"message":"slow\ndown","code":"rate_limit_exceeded"}}`), want: openai.ErrRateLimited, text: "slow down", requests: 3},
		"no retries":    {answer: status(500, `oops`), opt: openai.Options{Retries: -1}, want: openai.ErrUnavailable, text: "status 500", requests: 1},
		"server":        {answer: status(503, `{}`), want: openai.ErrUnavailable, requests: 3},
		"refused":       {answer: status(400, `{"error":{"message":"no such parameter","code":null}}`), want: openai.ErrRequest, text: "no such parameter", requests: 1},
		"context":       {answer: status(400, `{"error":{"message":"too long","code":"context_length_exceeded"}}`), want: llm.ErrContextFull, requests: 1},
		"context, vLLM": {answer: status(400, `{"error":{"message":"This model's maximum context length is 10 tokens","code":400}}`), want: llm.ErrContextFull, requests: 1},
		"no JSON":       {answer: stream(`{"content":"a"}`, `nonsense`), want: openai.ErrStream, requests: 1},
		"wrong shape":   {answer: stream(`{"choices":"many"}`), want: openai.ErrStream, requests: 1},
		"no end":        {answer: stream(`{"content":"a"}`), want: openai.ErrStream, text: "before the turn did", requests: 1},
		"only done":     {answer: stream("[DONE]"), want: openai.ErrStream, requests: 3},
		"an error":      {answer: stream(`{"content":"a"}`, `{"error":{"message":"out of memory"}}`), want: openai.ErrStream, text: "out of memory", requests: 1},
		"filtered":      {answer: stream(`{"content":"a"}`, `{"index":0,"delta":{},"finish_reason":"content_filter"}`), want: openai.ErrFiltered, requests: 1},
		"odd reason":    {answer: stream(`{"index":0,"delta":{},"finish_reason":"bored"}`), want: openai.ErrStream, text: "bored", requests: 3},
		"half a call":   {answer: stream(`{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]}`, `{"index":0,"delta":{},"finish_reason":"length"}`), want: openai.ErrStream, text: "cut a call short", requests: 1},
		"no name":       {answer: stream(`{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]}`, stopped), want: openai.ErrStream, text: "before its name", requests: 1},
		"a long line":   {answer: stream(`{"content":"` + strings.Repeat("a", 40<<20) + `"}`), want: openai.ErrStream, requests: 1},
		"silent":        {answer: hang(), opt: openai.Options{Idle: 50 * time.Millisecond}, want: openai.ErrTimeout, text: "silence"},
		"stalls":        {answer: hang(`{"content":"a"}`), opt: openai.Options{Idle: 50 * time.Millisecond}, want: openai.ErrTimeout, text: "silence"},
		"too slow":      {answer: hang(`{"content":"a"}`), opt: openai.Options{Timeout: 50 * time.Millisecond}, want: openai.ErrTimeout, text: "more than 50ms"},
		"torn": {answer: func(w http.ResponseWriter, _ *http.Request) {
			sse(w, `{"content":"a"}`)
			panic(http.ErrAbortHandler)
		}, want: openai.ErrUnavailable, requests: 1},
		"without end": {answer: func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				sse(w, `{"content":"`+strings.Repeat("a", 1<<20)+`"}`)
			}
		}, want: openai.ErrStream, text: "more than 16 MiB", requests: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := serve(t, c.answer)
			c.opt.Key = "sk-very-secret"
			_, _, err := llm.Collect(e.model(t, c.opt).Generate(context.Background(), hello), nil)
			var typed *openai.Error
			if !errors.Is(err, c.want) || !errors.As(err, &typed) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%v, want %v with %q", err, c.want, c.text)
			}
			if strings.ContainsAny(fmt.Sprint(err), "\n") || strings.Contains(fmt.Sprintf("%+v", err), "very-secret") {
				t.Errorf("not one line without the key: %v", err)
			}
			if c.requests > 0 && int(e.requests.Load()) != c.requests {
				t.Errorf("%d requests, want %d", int(e.requests.Load()), c.requests)
			}
		})
	}
}

// TestLeave breaks out and cancels at every event: no goroutine and no request is left.
func TestLeave(t *testing.T) {
	left := make(chan struct{}, 100)
	e := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sse(w, `{"content":"a"}`, `{"content":"b"}`, `{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}`)
		<-r.Context().Done()
		left <- struct{}{}
	})
	client := &http.Client{Transport: &http.Transport{}}
	m := e.model(t, openai.Options{Client: client})
	before := runtime.NumGoroutine()
	for at := 1; at <= 4; at++ {
		for _, cancels := range []bool{false, true} {
			ctx, cancel := context.WithCancel(context.Background())
			n := 0
			var last error
			for _, err := range m.Generate(ctx, hello) {
				if last = err; err != nil {
					break
				}
				if n++; n == at {
					if !cancels {
						break
					}
					cancel()
				}
			}
			cancel()
			if n != at || cancels && !errors.Is(last, context.Canceled) {
				t.Errorf("event %d: %d seen, %v", at, n, last)
			}
			<-left
		}
	}
	client.CloseIdleConnections()
	for i := 0; runtime.NumGoroutine() > before+2; i++ { // the server's own
		if i == 100 {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestNothingListens(t *testing.T) {
	m, _ := openai.New(openai.Options{BaseURL: "http://127.0.0.1:1/v1", Model: "m", Retries: -1})
	_, _, err := llm.Collect(m.Generate(context.Background(), hello), nil)
	if !errors.Is(err, openai.ErrUnavailable) || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Fatal(err)
	}
}

func TestBadOptionsAndRequests(t *testing.T) {
	for text, o := range map[string]openai.Options{
		"no model is named": {}, "base URL": {BaseURL: "ftp://x", Model: "m"}, "negative": {Model: "m", ContextTokens: -1},
	} {
		if _, err := openai.New(o); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v, want %s", err, text)
		}
	}
	m, _ := openai.New(openai.Options{Model: "m", BaseURL: "http://127.0.0.1:1"})
	for text, req := range map[string]*llm.Request{
		`unknown role "bird"`:     {Messages: []llm.Message{{Role: "bird"}}},
		"its parameters":          {Tools: []llm.ToolSpec{{Name: "t", Parameters: json.RawMessage(`[`)}}},
		`unknown tool choice "x"`: {Tools: []llm.ToolSpec{loose}, ToolChoice: llm.ToolChoice{Mode: "x"}},
		`a call of "x"`:           {Tools: []llm.ToolSpec{loose}, ToolChoice: llm.ToolChoice{Mode: llm.ChoiceTool, Name: "x"}},
		"no tool is declared":     {ToolChoice: llm.ToolChoice{Mode: llm.ChoiceRequired}},
		"2 beams":                 {Sampling: llm.Sampling{Beams: 2}},
		"response format":         {ResponseFormat: &llm.ResponseFormat{Schema: json.RawMessage(`{`)}},
	} {
		if _, _, err := llm.Collect(m.Generate(context.Background(), req), nil); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v, want %s", err, text)
		}
	}
}

func TestResponseFormat(t *testing.T) {
	e := serve(t, func(w http.ResponseWriter, _ *http.Request) { sse(w, `{"content":"{}"}`, stopped, "[DONE]") })
	req := *hello
	req.ResponseFormat = &llm.ResponseFormat{Schema: json.RawMessage(`{"type":"object","additionalProperties":false,"properties":{"a":{"enum":["x"]}},"required":["a"]}`)}
	if _, _, err := llm.Collect(e.model(t, openai.Options{NoTemperature: true}).Generate(context.Background(), &req), nil); err != nil {
		t.Fatal(err)
	}
	got, _ := json.Marshal(e.body["response_format"])
	if string(got) != `{"json_schema":{"name":"answer","schema":{"additionalProperties":false,"properties":{"a":{"enum":["x"]}},"required":["a"],"type":"object"},"strict":true},"type":"json_schema"}` {
		t.Error(string(got))
	}
	if _, sent := e.body["temperature"]; sent {
		t.Error("a temperature was sent")
	}
}

func FuzzStream(f *testing.F) {
	f.Add("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
	f.Add("data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":-1,\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]}}]}\n\n")
	f.Add(": comment\nevent: x\ndata\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		client := &http.Client{Transport: answer(text)}
		m, _ := openai.New(openai.Options{BaseURL: "http://x", Model: "m", Client: client, Retries: -1})
		msg, stop, err := llm.Collect(m.Generate(context.Background(), &llm.Request{Tools: []llm.ToolSpec{tool}, Messages: hello.Messages}), nil)
		if err == nil && stop.Reason == "" {
			t.Fatalf("neither an error nor a stop: %+v", msg)
		}
	})
}

// answer is a transport that gives one answer.
type answer string

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: io.NopCloser(strings.NewReader(string(a))), Request: r}, nil
}

func ExampleNew() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { sse(w, `{"content":"Hi."}`, stopped, "[DONE]") }))
	defer server.Close()
	m, err := openai.New(openai.Options{BaseURL: server.URL, Model: "llama-3.1-8b"})
	if err != nil {
		fmt.Println(err)
		return
	}
	msg, _, err := llm.Collect(m.Generate(context.Background(), &llm.Request{Messages: []llm.Message{{Role: llm.RoleUser, Content: "Hello"}}}), nil)
	fmt.Println(msg.Content, err)
	// Output: Hi. <nil>
}
