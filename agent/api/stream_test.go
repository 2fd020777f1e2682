package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chaski-dev/chaski/agent/api"
	"github.com/chaski-dev/chaski/llm"
)

// slow is a model that waits before each event until it is told to go on.
type slow struct {
	llm.Scripted
	began chan struct{}
	next  chan llm.Event
	left  chan error // why a turn was left
}

func newSlow() *slow {
	return &slow{began: make(chan struct{}, 1000), next: make(chan llm.Event), left: make(chan error, 1000)}
}

func (s *slow) Generate(ctx context.Context, _ *llm.Request) iter.Seq2[llm.Event, error] {
	return func(yield func(llm.Event, error) bool) {
		s.began <- struct{}{}
		for {
			select {
			case ev := <-s.next:
				if !yield(ev, nil) {
					s.left <- nil
					return
				}
				if _, end := ev.(llm.Stop); end {
					return
				}
			case <-ctx.Done():
				s.left <- ctx.Err()
				yield(nil, ctx.Err())
				return
			}
		}
	}
}

// TestKeepAlive: silence is broken by comments, before the first event too, and what fails
// then is told in the stream.
func TestKeepAlive(t *testing.T) {
	m := newSlow()
	o := apiOf(m)
	o.Limits.KeepAlive = 20 * time.Millisecond
	url := serve(t, o)
	res := open(t, ctx, http.MethodPost, url+"/v1/chat/completions", object{"model": "scripted", "stream": true, "messages": []object{user("Hi")}})
	defer res.Body.Close()
	in := bufio.NewReader(res.Body)
	line := func() string {
		t.Helper()
		text, err := in.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(text)
	}
	for range 3 { // with the empty line behind
		if text := line() + line(); text != ": keep-alive" {
			t.Fatal(text)
		}
	}
	m.next <- llm.TextDelta{Text: "Hello"}
	for text := line(); !strings.Contains(text, "Hello"); text = line() {
	}
	m.next <- llm.Stop{Reason: llm.StopEndOfTurn}
	for text := line(); text != "data: [DONE]"; text = line() {
	}
}

// TestThoughts: what a model thinks before it answers is told apart from the answer.
func TestThoughts(t *testing.T) {
	m := newSlow()
	url := serve(t, apiOf(m))
	body := object{"model": "scripted", "messages": []object{user("Hi")}}
	tell := func() {
		for _, ev := range []llm.Event{llm.ThoughtDelta{Text: "They "}, llm.ThoughtDelta{Text: "greet."}, llm.TextDelta{Text: "Hello"}, llm.Stop{Reason: llm.StopEndOfTurn}} {
			m.next <- ev
		}
	}
	go tell()
	_, out := post(t, url+"/v1/chat/completions", body)
	if message := dig(out, "choices", 0, "message"); dig(message, "reasoning_content") != "They greet." || dig(message, "content") != "Hello" {
		t.Error(out)
	}
	go tell()
	thoughts, text := "", ""
	for _, ev := range events(t, url+"/v1/chat/completions", with(body, object{"stream": true})) {
		thought, _ := dig(ev.data, "choices", 0, "delta", "reasoning_content").(string)
		piece, _ := dig(ev.data, "choices", 0, "delta", "content").(string)
		thoughts, text = thoughts+thought, text+piece
	}
	if thoughts != "They greet." || text != "Hello" {
		t.Errorf("%q, %q", thoughts, text)
	}
}

// TestClientsThatVanish: the model is left at once, streamed or not, at any moment.
func TestClientsThatVanish(t *testing.T) {
	for _, streamed := range []bool{true, false} {
		m := newSlow()
		url := serve(t, apiOf(m))
		for n := range 3 {
			gone, vanish := context.WithCancel(ctx)
			done := make(chan struct{})
			body, _ := json.Marshal(object{"model": "scripted", "stream": streamed, "messages": []object{user("Hi")}})
			req, _ := http.NewRequestWithContext(gone, http.MethodPost, url+"/v1/chat/completions", strings.NewReader(string(body)))
			req.Header.Set("Content-Type", "application/json")
			go func() {
				defer close(done)
				res, err := http.DefaultClient.Do(req)
				if err == nil {
					<-gone.Done()
					res.Body.Close()
				}
			}()
			for range n {
				m.next <- llm.TextDelta{Text: "Hello"}
			}
			<-m.began
			vanish()
			select {
			case <-m.left:
			case <-time.After(5 * time.Second):
				t.Fatal("the model works for nobody")
			}
			<-done
		}
	}
}

