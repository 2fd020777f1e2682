package openai_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/llm"
	"github.com/chaski-dev/chaski/llm/openai"
)

var stock = llm.ToolSpec{Name: "stock", Parameters: json.RawMessage(`{"type":"object","properties":{"item":{"type":"string"}},"required":["item"],"additionalProperties":false}`)}

var price = llm.ToolSpec{Name: "price", Parameters: json.RawMessage(`{"type":"object","properties":{"item":{"type":"string"}},"required":["item"],"additionalProperties":false}`)}

var shop = &llm.Request{Messages: hello.Messages, Tools: []llm.ToolSpec{stock, price}}

// asked is a turn as one line: its text, its calls and how it ended.
func asked(msg llm.Message, stop llm.Stop) string {
	s := msg.Content
	for _, c := range msg.Calls {
		s += "|" + c.Name + string(c.Arguments)
	}
	return s + "|" + string(stop.Reason)
}

const (
	oneCall  = `|stock{"item":"a"}|tool_calls`
	twoCalls = `|stock{"item":"a"}|price{"item":"b"}|tool_calls`
	calledTo = `{"index":0,"delta":{},"finish_reason":"tool_calls"}`
)

// piece is a delta of one call.
func piece(index int, id, name, args string) string {
	f := map[string]any{}
	if name != "-" {
		f["name"] = name
	}
	if args != "-" {
		f["arguments"] = args
	}
	c := map[string]any{"index": index, "function": f}
	if id != "-" {
		c["id"] = id
	}
	b, _ := json.Marshal(map[string]any{"tool_calls": []any{c}})
	return string(b)
}

func content(text string) string {
	b, _ := json.Marshal(map[string]string{"content": text})
	return string(b)
}

func finish(reason string) string {
	return `{"index":0,"delta":{},"finish_reason":` + reason + `}`
}

