package bus_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nats.go/micro"

	"github.com/chaski-dev/chaski/runtime/bus"
	"github.com/chaski-dev/chaski/tools"
)

// foreign serves a tool with the micro package alone, as a worker in another language.
func foreign(t *testing.T, c *bus.Conn, spec tools.Spec, handle func(micro.Request)) {
	t.Helper()
	spec.Parameters = json.RawMessage(`{"type":"object"}`)
	text, revision, err := spec.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	svc, err := micro.AddService(c.NATS(), micro.Config{Name: spec.Name, Version: "0.0.0"})
	if err != nil {
		t.Fatal(err)
	}
	err = svc.AddEndpoint("call", micro.HandlerFunc(handle), micro.WithEndpointSubject("chaski.call."+spec.Name+"."+revision),
		micro.WithEndpointMetadata(map[string]string{"chaski": "1", "spec": string(text)}))
	if err != nil {
		t.Fatal(err)
	}
}

// TestReplies answers badly: for another call, late, doubled, with an error in the
// headers, for ever, with what is no JSON, with an object that is too large, not there
// or another call's. The right reply counts, whatever comes before it.
func TestReplies(t *testing.T) {
	t.Parallel()
	c := connect(t, start(t, bus.ServerOptions{}))
	if err := bus.Prepare(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	store, err := c.JetStream().ObjectStore(context.Background(), "chaski_replies")
	if err != nil {
		t.Fatal(err)
	}
	put := func(name string, size int) {
		meta := jetstream.ObjectMeta{Name: name, Opts: &jetstream.ObjectMetaOptions{ChunkSize: 512 << 10}}
		if _, err := store.Put(context.Background(), meta, strings.NewReader(strings.Repeat(" ", size)+"1")); err != nil {
			t.Fatal(err)
		}
	}
	put(call("odd", `{"object":1}`).ID+".a", 2<<20)
	put(call("odd", `{"large":1}`).ID+".b", tools.MaxResult)
	put("another.d", 10)
	var flood atomic.Bool
	answer := func(to, id, body string, more ...string) {
		m := nats.NewMsg(to)
		m.Data = []byte(body)
		m.Header["Chaski-Call-Id"], m.Header["Chaski-Attempt"] = []string{id}, []string{"1"}
		for i := 0; i < len(more); i += 2 {
			m.Header[more[i]] = []string{more[i+1]}
		}
		_ = c.NATS().PublishMsg(m)
	}
	foreign(t, c, tools.Spec{Name: "odd", Effect: tools.Read, Timeout: 20 * time.Second, Output: json.RawMessage(`{"type":["string","integer"]}`)}, func(req micro.Request) {
		id := req.Headers().Get("Chaski-Call-Id")
		switch string(req.Data()) {
		case `{"other":1}`:
			answer(req.Reply(), "ffff", `"wrong"`)
			answer(req.Reply(), "", `"wrong"`)
			answer(req.Reply(), id, `"wrong"`, "Chaski-Attempt", "2")
			answer(req.Reply(), id, `"wrong"`, "Chaski-Status", "nonsense")
			answer(req.Reply(), id, `"wrong"`, "Chaski-Status", "ok", "Nats-Service-Error", "no")
			answer(req.Reply(), id, `"wrong"`, "Chaski-Labels", "{")
			answer(req.Reply(), id, `"right"`)
			answer(req.Reply(), id, `"doubled"`)
		case `{"late":1}`:
			go func() { time.Sleep(500 * time.Millisecond); answer(req.Reply(), id, `"late"`) }()
		case `{"error":1}`:
			answer(req.Reply(), id, `"body"`, "Nats-Service-Error", "no such city", "Nats-Service-Error-Code", "409")
		case `{"flood":1}`:
			go func() {
				for !flood.Load() {
					answer(req.Reply(), "ffff", `"more"`)
				}
			}()
		case `{"nan":1}`:
			answer(req.Reply(), id, `NaN`)
		case `{"twice":1}`:
			answer(req.Reply(), id, `{"a":1,"a":2}`)
		case `{"utf8":1}`:
			answer(req.Reply(), id, "\"\xff\"")
		case `{"type":1}`:
			answer(req.Reply(), id, `[]`)
		case `{"empty":1}`:
			answer(req.Reply(), id, ``)
		case `{"object":1}`:
			answer(req.Reply(), id, ``, "Chaski-Object", id+".a")
		case `{"large":1}`:
			answer(req.Reply(), id, ``, "Chaski-Object", id+".b")
		case `{"absent":1}`:
			answer(req.Reply(), id, ``, "Chaski-Object", id+".c")
		case `{"stolen":1}`:
			answer(req.Reply(), id, ``, "Chaski-Object", "another.d")
		}
	})
	cl := client(t, c)
	for _, test := range []struct{ arguments, status, text string }{
		{`{"other":1}`, "ok", `"right"`}, {`{"late":1}`, "timeout", ""}, {`{"error":1}`, "retry", ""}, {`{"lost":1}`, "timeout", ""},
		{`{"nan":1}`, "fail", "NaN"}, {`{"twice":1}`, "fail", `key "a" appears twice`}, {`{"utf8":1}`, "fail", "invalid UTF-8"},
		{`{"type":1}`, "fail", "expected an integer or a string"}, {`{"empty":1}`, "fail", "the text ends"},
		{`{"object":1}`, "ok", "1"}, {`{"large":1}`, "fail", "too large"}, {`{"absent":1}`, "fail", "not found"}, {`{"stolen":1}`, "fail", "not of this call"},
		{`{"flood":1}`, "timeout", ""}, // last, for it goes on
	} {
		k := call("odd", test.arguments)
		if test.status == "timeout" {
			k.Deadline = time.Now().Add(300 * time.Millisecond)
		}
		if r := mustCall(t, cl, k); string(r.Status) != test.status || !strings.Contains(string(r.Value)+r.Reason, test.text) {
			t.Errorf("%s: %+v", test.arguments, r)
		}
	}
	flood.Store(true)
}

// TestDeclarations has services that declare nonsense: each is left out, and the sound
// one beside them is found.
func TestDeclarations(t *testing.T) {
	t.Parallel()
	c := connect(t, start(t, bus.ServerOptions{}))
	serve(t, c, tools.New("add", "", add, tools.Options{Effect: tools.Read}))
	for _, text := range []string{``, `{`, `7`, `{"name":"x"}`, `{"name":"x","name":"y","parameters":{"type":"object"}}`, `{"name":"other","parameters":{"type":"object"}}`,
		`{"name":"x","effect":"maybe","parameters":{"type":"object"}}`, `{"name":"x","parameters":{"type":"array"}}`, `{"name":"x","parameters":{"type":"object","properties":7}}`,
		`{"name":"x","parameters":{"type":"object","$ref":"http://127.0.0.1/"}}`, `{"name":"x","parameters":{"type":"object","description":"` + strings.Repeat("x", 300<<10) + `"}}`} {
		svc, err := micro.AddService(c.NATS(), micro.Config{Name: "x", Version: "0.0.0"})
		if err != nil {
			t.Fatal(err)
		}
		err = svc.AddEndpoint("call", micro.HandlerFunc(func(micro.Request) {}), micro.WithEndpointSubject("chaski.call.x."+tools.Revision([]byte(text))),
			micro.WithEndpointMetadata(map[string]string{"chaski": "1", "spec": text}))
		if err != nil {
			t.Fatal(err)
		}
	}
	cl := client(t, c)
	specs, err := cl.Tools(context.Background())
	for begin := time.Now(); err == nil && len(specs) == 0 && time.Since(begin) < 20*time.Second; { // nobody answered in time
		specs, err = cl.Tools(context.Background())
	}
	if err != nil || len(specs) != 1 || specs[0].Name != "add" {
		t.Errorf("%+v %v", specs, err)
	}
}