// TestVanishFreesTheEngine: within the passes that it takes to notice, the sequence of a
// client that went away is gone.
func TestVanishFreesTheEngine(t *testing.T) {
	e := theMini(t)
	url := serveMini(t)
	gone, vanish := context.WithCancel(ctx)
	defer vanish()
	res := open(t, gone, http.MethodPost, url+"/v1/chat/completions", object{"model": "mini", "stream": true, "temperature": 2, "max_tokens": 900,
		"response_format": object{"type": "json_schema", "json_schema": object{"name": "x", "schema": object{"type": "array", "minItems": 200, "items": object{"type": "integer"}}}},
		"messages":        []object{user("Count")}})
	defer res.Body.Close()
	in := bufio.NewReader(res.Body)
	for range 20 {
		if _, err := in.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	if e.Stats().Live == 0 {
		t.Fatal("the answer is over before the client could go away")
	}
	vanish()
	eventually(t, "the engine is free", func() bool { return e.Stats().Live == 0 })
}

// TestSlowReader: a client that reads nothing is given up.
func TestSlowReader(t *testing.T) {
	o := apiOf(&llm.Scripted{Next: func(int, *llm.Request) llm.Turn { return llm.Turn{Text: strings.Repeat("x", 8<<20)} }})
	o.Limits.Write = 100 * time.Millisecond
	m := &watched{Model: o.Models[0].LLM, ended: make(chan struct{})}
	o.Models[0].LLM = m
	url := serve(t, o)
	body := object{"model": "scripted", "stream": true, "messages": []object{user("Hi")}}
	res := open(t, ctx, http.MethodPost, url+"/v1/chat/completions", body)
	defer res.Body.Close()
	select {
	case <-m.ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the server waits for a client that reads nothing")
	}
}

// watched tells when a turn has ended.
type watched struct {
	llm.Model
	ended chan struct{}
}

func (w *watched) Generate(ctx context.Context, req *llm.Request) iter.Seq2[llm.Event, error] {
	return func(yield func(llm.Event, error) bool) {
		defer close(w.ended)
		w.Model.Generate(ctx, req)(yield)
	}
}

// TestBackPressure: what there is no room for is refused, and said when to come back; what
// was taken is given back.
func TestBackPressure(t *testing.T) {
	m := newSlow()
	o := apiOf(m)
	o.Limits.Turns = 2
	o.Limits.Body = 1 << 20
	o.Limits.Bodies = 4 << 20
	url := serve(t, o)
	body := object{"model": "scripted", "messages": []object{user("Hi")}}
	gone, vanish := context.WithCancel(ctx)
	for range 2 {
		go func() {
			text, _ := json.Marshal(body)
			req, _ := http.NewRequestWithContext(gone, http.MethodPost, url+"/v1/chat/completions", strings.NewReader(string(text)))
			req.Header.Set("Content-Type", "application/json")
			if res, err := http.DefaultClient.Do(req); err == nil {
				res.Body.Close()
			}
		}()
	}
	<-m.began
	<-m.began
	if status, _, header := send(t, http.MethodPost, url+"/v1/chat/completions", body); status != http.StatusTooManyRequests || header.Get("Retry-After") == "" {
		t.Error(status, header)
	}
	vanish()
	for range 2 {
		<-m.left
	}
	go func() {
		for range 2 {
			m.next <- llm.Stop{Reason: llm.StopEndOfTurn}
		}
	}()
	eventually(t, "there is room again", func() bool {
		status, _ := post(t, url+"/v1/chat/completions", with(body, object{"n": 2}))
		return status == http.StatusOK
	})
	// More than one request may have is refused before it is read.
	if status, out := post(t, url+"/v1/chat/completions", with(body, object{"user": strings.Repeat("x", 1<<20)})); status != http.StatusRequestEntityTooLarge {
		t.Error(status, out)
	}
}

// TestBodies: requests that are being read hold memory, and what does not fit is refused
// before it takes any; one that does not come in time gives its memory back.
func TestBodies(t *testing.T) {
	o := apiOf(&llm.Scripted{Next: says(llm.Turn{Text: "Hi"})})
	o.Limits.Body, o.Limits.Bodies, o.Limits.Read = 1<<20, 3*4*64<<10, time.Second // room for 256 KiB, counted three times
	url := serve(t, o)
	body := object{"model": "scripted", "messages": []object{user("Hi")}}
	for refused := true; refused; { // a slow body that came second is refused, and another one tried
		slow, feed := io.Pipe()
		first := make(chan int, 1)
		go func() {
			req, _ := http.NewRequest(http.MethodPost, url+"/v1/chat/completions", slow)
			req.Header.Set("Content-Type", "application/json")
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Error(err)
				first <- 0
				return
			}
			res.Body.Close()
			first <- res.StatusCode
		}()
		if _, err := feed.Write([]byte(`{"user":"` + strings.Repeat("x", 224<<10))); err != nil {
			t.Fatal(err)
		}
		full, status := false, 0
		for status == 0 {
			select {
			case status = <-first:
			default:
				status, _, header := send(t, http.MethodPost, url+"/v1/chat/completions", body)
				full = full || status == http.StatusTooManyRequests && header.Get("Retry-After") != ""
			}
		}
		if refused = status == http.StatusTooManyRequests; !refused && (!full || status != http.StatusRequestTimeout) {
			t.Errorf("status %d, no memory left: %v", status, full)
		}
		feed.Close()
	}
	if status, out := post(t, url+"/v1/chat/completions", body); status != http.StatusOK {
		t.Error(status, out)
	}
}