// TestShapes reads what servers stream in other shapes than OpenAI's.
func TestShapes(t *testing.T) {
	a, b := `{"item":"a"}`, `{"item":"b"}`
	for name, c := range map[string]struct {
		chunks []string
		want   string
	}{
		"one index, same id":            {[]string{piece(0, "x", "stock", a), piece(0, "x", "price", b), calledTo}, twoCalls},
		"one index, empty id":           {[]string{piece(0, "", "stock", a), piece(0, "", "price", b), calledTo}, twoCalls},
		"one index, no id":              {[]string{piece(0, "-", "stock", a), piece(0, "-", "price", b), calledTo}, twoCalls},
		"one index, same tool":          {[]string{piece(0, "-", "stock", a), piece(0, "-", "stock", b), calledTo}, `|stock{"item":"a"}|stock{"item":"b"}|tool_calls`},
		"one index, own ids":            {[]string{piece(0, "x", "stock", a), piece(0, "y", "price", b), calledTo}, twoCalls},
		"name in pieces":                {[]string{piece(0, "x", "sto", ""), piece(0, "-", "ck", ""), piece(0, "-", "-", a), calledTo}, oneCall},
		"name grows":                    {[]string{piece(0, "x", "sto", ""), piece(0, "x", "stock", ""), piece(0, "x", "stock", a), calledTo}, oneCall},
		"name repeated with each piece": {[]string{piece(0, "x", "stock", `{"item"`), piece(0, "x", "stock", `:"a"}`), calledTo}, oneCall},
		"id first, name later":          {[]string{piece(0, "x", "-", "-"), piece(0, "-", "stock", "-"), piece(0, "-", "-", a), calledTo}, oneCall},
		"empty name first":              {[]string{piece(0, "x", "", ""), piece(0, "-", "stock", a), calledTo}, oneCall},
		"arguments before the name":     {[]string{piece(0, "x", "-", `{"item"`), piece(0, "-", "stock", `:"a"}`), calledTo}, oneCall},
		"interleaved": {[]string{piece(0, "x", "stock", `{"item"`), piece(1, "y", "price", `{"item"`), piece(0, "-", "-", `:"a"}`), piece(1, "-", "-", `:"b"}`), calledTo},
			twoCalls},
		"new id in each piece":   {[]string{piece(0, "x", "stock", `{"item"`), piece(0, "y", "-", `:"a"}`), calledTo}, oneCall},
		"arguments as an object": {[]string{`{"tool_calls":[{"index":0,"id":"x","function":{"name":"stock","arguments":{"item":"a"}}}]}`, calledTo}, oneCall},
		"arguments null as text": {[]string{piece(0, "x", "stock", "null"), calledTo}, `|stock{}|tool_calls`},
		"function_call":          {[]string{`{"function_call":{"name":"stock","arguments":""}}`, `{"function_call":{"arguments":"{\"item\":\"a\"}"}}`, finish(`"function_call"`)}, oneCall},

		"bare JSON":         {[]string{content(`{"name": "stock", `), content(`"parameters": {"item": "a"}}`), stopped}, oneCall},
		"bare, arguments":   {[]string{content(`{"name": "stock", "arguments": {"item": "a"}}`), calledTo}, oneCall},
		"fenced":            {[]string{content("```json\n{\"name\": \"stock\", \"arguments\": {\"item\": \"a\"}}\n```"), stopped}, oneCall},
		"python tag":        {[]string{content(`<|python_`), content(`tag|>{"name": "stock", "parameters": {"item": "a"}}`), stopped}, oneCall},
		"function tag":      {[]string{content(`<function=stock>{"item": "a"}</function>`), stopped}, oneCall},
		"tool_call tag":     {[]string{content("<tool_"), content("call>\n{\"name\": \"stock\", \"arguments\": {\"item\": \"a\"}}\n</tool_call>"), stopped}, oneCall},
		"other keys":        {[]string{content(`{"tool": "stock", "args": {"item": "a"}}`), stopped}, oneCall},
		"Python, printed":   {[]string{content("```python\nprint(stock(item=\"a\"))\n```"), stopped}, oneCall},
		"announced":         {[]string{content(`Here it is: {"name": "stock", "parameters": {"item": "a"}}`), stopped}, `Here it is: ` + oneCall},
		"an example":        {[]string{content(`For example {"name": "stock", "parameters": {"item": "a"}}`), stopped}, `For example {"name": "stock", "parameters": {"item": "a"}}|end_of_turn`},
		"another tool":      {[]string{content(`{"name": "ham", "arguments": {}}`), stopped}, `|ham{}|tool_calls`},
		"an answer in JSON": {[]string{content(`{"late": true}`), stopped}, `{"late": true}|end_of_turn`},

		"thoughts":                       {[]string{content("<thi"), content("nk>Hm, </thin"), content("k>\n\nYes."), stopped}, "Yes.|end_of_turn"},
		"thoughts, then call":            {[]string{content("<think>Hm.</think>"), piece(0, "x", "stock", a), calledTo}, oneCall},
		"thoughts, call as text":         {[]string{content("<think>Hm.</think>\n{\"name\": \"stock\", \"parameters\": {\"item\": \"a\"}}"), stopped}, oneCall},
		"less than":                      {[]string{content("<th"), stopped}, "<th|end_of_turn"},
		"later tag":                      {[]string{content("Use <think>."), stopped}, "Use <think>.|end_of_turn"},
		"parts":                          {[]string{`{"content":[{"type":"text","text":"Go"},{"type":"text","text":"od"}]}`, stopped}, "Good|end_of_turn"},
		"empty data":                     {[]string{" ", content("Good"), " ", stopped}, "Good|end_of_turn"},
		"null end and DONE":              {[]string{content("Good"), finish("null"), "[DONE]"}, "Good|end_of_turn"},
		"empty end and DONE":             {[]string{content("Good"), finish(`""`), "[DONE]"}, "Good|end_of_turn"},
		"end_turn":                       {[]string{content("Good"), finish(`"end_turn"`)}, "Good|end_of_turn"},
		"eos_token":                      {[]string{content("Good"), finish(`"eos_token"`)}, "Good|end_of_turn"},
		"eos":                            {[]string{content("Good"), finish(`"eos"`)}, "Good|end_of_turn"},
		"STOP":                           {[]string{content("Good"), finish(`"STOP"`)}, "Good|end_of_turn"},
		"tool_use":                       {[]string{piece(0, "x", "stock", a), finish(`"tool_use"`)}, oneCall},
		"length after a call":            {[]string{piece(0, "x", "stock", a), finish(`"length"`)}, `|stock{"item":"a"}|max_tokens`},
		"length within a call as text":   {[]string{content(`{"name": "stock", "arguments": {"item": "a"`), finish(`"length"`)}, `|stock{"name": "stock", "arguments": {"item": "a"|max_tokens`},
		"length within a call in words":  {[]string{content(`stock(item="a"`), finish(`"length"`)}, `stock(item="a"|max_tokens`},
		"MAX_TOKENS within a call":       {[]string{content(`<tool_call>{"name": "stock", "arguments": {"item": "a"}`), finish(`"MAX_TOKENS"`)}, `<tool_call>{"name": "stock", "arguments": {"item": "a"}|max_tokens`},
		"an end without the last braces": {[]string{content(`{"name": "stock", "arguments": {"item": "a"`), stopped}, oneCall},
		"MAX_TOKENS elsewhere":           {[]string{content("Goo"), finish(`"max_tokens"`)}, "Goo|max_tokens"},
	} {
		t.Run(name, func(t *testing.T) {
			e := serve(t, func(w http.ResponseWriter, _ *http.Request) { sse(w, c.chunks...) })
			msg, stop, err := llm.Collect(e.model(t, openai.Options{}).Generate(context.Background(), shop), nil)
			if got := asked(msg, stop); err != nil || strings.ReplaceAll(got, `": "`, `":"`) != strings.ReplaceAll(c.want, `": "`, `":"`) {
				t.Errorf("%s, want %s (%v)", got, c.want, err)
			}
		})
	}
}

// TestWholeAnswers reads a server that does not stream, lines without empty ones
// between them, and errors where an answer was expected.
func TestWholeAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		typ, body string
		status    int
		want      string
		err       error
		words     string
	}{
		"no stream":       {typ: "application/json", body: `{"choices":[{"message":{"content":"Good"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1}}`, want: "Good|end_of_turn"},
		"no stream, call": {typ: "application/json", body: `{"choices":[{"message":{"content":null,"tool_calls":[{"id":"x","function":{"name":"stock","arguments":"{\"item\":\"a\"}"}},{"id":"y","function":{"name":"price","arguments":"{\"item\":\"b\"}"}}]},"finish_reason":"tool_calls"}]}`, want: twoCalls},
		"one newline":     {typ: "text/event-stream", body: "data: {\"choices\":[{\"delta\":{\"content\":\"Good\"}}]}\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\ndata: [DONE]\n", want: "Good|end_of_turn"},
		"several lines":   {typ: "text/event-stream", body: "data: {\"choices\":[{\"delta\":\ndata: {\"content\":\"Good\"},\"finish_reason\":\"stop\"}]}\n\n", want: "Good|end_of_turn"},
		"error in 200":    {typ: "application/json", body: `{"error":{"message":"model not found","type":"not_found"}}`, err: openai.ErrStream, words: "model not found"},
		"error as text":   {typ: "text/event-stream", body: "data: {\"error\":\"out of memory\"}\n\n", err: openai.ErrStream, words: "out of memory"},
		"event: error":    {typ: "text/event-stream", body: "event: error\ndata: {\"message\":\"overloaded\"}\n\ndata: [DONE]\n\n", err: openai.ErrStream, words: "overloaded"},
		"object":          {status: 400, body: `{"object":"error","message":"bad grammar","code":400}`, err: openai.ErrRequest, words: "bad grammar"},
		"message":         {status: 404, body: `{"message":"no such model"}`, err: openai.ErrRequest, words: "no such model"},
		"detail":          {status: 422, body: `{"detail":"extra fields not permitted"}`, err: openai.ErrRequest, words: "extra fields"},
		"detail, list":    {status: 422, body: `{"detail":[{"loc":["body","stream_options"],"msg":"extra"}]}`, err: openai.ErrRequest, words: "stream_options"},
		"plain":           {status: 404, body: "404 page not found\n", typ: "text/plain", err: openai.ErrRequest, words: "404 page not found"},
		"error as words":  {status: 400, body: `{"error":"json: cannot unmarshal"}`, err: openai.ErrRequest, words: "cannot unmarshal"},
		"nothing":         {status: 400, body: ``, err: openai.ErrRequest, words: "status 400"},
	} {
		t.Run(name, func(t *testing.T) {
			e := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.typ)
				if c.status > 0 {
					w.WriteHeader(c.status)
				}
				fmt.Fprint(w, c.body)
			})
			msg, stop, err := llm.Collect(e.model(t, openai.Options{Retries: -1}).Generate(context.Background(), shop), nil)
			if got := asked(msg, stop); c.err == nil && (err != nil || got != c.want) {
				t.Errorf("%s, want %s (%v)", got, c.want, err)
			}
			if c.err != nil && (!errors.Is(err, c.err) || !strings.Contains(err.Error(), c.words)) {
				t.Errorf("%v, want %v with %q", err, c.err, c.words)
			}
		})
	}
}