// TestUnread: who is refused before the body was read is told so, also if the body never comes.
func TestUnread(t *testing.T) {
	url := serve(t, apiOf(&llm.Scripted{Next: says(llm.Turn{Text: "Hi"})}))
	for path, kind := range map[string]string{"/v1/chat/completions": "text/plain", "/v1/nowhere": "application/json"} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":", path, kind)
		_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		res.Body.Close()
		if res.StatusCode/100 != 4 {
			t.Error(path, res.StatusCode)
		}
	}
}

// TestPlaces: without keys a browser may not be led to the server by foreign pages.
func TestPlaces(t *testing.T) {
	o := apiOf(&llm.Scripted{Next: says(llm.Turn{Text: "Yes."})})
	o.Hosts, o.Origins = []string{"box.lan"}, []string{"https://app.example"}
	url := serve(t, o)
	for _, c := range []struct {
		headers []string
		status  int
	}{
		{nil, 200},
		{[]string{"Host", "localhost:1234"}, 200},
		{[]string{"Host", "[::1]:1234"}, 200},
		{[]string{"Host", "box.lan"}, 200},
		{[]string{"Host", "evil.example"}, 403},
		{[]string{"Host", "127.0.0.1.evil.example"}, 403},
		{[]string{"Origin", "https://evil.example"}, 403},
		{[]string{"Origin", "null"}, 403},
		{[]string{"Origin", "https://app.example"}, 200},
		{[]string{"Origin", url}, 200},
	} {
		if status, out := get(t, url+"/v1/models", c.headers...); status != c.status {
			t.Error(c.headers, status, out)
		}
	}
	res := open(t, ctx, http.MethodOptions, url+"/v1/chat/completions", nil, "Origin", "https://app.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
	res.Body.Close()
	if res.StatusCode != http.StatusNoContent || res.Header.Get("Access-Control-Allow-Origin") != "https://app.example" || res.Header.Get("Access-Control-Allow-Headers") != "authorization,content-type" {
		t.Error(res.StatusCode, res.Header)
	}
	res = open(t, ctx, http.MethodOptions, url+"/v1/chat/completions", nil, "Origin", "https://evil.example", "Access-Control-Request-Method", "POST")
	res.Body.Close()
	if res.Header.Get("Access-Control-Allow-Origin") != "" || res.StatusCode < 400 {
		t.Error(res.StatusCode, res.Header)
	}
}

// TestMoreRoutes: what is mounted on the server is behind the same questions.
func TestMoreRoutes(t *testing.T) {
	s, err := api.New(apiOf(&llm.Scripted{Next: says(llm.Turn{Text: "Yes."})}))
	if err != nil {
		t.Fatal(err)
	}
	s.Handle("GET /more", api.Use, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if who := api.From(r.Context()); !who.All || api.RequestID(r.Context()) != "mine" {
			t.Errorf("%+v", who)
		}
		panic("it fails")
	}))
	url := serveIt(t, s)
	if status, out := get(t, url+"/more", "X-Request-Id", "mine"); status != http.StatusInternalServerError || dig(out, "error", "type") != "server_error" {
		t.Error(status, out)
	}
	if status, _ := get(t, url+"/more", "Host", "evil.example"); status != http.StatusForbidden {
		t.Error(status)
	}
	_, _, header := send(t, http.MethodGet, url+"/healthz", nil, "X-Request-Id", "not\tan id")
	if id := header.Get("X-Request-Id"); !strings.HasPrefix(id, "req_") {
		t.Error(id)
	}
}

// TestDrain: what is under way ends, nothing new begins, and the server returns.
func TestDrain(t *testing.T) {
	m := newSlow()
	s, err := api.New(apiOf(m))
	if err != nil {
		t.Fatal(err)
	}
	url, stop, ended := listen(t, s, api.ServeOptions{})
	answer := make(chan int)
	go func() {
		status, _ := post(t, url+"/v1/chat/completions", object{"model": "scripted", "messages": []object{user("Hi")}})
		answer <- status
	}()
	m.next <- llm.TextDelta{Text: "Hello"}
	stop()
	<-s.Draining()
	m.next <- llm.Stop{Reason: llm.StopEndOfTurn}
	if status := <-answer; status != http.StatusOK {
		t.Error(status)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestDrainIsBounded: an answer that does not end is cut off.
func TestDrainIsBounded(t *testing.T) {
	m := newSlow()
	s, err := api.New(apiOf(m))
	if err != nil {
		t.Fatal(err)
	}
	url, stop, ended := listen(t, s, api.ServeOptions{Drain: 50 * time.Millisecond})
	res := make(chan error)
	go func() {
		body := strings.NewReader(`{"model": "scripted", "messages": [{"role": "user", "content": "Hi"}]}`)
		_, err := http.Post(url+"/v1/chat/completions", "application/json", body)
		res <- err
	}()
	m.next <- llm.TextDelta{Text: "Hello"}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	<-m.left
	<-res
}