// TestContextFull knows the words of every server.
func TestContextFull(t *testing.T) {
	for name, body := range map[string]string{
		"OpenAI":      `{"error":{"message":"This model's maximum context length is 8192 tokens.","code":"context_length_exceeded"}}`,
		"vLLM, older": `{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 9000 tokens.","type":"BadRequestError","code":400}`,
		"llama.cpp":   `{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":8192}}`,
		"SGLang":      `{"object":"error","message":"The input (9000 tokens) is longer than the model's context length (8192 tokens)."}`,
		"Together":    `{"error":{"message":"Input validation error: inputs tokens + max_new_tokens must be <= 8193: context window"}}`,
		"Groq, 413":   `{"error":{"message":"Request too large for model","type":"request_too_large"}}`,
		"Groq, 400":   `{"error":{"message":"Please reduce the length of the messages or completion.","code":"context_length_exceeded"}}`,
		"Anthropic":   `{"error":{"message":"prompt is too long: 210000 tokens > 200000 maximum"}}`,
		"by type":     `{"error":{"message":"no","type":"exceed_context_size_error"}}`,
	} {
		for _, streamed := range []bool{false, true} {
			e := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if streamed {
					fmt.Fprintf(w, "data: %s\n\n", body)
					return
				}
				w.WriteHeader(400)
				fmt.Fprint(w, body)
			})
			_, _, err := llm.Collect(e.model(t, openai.Options{}).Generate(context.Background(), hello), nil)
			if !errors.Is(err, llm.ErrContextFull) {
				t.Errorf("%s, streamed %v: %v", name, streamed, err)
			}
		}
	}
	e := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(429)
		fmt.Fprint(w, `{"error":{"message":"Request too large for model on tokens per minute (TPM)","code":"rate_limit_exceeded"}}`)
	})
	if _, _, err := llm.Collect(e.model(t, openai.Options{Retries: -1}).Generate(context.Background(), hello), nil); !errors.Is(err, openai.ErrRateLimited) {
		t.Errorf("a rate is taken for a full context: %v", err)
	}
}

// TestPassing says which faults are worth asking again, how long to wait, and asks
// again itself only before the first piece.
func TestPassing(t *testing.T) {
	abort := func(chunks ...string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			sse(w, chunks...)
			panic(http.ErrAbortHandler)
		}
	}
	status := func(code int, after, body string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			if after != "" {
				w.Header().Set("Retry-After", after)
			}
			w.WriteHeader(code)
			fmt.Fprint(w, body)
		}
	}
	for name, c := range map[string]struct {
		answer   func(http.ResponseWriter)
		passing  bool
		after    time.Duration
		requests int
	}{
		"cut before the first piece": {answer: abort(`{"role":"assistant"}`), passing: true, requests: 3},
		"cut in a call's name":       {answer: abort(piece(0, "x", "sto", "")), passing: true, requests: 3},
		"cut in the text":            {answer: abort(content("It is late.\n"), content("Yes.\n")), passing: true, requests: 1},
		"cut in a call":              {answer: abort(piece(0, "x", "stock", "{")), passing: true, requests: 1},
		"hangs up":                   {answer: func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, passing: true, requests: 3},
		"retry after 40":             {answer: status(429, "40", `{}`), passing: true, after: 40 * time.Second, requests: 1},
		"retry after an hour":        {answer: status(503, "3600", `{}`), passing: true, after: time.Hour, requests: 1},
		"a date":                     {answer: status(429, time.Now().Add(2*time.Hour).UTC().Format(http.TimeFormat), `{}`), passing: true, after: 119 * time.Minute, requests: 1},
		"no credit":                  {answer: status(429, "", `{"error":{"message":"quota","code":"insufficient_quota"}}`), requests: 1},
		"gateway":                    {answer: status(502, "", "<html>bad gateway</html>"), passing: true, requests: 3},
		"conflict":                   {answer: status(409, "", `{}`), passing: true, requests: 3},
		"wrong key":                  {answer: status(401, "5", `{}`), after: 5 * time.Second, requests: 1},
		"unknown model":              {answer: status(404, "", `{"error":{"message":"no such model","code":"model_not_found"}}`), requests: 1},
		"an error in the stream":     {answer: func(w http.ResponseWriter) { sse(w, `{"error":{"message":"overloaded"}}`) }, passing: true, requests: 3},
		"no end":                     {answer: func(w http.ResponseWriter) { sse(w, content("a")) }, passing: true, requests: 1},
		"bound in a call":            {answer: func(w http.ResponseWriter) { sse(w, piece(0, "x", "stock", "{"), finish(`"length"`)) }, requests: 1},
		"filtered":                   {answer: func(w http.ResponseWriter) { sse(w, content("a"), finish(`"content_filter"`)) }, requests: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := serve(t, func(w http.ResponseWriter, _ *http.Request) { c.answer(w) })
			_, _, err := llm.Collect(e.model(t, openai.Options{}).Generate(context.Background(), shop), nil)
			after, passing := llm.Passing(err)
			if err == nil || passing != c.passing || after < c.after || after > c.after+2*time.Minute {
				t.Errorf("%v: passing %v after %v, want %v after %v", err, passing, after, c.passing, c.after)
			}
			if int(e.requests.Load()) != c.requests {
				t.Errorf("%d requests, want %d", int(e.requests.Load()), c.requests)
			}
		})
	}
}

// TestWaitingIsNoSilence waits as it is told, longer than a stream may be silent.
func TestWaitingIsNoSilence(t *testing.T) {
	n := 0
	e := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if n++; n == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(429)
			return
		}
		sse(w, content("Good"), stopped)
	})
	msg, _, err := llm.Collect(e.model(t, openai.Options{Idle: 200 * time.Millisecond}).Generate(context.Background(), hello), nil)
	if err != nil || msg.Content != "Good" {
		t.Fatal(msg, err)
	}
}

// TestFailedGeneration takes the call that an endpoint itself could not read.
func TestFailedGeneration(t *testing.T) {
	for generated, want := range map[string]string{
		`<function=stock>{"item": "a"}</function>`: oneCall, `{"name": "stock", "arguments": {"item": "a"}}`: oneCall,
		`I would look.`: "", `{"name": "ham", "arguments": {}}`: "",
	} {
		e := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": "Failed to call a function.", "code": "tool_use_failed", "failed_generation": generated}})
		})
		msg, stop, err := llm.Collect(e.model(t, openai.Options{}).Generate(context.Background(), shop), nil)
		got := strings.ReplaceAll(asked(msg, stop), `": "`, `":"`)
		if want != "" && (err != nil || got != want) || want == "" && (err == nil || !strings.Contains(err.Error(), "Failed to call a function")) {
			t.Errorf("%s: %s, %v", generated, got, err)
		}
	}
}

// TestWhatIsSent leaves out what a server refuses, and never declares required: null.
func TestWhatIsSent(t *testing.T) {
	e := serve(t, func(w http.ResponseWriter, _ *http.Request) { sse(w, content("Good"), stopped) })
	req := *shop
	req.MaxTokens = 50
	req.Tools = []llm.ToolSpec{{Name: "now", Parameters: json.RawMessage(`{"type":"object","properties":{},"additionalProperties":false}`)},
		{Name: "deep", Parameters: json.RawMessage(`{"type":"object","properties":{"o":{"type":"object","properties":{},"additionalProperties":false}},"required":["o"],"additionalProperties":false}`)}}
	for _, o := range []openai.Options{{}, {NoStreamOptions: true, MaxTokens: true}} {
		if _, _, err := llm.Collect(e.model(t, o).Generate(context.Background(), &req), nil); err != nil {
			t.Fatal(err)
		}
		sent, _ := json.Marshal(e.body)
		if strings.Contains(string(sent), `"required":null`) || strings.Count(string(sent), `"required":[]`) != 2 {
			t.Errorf("%s", sent)
		}
		if _, has := e.body["stream_options"]; has == o.NoStreamOptions {
			t.Errorf("stream_options: %s", sent)
		}
		if _, has := e.body["max_tokens"]; has != o.MaxTokens || e.body["max_completion_tokens"] != 50.0 {
			t.Errorf("max_tokens: %s", sent)
		}
	}
}
